"""The sandbox's pages: what is served, under which rules, and what they never do."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import bot.sandbox.pages
from bot.sandbox.github import GitHub
from bot.sandbox.loopback import Loopback
from bot.sandbox.pages import pages

STATIC = Path(bot.sandbox.pages.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
PEOPLE = {"dana": "token-of-dana", "sam": "token-of-sam"}
EXAMPLES = ("/cfg change 설정 서버가 옮겨갔어", "bump redis to 7.4.2")
NODE = shutil.which("node")


@contextmanager
def browser(jenkins_url: str = "") -> Iterator[httpx.Client]:
    """A client of the pages, served on loopback."""
    site = pages(PEOPLE, repo="acme/fleet", jenkins_url=jenkins_url, examples=EXAMPLES)
    with (
        Loopback(site) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """The pages without a Jenkins."""
    with browser() as without:
        yield without


def test_home_leads_to_the_issues(client: httpx.Client) -> None:
    """``/`` redirects to the repository's issues."""
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/acme/fleet/issues")


@pytest.mark.parametrize(
    "path",
    [
        *("/acme/fleet", "/acme/fleet/issues", "/acme/fleet/issues/new", "/acme/fleet/issues/12"),
        *("/acme/fleet/pulls", "/acme/fleet/pull/3", "/acme/fleet/pull/3/files", "/builds"),
        *("/acme/fleet/pull/3/checks", "/acme/fleet/tree", "/acme/fleet/tree/main/a%20b/c.yml"),
        *("/acme/fleet/blob/main/.env", "/acme/fleet/commit/0a1b2c3", "/acme/fleet/runs/7"),
    ],
)
def test_every_clean_address_gives_the_page(client: httpx.Client, path: str) -> None:
    """Each address a person can bookmark answers 200 with the one HTML page."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<script type="module" src="/assets/app.js">' in answer.text


@pytest.mark.parametrize(
    "path", ["/acme", "/acme/fleet/nothing", "/acme/fleet/issues/x", "/acme/fleet/pull/1/x"]
)
def test_an_unknown_address_is_a_404_that_still_shows_the_page(
    client: httpx.Client, path: str
) -> None:
    """The page itself says that there is nothing; the status says so as well."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert "/assets/app.js" in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("base.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_static_files_have_their_types(client: httpx.Client, name: str, kind: str) -> None:
    """Modules only run, and styles only apply, under the right media type."""
    answer = client.get(f"/assets/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    "path", ["/assets/../routes.py", "/assets/%2e%2e/routes.py", "/assets/none.js", "/assets/"]
)
def test_no_other_file_can_be_had(client: httpx.Client, path: str) -> None:
    """Neither a path out of the folder nor an unknown name gives a file."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert "def pages" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/acme/fleet/issues", "/x", "/assets/app.js", "/builds.json"]
)
def test_every_answer_carries_the_browsers_rules(client: httpx.Client, path: str) -> None:
    """Only files of this origin run or are called, nothing inline, and nobody frames the pages."""
    headers = client.get(path).headers
    rules = dict(
        rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_session_tells_who_can_speak(client: httpx.Client) -> None:
    """People in the order of the menu, with their toy tokens; never stored by the browser."""
    answer = client.get("/session.json")
    assert answer.json() == {
        "people": [
            {"login": "dana", "token": "token-of-dana"},
            {"login": "sam", "token": "token-of-sam"},
        ],
        "repo": "acme/fleet",
        "jenkins": "",
        "examples": list(EXAMPLES),
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7:8000", ""])
def test_a_foreign_name_is_refused(client: httpx.Client, host: str) -> None:
    """A web site that rebinds its own name to this machine gets no token."""
    answer = client.get("/session.json", headers={"host": host})
    assert answer.status_code == 421
    assert "token" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_loopback_names_are_served(client: httpx.Client, host: str) -> None:
    """Every name of this machine for itself works."""
    assert client.get("/session.json", headers={"host": host}).status_code == 200


def test_other_sites_may_link_here_but_not_read(client: httpx.Client) -> None:
    """A script of another site is refused; a link there may lead here."""
    script = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/session.json", headers=script).status_code == 403
    assert client.get("/acme/fleet/issues", headers=link).status_code == 200


def test_what_the_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    """An unchanged file answers 304 to its own ETag."""
    tag = client.get("/assets/app.js").headers["etag"]
    again = client.get("/assets/app.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


JOB = {
    "name": "fleet-deploy",
    "url": "http://bot:secret@127.0.0.1/job/fleet-deploy/",
    "builds": [
        {
            "number": 2,
            "result": None,
            "building": True,
            "timestamp": 5,
            "url": "http://127.0.0.1/job/fleet-deploy/2/",
            "actions": [{}, None, {"parameters": [{"name": "CLOUD", "value": "aws"}]}],
        }
    ],
}


def jenkins(jobs: object = (JOB,)) -> Starlette:
    """Just so much of a Jenkins that builds can be listed, for bot:secret only."""

    def open_to(request: Request) -> bool:
        return request.headers.get("authorization") == "Basic Ym90OnNlY3JldA=="

    async def listing(request: Request) -> Response:
        return JSONResponse({"jobs": jobs}) if open_to(request) else Response(status_code=401)

    async def queue(_: Request) -> Response:
        waiting = {"id": 4, "why": "no executor", "task": {"name": "fleet-deploy"}}
        return JSONResponse({"items": [waiting]})

    async def console(request: Request) -> Response:
        return PlainTextResponse(f"log of {request.path_params['number']}")

    routes = [
        Route("/api/json", listing),
        Route("/queue/api/json", queue),
        Route("/job/fleet-deploy/{number:int}/consoleText", console),
    ]
    return Starlette(routes=routes)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of that Jenkins, with credentials."""
    with Loopback(jenkins(jobs=[JOB])) as server:
        yield server.url.replace("//", "//bot:secret@")


