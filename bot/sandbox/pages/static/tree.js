// The files of a branch or commit, and one commit's changes.

import { get, once } from "./api.js";
import { changed } from "./diff.js";
import { icon } from "./icons.js";
import { h } from "./morph.js";
import { face, when } from "./parts.js";
import { t } from "./words.js";

const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

/** Folders and files; `place.ref` is null for the default branch, `place.path` a folder or file. */
export const tree = {
  title: ({ path, repo }) => `${path || t("files")} · ${repo}`,
  load: async ({ repo, ref, path }) => {
    const about = await get(`/repos/${repo}`, { calm: 60_000 });
    const at = ref ?? about.default_branch;
    const below = path ? `/${encoded(path)}` : "";
    const found = await get(`/repos/${repo}/contents${below}?ref=${encodeURIComponent(at)}`, { calm: 2500 });
    const latest = await get(`/repos/${repo}/commits/${encodeURIComponent(at)}`, { calm: 2500 }).catch((trouble) => {
      if (trouble.status) return null;
      throw trouble;
    });
    return { at, found, latest };
  },
  render: ({ at, found, latest }, { repo, path }) => [
    h("div.headline", { "data-key": "headline" }, h("h1", null, crumbs(repo, at, path)),
      h("p.meta", null, h("code.ref", null, at), latest ? [" ", commitLine(latest, repo)] : null)),
    Array.isArray(found) ? folder(found, repo, at, path) : file(found),
  ],
};

function commitLine(one, repo) {
  return [
    h("a", { href: `/${repo}/commit/${one.sha}` }, h("code", null, one.sha.slice(0, 7))), " ",
    one.commit.message.split("\n")[0], " · ", when(one.commit.committer?.date),
  ];
}

function crumbs(repo, at, path) {
  const parts = path.split("/").filter(Boolean);
  const steps = parts.map((name, n) => [
    h("span.slash", null, " / "),
    n === parts.length - 1 ? name : h("a", { href: `/${repo}/tree/${encoded(at)}/${encoded(parts.slice(0, n + 1).join("/"))}` }, name),
  ]);
  return [parts.length ? h("a", { href: `/${repo}/tree/${encoded(at)}` }, repo.split("/")[1]) : repo.split("/")[1], steps];
}

function folder(entries, repo, at, path) {
  const sorted = [...entries].sort((one, other) =>
    (one.type === "dir" ? 0 : 1) - (other.type === "dir" ? 0 : 1) || one.name.localeCompare(other.name));
  const above = path.split("/").slice(0, -1).join("/");
  const up = path ? [h("li", { "data-key": "up" }, icon("up"), h("a", { href: `/${repo}/tree/${encoded(at)}/${encoded(above)}` }, ".."))] : [];
  return h("section.list.tree", { "data-key": "folder" },
    h("ul", null, up, sorted.map((one) =>
      h("li", { "data-key": `entry-${one.name}` },
        icon(one.type === "dir" ? "folder" : "file"),
        h("a", { href: `/${repo}/tree/${encoded(at)}/${encoded(one.path)}` }, one.name + (one.type === "dir" ? "/" : "")),
        one.type === "file" ? h("span.meta", null, size(one.size)) : null))));
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`);

function file(found) {
  const text = decoded(found);
  if (text === null) return h("p.nothing", { "data-key": "file" }, t("no-text"));
  const lines = text.replace(/\n$/, "").split("\n");
  return h("section.file", { "data-key": "file" },
    h("p.sum", null, t("lines", { count: lines.length }), " · ", size(found.size)),
    h("table.diff.plain", { "aria-label": found.path },
      h("tbody", null, lines.map((line, n) =>
        h("tr.same", { "data-key": `line-${n}`, id: `L${n + 1}` }, h("td.number", null, n + 1), h("td.code", { "data-sign": "" }, line || "\u200b"))))));
}

/** The text of a contents answer; null where it is no text or not given. */
function decoded(found) {
  if (found.encoding !== "base64" || typeof found.content !== "string") return null;
  const bytes = Uint8Array.from(atob(found.content.replace(/\s/g, "")), (one) => one.codePointAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** One commit: who, when, why and what. */
export const commit = {
  title: ({ sha, repo }, state) => `${state ? state.one.commit.message.split("\n")[0] : sha} · ${repo}`,
  load: async ({ repo, sha }) => ({ one: await once(`commit ${repo} ${sha}`, () => get(`/repos/${repo}/commits/${sha}`)) }),
  render: ({ one }, { repo }) => {
    const [title, ...rest] = one.commit.message.split("\n");
    const more = rest.join("\n").trim();
    return [
      h("div.headline", { "data-key": "headline" }, h("h1", null, title),
        h("p.meta", null, face(one.author ?? { login: one.commit.author?.name }, "tiny"), " ", h("b", null, one.author?.login ?? one.commit.author?.name), " ", when(one.commit.author?.date), " ",
          h("code", null, one.sha.slice(0, 12)),
          (one.parents ?? []).length ? [` ${t("parents")} `, one.parents.map((parent) => [h("a", { href: `/${repo}/commit/${parent.sha}` }, h("code", null, parent.sha.slice(0, 7))), " "])] : null)),
      more ? h("pre.plain", { "data-key": "message" }, more) : null,
      h("div", { "data-key": "files" }, changed(one.files ?? [])),
    ];
  },
};
