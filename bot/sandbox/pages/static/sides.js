// The side column of an issue or pull request: labels, people, what points at what.

import { send } from "./api.js";
import { h } from "./morph.js";
import { aside, face, label } from "./parts.js";
import { t } from "./words.js";

/** Whether a text speaks of the issue, by number or address. */
export function pointsAt(text, number) {
  return new RegExp(`(?:#|/issues/)${number}(?![0-9])`).test(text ?? "");
}

/** The labels in the side column, to be taken off and put on. */
export function labels(given, number) {
  const off = (one) => h("button.off", { type: "button", "data-do": "unlabel", "data-name": one.name, "aria-label": t("remove-label", { name: one.name }) }, "×");
  const add = h("form.labelling", { "data-key": `label-${number}`, "data-keep": true, "data-do": "label" },
    h("label.unseen", { for: "new-label" }, t("add-label")),
    h("input", { id: "new-label", name: "name", required: true, maxlength: 50, placeholder: t("add-label"), autocomplete: "off" }),
    h("button.quiet", { type: "submit" }, t("add")));
  return aside(t("labels"),
    given?.length ? h("ul.labels", null, given.map((one) => h("li", { "data-key": `label-${one.name}` }, label(one), off(one)))) : h("p.nothing", null, t("none")), add);
}

/** What the labels' buttons do; an issue with the bot's label is a request as a whole. */
export const labelling = {
  label: async (form, { repo, number }) => {
    await send("POST", `/repos/${repo}/issues/${number}/labels`, { labels: [form.elements.name.value.trim()] });
    form.reset();
  },
  unlabel: (button, { repo, number }) =>
    send("DELETE", `/repos/${repo}/issues/${number}/labels/${encodeURIComponent(button.dataset.name)}`),
};

/** Everybody who spoke, once. */
export function participants(users) {
  const once = new Map(users.filter(Boolean).map((user) => [user.login, user]));
  return aside(t("participants"),
    h("ul.people", null, [...once.values()].map((user) => h("li", { "data-key": `person-${user.login}` }, face(user, "tiny"), " ", user.login))));
}
