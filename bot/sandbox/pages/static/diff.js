// Changed files on the screen: lines, what differs in them, and the threads that stand on them.

import { icon } from "./icons.js";
import { h } from "./morph.js";
import { box } from "./parts.js";
import { rowsOf, shownLines } from "./patch.js";
import { spotOf, thread } from "./threads.js";
import { t } from "./words.js";

const SIGNS = { add: "+", del: "−", same: " ", hunk: "", note: "" };
const parsed = new WeakMap();

function rows(file) {
  if (!parsed.has(file)) parsed.set(file, rowsOf(file.patch));
  return parsed.get(file);
}

/**
 * Every changed file. `threads` stand at their lines. On a `place` (a pull request) lines can be
 * commented; its `writing` names the line a new comment is being written on ("path R12").
 */
export function changed(files, { threads = [], place = null } = {}) {
  const plus = files.reduce((sum, file) => sum + file.additions, 0);
  const minus = files.reduce((sum, file) => sum + file.deletions, 0);
  return [
    h("p.sum", { "data-key": "sum" }, t("files-changed", { count: files.length }), " ",
      h("span.plus", null, `+${plus}`), " ", h("span.minus", null, `−${minus}`)),
    h("div.changed", { "data-key": "changed" },
      h("nav.files", { "aria-label": t("files"), "data-key": "files" },
        h("ul", null, files.map((file) => link(file, threads)))),
      h("div.patches", { "data-key": "patches" }, files.map((file) => patched(file, threads, place)))),
  ];
}

export const anchorOf = (path) => `file-${path.replace(/[^\w.-]/g, "_")}`;

function link(file, threads) {
  const count = threads.filter((one) => one.path === file.filename).length;
  const cut = file.filename.lastIndexOf("/") + 1;
  return h("li", { "data-key": `link-${file.filename}` },
    h("a", { href: `#${anchorOf(file.filename)}`, title: file.filename },
      h("span.dir", null, file.filename.slice(0, cut)), h("span.base", null, file.filename.slice(cut)),
      count ? h("span.count", null, icon("talk"), " ", count) : null));
}

function patched(file, threads, place) {
  const here = threads.filter((one) => one.path === file.filename);
  const shown = shownLines(rows(file));
  const lost = here.filter((one) => !shown.has(spotOf(one)));
  return h("details.file", { id: anchorOf(file.filename), open: true, "data-key": `file-${file.filename}` },
    h("summary", null, h("span.path", null, file.previous_filename ? `${file.previous_filename} → ${file.filename}` : file.filename),
      file.status === "modified" ? null : h("span.role", null, t(`file-${file.status}`)),
      h("span.plus", null, `+${file.additions}`), h("span.minus", null, `−${file.deletions}`)),
    file.patch
      ? h("table.diff", { "aria-label": t("diff-of", { path: file.filename }) },
          h("tbody", null, rows(file).flatMap((row, n) => lines(file, row, n, here, place))))
      : h("p.nothing", null, t("no-patch")),
    lost.length ? h("div.outdated", { "data-key": "outdated" }, h("h3", null, t("outdated")), lost.map((one) => thread(one, place))) : null);
}

function lines(file, row, n, threads, place) {
  const spots = [row.old === null ? null : `L${row.old}`, row.now === null ? null : `R${row.now}`].filter(Boolean);
  const own = row.kind === "del" ? `L${row.old}` : `R${row.now}`;
  const here = threads.filter((one) => spots.includes(spotOf(one)));
  const spot = `${file.filename} ${own}`;
  const made = [line(file, row, n, own, spot, place !== null)];
  const writing = place?.writing === spot;
  if (here.length || writing) {
    made.push(h("tr.talked", { "data-key": `talk-${spot}` },
      h("td", { colspan: 3 }, here.map((one) => thread(one, place)), writing ? fresh(file, own) : null)));
  }
  return made;
}

function line(file, row, n, own, spot, mayWrite) {
  const open = mayWrite && row.kind !== "hunk" && row.kind !== "note";
  const button = () =>
    h("button.on", {
      type: "button", "data-do": "write", "data-spot": spot, "data-rove": file.filename, tabindex: n <= 1 ? "0" : "-1",
      "aria-label": t("comment-on", { line: own.slice(1) }),
    }, own.slice(1));
  const right = row.kind !== "del";
  return h("tr", { class: row.kind, "data-key": `line-${n}`, id: row.kind === "hunk" ? null : `${anchorOf(file.filename)}-${own}` },
    h("td.number", null, !right && open ? button() : row.old),
    h("td.number", null, right && open ? button() : row.now),
    h("td.code", { "data-sign": SIGNS[row.kind] }, marked(row)));
}

function marked(row) {
  if (row.from === undefined || row.from === row.to) return row.text || "\u200b";
  return [row.text.slice(0, row.from), h("mark", null, row.text.slice(row.from, row.to)), row.text.slice(row.to)];
}

function fresh(file, own) {
  return h("div.fresh", { "data-key": "fresh" },
    box({
      key: `line-${file.filename}-${own}`, doing: "remark", name: t("comment-on", { line: own.slice(1) }), button: t("comment"),
      rows: 3, placeholder: t("reply-placeholder"), inserts: ["/cfg revise "], facts: { path: file.filename, line: own.slice(1), side: own[0] === "L" ? "LEFT" : "RIGHT" },
    }),
    h("button.quiet", { type: "button", "data-do": "write", "data-spot": "" }, t("cancel")));
}
