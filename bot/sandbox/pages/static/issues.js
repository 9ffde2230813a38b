// The list of issues, and a new one.

import { all, get, send } from "./api.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { asCommand, asTitle, badge, box, draft, keepDraft, label, spoken, stateOf, when } from "./parts.js";
import { t } from "./words.js";

const isIssue = (one) => !one.pull_request;
const isPull = (one) => Boolean(one.pull_request);

/** The list of issues (`kind` "issues") or pull requests ("pulls"). */
export function list(kind) {
  const wanted = kind === "issues" ? isIssue : isPull;
  return {
    title: ({ repo }) => `${t(kind)} · ${repo}`,
    load: async ({ repo }) => ({ things: await all(`/repos/${repo}/issues?state=all`) }),
    render: ({ things }, place) => rows(things.filter(wanted), kind, place),
  };
}

function rows(things, kind, { repo, query, session }) {
  const closed = query.get("state") === "closed";
  const open = things.filter((one) => one.state === "open");
  const shown = closed ? things.filter((one) => one.state !== "open") : open;
  const tab = (name, count, here, to) =>
    h("a", { href: to, "aria-current": here ? "page" : null }, `${t(name)} `, h("span.count", null, count));
  return [
    h("div.headline", { "data-key": "headline" },
      h("h1", null, t(kind)),
      kind === "issues" ? h("a.go", { href: `/${repo}/issues/new` }, t("new-issue")) : null),
    things.length
      ? h("section.list", { "data-key": "list" },
          h("nav.filter", { "aria-label": t("filter") },
            tab("open", open.length, !closed, `/${repo}/${kind}`),
            tab("closed", things.length - open.length, closed, `/${repo}/${kind}?state=closed`)),
          shown.length ? h("ul", null, shown.map((one) => row(one, repo, kind))) : h("p.nothing", null, t("none-here")))
      : welcome(kind, repo, session),
  ];
}

function row(one, repo, kind) {
  const to = `/${repo}/${kind === "issues" ? "issues" : "pull"}/${one.number}`;
  return h("li", { "data-key": `row-${one.number}` },
    badge(stateOf(one)),
    h("div.what", null,
      h("a.name", { href: to }, one.title), " ", (one.labels ?? []).map(label),
      h("p.meta", null, `#${one.number} · ${one.user?.login ?? "?"} · `, when(one.created_at))),
    one.comments ? h("a.talked", { href: to, "aria-label": t("comments", { count: one.comments }) }, icon("talk"), " ", one.comments) : null);
}

/** Nothing here yet: what to try first. */
function welcome(kind, repo, session) {
  if (kind !== "issues") {
    return h("section.welcome", { "data-key": "welcome" }, h("h2", null, t("no-pulls")), h("p", null, t("no-pulls-why")),
      h("p", null, h("a.go", { href: `/${repo}/issues/new` }, t("new-issue"))));
  }
  return h("section.welcome", { "data-key": "welcome" },
    h("h2", null, t("welcome")),
    h("p", null, t("welcome-what")),
    h("ol.steps", null, ["welcome-1", "welcome-2", "welcome-3"].map((name) => h("li", null, t(name)))),
    h("h3", null, t("try-one")),
    examples(session, (n) => ({ href: `/${repo}/issues/new?example=${n}` })));
}

function examples(session, props) {
  const one = (text, n) => {
    const given = props(n, text);
    return h("li", null, h(given.href ? "a.example" : "button.example", given, spoken(text)));
  };
  return h("ul.examples", null, session.examples.map(one));
}

/** A page to write a new issue on. */
export const fresh = {
  title: ({ repo }) => `${t("new-issue")} · ${repo}`,
  load: async ({ repo }) => ({ about: await get(`/repos/${repo}`, { calm: 60_000 }) }),
  render: (_, place) => {
    const example = place.session.examples[Number(place.query.get("example") ?? -1)];
    if (example && !draft("new-title")) choose(example);
    return [
      h("div.headline", { "data-key": "headline" }, h("h1", null, t("new-issue"))),
      h("div.columns", { "data-key": "columns" },
        h("div.talk", null, form()),
        h("aside", { "aria-label": t("try-one") },
          h("section.aside", null, h("h2", null, t("try-one")),
            examples(place.session, (_n, text) => ({ type: "button", "data-do": "example", "data-text": text }))),
          h("section.aside", null, h("h2", null, t("how")), h("p", null, t("how-what"))))),
    ];
  },
  actions: {
    example: (button) => {
      choose(button.dataset.text);
      const open = document.querySelector("form[data-do=open]");
      open.elements.title.value = draft("new-title");
      open.elements.body.value = draft("new-body");
      open.elements.body.focus();
    },
    open: async (open, { repo, go }) => {
      const made = await send("POST", `/repos/${repo}/issues`, {
        title: open.elements.title.value.trim(),
        body: open.elements.body.value,
      });
      keepDraft("new-title", "");
      keepDraft("new-body", "");
      go(`/${repo}/issues/${made.number}`);
    },
  },
};

function choose(text) {
  keepDraft("new-title", asTitle(text).slice(0, 120));
  keepDraft("new-body", asCommand(text));
}

function form() {
  const made = box({
    key: "new-body", doing: "open", name: t("description"), button: t("submit-issue"), rows: 8,
    placeholder: t("new-placeholder"), inserts: ["/cfg change ", "/cfg plan ", "/cfg help"],
  });
  const title = h("input", {
    id: "new-title", name: "title", required: true, maxlength: 256, "data-draft": "new-title", autocomplete: "off",
  });
  title.value = draft("new-title");
  made.prepend(h("label", { for: "new-title" }, t("title")), title);
  return made;
}
