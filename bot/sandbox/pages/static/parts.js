// The pieces every page is made of: faces, badges, times, comments, boxes to write in.

import { send } from "./api.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { prose } from "./safe_html.js";
import { language, t } from "./words.js";

const REACTIONS = {
  "+1": "👍", "-1": "👎", laugh: "😄", hooray: "🎉", confused: "😕", heart: "❤️", rocket: "🚀", eyes: "👀",
};
const STEPS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [2592000, "day", 86400]];

/** A face: the first letter on a colour of the login's own. */
export function face(user, size = "") {
  const login = user?.login ?? "?";
  let hue = 0;
  for (const letter of login) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  const kind = isBot(user) ? "bot" : "";
  const letter = isBot(user) ? icon("commit") : (login[0] ?? "?").toUpperCase();
  return h("span.face", { class: `${kind} ${size}`, style: { "--hue": hue }, "aria-hidden": "true" }, letter);
}

export const isBot = (user) => user?.type === "Bot" || (user?.login ?? "").endsWith("[bot]");

/** A moment, said as people say it; the exact one on hover. */
export function when(iso) {
  if (!iso) return null;
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  const exact = new Date(iso).toLocaleString(language());
  return h("time", { datetime: iso, title: exact }, ago(seconds, exact));
}

function ago(seconds, exact) {
  if (seconds < 10) return t("now");
  for (const [below, unit, size] of STEPS) {
    if (seconds < below) {
      const form = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
      return form.format(-Math.floor(seconds / size), unit);
    }
  }
  return exact;
}

/** A label, in its own colour on light and dark. */
export function label(one) {
  const colour = /^[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color}` : "#888888";
  return h("span.label", { style: { "--c": colour }, title: one.description || null }, one.name);
}

/** Where an issue (open, done) or pull request (pull, draft, merged, closed) stands. */
export function badge(state) {
  const signs = { open: "open", pull: "pull", closed: "cross", merged: "merged", draft: "draft", done: "tick" };
  const words = { done: "closed", pull: "open" }[state] ?? state;
  return h("span.badge", { class: state }, icon(signs[state]), t(`state-${words}`));
}

export function stateOf(thing) {
  const pull = thing.pull_request ?? (thing.head ? thing : null);
  if (pull?.merged_at) return "merged";
  if (thing.state === "open") return thing.draft ? "draft" : pull ? "pull" : "open";
  return pull ? "closed" : "done";
}

/** What people answered with a face. */
export function reactions(summary) {
  const given = Object.entries(REACTIONS).filter(([name]) => summary?.[name] > 0);
  if (!given.length) return null;
  const one = ([name, sign]) =>
    h("li.reaction", { "data-key": `reaction-${name}`, "data-version": summary[name], title: name },
      h("span", { "aria-hidden": "true" }, sign), h("span.unseen", null, name), ` ${summary[name]}`);
  return h("ul.reactions", { "data-key": "reactions", "aria-label": t("reactions") }, given.map(one));
}

const ROLES = { OWNER: "role-owner", MEMBER: "role-member", COLLABORATOR: "role-collaborator" };

/**
 * Something said, as a card. `what` says what its author did; `path` is where the API takes a new
 * wording of it, which only its author on `place` is offered.
 */
export function comment(said, { id, what = t("commented"), small = false, path = null, place = null }) {
  const edited = said.updated_at && Date.parse(said.updated_at) - Date.parse(said.created_at) > 1000;
  const role = isBot(said.user) ? "bot" : ROLES[said.author_association];
  const written = said.created_at ?? said.submitted_at;
  const mine = path && said.user?.login === place?.session.person.login;
  return h("article.said", {
    id, "data-key": id, "data-version": `${said.updated_at ?? ""} ${said.body ?? ""}`, class: small ? "small" : "",
    "aria-label": t("said-by", { who: said.user?.login ?? "?" }), tabindex: "-1",
  },
    h("header", null,
      face(said.user, "tiny"), h("b", null, said.user?.login ?? "?"), h("span.what", null, what),
      h("a.when", { href: `#${id}` }, when(written)),
      edited ? h("span.edited", { title: new Date(said.updated_at).toLocaleString(language()) }, t("edited")) : null,
      h("span.right", null,
        mine ? h("button.quiet", { type: "button", "data-do": "edit", "data-id": id, "data-text": said.body ?? "" }, t("edit")) : null,
        role ? h("span.role", null, role === "bot" ? t("bot") : t(role)) : null)),
    mine && place.editing === id
      ? rewording(id, path)
      : h("div.body", { "data-key": "body" }, said.body_html ? prose(said.body_html) : plain(said.body)),
    reactions(said.reactions));
}

