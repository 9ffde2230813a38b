// Check runs: what was concluded, why, and on which lines.

import { all, rendered } from "./api.js";
import { anchorOf } from "./diff.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { when } from "./parts.js";
import { prose } from "./safe_html.js";
import { t } from "./words.js";

const SIGNS = { success: "tick", failure: "cross", running: "dots", timed_out: "cross", cancelled: "cross", action_required: "alert" };
const NONE = [];
const LEVELS = { failure: "cross", warning: "alert", notice: "info" };

/** How a check run stands: its conclusion, or "running". */
export const verdictOf = (run) => (run.status === "completed" ? (run.conclusion ?? "neutral") : "running");

/** A sign in its colour, with a word for those who do not see it. */
export function sign(verdict) {
  return h("span.verdict", { class: verdict }, icon(SIGNS[verdict] ?? "dash"), h("span.unseen", null, t(`verdict-${verdict}`)));
}

/** What only the checks tab needs: annotations and rendered summaries, by run. */
export async function annotationsOf(repo, runs) {
  const notes = await Promise.all(
    runs.map((run) => (run.output?.annotations_count ? all(`/repos/${repo}/check-runs/${run.id}/annotations`) : NONE)),
  );
  const summaries = await Promise.all(runs.map((run) => summaryOf(run.output?.summary, repo)));
  const texts = await Promise.all(runs.map((run) => summaryOf(run.output?.text, repo)));
  return Object.fromEntries(runs.flatMap((run, n) => [[`notes-${run.id}`, notes[n]], [`summary-${run.id}`, summaries[n]], [`text-${run.id}`, texts[n]]]));
}

async function summaryOf(text, repo) {
  if (!text) return null;
  try {
    return await rendered(text, repo);
  } catch {
    return null; // it is shown as it was written
  }
}

/** Every check run of the head commit. */
export function checks(state, { repo, number }) {
  if (!state.runs.length) return [h("p.nothing", { "data-key": "none" }, t("no-checks"))];
  return [h("div.checks", { "data-key": "checks" }, state.runs.map((run) => shown(run, state, repo, number)))];
}

function shown(run, state, repo, number) {
  const verdict = verdictOf(run);
  const notes = state[`notes-${run.id}`] ?? [];
  return h("section.check", { id: `run-${run.id}`, class: verdict, "data-key": `run-${run.id}`, "data-version": `${verdict} ${run.completed_at ?? ""}` },
    h("h2", null, sign(verdict), " ", run.name, run.app?.name ? h("span.role", null, run.app.name) : null),
    h("p.meta", null, h("code", null, run.head_sha.slice(0, 7)), " ", when(run.completed_at ?? run.started_at)),
    run.output?.title ? h("p.title", null, run.output.title) : null,
    written(run.output?.summary, state[`summary-${run.id}`]),
    written(run.output?.text, state[`text-${run.id}`]),
    notes.length ? h("h3", null, t("annotations", { count: notes.length })) : null,
    notes.length ? h("ul.notes", null, notes.map((note) => annotation(note, repo, number))) : null);
}

const written = (text, html) => (html ? prose(html) : text ? h("pre.plain", null, text) : null);

function annotation(note, repo, number) {
  const line = note.start_line ?? note.end_line;
  const to = `/${repo}/pull/${number}/files#${anchorOf(note.path)}-R${line}`;
  return h("li", { class: note.annotation_level },
    h("p", null, h("span.level", null, icon(LEVELS[note.annotation_level] ?? "info"), h("span.unseen", null, t(`level-${note.annotation_level}`))),
      " ", note.title ? h("b", null, note.title) : null, " ", h("a", { href: to }, h("code", null, `${note.path}:${line}`))),
    h("p.message", null, note.message),
    note.raw_details ? h("pre.plain", null, note.raw_details) : null);
}
