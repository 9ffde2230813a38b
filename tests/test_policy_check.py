"""``cfg policy check``: what is wrong with a policy, and what of it does not hold now."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.gate import Mode
from bot.core.policy import Policy
from bot.core.validation import Ended
from bot.policy import parse_policy
from bot.settings import read_settings
from bot.wiring import assemble, open_library
from tests.commands import Ran, cfg, fleet
from tests.git_repo import git, make_repo, write

FILES = {
    "inventory.yml": "servers:\n  a: {address: 192.0.2.7}\n  b: {address: 192.0.2.7}\n",
    "one/app.yml": "port: 80\npassword: hunter2-hunter2\n",
    "two/app.yml": "port: 81\n",
}
GOOD = "allowed: ['**']\n"


def check(repo: Path, *more: str, **env: str) -> Ran:
    """``cfg policy check --json`` on ``repo``."""
    return cfg("policy", "check", "--repo", str(repo), "--json", *more, env=env)


def codes(ran: Ran, kind: str) -> list[str]:
    """The codes of its errors, problems or notes."""
    return [one["code"] for one in ran.said[kind]]


def test_the_fleet_s_policy_holds(tmp_path: Path) -> None:
    """Its promises, its patterns; what is optional may be missing."""
    ran = check(fleet(tmp_path))
    assert (ran.code, ran.said["exit_code"]) == (0, 0)
    assert (ran.said["errors"], ran.said["problems"]) == ([], [])
    made = parse_policy(".cfgbot.yml", (tmp_path / "repo/.cfgbot.yml").read_bytes())
    assert len(made.invariants) >= 6
    assert {one.optional for one in made.validators} == {True}


def test_errors_come_with_their_lines(tmp_path: Path) -> None:
    """All of them, and exit code 2."""
    repo = make_repo(tmp_path, {**FILES, ".cfgbot.yml": "alowed: []\nlimits:\n  files: no\n"})
    ran = check(repo)
    assert ran.code == 2
    assert [(one["code"], one["line"]) for one in ran.said["errors"]] == [
        ("unknown-key-near", 1),
        ("no-whole-number", 3),
    ]
    said = cfg("policy", "check", "--repo", str(repo), env={"LANG": "ko_KR.UTF-8"})
    assert said.code == 2
    assert "1행" in said.out
    assert "'allowed'인가요?" in said.out
    both = make_repo(tmp_path, {".cfgbot.yml": GOOD, ".cfgbot.yaml": GOOD}, name="both")
    assert codes(check(both), "errors") == ["two-files"]


def test_what_does_not_hold_is_a_problem(tmp_path: Path) -> None:
    """Patterns without a file, promises that are broken, programs and models that are missing."""
    policy = """\
allowed: ["one/**", "onne/**", "!one/x"]
protected: ["later/**"]
models: {author: openai/any}
environments:
  a: {paths: ["one/**"], job: a}
  b: {paths: ["**/app.yml", "nowhere/**"], job: b}
invariants:
  - {name: addresses, distinct: {at: {files: inventory.yml, key: servers > * > address}}}
  - {name: typo, within: {at: {files: one/app.yml, key: prot}, max: 100}}
validators:
  - {name: gone, run: [no-such-program], files: "one/**"}
  - {name: spare, run: [no-such-program], files: "two/**", optional: true}
  - {name: lost, run: ["true"], files: "three/**"}
"""
    repo = make_repo(tmp_path, {**FILES, ".cfgbot.yml": policy})
    ran = check(repo)
    assert ran.code == 1
    assert codes(ran, "problems") == [
        *("invariant-shared", "invariant-no-key"),
        *("glob-matches-nothing", "glob-matches-nothing", "glob-matches-nothing"),
        *("model-refused", "validator-missing"),
    ]
    said = " ".join(one["message"] for one in ran.said["problems"])
    assert all(word in said for word in ("onne/**", "nowhere/**", "three/**", "inventory.yml:3"))
    assert codes(ran, "notes") == [
        "glob-matches-nothing",
        "validator-missing",
        "environments-overlap",
    ]
    assert "one/app.yml" in ran.said["notes"][-1]["message"]
    allowed = check(repo, CFG_POLICY_MODELS="openai/any", CFG_VALIDATORS="no-such-program")
    assert "validator-forbidden" in codes(allowed, "problems")  # "true" is not in that list
    assert "model-unjudged" in codes(allowed, "problems")
    plain = cfg("policy", "check", "--repo", str(repo))
    assert (plain.code, plain.out.count("note: ")) == (1, 3)


def test_validators_are_run_only_when_asked(tmp_path: Path) -> None:
    """On a copy of the files as they are, with no secret in what is said."""
    policy = """\