@pytest.fixture(scope="module")
def builder(served: str) -> Iterator[httpx.Client]:
    """The pages with that Jenkins."""
    with browser(served) as with_jenkins:
        yield with_jenkins


def test_builds_come_through_without_credentials(builder: httpx.Client) -> None:
    """The page sees jobs, builds, parameters and the queue, and never the password."""
    answer, session = builder.get("/builds.json"), builder.get("/session.json")
    assert answer.status_code == 200
    assert "secret" not in answer.text + session.text
    job = answer.json()["jobs"][0]
    assert (job["name"], job["builds"][0]["parameters"]) == ("fleet-deploy", {"CLOUD": "aws"})
    assert answer.json()["queue"] == [{"id": 4, "why": "no executor", "job": "fleet-deploy"}]


def test_unchanged_builds_answer_304(builder: httpx.Client) -> None:
    """Polling every second costs nothing while nothing happens."""
    tag = builder.get("/builds.json").headers["etag"]
    again = builder.get("/builds.json", headers={"if-none-match": tag})
    assert again.status_code == 304


def test_a_log_can_be_read(builder: httpx.Client) -> None:
    """The console text of a build is passed through as plain text."""
    answer = builder.get("/builds/fleet-deploy/2/log")
    assert (answer.text, answer.headers["content-type"]) == (
        "log of 2",
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize("job", ["other", "%2e%2e", "%2e%2e%2fapi", "a%3Fb"])
def test_a_log_that_is_none_is_said_in_words(builder: httpx.Client, job: str) -> None:
    """An unknown job, or a name that is no name, is a 404 and never another address of Jenkins."""
    assert builder.get(f"/builds/{job}/2/log").status_code == 404


def test_a_jenkins_that_refuses_is_said_in_words(served: str) -> None:
    """A wrong password shows as 502 with Jenkins' status in the message."""
    with browser(served.replace("secret", "wrong")) as client:
        answer = client.get("/builds.json")
    assert (answer.status_code, answer.json()) == (502, {"message": "Jenkins answered 401."})


@pytest.mark.parametrize("jobs", [None, {"a": 1}, [{"name": "x"}], ["x"], [{**JOB, "builds": [1]}]])
def test_an_answer_that_is_not_jenkins_is_said_in_words(jobs: object) -> None:
    """Whatever else answers there, the page gets one sentence."""
    with Loopback(jenkins(jobs)) as server:
        url = server.url.replace("//", "//bot:secret@")
        with browser(url) as client:
            answer = client.get("/builds.json")
    assert (answer.status_code, answer.json()["message"]) == (
        502,
        "What answered is not Jenkins.",
    )


@pytest.mark.parametrize(
    ("url", "status"), [("", 404), ("http://127.0.0.1:9", 502), ("not a url", 502)]
)
def test_a_jenkins_that_is_not_there_is_said_in_words(url: str, status: int) -> None:
    """No Jenkins, a closed port, a broken address: a status and a sentence."""
    with browser(url) as client:
        answer = client.get("/builds.json")
    assert answer.status_code == status
    assert answer.json()["message"].endswith(".")


def code_of(path: Path) -> str:
    """A static file without its comments."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"(?s:/\*.*?\*/)|^\s*//.*$|(?<=[;,{}]) // .*$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_static_files_name_no_other_host(path: Path) -> None:
    """Nothing is loaded from, or sent to, anywhere else; only XML's own namespace is named."""
    hosts = re.findall(r"(?:https?:)?//([\w.-]+\.\w+)", code_of(path))
    assert set(hosts) <= {"www.w3.org"}
    assert "@import" not in code_of(path)


def test_the_page_holds_nothing_inline() -> None:
    """No script, style or handler in the HTML, so that the strict policy holds."""
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", html)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_elements_never_markup(path: Path) -> None:
    """Texts become text nodes; only ``safe_html`` parses markup, in a document of its own."""
    code = code_of(path)
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(forbidden, code)
    assert ("DOMParser" in code) == (path.name == "safe_html.js")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_what_is_exported_and_use_it(path: Path) -> None:
    """A misspelt import would leave an empty page; an idle one misleads."""
    code = code_of(path)
    for names, module in re.findall(r'import \{([^}]+)\} from "\./([\w.]+)"', code):
        other = code_of(STATIC / module)
        exported = set(re.findall(r"export (?:async )?(?:function|const|class) (\w+)", other))
        imported = {name.strip() for name in names.split(",") if name.strip()}
        assert imported <= exported
        assert {name for name in imported if len(re.findall(rf"\b{name}\b", code)) < 2} == set()


def test_every_word_is_there_in_both_languages() -> None:
    """Each text the scripts name has an English and a Korean form with the same gaps."""
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    entry = re.compile(
        r'^  "?([\w-]+)"?: \[\s*("(?:[^"\\]|\\.)*"),\s*("(?:[^"\\]|\\.)*"),?\s*\]', re.MULTILINE
    )
    known = {name: (json.loads(en), json.loads(ko)) for name, en, ko in entry.findall(words)}
    for en, ko in known.values():
        assert set(re.findall(r"\{\w+\}", en)) == set(re.findall(r"\{\w+\}", ko))
    code = "\n".join(code_of(path) for path in SCRIPTS if path.name != "words.js")
    named = set(re.findall(r'(?<!\w)t\(\s*"([\w-]+)"', code))
    named |= {
        one
        for pair in re.findall(r'(?<!\w)t\([^)"]*\? "([\w-]+)" : "([\w-]+)"', code)
        for one in pair
    }
    assert len(named) > 80
    assert named <= set(known)


def test_the_page_says_its_whole_grammar_of_states() -> None:
    """Words made from GitHub's own states exist for every state GitHub documents."""
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    states = {
        "mergeable": "behind blocked clean dirty draft has_hooks unknown unstable",
        "verdict": "success failure neutral cancelled skipped timed_out action_required stale running",
        "level": "notice warning failure",
        "file": "added removed renamed copied changed",
        "state": "open closed merged draft",
    }
    wanted = [f"{kind}-{one}" for kind, names in states.items() for one in names.split()]
    assert [name for name in wanted if f'"{name}": [' not in words] == []


def run_node(arguments: Sequence[str], text: str = "") -> str:
    """What node prints. Fails the test where it fails."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, *arguments], input=text, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_scripts_parse(tmp_path: Path) -> None:
    """Every module is well-formed JavaScript."""
    for path in SCRIPTS:
        shutil.copy(path, tmp_path / f"{path.stem}.mjs")
        run_node(["--check", str(tmp_path / f"{path.stem}.mjs")])


PATCH = """@@ -1,4 +1,4 @@ services:
 a: 1
-host: 192.0.2.7
+host: 192.0.2.77
 b: 2
-c: gone
@@ -10,0 +10,2 @@
+new: 가
+more: 1
\\ No newline at end of file"""


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_a_patch_becomes_numbered_rows_with_whole_values_marked(tmp_path: Path) -> None:
    """Line numbers follow both sides; in a replaced line the whole address is marked, not a digit."""
    shutil.copy(STATIC / "patch.js", tmp_path / "patch.mjs")
    ask = (
        f"import {{ rowsOf }} from {json.dumps((tmp_path / 'patch.mjs').as_uri())};"
        f"console.log(JSON.stringify(rowsOf({json.dumps(PATCH)})));"
    )
    rows = json.loads(run_node(["--input-type=module"], ask))
    assert [(row["kind"], row["old"], row["now"]) for row in rows] == [
        *(("hunk", None, None), ("same", 1, 1), ("del", 2, None), ("add", None, 2)),
        *(("same", 3, 3), ("del", 4, None), ("hunk", None, None)),
        *(("add", None, 10), ("add", None, 11), ("note", None, None)),
    ]
    marks = [row["text"][row["from"] : row["to"]] for row in rows if "from" in row]
    assert marks == ["192.0.2.7", "192.0.2.77"]


def shots() -> Any:  # noqa: ANN401 - a module without a package
    """``docs/shots.py``, which knows how to drive a browser."""
    path = Path(__file__).parent.parent / "docs" / "shots.py"
    spec = importlib.util.spec_from_file_location("shots", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shots"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Sight:
    """A repository with an issue and a pull request, and a browser before it."""

    url: str
    tokens: dict[str, str]
    browser: Any

    def say(self, login: str, path: str, data: object, method: str = "POST") -> Any:  # noqa: ANN401 - JSON
        """Somebody says or does something by REST."""
        answer = httpx.request(
            method,
            f"{self.url}/api/v3/repos/acme/fleet{path}",
            json=data,
            headers={"Authorization": f"Bearer {self.tokens[login]}"},
            timeout=30,
        )
        return answer.raise_for_status().json()

    def open(self, path: str) -> None:
        """The page at ``path``, loaded and drawn."""
        self.browser.show(f"{self.url}/acme/fleet{path}?lang=en")

    def type(self, box: str, text: str) -> None:
        """Put the cursor into a box and type."""
        self.browser.evaluate(f"document.querySelector({json.dumps(box)}).focus()")
        self.browser.call("Input.insertText", text=text)

    def send(self) -> None:
        """Ctrl+Enter where the cursor is."""
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "modifiers": 2}
        self.browser.call("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        self.browser.call("Input.dispatchKeyEvent", type="keyUp", **key)

    def text(self, selector: str) -> list[str]:
        """The texts of all elements that match."""
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})].map(one => one.textContent)"
        )
        return list(self.browser.evaluate(found))


def site_of(github: GitHub, tokens: dict[str, str]) -> ASGIApp:
    """API and pages as one origin."""
    people = pages(tokens, repo="acme/fleet", jenkins_url="", examples=EXAMPLES)

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        api = scope["type"] == "lifespan" or scope["path"].startswith("/api/")
        await (github.app if api else people)(scope, receive, send)

    return site


@pytest.fixture(scope="module")
def sight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sight]:
    """Dana may write, sam only reads; issue 1, pull request 2 from branch ``move``."""
    chromium = next(filter(None, map(shutil.which, shots().NAMES)), None)
    if chromium is None:
        pytest.skip("no Chromium on PATH")
    github = GitHub(tmp_path_factory.mktemp("github"))
    tokens = {login: github.add_user(login) for login in PEOPLE}
    old = b"host: 192.0.2.7\nport: 80\n"
    github.add_repo("acme/fleet", {"a.yml": old}, collaborators={"dana": "write"}, private=False)
    github.push("acme/fleet", "move", {"a.yml": old.replace(b".7", b".77")}, "move it", "dana")
    with Loopback(site_of(github, tokens)) as server:
        github.url = server.url
        sight = Sight(server.url, tokens, None)
        sight.say("dana", "/issues", {"title": "Config server moves", "body": "It *moved*."})
        pull = {"title": "Move it", "body": "For #1", "head": "move", "base": "main"}
        sight.say("dana", "/pulls", pull)
        try:
            with shots().Chromium(chromium) as sight.browser:
                sight.browser.window(1200, 900)
                yield sight
        except ConnectionError:
            pytest.skip("Chromium cannot start here")


def test_a_thread_follows_what_is_said_and_keeps_what_is_typed(sight: Sight) -> None:
    """Comments come and change by themselves; the box keeps its text and the cursor."""
    sight.open("/issues/1")
    assert sight.text(".said .body em") == ["moved"]
    sight.type("textarea", "half a thought")
    made = sight.say("sam", "/issues/1/comments", {"body": "first wording"})
    sight.browser.wait("document.querySelector('main').textContent.includes('first wording')")
    path = f"/issues/comments/{made['id']}"
    sight.say("sam", path, {"body": "second wording"}, "PATCH")
    sight.browser.wait("document.querySelector('main').textContent.includes('second wording')")
    assert "first wording" not in "".join(sight.text("main"))
    assert sight.browser.evaluate("document.activeElement.value") == "half a thought"
    assert "sam" in sight.text("#said")[0]


def test_ctrl_enter_says_it_as_the_person_chosen(sight: Sight) -> None:
    """What was typed is a comment of whoever speaks; the box is empty again."""
    sight.open("/issues/1")
    sight.browser.evaluate(
        "const menu = document.querySelector('#person'); menu.value = 'sam';"
        "menu.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    sight.browser.evaluate("document.querySelector('textarea').value = ''")
    sight.type("textarea", "/cfg change 타임아웃을 45초로")
    sight.send()
    sight.browser.wait("document.querySelector('.thread').textContent.includes('45초')")
    last = sight.say("dana", "/issues/1/comments", None, "GET")[-1]
    assert (last["user"]["login"], last["body"]) == ("sam", "/cfg change 타임아웃을 45초로")
    assert sight.browser.evaluate("document.querySelector('textarea').value") == ""
    sight.browser.evaluate("localStorage.removeItem('person')")


def test_hostile_markup_stays_text(sight: Sight) -> None:
    """No script, handler, style or button of ours comes out of a comment."""
    body = (
        "<img src=x onerror=alert(1)> <button data-do='merge'>x</button> <a href='javascript:1'>y</a>"
        " <script>z</script> #1"
    )
    made = sight.say("sam", "/issues/1/comments", {"body": body})
    sight.open("/issues/1")
    inside = f"document.getElementById('issuecomment-{made['id']}').querySelector('.prose')"
    sight.browser.wait(inside)
    markup = sight.browser.evaluate(f"{inside}.innerHTML")
    assert not re.search(r"onerror|data-do|<button|<script|javascript", markup)
    assert 'href="/acme/fleet/issues/1"' in markup


def test_an_example_is_one_click_from_an_issue(sight: Sight) -> None:
    """Clicking a sentence fills title and body; submitting leads to the issue."""
    sight.open("/issues/new")
    sight.browser.evaluate("document.querySelectorAll('.example')[1].click()")
    assert sight.browser.evaluate("document.querySelector('textarea').value") == (
        "/cfg change bump redis to 7.4.2"
    )
    sight.browser.evaluate("document.querySelector('form').requestSubmit()")
    sight.browser.wait(
        "/issues.[0-9]+$/.test(location.pathname) && !!document.querySelector('.said')"
    )
    assert sight.text("h1")[0].startswith("bump redis to 7.4.2 #")


def test_a_line_can_be_commented_and_the_thread_answered_and_resolved(sight: Sight) -> None:
    """A remark on a line becomes a thread there; a reply joins it; resolving folds it."""
    sight.open("/pull/2/files")
    assert sight.text("mark") == ["192.0.2.7", "192.0.2.77"]
    sight.browser.evaluate("document.querySelector('tr.add button.on').click()")
    sight.type(".fresh textarea", "/cfg revise not this one")
    sight.send()
    sight.browser.wait("document.querySelectorAll('.review-thread .said').length === 1")
    sight.type(".review-thread textarea", "because")
    sight.send()
    sight.browser.wait("document.querySelectorAll('.review-thread .said').length === 2")
    first, second = sight.say("dana", "/pulls/2/comments", None, "GET")
    assert (first["path"], first["line"], first["side"]) == ("a.yml", 1, "RIGHT")
    assert second["in_reply_to_id"] == first["id"]
    sight.browser.evaluate("document.querySelector('[data-do=settle]').click()")
    sight.browser.wait("!!document.querySelector('.review-thread.resolved:not([open])')")


def test_a_pull_request_shows_where_it_stands(sight: Sight) -> None:
    """State, branches, what asked for it, whether it merges; all without a console error."""
    sight.open("/pull/2")
    sight.browser.wait("!!document.querySelector('.merging.good')")
    assert sight.text(".headline .ref") == ["main", "move"]
    assert sight.text(".links a") == ["#1"]
    assert sight.text(".tabs .count")[1] == "1"


def test_an_issue_that_is_none_is_said_in_words(sight: Sight) -> None:
    """No empty page: the page says what is wrong and where to go."""
    sight.open("/issues/99")
    assert "There is no such thing here." in sight.text("main")[0]


def test_pictures_are_made_smaller_without_a_library(sight: Sight) -> None:
    """The picture of a page keeps its size in pixels and has at most 256 colours."""
    sight.open("/issues")
    png = sight.browser.picture(0, 300, 400)
    small = shots().smaller(png)
    assert small[:8] == b"\x89PNG\r\n\x1a\n"
    assert (small[16:24], small[25]) == (png[16:24], 3)
    assert len(small) < len(png)
