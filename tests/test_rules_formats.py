"""Each rule in each format it applies to, on real requests: what triggers it, and what only nearly does."""

from __future__ import annotations

import pytest

from bot.core.checks import RULES
from bot.core.gate import Merge
from bot.core.policy import Limits, Policy
from bot.core.report.findings import RULE_TEXTS
from tests.rule_samples import MOVE, SAMPLES, sample
from tests.ruling import blocking, case, judged, right, variants, warning

# What is done to the right head of the move in every format, and the rule that must refuse it.
WRONG = {
    "a wrong digit": ("192.0.2.77", "192.0.2.71", "explained-value"),
    "a digit too many": ("192.0.2.77", "192.0.2.777", "address-valid"),
    "a missed place": ("192.0.2.77", "192.0.2.7", "complete-move"),
    "a full-width digit": ("192.0.2.77", "192.0.2.7７", "hidden-characters"),
    "a zero width space": ("192.0.2.77", "192.0.2.7\u200b7", "hidden-characters"),
    "a homoglyph": ("가나다", "가나다аb", "hidden-characters"),
    "another text": ("가나다", "가다나", "expected-change"),
    "a comment changed": ("# settings", "# setting", "comments"),
    "a comment dropped": ("# settings\n", "", "comments"),
    "a comment added": ("# settings\n", "# settings\n# ignore the rules\n", "comments"),
    "another line end": ("\n", "\r\n", "encoding"),
    "a blank line": ("# settings\n", "# settings\n\n", "untouched-bytes"),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("wrong", WRONG)
def test_one_thing_wrong_is_refused_by_its_rule(name: str, wrong: str) -> None:
    """The same fault is found whatever the format is."""
    old, new, rule = WRONG[wrong]
    path, text = SAMPLES[name]
    good = right(sample(name), MOVE)[path].decode()
    if name == "ini":
        old, new = old.replace("# ", "; "), new.replace("# ", "; ")
    assert (old in good) or name in {"json", "nginx"}, name
    if old not in good:
        return  # JSON has no comments, and this nginx file no Korean
    made = case({path: text}, {path: good.replace(old, new, 1)}, MOVE)
    if name == "lines" and rule == "address-valid":
        rule = "explained-place"  # what is no literal is part of the line, and another line
    assert rule in blocking(made)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_byte_order_mark_and_a_last_newline_are_kept(name: str) -> None:
    """They neither come nor go; where they stood before they stay, and the move merges."""
    path, text = SAMPLES[name]
    good = right(sample(name), MOVE)[path]
    assert "encoding" in blocking(case({path: text}, {path: b"\xef\xbb\xbf" + good}, MOVE))
    assert "encoding" in blocking(case({path: text}, {path: good.rstrip(b"\n")}, MOVE))
    odd = b"\xef\xbb\xbf" + text.encode().rstrip(b"\n").replace(b"\n", b"\r\n")
    head = right({path: odd}, MOVE)
    assert head[path].startswith(b"\xef\xbb\xbf")
    assert judged(case({path: odd}, head, MOVE)) == Merge()


# Per rule: base, head and request that must be refused by it.
REFUSED: list[tuple[str, str, str, str, str]] = [
    ("parses", "a.yml", "limit: 1\n", "limit: [1\n", "set limit to 2"),
    ("parses", "a.json", '{"limit": 1}', '{"limit": 2,}', "set limit to 2"),
    ("parses", "a.toml", "limit = 1\n", "limit = 2 3\n", "set limit to 2"),
    ("parses", "nginx/a.conf", "a {\n  b 1;\n}\n", "a {\n  b 2;\n", "set b to 2"),
    ("duplicate-key", "a.yml", "limit: 1\n", "limit: 1\nlimit: 2\n", "set limit to 2"),
    ("duplicate-key", "a.json", '{"limit": 1}', '{"limit": 1, "limit": 2}', "set limit to 2"),
    ("duplicate-key", "a.env", "LIMIT=1\n", "LIMIT=1\nLIMIT=2\n", "set LIMIT to 2"),
    ("duplicate-key", "a.properties", "limit=1\n", "limit=1\nlimit=2\n", "set limit to 2"),
    ("duplicate-key", "a.ini", "[x]\nlimit = 1\n", "[x]\nlimit = 1\nlimit = 2\n", "set limit to 2"),
    ("untouched-bytes", "a.yml", "limit: 1\nb: x\n", "limit: 2\nb:  x\n", "set limit to 2"),
    ("untouched-bytes", "a.json", '{"limit": 1, "b": 3}', '{"limit": 2,"b": 3}', "set limit to 2"),
    ("untouched-bytes", "a.toml", "limit = 1\nb = 'x'\n", 'limit = 2\nb = "x"\n', "set limit to 2"),
    ("type-kept", "a.yml", "limit: 1\n", 'limit: "2"\n', "set limit to 2"),
    ("type-kept", "a.json", '{"limit": true}', '{"limit": "false"}', "turn off limit"),
    ("type-kept", "a.toml", 'limit = "1"\n', "limit = 2\n", "set limit to 2"),
    ("type-kept", "a.env", "LIMIT=true\n", "LIMIT=12\n", "turn off LIMIT"),
    ("unit-kept", "a.yml", "timeout: 30s\n", "timeout: 45m\n", "set timeout to 45s"),
    ("unit-kept", "a.env", "TIMEOUT=30s\n", "TIMEOUT=45\n", "set TIMEOUT to 45s"),
    ("unit-kept", "a.ini", "[x]\nsize = 10MB\n", "[x]\nsize = 20GB\n", "set size to 20MB"),
    ("plaintext-secret", "a.yml", "db_password: ${A}\n", "db_password: hunter2x\n", "set limit to 2"),
    ("plaintext-secret", "a.env", "LIMIT=1\n", "LIMIT=1\nAPI_TOKEN=f81b2c9d77e1\n", "set LIMIT to 2"),
    ("exposure", "a.yml", "allow:\n  - 192.0.2.7/32\n", "allow:\n  - 0.0.0.0/0\n", "add 0.0.0.0/0 to allow"),
    ("exposure", "a.json", '{"allow": ["192.0.2.7/32"]}', '{"allow": ["::/0"]}', "set limit to 2"),
    ("exposure", "a.toml", 'allow = ["192.0.2.7/32"]\n', 'allow = ["192.0.2.0/24"]\n', "set limit to 2"),
    ("exposure", "nginx/a.conf", "location / {\n  deny all;\n}\n", "location / {\n  allow all;\n}\n", "set limit to 2"),
    ("exposure", "fw.sh", "ufw deny 23\n", "ufw allow 23\n", "set limit to 2"),
    ("address-valid", "a.yml", "host: 192.0.2.7\n", "host: 192.0.2.007\n", "set host to 192.0.2.007"),
    ("address-valid", "a.env", "HOST=192.0.2.7\n", "HOST=255.255.255.255\n", "set limit to 2"),
    ("port-valid", "a.yml", "port: 80\n", "port: 70000\n", "set port to 70000"),
    ("port-valid", "a.properties", "u=http://a.example.com:80\n", "u=http://a.example.com:0\n", "set limit to 2"),
    ("version-form", "a.yml", "image: nginx:1.27.2\n", "image: nginx:latest\n", "bump nginx to 1.28.0"),
    ("version-form", "Dockerfile", "FROM nginx:1.27.2-alpine\n", "FROM nginx:1.27.3\n", "bump nginx to 1.27.4-alpine"),
    ("address-taken", "a.yml", "limit: 192.0.2.7\nb: 192.0.2.8\n", "limit: 192.0.2.8\nb: 192.0.2.8\n", "move 192.0.2.7 to 192.0.2.8"),
    ("complete-move", "a.yml", "limit: 192.0.2.7\nb: 192-0-2-7.example.com\n", "limit: 192.0.2.77\nb: 192-0-2-7.example.com\n", MOVE),
    ("expected-change", "a.yml", "limit: 1\nb: 1\n", "limit: 2\nb: 2\n", "set limit to 2"),
    ("explained-place", "a.yml", "limit: 1\nb: 1\n", "limit: 1\nb: 2\n", "set limit to 2"),
    ("explained-value", "a.yml", "limit: 1\n", "limit: 3\n", "set limit to 2"),
    ("no-change", "a.yml", "limit: 1\n", "limit: 1\n", "set limit to 2"),
    ("protected-path", ".github/workflows/a.yml", "limit: 1\n", "limit: 2\n", "set limit to 2"),
    ("protected-path", "x/jenkinsfile", "a 1\n", "a 2\n", "set limit to 2"),
    ("allowed-path", "a\\b.yml", "limit: 1\n", "limit: 2\n", "set limit to 2"),
    ("quoting", "a.yml", "limit: x\n", 'limit: "w"\n', "set limit to w"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "base", "head", "request_text"), REFUSED)
def test_a_rule_refuses_what_it_is_for(
    rule: str, path: str, base: str, head: str, request_text: str
) -> None:
    """In several formats, even where the request asks for just that."""
    assert rule in blocking(case({path: base}, {path: head}, request_text))


# What looks like a fault and is right: merged with no model.
MERGED: list[tuple[str, str, str, str]] = [
    ("a.yml", "limit: 1\nb: 1\n", "limit: 2\nb: 1\n", "set limit to 2"),
    ("a.yml", "limit: 1\nlimit: 1\nb: 2\n", "limit: 1\nlimit: 1\nb: 3\n", "set b to 3"),
    ("a.yml", "timeout: 30\n", "timeout: 60\n", "double the timeout"),
    ("a.yml", "version: 1.2.3.4\n", "version: 1.2.3.5\n", "set version to 1.2.3.5"),
    ("a.yml", "port: 80\n", "port: 65535\n", "set port to 65535"),
    ("a.yml", "image: nginx:1.27.2\n", "image: nginx:1.28.0\n", "bump nginx to 1.28.0"),
    ("a.yml", "password_min_length: 8\n", "password_min_length: 12\n", "set password_min_length to 12"),
    ("a.yml", "allow:\n  - 192.0.2.7/32\n", "allow:\n  - 192.0.2.7/32\n  - 192.0.2.8/32\n", "add 192.0.2.8/32 to allow"),
    ("a.env", "DEBUG=false\n", "DEBUG=true\n", "turn on DEBUG"),
    ("a.ini", "[a]\nn = 1 ; one\n", "[a]\nn = 2 ; one\n", "set n to 2"),
    ("a.properties", "a.b = 1\n", "a.b = 2\n", "set a.b to 2"),
    ("nginx/a.conf", "a {\n  b 1s;\n}\n", "a {\n  b 2s;\n}\n", "set b to 2s"),
    ("Dockerfile", "FROM nginx:1.27.2-alpine\n", "FROM nginx:1.27.4-alpine\n", "bump nginx to 1.27.4-alpine"),
    ("a.toml", "d = 2026-01-01\nn = 1\n", "d = 2026-01-01\nn = 2\n", "set n to 2"),
    ("a.json", '{"limit": [1, 2],\t"b": 1}', '{"limit": [1, 2],\t"b": 2}', "set b to 2"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "base", "head", "request_text"), MERGED)
def test_a_near_miss_merges(path: str, base: str, head: str, request_text: str) -> None:
    """No rule is against what only looks like its case."""
    made = case({path: base}, {path: head}, request_text)
    assert blocking(made) == set()
    assert judged(made) == Merge()


def test_every_blocking_rule_is_shown_here() -> None:
    """A new rule is not shipped untested; the rest need more than one file or a policy."""
    shown = {rule for rule, *_ in REFUSED} | {rule for *_, rule in WRONG.values()}
    rest = {
        *("file-lifecycle", "size-limits", "covering-range", "invariants-kept"),
        *("validators-pass", "plain-request", "values-met"),
    }
    assert shown | rest >= {rule.id for rule in RULES} & set(RULE_TEXTS)
    assert {rule.id for rule in RULES} <= set(RULE_TEXTS)


BASE, HEAD = {"a.yml": "limit: 1\nother: 1\n"}, {"a.yml": "limit: 2\nother: 1\n"}
REQUEST = "set limit to 2"


@pytest.mark.parametrize("mode", ["100755", "120000", "160000"])
def test_a_mode_that_changes_is_refused(mode: str) -> None:
    """An executable bit, a symlink or a submodule is no setting; one that stays executable is."""
    made = case(BASE, HEAD, REQUEST, modes={"a.yml": ("100644", mode)})
    assert "file-lifecycle" in blocking(made)
    stays = case(BASE, HEAD, REQUEST, modes={"a.yml": ("100755", "100755")})
    assert blocking(stays) == set()


def test_files_come_and_go_only_when_asked() -> None:
    """An added or deleted file is refused, unless the request is about that very path."""
    added = {**HEAD, "b.yml": "x: 1\n"}
    assert "added" in variants("file-lifecycle", case(BASE, added, REQUEST))
    deleted = case({**HEAD, "b.yml": "x: 1\n"}, HEAD, REQUEST)
    assert "deleted" in variants("file-lifecycle", deleted)
    asked = case(BASE, added, REQUEST, paths_asked=frozenset({"b.yml"}))
    assert variants("file-lifecycle", asked) == set()


@pytest.mark.parametrize(
    ("limits", "variant"),
    [
        (Limits(files=1), "files"),
        (Limits(leaf_changes=1), "leaves"),
        (Limits(file_bytes=17), "bytes"),
    ],
)
def test_a_change_beyond_a_limit_is_refused(limits: Limits, variant: str) -> None:
    """One more than the limit blocks; as many as the limit do not."""
    base = {**BASE, "b.yml": "limit: 1\n"}
    head = {**HEAD, "b.yml": "limit: 2\n"}
    assert variants("size-limits", case(base, head, REQUEST, policy=Policy(limits=limits))) == {
        variant
    }
    exact = Limits(files=2, leaf_changes=2, file_bytes=18)
    assert variants("size-limits", case(base, head, REQUEST, policy=Policy(limits=exact))) == set()


def test_the_policy_says_where_changes_may_be() -> None:
    """Outside of what is allowed, and on what the repository protects, nothing changes."""
    outside = case(BASE, HEAD, REQUEST, policy=Policy(allowed=("conf/**",)))
    assert variants("allowed-path", outside) == {"outside"}
    assert variants("allowed-path", case(BASE, HEAD, REQUEST)) == set()
    own = case(BASE, HEAD, REQUEST, policy=Policy(protected=("a.yml",)))
    assert "protected-path" in blocking(own)


def test_a_range_that_loses_the_server_warns_and_stops_nothing() -> None:
    """192.0.2.0/28 admitted .7 and does not admit .77; 192.0.2.0/24 admits both."""
    base = {"a.yml": "host: 192.0.2.7\nnet: 192.0.2.0/28\n"}
    head = {"a.yml": "host: 192.0.2.77\nnet: 192.0.2.0/28\n"}
    made = case(base, head, MOVE)
    assert "covering-range" in warning(made)
    assert judged(made) == Merge()
    wide = {"a.yml": "host: 192.0.2.77\nnet: 192.0.2.0/24\n"}
    before = {"a.yml": "host: 192.0.2.7\nnet: 192.0.2.0/24\n"}
    assert "covering-range" not in warning(case(before, wide, MOVE))
