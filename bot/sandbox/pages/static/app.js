// The page itself: who speaks, what is shown, what is asked every second, what a click does.
//
// One view is shown at a time. It is loaded again every second while somebody can see it, and drawn
// only if what was loaded differs.

import { get, hurry, speakAs, Trouble } from "./api.js";
import { h, morph } from "./morph.js";
import { keepDraft } from "./parts.js";
import { placeOf } from "./routes.js";
import { language, speak, t } from "./words.js";

const EVERY = 1000;
const QUIET = 4000; // when nothing has happened for a minute
const SLOWEST = 8000;
const [header, main, troubled, said] = ["top", "main", "trouble", "said"].map((id) => document.getElementById(id));
const app = { session: null, place: null, state: null, drawn: 0, moved: 0, timer: null, wait: EVERY, turn: 0, until: 0 };

async function start() {
  const wanted = new URLSearchParams(location.search).get("lang");
  speak(wanted ?? localStorage.getItem("language") ?? navigator.language);
  document.documentElement.lang = language();
  try {
    app.session = await get("/session.json", { raw: true });
  } catch (trouble) {
    tell(trouble.message);
    setTimeout(start, 2000);
    return;
  }
  const before = localStorage.getItem("person");
  app.session.person = app.session.people.find((one) => one.login === before) ?? app.session.people[0] ?? { login: "", token: "" };
  speakAs(app.session.person.token);
  listen();
  await show();
  roles();
}

/** What each person may do here, for the menu; a menu without it serves as well. */
async function roles() {
  const { session } = app;
  for (const person of session.people) {
    try {
      const answer = await fetch(`/api/v3/repos/${session.repo}`, { headers: { Authorization: `Bearer ${person.token}` } });
      const { permissions } = await answer.json();
      if (permissions) person.role = permissions.push ? "writes" : "reads";
    } catch {
      return;
    }
  }
  bar();
}

/** Shows the address that the browser is at. */
async function show({ top = false } = {}) {
  const url = new URL(location.href);
  const place = { repo: app.session.repo, ...placeOf(url), session: app.session, go, draw };
  Object.assign(app, { place, state: null, wait: EVERY, moved: Date.now() });
  main.setAttribute("aria-busy", "true");
  bar();
  if (!(await tick())) return;
  if (location.hash) jump();
  else if (top) scrollTo(0, 0);
}

/** Goes to an address of ours without loading the page anew. */
function go(to, { replace = false } = {}) {
  const url = new URL(to, location.href);
  const same = url.pathname === location.pathname && url.search === location.search;
  history[replace || url.href === location.href ? "replaceState" : "pushState"](null, "", url);
  if (same && url.hash && app.state) jump();
  else show({ top: true }).then(() => main.focus({ preventScroll: true }));
}

/** Loads the view again; draws it if anything differs. True where this very view is on the screen. */
async function tick() {
  clearTimeout(app.timer);
  const turn = ++app.turn;
  const { place } = app;
  try {
    const state = await place.view.load(place);
    if (turn !== app.turn || place !== app.place) return false;
    calm();
    const before = app.state;
    const moved = !before || differs(state, before);
    app.state = state;
    if (moved) app.moved = Date.now();
    if (moved || Date.now() - app.drawn > 20_000) draw(); // "1 minute ago" grows older
    if (before && moved) announce(before, state);
  } catch (trouble) {
    if (turn !== app.turn) return false;
    if (!(trouble instanceof Trouble)) console.error(trouble);
    worry(trouble);
  }
  if (!document.hidden) app.timer = setTimeout(tick, app.wait);
  return true;
}

const differs = (one, other) =>
  Object.keys({ ...one, ...other }).some((key) => one[key] !== other[key]);

function draw() {
  const { place, state } = app;
  if (!state) return;
  app.drawn = Date.now();
  document.title = place.view.title(place, state);
  if (main.dataset.at !== location.pathname) main.replaceChildren();
  main.dataset.at = location.pathname;
  morph(main, place.view.render(state, place));
  main.removeAttribute("aria-busy");
}

/** Says aloud that somebody spoke or something moved, for those who do not see it. */
function announce(before, after) {
  const newest = (after.comments ?? []).at(-1);
  const old = (before.comments ?? []).find((one) => one.id === newest?.id);
  if (newest && !old) said.textContent = t("heard-new", { who: newest.user?.login ?? "?" });
  else if (newest && old.updated_at !== newest.updated_at) said.textContent = t("heard-edit", { who: newest.user?.login ?? "?" });
  else if (before.pull && before.pull.state !== after.pull?.state) said.textContent = t(after.pull?.merged_at ? "merged-done" : "state-closed");
}

function worry(trouble) {
  const unseen = !(trouble instanceof Trouble) || trouble.status === 0 || trouble.status >= 500;
  app.wait = Math.min(app.wait * 2, SLOWEST);
  if (app.state && unseen) tell(trouble instanceof Trouble ? `${trouble.message} ${t("trying-again")}` : t("trouble-page"));
  else {
    tell("");
    main.removeAttribute("aria-busy");
    morph(main, h("section.welcome", { "data-key": "trouble", role: "alert" }, h("h1", null, t("trouble")),
      h("p", null, trouble instanceof Trouble ? trouble.message : t("trouble-page")),
      h("p", null, h("a.go", { href: `/${app.session.repo}/issues` }, t("issues")))));
    app.state = null;
  }
}

function calm() {
  app.wait = Date.now() - app.moved > 60_000 ? QUIET : EVERY;
  if (Date.now() > app.until) tell("");
}

