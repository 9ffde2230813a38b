// One issue: what was said, and what is said about it, as it happens.

import { all, get, send } from "./api.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { aside, badge, box, columns, comment, rewriting, stateOf, when } from "./parts.js";
import { labelling, labels, participants, pointsAt } from "./sides.js";
import { t } from "./words.js";

/** The page of an issue. */
export const issue = {
  title: ({ number, repo }, state) => `${state ? `${state.issue.title} · ` : ""}#${number} · ${repo}`,
  load: async ({ repo, number, go }) => {
    const [found, comments, pulls] = await Promise.all([
      get(`/repos/${repo}/issues/${number}`, { calm: 2500 }),
      all(`/repos/${repo}/issues/${number}/comments`),
      all(`/repos/${repo}/pulls?state=all`, { calm: 2500 }),
    ]);
    if (found.pull_request) go(`/${repo}/pull/${number}${location.hash}`, { replace: true });
    return { issue: found, comments, pulls };
  },
  render: (state, place) => [heading(state.issue), columns(talk(state, place), about(state, place))],
  actions: {
    ...rewriting,
    ...labelling,
    comment: async (form, { repo, number }) => {
      await send("POST", `/repos/${repo}/issues/${number}/comments`, { body: form.elements.body.value });
    },
    state: (button, { repo, number }) =>
      send("PATCH", `/repos/${repo}/issues/${number}`, { state: button.dataset.state }),
  },
};

/** Title, number and where it stands. */
function heading(found) {
  return h("div.headline", { "data-key": "headline" },
    h("h1", null, found.title, " ", h("span.number", null, `#${found.number}`)),
    h("p.meta", { "data-key": "meta" }, badge(stateOf(found)), " ",
      h("b", null, found.user?.login ?? "?"), ` ${t("opened")} `, when(found.created_at),
      ` · ${t("comments", { count: found.comments ?? 0 })}`));
}

function talk({ issue: found, comments }, place) {
  const { repo } = place;
  return [
    h("div.thread", { "data-key": "thread" },
      comment(found, { id: `issue-${found.number}`, what: t("wrote"), place, path: `/repos/${repo}/issues/${found.number}` }),
      comments.map((one) => spoke(one, place)),
      found.state === "closed" ? event("tick", [h("b", null, found.closed_by?.login ?? ""), ` ${t("closed-this")} `, when(found.closed_at)]) : null),
    box({
      key: `comment-${found.number}`, doing: "comment", name: t("add-comment"), button: t("comment"),
      placeholder: t("comment-placeholder"), inserts: ["/cfg change ", "/cfg plan ", "/cfg help"],
    }),
    stateButton(found),
  ];
}

/** A comment below an issue or pull request. */
export const spoke = (one, place) =>
  comment(one, { id: `issuecomment-${one.id}`, place, path: `/repos/${place.repo}/issues/comments/${one.id}` });

/** Something that happened, between what was said. */
export function event(sign, content, kind = "") {
  return h("div.event", { class: kind, "data-key": `event-${sign}-${kind}` }, h("span.sign", null, icon(sign)), h("div", null, content));
}

/** Close, or open again. */
export function stateButton(thing) {
  const to = thing.state === "open" ? "closed" : "open";
  return h("p.row.end", { "data-key": "state" },
    h("button.quiet", { type: "button", "data-do": "state", "data-state": to },
      t(to === "closed" ? (thing.head ? "close-pull" : "close-issue") : "reopen")));
}

function about({ issue: found, comments, pulls }, { repo }) {
  const mine = pulls.filter((pull) => pointsAt(pull.body, found.number) && pull.number !== found.number);
  return [
    aside(t("development"),
      mine.length
        ? h("ul.links", null, mine.map((pull) =>
            h("li", { "data-key": `pull-${pull.number}`, "data-version": stateOf(pull) }, badge(stateOf(pull)), " ",
              h("a", { href: `/${repo}/pull/${pull.number}` }, `#${pull.number} ${pull.title}`))))
        : h("p.nothing", null, t("no-pull-yet"))),
    labels(found.labels, found.number),
    participants([found, ...comments].map((one) => one.user)),
  ];
}
