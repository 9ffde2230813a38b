// Text that people wrote, as the server rendered it (`body_html`).
//
// The server sanitizes; this is the second lock. Only elements and attributes of the list survive,
// so that no text can carry a script, a style, or one of our own buttons (`data-do`).

import { h } from "./morph.js";
import { t } from "./words.js";

const ELEMENTS = new Set(
  (
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li " +
    "ol p pre q s samp span strike strong sub summary sup table tbody td tfoot th thead tr tt ul"
  ).split(" "),
);
const DROPPED = new Set("script style template iframe object embed form svg math textarea".split(" "));
const ATTRIBUTES = {
  a: ["href", "title"],
  img: ["src", "alt", "title", "width", "height"],
  ol: ["start"],
  td: ["align", "colspan", "rowspan"],
  th: ["align", "colspan", "rowspan"],
  details: ["open"],
  input: ["checked"],
};

/** `html` as an element that holds only harmless markup. */
export function prose(html) {
  const parsed = new DOMParser().parseFromString(html ?? "", "text/html");
  const box = h("div.prose", null);
  box.append(...[...parsed.body.childNodes].map(clean).filter(Boolean));
  refer(box);
  for (const link of box.querySelectorAll("a[href]")) shorten(link);
  for (const table of box.querySelectorAll("table")) {
    const long = table.rows.length > 9 ? "long" : "";
    const frame = h("div.wide", { class: long, tabindex: "0", role: "group", "aria-label": t("table") });
    table.replaceWith(frame);
    frame.append(table);
  }
  return box;
}

// What GitHub makes links of by itself: addresses, and numbers of issues and pull requests.
const REFERENCE = /(https?:\/\/[\w.~:/?#@!$&*+,;=%[\]-]*[\w/])|(?<![\w&/#])#([1-9]\d*)(?!\w)/g;

function refer(box) {
  const home = location.pathname.split("/").slice(0, 3).join("/");
  const walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("a, code, pre")) texts.push(walk.currentNode);
  for (const text of texts) {
    const parts = text.data.split(REFERENCE); // text, address, number, text, …
    if (parts.length === 1) continue;
    const made = parts.map((part, n) => {
      if (!part || n % 3 === 0) return part ?? "";
      return n % 3 === 1 ? h("a", { href: part, rel: "noopener noreferrer nofollow" }, part) : h("a", { href: `${home}/issues/${part}` }, `#${part}`);
    });
    text.replaceWith(...made);
  }
}

/** An address of ours that stands as text reads "#12", as it does on GitHub. */
function shorten(link) {
  const found = /^https?:\/\/[^/]+\/[\w.-]+\/[\w.-]+\/(?:issues|pull)\/(\d+)(?:#.*)?$/.exec(link.textContent);
  if (found && new URL(link.href).origin === location.origin) link.textContent = `#${found[1]}`;
}

function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.nodeValue);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const name = node.localName;
  if (DROPPED.has(name)) return null;
  if (name === "input" && node.type !== "checkbox") return null;
  const copy = document.createElement(ELEMENTS.has(name) ? name : "span");
  if (name === "img") copy.loading = "lazy"; // drawn again and again, loaded once on the screen
  for (const attribute of ATTRIBUTES[name] ?? []) {
    const value = node.getAttribute(attribute);
    if (value !== null && harmless(attribute, value)) copy.setAttribute(attribute, value);
  }
  if (name === "input") {
    copy.type = "checkbox";
    copy.disabled = true;
  }
  if (name === "a") copy.rel = "noopener noreferrer nofollow";
  copy.append(...[...node.childNodes].map(clean).filter(Boolean));
  return copy;
}

function harmless(attribute, value) {
  if (attribute !== "href" && attribute !== "src") return true;
  try {
    const { protocol } = new URL(value, location.href);
    return attribute === "src"
      ? ["http:", "https:", "data:"].includes(protocol)
      : ["http:", "https:", "mailto:"].includes(protocol);
  } catch {
    return false;
  }
}
