// Which address shows which view. Pure but for the views it names.

import { get } from "./api.js";
import { builds } from "./builds.js";
import { fresh, list } from "./issues.js";
import { issue } from "./issue.js";
import { h } from "./morph.js";
import { pull } from "./pull.js";
import { commit, tree } from "./tree.js";
import { t } from "./words.js";

/** A check run's own address leads to the pull request it judged. */
const run = {
  title: ({ repo }) => `${t("tab-checks")} · ${repo}`,
  load: async ({ repo, id, go }) => {
    const found = await get(`/repos/${repo}/check-runs/${id}`);
    const pulls = await get(`/repos/${repo}/pulls?state=all&per_page=100`);
    const mine = pulls.find((one) => one.head.sha === found.head_sha);
    if (mine) go(`/${repo}/pull/${mine.number}/checks#run-${id}`, { replace: true });
    return { found };
  },
  render: ({ found }, { repo }) => [
    h("div.headline", { "data-key": "headline" }, h("h1", null, found.name),
      h("p.meta", null, h("a", { href: `/${repo}/commit/${found.head_sha}` }, found.head_sha.slice(0, 12)))),
  ],
};

/** What is shown for an address that leads nowhere. */
const lost = {
  title: () => t("lost"),
  load: async () => ({}),
  render: (_, { session }) => [
    h("section.welcome", { "data-key": "lost" }, h("h1", null, t("lost")), h("p", null, t("lost-why")),
      h("p", null, h("a.go", { href: `/${session.repo}/issues` }, t("issues")))),
  ],
};

const issues = list("issues");
const pulls = list("pulls");
const KNOWN = [
  [/^\/builds$/, () => ({ view: builds, area: "builds" })],
  [/^\/$/, () => ({ view: issues, area: "issues" })],
  [/^\/([\w.-]+\/[\w.-]+)(?:\/issues)?$/, (repo) => ({ view: issues, area: "issues", repo })],
  [/^\/([\w.-]+\/[\w.-]+)\/issues\/new$/, (repo) => ({ view: fresh, area: "issues", repo })],
  [/^\/([\w.-]+\/[\w.-]+)\/issues\/(\d+)$/, (repo, number) => ({ view: issue, area: "issues", repo, number: Number(number) })],
  [/^\/([\w.-]+\/[\w.-]+)\/pulls$/, (repo) => ({ view: pulls, area: "pulls", repo })],
  [/^\/([\w.-]+\/[\w.-]+)\/pull\/(\d+)(?:\/(files|checks|commits))?$/, (repo, number, tab) => ({
    view: pull, area: "pulls", repo, number: Number(number), tab: tab === "files" || tab === "checks" ? tab : "conversation",
  })],
  [/^\/([\w.-]+\/[\w.-]+)\/runs\/(\d+)$/, (repo, id) => ({ view: run, area: "pulls", repo, id })],
  [/^\/([\w.-]+\/[\w.-]+)\/commit\/([0-9a-f]{7,40})$/, (repo, sha) => ({ view: commit, area: "files", repo, sha })],
  [/^\/([\w.-]+\/[\w.-]+)\/(?:tree|blob)(?:\/([^/]+)(?:\/(.*))?)?$/, (repo, ref, path) => ({
    view: tree, area: "files", repo, ref: ref ? decodeURIComponent(ref) : null, path: decodeURIComponent(path ?? ""),
  })],
];

/** The view of an address and its facts; the lost view where there is none. */
export function placeOf(url) {
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname;
  for (const [shape, make] of KNOWN) {
    const found = shape.exec(path);
    if (!found) continue;
    try {
      return { ...make(...found.slice(1)), query: url.searchParams };
    } catch {
      break; // an address with a broken escape
    }
  }
  return { view: lost, area: null, query: url.searchParams };
}
