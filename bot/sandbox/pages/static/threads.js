// Review threads: comments on a line and their replies, and whether they are resolved.

import { graphql } from "./api.js";
import { h } from "./morph.js";
import { box, comment } from "./parts.js";
import { rowsOf } from "./patch.js";
import { t } from "./words.js";

// https://docs.github.com/graphql/reference/objects#pullrequestreviewthread
const ASK = `query($owner:String!,$name:String!,$number:Int!){
  repository(owner:$owner,name:$name){pullRequest(number:$number){
    reviewThreads(first:100){nodes{id isResolved isOutdated comments(first:1){nodes{databaseId}}}}}}}`;
const RESOLVE = "mutation($id:ID!){resolveReviewThread(input:{threadId:$id}){thread{id isResolved}}}";
const UNRESOLVE = "mutation($id:ID!){unresolveReviewThread(input:{threadId:$id}){thread{id isResolved}}}";

/** What GraphQL knows of the threads; empty where it does not answer, for REST has the words. */
export async function states(repo, number) {
  const [owner, name] = repo.split("/");
  try {
    return await graphql(ASK, { owner, name, number }, { calm: 5000 });
  } catch {
    return null;
  }
}

/** Resolves a thread, or opens it again. */
export const settle = (id, resolved) => graphql(resolved ? RESOLVE : UNRESOLVE, { id });

/** The threads of a pull request, oldest first, from its review comments and `states`. */
export function threadsOf(comments, known) {
  const nodes = known?.repository?.pullRequest?.reviewThreads?.nodes ?? [];
  const facts = new Map(nodes.map((node) => [node.comments?.nodes?.[0]?.databaseId, node]));
  const threads = new Map();
  for (const one of comments) {
    const root = one.in_reply_to_id ?? one.id;
    if (!threads.has(root)) threads.set(root, { ...blank(one, root), ...seen(facts.get(root)) });
    threads.get(root).comments.push(one);
  }
  return [...threads.values()];
}

const blank = (one, root) => ({
  root, path: one.path, side: one.side ?? "RIGHT", line: one.line ?? null, was: one.original_line ?? null,
  hunk: one.diff_hunk, review: one.pull_request_review_id, comments: [], id: null, resolved: null, outdated: (one.line ?? null) === null,
});
const seen = (node) => (node ? { id: node.id, resolved: node.isResolved, outdated: node.isOutdated } : {});

/** Where in a diff a thread stands: "L12" or "R14". */
export const spotOf = (one) => `${one.side === "LEFT" ? "L" : "R"}${one.line}`;

/** A thread with a box to reply in; `context` shows the lines it is about. */
export function thread(one, place, { context = false } = {}) {
  const line = one.line ?? one.was;
  return h("details.review-thread", {
    "data-key": `thread-${one.root}-${one.resolved ? "done" : "open"}`, class: one.resolved ? "resolved" : "", open: !one.resolved,
  },
    h("summary", null, h("span.path", null, `${one.path}${line ? `:${line}` : ""}`),
      one.outdated ? h("span.role", null, t("outdated")) : null,
      one.resolved ? h("span.role.good", null, t("resolved")) : null),
    context && one.hunk ? excerpt(one.hunk) : null,
    one.comments.map((said) => comment(said, { id: `discussion_r${said.id}`, small: true, place, path: `/repos/${place.repo}/pulls/comments/${said.id}` })),
    box({
      key: `reply-${one.root}`, doing: "reply", name: t("reply"), button: t("reply"), rows: 1, placeholder: t("reply-placeholder"),
      inserts: ["/cfg revise "], facts: { root: one.root },
    }),
    one.id
      ? h("p.row.end", { "data-key": "settle" },
          h("button.quiet", { type: "button", "data-do": "settle", "data-id": one.id, "data-to": one.resolved ? "open" : "resolved" },
            t(one.resolved ? "unresolve" : "resolve")))
      : null);
}

/** The last lines before the comment, as the diff showed them when it was written. */
function excerpt(hunk) {
  const rows = rowsOf(hunk).filter((row) => row.kind !== "hunk" && row.kind !== "note").slice(-4);
  return h("table.diff", { "aria-label": t("excerpt") },
    h("tbody", null, rows.map((row) =>
      h("tr", { class: row.kind }, h("td.number", null, row.old), h("td.number", null, row.now),
        h("td.code", { "data-sign": { add: "+", del: "−" }[row.kind] ?? " " }, row.text)))));
}
