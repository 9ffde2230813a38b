// The few signs the pages draw themselves, so that no font has to have them.

const NS = "http://www.w3.org/2000/svg";
const DRAWN = {
  open: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 8h.01",
  pull: "M4 5.4v9M4 5.4a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12 10.6a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zm0 0V7a3 3 0 0 0-3-3H7.5m1.8-2L7.3 4l2 2",
  merged: "M4 5.4v9M4 5.4a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12.2 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM4 5.4c.3 1.7 2.7 2.6 6.4 2.6",
  draft: "M8 1.8a6.2 6.2 0 0 1 5.4 3.1M14.2 8a6.2 6.2 0 0 1-3.1 5.4M8 14.2A6.2 6.2 0 0 1 2.6 11.1M1.8 8a6.2 6.2 0 0 1 3.1-5.4",
  tick: "M2.8 8.5l3.4 3.4 7-7.8",
  cross: "M3.5 3.5l9 9m0-9l-9 9",
  dots: "M8 3.5v5l3 2M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z",
  dash: "M3.5 8h9",
  alert: "M8 3v6.2M8 12.8v.01",
  info: "M8 7.2v5.8M8 3.6v.01",
  commit: "M1 8h4m6 0h4M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  talk: "M2 3h12v8H7.5L4.5 13.6V11H2z",
  folder: "M1.8 3.6h4.4l1.6 1.9h6.4v7.3H1.8z",
  file: "M3.5 1.8h6L12.5 5v9.2h-9zM9.3 1.8V5.2h3.2",
  up: "M8 13.5v-11M3.8 6.6L8 2.4l4.2 4.2",
};

/** A sign as a drawing that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", DRAWN[name]);
  svg.append(path);
  return svg;
}
