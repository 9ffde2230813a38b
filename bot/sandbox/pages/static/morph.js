// Building elements, and changing what is on the screen into what should be there.
//
// Views are plain functions from data to elements. `morph` then touches only what differs, so that
// focus, scrolling, opened details and text being typed stay as they are.

/**
 * An element. `props` are attributes; `style` is an object of CSS properties (set through the
 * CSSOM, which a strict CSP allows); null, undefined and false leave an attribute out.
 * Children are nodes, strings, numbers, arrays of these, or nothing.
 */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "style") for (const [css, to] of Object.entries(value)) node.style.setProperty(css, to);
    else if (key === "class") node.className = `${node.className} ${value}`.trim();
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== true)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** Makes the children of `parent` equal to `wanted`, keeping every node that can be kept. */
export function morph(parent, ...wanted) {
  const next = flat(wanted).map((one) => (one instanceof Node ? one : document.createTextNode(one)));
  const nodes = next.flatMap((one) =>
    one.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? [...one.childNodes] : [one],
  );
  const keys = new Set(nodes.map(keyOf).filter(Boolean));
  const kept = new Map();
  for (const child of [...parent.childNodes]) {
    const key = keyOf(child);
    if (key && (!keys.has(key) || kept.has(key))) child.remove();
    else if (key) kept.set(key, child);
  }
  let cursor = parent.firstChild;
  for (const node of nodes) cursor = place(parent, cursor, node, kept);
  while (cursor) {
    const after = cursor.nextSibling;
    cursor.remove();
    cursor = after;
  }
}

function place(parent, cursor, node, kept) {
  const key = keyOf(node);
  const match = key ? kept.get(key) : cursor;
  if (!match || keyOf(match) !== key || !alike(match, node)) {
    parent.insertBefore(node, cursor);
    if (key && match) match.remove();
    return match === cursor && key ? node.nextSibling : cursor;
  }
  if (match !== cursor) parent.insertBefore(match, cursor);
  patch(match, node);
  return match === cursor ? cursor.nextSibling : cursor;
}

const keyOf = (node) => node.dataset?.key;
const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName;

function patch(node, next) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.nodeValue !== next.nodeValue) node.nodeValue = next.nodeValue;
    return;
  }
  if (node.hasAttribute("data-keep")) return;
  const renewed = node.dataset.version !== next.dataset.version;
  attributes(node, next);
  morph(node, ...next.childNodes);
  if (renewed) flash(node);
}

function attributes(node, next) {
  for (const { name } of [...node.attributes]) {
    if (!next.hasAttribute(name) && !own(node, name)) node.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (node.getAttribute(name) === value || own(node, name)) continue;
    if (name === "style") node.style.cssText = next.style.cssText;
    else node.setAttribute(name, value);
  }
}

/** What the reader has opened, or walked to, is theirs. */
const own = (node, name) =>
  (name === "open" && node.nodeName === "DETAILS") || (name === "tabindex" && "rove" in node.dataset);

/** Shows for a moment that something has just changed. */
export function flash(node) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const glow = getComputedStyle(node).getPropertyValue("--glow") || "rgb(212 167 44 / 30%)";
  node.animate([{ boxShadow: `0 0 0 4px ${glow}` }, { boxShadow: "0 0 0 4px transparent" }], {
    duration: 1800,
    easing: "ease-out",
  });
}
