// One pull request: its head, its tabs, and what each of them loads.

import { all, get, once, send } from "./api.js";
import { annotationsOf, checks } from "./checks.js";
import { conversation } from "./conversation.js";
import { changed } from "./diff.js";
import { h } from "./morph.js";
import { badge, rewriting, stateOf, when } from "./parts.js";
import { labelling } from "./sides.js";
import { settle, states, threadsOf } from "./threads.js";
import { t } from "./words.js";

const LOADS = { conversation: loadTalk, files: loadFiles, checks: loadChecks };

/** The page of a pull request; `place.tab` is conversation, files or checks. */
export const pull = {
  title: ({ number, repo }, state) => `${state ? `${state.pull.title} · ` : ""}#${number} · ${repo}`,
  load: async (place) => {
    const { repo, number } = place;
    const found = await get(`/repos/${repo}/pulls/${number}`);
    const [runs, more] = await Promise.all([
      get(`/repos/${repo}/commits/${found.head.sha}/check-runs?per_page=100`, { calm: 1500 }),
      LOADS[place.tab](repo, number, found),
    ]);
    return { pull: found, runs: runs.check_runs, ...more, ...(place.tab === "checks" ? await annotationsOf(repo, runs.check_runs) : {}) };
  },
  render: (state, place) => [heading(state, place), tabs(state, place), body(state, place)],
  actions: {
    ...rewriting,
    ...labelling,
    comment: (form, { repo, number }) =>
      send("POST", `/repos/${repo}/issues/${number}/comments`, { body: form.elements.body.value }),
    reply: (form, { repo, number }) =>
      send("POST", `/repos/${repo}/pulls/${number}/comments/${form.dataset.root}/replies`, { body: form.elements.body.value }),
    remark: async (form, place, state) => {
      const { path, line, side } = form.dataset;
      await send("POST", `/repos/${place.repo}/pulls/${place.number}/comments`, {
        body: form.elements.body.value, commit_id: state.pull.head.sha, path, side, line: Number(line),
      });
      place.writing = null;
    },
    write: (button, place) => {
      place.writing = button.dataset.spot || null;
      place.draw();
      document.querySelector(".fresh textarea")?.focus();
    },
    settle: (button) => settle(button.dataset.id, button.dataset.to === "resolved"),
    merge: (_, { repo, number }, state) =>
      send("PUT", `/repos/${repo}/pulls/${number}/merge`, { sha: state.pull.head.sha, merge_method: "merge" }),
    state: (button, { repo, number }) => send("PATCH", `/repos/${repo}/pulls/${number}`, { state: button.dataset.state }),
  },
};

async function loadTalk(repo, number, found) {
  const [issue, comments, reviews, remarks, commits, statuses] = await Promise.all([
    get(`/repos/${repo}/issues/${number}`, { calm: 2500 }),
    all(`/repos/${repo}/issues/${number}/comments`),
    all(`/repos/${repo}/pulls/${number}/reviews`, { calm: 2500 }),
    all(`/repos/${repo}/pulls/${number}/comments`),
    once(`commits ${repo} ${number} ${found.head.sha}`, () => all(`/repos/${repo}/pulls/${number}/commits`)),
    get(`/repos/${repo}/commits/${found.head.sha}/status`, { calm: 4500 }),
  ]);
  const known = remarks.length ? await states(repo, number) : null;
  return { issue, comments, reviews, remarks, commits, statuses, known };
}

async function loadFiles(repo, number, found) {
  const [files, remarks] = await Promise.all([
    once(`files ${repo} ${number} ${found.head.sha} ${found.base.sha}`, () => all(`/repos/${repo}/pulls/${number}/files`)),
    all(`/repos/${repo}/pulls/${number}/comments`),
  ]);
  return { files, remarks, known: remarks.length ? await states(repo, number) : null };
}

async function loadChecks() {
  return {}; // its runs are loaded for every tab
}

/** Title, where it stands, and from where to where it goes. */
function heading({ pull: found }, { repo }) {
  const merged = Boolean(found.merged_at);
  const ref = (name) => h("code.ref", null, name);
  return h("div.headline", { "data-key": "headline" },
    h("h1", null, found.title, " ", h("span.number", null, `#${found.number}`)),
    h("p.meta", { "data-key": "meta" }, badge(stateOf(found)), " ", h("b", null, (merged ? found.merged_by : found.user)?.login ?? "?"), " ",
      t(merged ? "merged-into" : "wants-to-merge", { count: found.commits ?? 1 }), " ",
      ref(found.base.ref), " ← ", ref(found.head.ref), " ",
      merged ? [when(found.merged_at), " ", h("a", { href: `/${repo}/commit/${found.merge_commit_sha}` }, h("code", null, found.merge_commit_sha.slice(0, 7)))] : when(found.created_at)));
}

function tabs({ pull: found, runs }, { repo, number, tab }) {
  const one = (name, path, count) =>
    h("a", { href: `/${repo}/pull/${number}${path}`, "aria-current": tab === name ? "page" : null },
      t(`tab-${name}`), " ", h("span.count", null, count));
  return h("nav.tabs", { "data-key": "tabs", "aria-label": t("pull-parts") },
    one("conversation", "", (found.comments ?? 0) + (found.review_comments ?? 0)),
    one("files", "/files", found.changed_files ?? 0),
    one("checks", "/checks", runs.length));
}

function body(state, place) {
  if (place.tab === "files") {
    const shown = changed(state.files, { threads: threadsOf(state.remarks, state.known), place });
    return h("div", { "data-key": "tab-files" }, shown);
  }
  const parts = place.tab === "checks" ? checks(state, place) : conversation(state, place);
  return h("div", { "data-key": `tab-${place.tab}` }, parts);
}