validators:
  - {name: bad, run: [sh, -c, "cat one/app.yml; exit 1"], files: "one/**"}
  - {name: slow, run: [sleep, "30"], files: "one/**", timeout: 1}
  - {name: good, run: [test, -f, one/app.yml], files: "one/**"}
"""
    repo = make_repo(tmp_path, {**FILES, ".cfgbot.yml": policy})
    assert check(repo).code == 0
    ran = check(repo, "--run")
    assert ran.code == 1
    assert codes(ran, "problems") == ["validator-failed", "validator-timeout"]
    assert "port: 80" in ran.out
    assert "hunter2" not in ran.out


def test_the_file_on_disk_is_looked_at_before_it_is_committed(tmp_path: Path) -> None:
    """Unless a commit is named; a repository without a policy has the default one."""
    repo = make_repo(tmp_path, {**FILES, ".cfgbot.yml": GOOD})
    assert check(repo).said["source"] == "commit"
    write(repo, {".cfgbot.yml": "alowed: []\n"})
    ran = check(repo)
    assert (ran.code, ran.said["source"]) == (2, "work-tree")
    assert check(repo, "--ref", "HEAD").code == 0
    inside = check(repo / "one")
    assert inside.code == 2
    none = make_repo(tmp_path, FILES, name="none")
    ran = check(none)
    assert (ran.code, ran.said["path"]) == (0, None)
    bare = tmp_path / "bare.git"
    git(repo, "clone", "-q", "--bare", ".", str(bare))
    assert check(bare).code == 0


@pytest.mark.parametrize("more", [("--ref", "nowhere"), ()])
def test_a_repository_that_cannot_be_read_is_an_error(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    """Exit code 2 and a sentence, as everywhere."""
    repo = make_repo(tmp_path, {**FILES, ".cfgbot.yml": GOOD}) if more else tmp_path / "nowhere"
    ran = check(repo, *more)
    assert (ran.code, ran.said["status"]) == (2, "error")


def test_a_server_runs_no_program_unless_it_is_listed(tmp_path: Path) -> None:
    """Whoever can push to a base branch could else run anything on it."""
    policy = 'validators: [{name: v, run: ["true"], files: "**"}]\n'
    library = open_library(make_repo(tmp_path, {**FILES, ".cfgbot.yml": policy}))
    sha = library.commit("HEAD")
    for environ, programs, ended in (
        ({}, False, Ended.FORBIDDEN),
        ({}, True, Ended.PASSED),
        ({"CFG_VALIDATORS": "true"}, False, Ended.PASSED),
        ({"CFG_VALIDATORS": "none"}, True, Ended.FORBIDDEN),
    ):
        settings = read_settings({"PATH": "/usr/bin:/bin", **environ})
        work = assemble(library, settings, Mode.BLIND, sha, lambda _: None, programs=programs)
        assert work.policy != Policy()
        assert work.validator is not None
        (said,) = work.validator.validate(work.policy.validators, sha, ())
        assert said.ended is ended
    library.close()


def test_a_promise_sees_files_that_a_large_repository_does_not_gather(tmp_path: Path) -> None:
    """Among hundreds of files, the one that is not of the request and breaks."""
    many = {f"other/f{number}.yml": f"k{number}: {number}\n" for number in range(450)}
    policy = """\
invariants:
  - name: same-port
    same: [{files: app.yml, key: listen-port}, {files: "proxy/**", key: upstream.backend}]
"""
    files = {"app.yml": "listen-port: 8080\n", "proxy/p.yml": "upstream: {backend: 8080}\n"}
    repo = make_repo(tmp_path, {**many, **files, ".cfgbot.yml": policy})
    ran = cfg("change", "set listen-port to 9090", "--repo", str(repo), "--json")
    assert (ran.code, ran.rules) == (1, {"invariants-kept"})
    (finding,) = [one for one in ran.said["findings"] if one["rule"] == "invariants-kept"]
    assert "proxy/p.yml" in finding["message"] + str(finding["path"])
    both = cfg(
        *("change", "set listen-port to 9090 and set upstream backend to 9090"),
        *("--repo", str(repo), "--json"),
    )
    assert both.code == 0, both.out
