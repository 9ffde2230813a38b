// A unified diff as GitHub gives it for one file (`patch`), as rows with line numbers.
//
// Pure: no document, no network.

/**
 * Rows of a patch: {kind: "hunk" | "same" | "del" | "add" | "note", text, old, now, from, to}.
 * `old` and `now` are line numbers (null where the side has no such line); `from` and `to` bound
 * the characters that differ from the row it replaces.
 */
export function rowsOf(patch) {
  const rows = [];
  let old = 0;
  let now = 0;
  for (const line of (patch ?? "").split("\n")) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(line);
    if (head) {
      [old, now] = [Number(head[1]), Number(head[2])];
      rows.push({ kind: "hunk", text: line, old: null, now: null });
    } else if (line.startsWith("+")) rows.push({ kind: "add", text: line.slice(1), old: null, now: now++ });
    else if (line.startsWith("-")) rows.push({ kind: "del", text: line.slice(1), old: old++, now: null });
    else if (line.startsWith("\\")) rows.push({ kind: "note", text: line.slice(2), old: null, now: null });
    else if (rows.length && line.startsWith(" ")) rows.push({ kind: "same", text: line.slice(1), old: old++, now: now++ });
  }
  return marked(rows);
}

/** Pairs as many removed lines as were added right after them, and marks what differs in each. */
function marked(rows) {
  let at = 0;
  while (at < rows.length) {
    const gone = run(rows, at, "del");
    const come = run(rows, at + gone, "add");
    if (gone === come) for (let n = at; n < at + gone; n += 1) differ(rows[n], rows[n + gone]);
    at += gone + come || 1;
  }
  return rows;
}

function run(rows, at, kind) {
  let length = 0;
  while (rows[at + length]?.kind === kind) length += 1;
  return length;
}

function differ(one, other) {
  const [a, b] = [[...one.text], [...other.text]];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  if (start + end < 2) return; // hardly anything alike: marking all of it would say nothing
  [one.from, one.to] = word(a, start, a.length - end);
  [other.from, other.to] = word(b, start, b.length - end);
}

/** The range widened to whole words, numbers and addresses, in UTF-16 units. */
function word(letters, from, to) {
  const inside = (at) => at >= 0 && at < letters.length && /[\p{L}\p{N}_.]/u.test(letters[at]);
  let [start, end] = [from, to];
  while (start > 0 && inside(start - 1)) start -= 1;
  while (inside(end)) end += 1;
  return [letters.slice(0, start).join("").length, letters.slice(0, end).join("").length];
}

/** Which lines a patch shows: "L12", "R14". */
export function shownLines(rows) {
  const shown = new Set();
  for (const row of rows) {
    if (row.old !== null) shown.add(`L${row.old}`);
    if (row.now !== null) shown.add(`R${row.now}`);
  }
  return shown;
}
