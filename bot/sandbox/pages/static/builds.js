// Jenkins' builds, newest first, and the log of one.

import { get } from "./api.js";
import { sign } from "./checks.js";
import { h } from "./morph.js";
import { when } from "./parts.js";
import { t } from "./words.js";

const VERDICTS = { SUCCESS: "success", FAILURE: "failure", UNSTABLE: "action_required", ABORTED: "cancelled", NOT_BUILT: "skipped" };

/** The page of builds. */
export const builds = {
  title: () => t("builds"),
  load: async () => ({ known: await get("/builds.json", { raw: true }) }),
  render: ({ known }, place) => {
    const all = known.jobs
      .flatMap((job) => job.builds.map((build) => ({ ...build, job: job.name })))
      .sort((one, other) => other.timestamp - one.timestamp || other.number - one.number);
    return [
      h("div.headline", { "data-key": "headline" }, h("h1", null, t("builds")),
        h("p.meta", null, place.session.jenkins ? h("a", { href: place.session.jenkins, rel: "noreferrer" }, `Jenkins · ${place.session.jenkins}`) : null)),
      known.queue.length ? queue(known.queue) : null,
      all.length ? table(all, place) : h("section.welcome", { "data-key": "empty" }, h("h2", null, t("no-builds")), h("p", null, t("no-builds-why")), jobs(known.jobs)),
    ];
  },
  actions: {
    log: async (button, place) => {
      const { job, number } = button.dataset;
      const key = `${job} ${number}`;
      place.log = place.log?.key === key ? null : { key, text: await logOf(job, number) };
      place.draw();
    },
  },
};

async function logOf(job, number) {
  const answer = await fetch(`/builds/${encodeURIComponent(job)}/${number}/log`, { cache: "no-store" });
  const text = await answer.text();
  if (answer.ok) return text;
  try {
    return JSON.parse(text).message;
  } catch {
    return t("trouble-answer");
  }
}

const jobs = (known) => (known.length ? h("p.meta", null, t("jobs"), " ", known.map((job) => [h("code.ref", null, job.name), " "])) : null);

function queue(items) {
  return h("section.list", { "data-key": "queue" }, h("h2.filter", null, t("queue")),
    h("ul", null, items.map((item) => h("li", { "data-key": `queued-${item.id}` }, sign("running"), " ", h("b", null, item.job), " ", h("span.meta", null, item.why)))));
}

function table(all, place) {
  const heads = ["build", "result", "started", "lasted", "parameters", "log"];
  return h("div.wide", { "data-key": "table", tabindex: "0", role: "group", "aria-label": t("builds") },
    h("table.builds", null,
      h("thead", null, h("tr", null, heads.map((name) => h("th", { scope: "col" }, t(name))))),
      h("tbody", null, all.flatMap((build) => row(build, place)))));
}

function row(build, place) {
  const verdict = build.building ? "running" : (VERDICTS[build.result] ?? "neutral");
  const key = `${build.job} ${build.number}`;
  const open = place.log?.key === key;
  const facts = Object.entries(build.parameters).map(([name, value]) => h("code.ref", { title: `${name}=${value}` }, `${name}=${value.length > 20 ? `${value.slice(0, 20)}…` : value}`));
  return [
    h("tr", { "data-key": `build-${key}`, "data-version": verdict },
      h("th", { scope: "row" }, h("a", { href: build.url, rel: "noreferrer" }, `${build.job} #${build.number}`)),
      h("td", null, sign(verdict), " ", build.building ? t("running") : (build.result ?? "–")),
      h("td", null, when(new Date(build.timestamp).toISOString())),
      h("td", null, build.building ? "…" : `${(build.duration / 1000).toFixed(1)} s`),
      h("td.facts", null, facts),
      h("td", null, h("button.quiet", { type: "button", "data-do": "log", "data-job": build.job, "data-number": build.number, "aria-expanded": String(open) }, t("log")))),
    open ? h("tr", { "data-key": `log-${key}` }, h("td", { colspan: 6 }, h("pre.plain", { tabindex: "0" }, place.log.text))) : null,
  ];
}