function tell(text) {
  if (troubled.textContent !== text) troubled.textContent = text;
  troubled.hidden = !text;
}

function bar() {
  const { session, place } = app;
  const one = (area, to) => h("a", { href: to, "aria-current": place.area === area ? "page" : null }, t(area));
  const [owner, name] = session.repo.split("/");
  morph(header,
    h("div.inner", null,
      h("a.repo", { href: `/${session.repo}/issues` }, h("span.owner", null, owner), h("span.slash", null, "/"), h("b", null, name)),
      h("span.toy", { title: t("sandbox-what") }, t("sandbox")),
      h("nav", { "aria-label": t("areas") },
        one("issues", `/${session.repo}/issues`), one("pulls", `/${session.repo}/pulls`), one("files", `/${session.repo}/tree`),
        session.jenkins ? one("builds", "/builds") : null),
      h("div.who", null,
        h("label", { for: "person" }, t("speaking-as")),
        h("select", { id: "person", "data-choose": "person" }, session.people.map((person) =>
          h("option", { value: person.login, selected: person.login === session.person.login }, person.role ? `${person.login} · ${t(person.role)}` : person.login))),
        h("button.quiet.tongue", { type: "button", "data-do": "tongue", lang: language() === "ko" ? "en" : "ko" }, language() === "ko" ? "English" : "한국어"))));
}

/** Brings what the address names after # into view, opens it and gives it the focus. */
function jump() {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!found) return;
  for (let up = found; up; up = up.parentElement) if (up.nodeName === "DETAILS") up.open = true;
  found.scrollIntoView({ block: "start" });
  for (const old of document.querySelectorAll(".aim")) old.classList.remove("aim");
  found.classList.add("aim");
  found.focus({ preventScroll: true });
}

const ours = {
  insert: (button) => {
    const area = document.getElementById(button.dataset.into);
    area.value = button.dataset.text + area.value.replace(/^\s*\/cfg\s+\w+\s*/, "");
    keepDraft(area.dataset.draft, area.value);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  },
  tongue: () => {
    speak(language() === "ko" ? "en" : "ko");
    localStorage.setItem("language", language());
    document.documentElement.lang = language();
    main.replaceChildren();
    bar();
    draw();
  },
};

/** Carries out what a button or form stands for; trouble is said beside it. */
async function act(target) {
  const { place } = app;
  const name = target.dataset.do;
  const doing = ours[name] ?? place.view.actions?.[name];
  if (!doing) return;
  const form = target.nodeName === "FORM" ? target : null;
  const controls = form ? [...form.elements] : [target];
  const wrong = form?.querySelector(".wrong");
  if (wrong) wrong.hidden = true;
  hold(controls, true);
  try {
    await doing(target, place, app.state);
    hurry();
    app.moved = Date.now();
    if (form) empty(form);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) console.error(trouble);
    const words = trouble instanceof Trouble ? trouble.message : t("trouble-page");
    if (wrong) Object.assign(wrong, { textContent: words, hidden: false });
    else {
      tell(words);
      app.until = Date.now() + 8000;
    }
  } finally {
    hold(controls, false);
  }
  if (!ours[name] && place === app.place) await tick();
}

/** Nothing is sent twice: while it is under way, buttons rest and fields keep what they say. */
function hold(controls, on) {
  for (const one of controls) one["readOnly" in one ? "readOnly" : "disabled"] = on;
}

function empty(form) {
  for (const field of form.querySelectorAll("[data-draft]")) {
    field.value = "";
    keepDraft(field.dataset.draft, "");
  }
}

function clicked(event) {
  const target = event.target instanceof Element ? event.target.closest("[data-do], a[href]") : null;
  if (!target || event.defaultPrevented) return;
  if (target.nodeName === "BUTTON") act(target);
  else if (target.nodeName === "A" && follows(event, target)) {
    event.preventDefault();
    go(target.href);
  }
}

/** Whether a click on a link stays on these pages. */
function follows(event, link) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  const url = new URL(link.href);
  if (link.target || link.classList.contains("skip")) return false;
  return url.origin === location.origin && !url.pathname.startsWith("/api/") && !/\.(git|json|diff|patch)$/.test(url.pathname);
}

function typed(event) {
  const { target } = event;
  if (target.nodeName === "TEXTAREA" && event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    event.preventDefault();
    target.form.requestSubmit();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && target.dataset?.rove) rove(event, step);
}

/** Up and down walk the lines of a file; Tab leaves it. */
function rove(event, step) {
  const { target } = event;
  const stops = [...target.closest("table").querySelectorAll("[data-rove]")];
  const next = stops[stops.indexOf(target) + step];
  if (!next) return;
  event.preventDefault();
  target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function chosen({ target }) {
  if (target.dataset.choose !== "person") return;
  const { session } = app;
  session.person = session.people.find((one) => one.login === target.value) ?? session.person;
  localStorage.setItem("person", session.person.login);
  speakAs(session.person.token);
  bar();
  tick();
}

function listen() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", typed);
  document.addEventListener("change", chosen);
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.target);
  });
  document.addEventListener("focusin", ({ target }) => target.closest(".box")?.classList.add("begun"));
  document.addEventListener("input", ({ target }) => {
    if (target.dataset.draft) keepDraft(target.dataset.draft, target.value);
  });
  addEventListener("popstate", () => show());
  document.addEventListener("visibilitychange", () => {
    app.moved = Date.now();
    if (document.hidden) clearTimeout(app.timer);
    else tick();
  });
}

start();
