// The stand-in's REST and GraphQL, called as GitHub documents them (https://docs.github.com/rest).
//
// Every answer is kept with its ETag; when nothing has changed the very same object is given again,
// so that callers can compare by identity and leave the screen alone.

import { t } from "./words.js";

const FULL = "application/vnd.github.full+json";
const BASE = "/api/v3";
const kept = new Map();
let token = "";
let asked = 0;

/** From now on nothing that was heard before counts as new enough. */
export function hurry() {
  asked = Date.now();
}

/** Whose word the next calls are. */
export function speakAs(secret) {
  token = secret;
}

/** What went wrong, in words; `status` is 0 where nothing answered. */
export class Trouble extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * The JSON at `path` (below the API's root, or an absolute path of this origin with `raw`). An
 * answer that is younger than `calm` milliseconds is not asked for again: GitHub counts requests.
 */
export async function get(path, { raw = false, calm = 0 } = {}) {
  const one = await conditional(raw ? path : BASE + path, calm);
  return one.data;
}

/** All pages of a list, as one list; the same list object while no page changes. */
export async function all(path, { calm = 0 } = {}) {
  const pages = [];
  let url = `${BASE}${path}${path.includes("?") ? "&" : "?"}per_page=100`;
  while (url && pages.length < 30) {
    const page = await conditional(url, calm);
    pages.push(page);
    url = page.next;
  }
  const name = `list ${token} ${path}`;
  const before = kept.get(name);
  const same = before?.pages.length === pages.length && before.pages.every((one, n) => one === pages[n]);
  if (same) return before.data;
  const made = { pages, data: pages.flatMap((page) => page.data) };
  kept.set(name, made);
  return made.data;
}

async function conditional(url, calm) {
  const name = `${token} ${url}`;
  const before = kept.get(name);
  const now = Date.now();
  if (before && before.at > asked && now - before.at < calm) return before;
  const headers = { ...heads(), ...(before?.etag ? { "If-None-Match": before.etag } : {}) };
  const answer = await ask(url, { headers, cache: "no-store" });
  if (answer.status === 304 && before) {
    before.at = now;
    return before;
  }
  const text = await answer.text();
  if (!answer.ok) throw trouble(answer, text);
  const next = nextOf(answer.headers.get("link"));
  const etag = answer.headers.get("etag");
  if (before && before.text === text && before.next === next) {
    Object.assign(before, { etag, at: now });
    return before;
  }
  const made = { etag, text, next, at: now, data: parse(text) };
  kept.set(name, made);
  return made;
}

/** What `make` gives for `name`, asked for once: for answers that a name settles for good. */
export async function once(name, make) {
  const own = `once ${token} ${name}`;
  if (!kept.has(own)) kept.set(own, await make());
  return kept.get(own);
}

/** Sends JSON; the JSON of the answer, or null where there is none. */
export async function send(method, path, body) {
  const headers = { ...heads(), "Content-Type": "application/json" };
  const answer = await ask(BASE + path, { method, headers, body: JSON.stringify(body ?? {}) });
  const text = await answer.text();
  if (!answer.ok) throw trouble(answer, text);
  return text ? parse(text) : null;
}

/** Markdown as the server renders it (`POST /markdown`). */
export async function rendered(text, context) {
  const name = `markdown ${context} ${text}`;
  if (!kept.has(name)) {
    const headers = { ...heads(), "Content-Type": "application/json" };
    const body = JSON.stringify({ text, mode: "gfm", context });
    const answer = await ask(`${BASE}/markdown`, { method: "POST", headers, body });
    const html = await answer.text();
    if (!answer.ok) throw trouble(answer, html);
    kept.set(name, html);
  }
  return kept.get(name);
}

/** A GraphQL query or mutation; its `data`. `calm` as for `get`. */
export async function graphql(query, variables, { calm = 0 } = {}) {
  const headers = { ...heads(), "Content-Type": "application/json" };
  const body = JSON.stringify({ query, variables });
  const name = `graphql ${token} ${body}`;
  const now = Date.now();
  const before = kept.get(name);
  if (before && before.at > asked && now - before.at < calm) return before.data;
  const answer = await ask("/api/graphql", { method: "POST", headers, body });
  const text = await answer.text();
  if (!answer.ok) throw trouble(answer, text);
  const { data, errors } = parse(text);
  if (errors?.length) throw new Trouble(200, errors.map((one) => one.message).join("; "));
  kept.set(name, before?.text === text ? { ...before, at: now } : { text, data, at: now });
  return kept.get(name).data;
}

const heads = () => ({
  Accept: FULL,
  "X-GitHub-Api-Version": "2022-11-28",
  ...(token ? { Authorization: `Bearer ${token}` } : {}),
});

async function ask(url, options) {
  try {
    return await fetch(url, { ...options, credentials: "omit", redirect: "follow" });
  } catch {
    throw new Trouble(0, t("trouble-unreachable"));
  }
}

function nextOf(link) {
  const found = /<([^>]+)>;\s*rel="next"/.exec(link ?? "");
  if (!found) return null;
  const url = new URL(found[1], location.href);
  return url.pathname + url.search; // always this origin, whatever name the server calls itself
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Trouble(502, t("trouble-answer"));
  }
}

function trouble(answer, text) {
  let said = "";
  try {
    const { message, errors } = JSON.parse(text);
    const more = (errors ?? []).map((one) => one.message ?? [one.resource, one.field, one.code].filter(Boolean).join(" "));
    said = [message, ...more].filter(Boolean).join(": ");
  } catch {
    said = text.slice(0, 200);
  }
  const known = { 401: "trouble-token", 403: "trouble-forbidden", 404: "trouble-missing", 409: "trouble-moved" };
  const words = known[answer.status] ? t(known[answer.status]) : t("trouble-status", { status: answer.status });
  return new Trouble(answer.status, said ? `${words} (${said})` : words);
}