function rewording(id, path) {
  return h("div.rewording", { "data-key": "rewording" },
    box({ key: `edit-${id}`, doing: "reword", name: t("edit"), button: t("save"), facts: { path } }),
    h("button.quiet", { type: "button", "data-do": "edit", "data-id": "" }, t("cancel")));
}

/** Actions of every page that shows comments: say it in other words. */
export const rewriting = {
  edit: (button, place) => {
    const { id, text } = button.dataset;
    if (id) keepDraft(`edit-${id}`, text);
    place.editing = id || null;
    place.draw();
    document.querySelector(".rewording textarea")?.focus();
  },
  reword: async (form, place) => {
    await send("PATCH", form.dataset.path, { body: form.elements.body.value });
    place.editing = null;
    place.draw();
  },
};

/** Text without a rendering: as it is, or that there is none. */
function plain(text) {
  return text ? h("pre.plain", null, text) : h("p.nothing", null, t("no-description"));
}

/**
 * A box to write in, which no update ever touches. `doing` names the action of its form, `facts`
 * are handed to it as data attributes, `inserts` are commands to begin with.
 */
export function box({ key, doing, name, button, placeholder = "", facts = {}, inserts = [], rows = 4 }) {
  const id = `box-${key}`.replace(/[^\w-]/g, "_");
  const data = Object.fromEntries(Object.entries(facts).map(([one, value]) => [`data-${one}`, value]));
  const area = h("textarea", {
    id, name: "body", rows, placeholder, required: true, maxlength: 65536, "data-draft": key,
    "aria-describedby": `${id}-hint`, "aria-label": name, autocomplete: "off", spellcheck: "false", style: { "--rows": rows },
  });
  area.value = draft(key);
  return h("form.box", { "data-key": `form-${key}`, "data-keep": true, "data-do": doing, ...data },
    h("label", { for: id }, name),
    inserts.length
      ? h("div.inserts", { role: "group", "aria-label": t("insert-command") },
          inserts.map((text) => h("button.chip", { type: "button", "data-do": "insert", "data-text": text, "data-into": id }, h("code", null, text.trim()))))
      : null,
    area,
    h("p.wrong", { role: "alert", hidden: true }),
    h("div.row", null,
      h("span.hint", { id: `${id}-hint` }, t("ctrl-enter")),
      h("button.go", { type: "submit" }, button)));
}

export function draft(key) {
  return sessionStorage.getItem(`draft ${key}`) ?? "";
}

export function keepDraft(key, text) {
  if (text) sessionStorage.setItem(`draft ${key}`, text);
  else sessionStorage.removeItem(`draft ${key}`);
}

/** A box of the side column. */
export function aside(title, ...content) {
  return h("section.aside", { "data-key": `aside-${title}` }, h("h2", null, title), ...content);
}

/** Two columns: what is said, and what is known about it. */
export function columns(main, side) {
  return h("div.columns", { "data-key": "columns" }, h("div.talk", null, main), h("aside", { "aria-label": t("about") }, side));
}

/** A request as a person gives it to the bot. */
export const asCommand = (text) => (/^\/cfg\b/.test(text.trim()) ? text.trim() : `/cfg change ${text.trim()}`);

/** The verb of a request, and what it says. */
export function spoken(text) {
  const [, verb, rest] = /^(\/cfg(?:\s+\w+)?)\s*([^]*)$/.exec(asCommand(text));
  return [h("code", null, verb), " ", rest];
}

/** A request without the command before it. */
export const asTitle = (text) => asCommand(text).replace(/^\/cfg\s+\w+\s+/, "");
