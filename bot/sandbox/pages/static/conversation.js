// The conversation of a pull request, in the order it happened, and the box that says whether it merges.

import { event, spoke, stateButton } from "./issue.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { aside, box, columns, comment, when } from "./parts.js";
import { labels, participants, pointsAt } from "./sides.js";
import { thread, threadsOf } from "./threads.js";
import { sign, verdictOf } from "./checks.js";
import { t } from "./words.js";

const REVIEWS = { APPROVED: "review-approved", CHANGES_REQUESTED: "review-changes", COMMENTED: "review-commented", DISMISSED: "review-dismissed" };

/** Everything of the first tab. */
export function conversation(state, place) {
  return [columns(talk(state, place), about(state, place))];
}

function talk(state, place) {
  const { number } = place;
  const { pull, issue } = state;
  const threads = threadsOf(state.remarks, state.known);
  const moments = [
    ...state.comments.map((one) => [one.created_at, spoke(one, place)]),
    ...state.commits.map((one) => [one.commit.committer?.date, pushed(one, pull)]),
    ...state.reviews.filter((one) => one.state !== "PENDING").map((one) => [one.submitted_at, review(one, threads, place)]),
    ...threads.filter((one) => !state.reviews.some((two) => two.id === one.review)).map((one) => [one.comments[0].created_at, lone(one, place)]),
    ...(pull.merged_at ? [[pull.merged_at, ended(pull)]] : []),
    ...(!pull.merged_at && pull.closed_at ? [[pull.closed_at, event("cross", [h("b", null, issue.closed_by?.login ?? ""), " ", t("closed-this"), " ", when(pull.closed_at)], "closed")]] : []),
  ];
  moments.sort(([one], [other]) => Date.parse(one ?? 0) - Date.parse(other ?? 0));
  return [
    h("div.thread", { "data-key": "thread" },
      comment({ ...pull, reactions: issue.reactions, body_html: pull.body_html ?? issue.body_html }, { id: `issue-${number}`, what: t("wrote") }),
      moments.map(([, node]) => node)),
    merging(state),
    box({
      key: `comment-${number}`, doing: "comment", name: t("add-comment"), button: t("comment"),
      placeholder: t("pull-placeholder"), inserts: ["/cfg revise ", "/cfg change ", "/cfg help"],
    }),
    pull.merged_at ? null : stateButton(pull),
  ];
}

function pushed(one, pull) {
  const title = one.commit.message.split("\n")[0];
  return h("div.event.commit", { "data-key": `commit-${one.sha}` }, h("span.sign", null, icon("commit")),
    h("div", null, h("b", null, one.author?.login ?? one.commit.author?.name ?? "?"), ` ${t("committed")} `,
      h("a", { href: `/${pull.base.repo.full_name}/commit/${one.sha}` }, h("code", null, one.sha.slice(0, 7))), " ", title));
}

/** A review: its verdict and body, and the threads it began. */
function review(one, threads, place) {
  const mine = threads.filter((two) => two.review === one.id);
  const said = { ...one, created_at: one.submitted_at };
  const shown = mine.map((two) => thread(two, place, { context: true }));
  if (!one.body && one.state === "COMMENTED" && !mine.length) return null; // a reply: it stands in its thread
  if (!one.body && one.state === "COMMENTED") {
    return h("div.review", { "data-key": `review-${one.id}`, id: `pullrequestreview-${one.id}` }, shown);
  }
  const kind = { APPROVED: "good", CHANGES_REQUESTED: "bad" }[one.state] ?? "";
  return h("div.review", { "data-key": `review-${one.id}`, class: kind },
    comment(said, { id: `pullrequestreview-${one.id}`, what: t(REVIEWS[one.state] ?? "review-commented") }), shown);
}

const lone = (one, place) => h("div.review", { "data-key": `lone-${one.root}` }, thread(one, place, { context: true }));

function ended(pull) {
  return h("div.event.merged", { "data-key": "merged" }, h("span.sign", null, icon("merged")),
    h("div", null, h("b", null, pull.merged_by?.login ?? "?"), ` ${t("merged-commit")} `,
      h("a", { href: `/${pull.base.repo.full_name}/commit/${pull.merge_commit_sha}` }, h("code", null, pull.merge_commit_sha.slice(0, 7))), " ", when(pull.merged_at)));
}

/** Whether it merges: checks, what GitHub says of it, and a button for people. */
function merging({ pull, runs, statuses }) {
  if (pull.merged_at) {
    return h("section.merging.merged", { "data-key": "merging", "aria-label": t("merging") },
      h("h2", null, t("merged-done")), h("p", null, t("merged-why")));
  }
  if (pull.state !== "open") return null;
  const state = known(pull.mergeable_state);
  const clean = state === "clean" || state === "has_hooks";
  const failed = state === "dirty" || runs.some((run) => verdictOf(run) === "failure");
  const kind = failed ? "bad" : clean ? "good" : "wait";
  return h("section.merging", { class: kind, "data-key": "merging", "aria-label": t("merging") },
    h("h2", null, t(`mergeable-${state}`)),
    h("ul.runs", null, runs.map((run) => line(verdictOf(run), run.name, run.output?.title ?? "", pull)),
      (statuses?.statuses ?? []).map((one) => line({ success: "success", pending: "running" }[one.state] ?? "failure", one.context, one.description ?? "", pull))),
    runs.length || statuses?.statuses?.length ? null : h("p.nothing", null, t("no-checks")),
    h("p.row", { "data-key": "press" },
      h("button", { class: kind === "good" ? "go" : "quiet", type: "button", "data-do": "merge", disabled: !clean && state !== "unstable" }, t("merge-button")), " ",
      h("span.hint", null, t("merge-hint"))));
}

const STATES = new Set("clean blocked behind dirty unstable draft has_hooks".split(" "));
const known = (state) => (STATES.has(state) ? state : "unknown");

const line = (verdict, name, title, pull) =>
  h("li", { "data-key": `run-${name}`, "data-version": verdict }, sign(verdict), " ",
    h("a", { href: `/${pull.base.repo.full_name}/pull/${pull.number}/checks` }, h("b", null, name)), " ", h("span.meta", null, title));

function about({ pull, issue, comments, reviews }, { repo }) {
  const asked = [...new Set([...(pull.body ?? "").matchAll(/(?:#|\/issues\/)([0-9]+)/g)].map((found) => Number(found[1])))]
    .filter((number) => number !== pull.number && pointsAt(pull.body, number)).slice(0, 5);
  return [
    aside(t("asked-in"),
      asked.length ? h("ul.links", null, asked.map((number) => h("li", null, h("a", { href: `/${repo}/issues/${number}` }, `#${number}`)))) : h("p.nothing", null, t("none"))),
    labels(issue.labels, pull.number),
    aside(t("reviewers"), reviewers(reviews)),
    participants([pull.user, ...comments.map((one) => one.user), ...reviews.map((one) => one.user)]),
  ];
}

function reviewers(reviews) {
  const last = new Map(reviews.filter((one) => one.state !== "PENDING").map((one) => [one.user?.login ?? "?", one.state]));
  if (!last.size) return h("p.nothing", null, t("none"));
  return h("ul.people", null, [...last].map(([login, state]) =>
    h("li", { "data-key": `reviewer-${login}` }, sign({ APPROVED: "success", CHANGES_REQUESTED: "failure" }[state] ?? "neutral"), " ", login)));
}
