"""Validators: real programs on a scratch copy, within bounds, told nothing, and never trusted to stop."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from time import monotonic

import pytest

from bot.adapters.bounded_process import KEPT, run_bounded
from bot.adapters.git_library import GitLibrary
from bot.adapters.native_validator import NativeValidator
from bot.adapters.scratch_copy import CopyError, scratch_copy
from bot.core.change import FileChange
from bot.core.checks.validators_pass import shown_output
from bot.core.gate import Mode
from bot.core.index import Index
from bot.core.masking import mask_documents
from bot.core.policy import Policy
from bot.core.validation import Ended, NativeCheck, Validation, command_of, concerning, own_files
from bot.judge import Matter, evaluate
from bot.wiring import allows
from tests import ruling
from tests.git_repo import ENVIRONMENT, commit, git, make_repo, write
from tests.ruling import assert_worded

PATH = os.environ["PATH"]
ROOT = {
    "a.yml": b"port: 80\n",
    "conf/b.yml": b"port: 81\n",
    "check.sh": b"#!/bin/sh\ngrep -q 80 a.yml\n",
}
MOVE = FileChange("a.yml", b"port: 80\n", b"port: 90\n")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with two files and an executable script."""
    made = make_repo(tmp_path, ROOT)
    (made / "check.sh").chmod(0o755)
    (made / "link").symlink_to("/etc/passwd")
    commit(made, "script and link")
    return made


def check(*run: str, **facts: object) -> NativeCheck:
    """A validator of YAML files."""
    return NativeCheck(**{"name": "v", "run": run, "files": ("*.yml",), "timeout": 10, **facts})  # type: ignore[arg-type]


def validate(
    repo: Path, one: NativeCheck, *files: FileChange, allowed: tuple[str, ...] = ("any",)
) -> Validation:
    """What ``one`` says of the repository's HEAD with ``files`` changed."""
    library = GitLibrary(repo, environment=ENVIRONMENT)
    try:
        validator = NativeValidator(library, lambda program: allows(allowed, program), PATH)
        (said,) = validator.validate([one], git(repo, "rev-parse", "HEAD"), files)
    finally:
        library.close()
    return said


def test_it_judges_the_files_as_the_change_leaves_them(repo: Path) -> None:
    """The changed file, and the others as they were; the repository itself stays untouched."""
    before = git(repo, "status", "--porcelain")
    assert validate(repo, check("grep", "-q", "90", "a.yml"), MOVE).ended is Ended.PASSED
    said = validate(repo, check("grep", "-q", "80", "a.yml"), MOVE)
    assert (said.ended, said.before) == (Ended.FAILED, Ended.PASSED)
    assert validate(repo, check("grep", "-q", "81", "conf/b.yml"), MOVE).ended is Ended.PASSED
    assert (repo / "a.yml").read_bytes() == b"port: 80\n"
    assert git(repo, "status", "--porcelain") == before


def test_added_and_deleted_files_are_there_and_gone(repo: Path) -> None:
    """The copy is the head's tree."""
    added = FileChange("new/c.yml", None, b"x: 1\n")
    deleted = FileChange("a.yml", b"port: 80\n", None)
    one = check("sh", "-c", "test -f new/c.yml && test ! -e a.yml")
    assert validate(repo, one, added, deleted).ended is Ended.PASSED


def test_what_failed_before_is_said_to_have(repo: Path) -> None:
    """A program that always fails says nothing of this change."""
    said = validate(repo, check("false"), MOVE)
    assert (said.ended, said.before) == (Ended.FAILED, Ended.FAILED)


def test_the_base_is_asked_once(repo: Path, tmp_path: Path) -> None:
    """Rounds of one request share the answer."""
    log = tmp_path / "log"
    one = check("sh", "-c", f"echo x >> {log}; grep -q 80 a.yml")
    library = GitLibrary(repo, environment=ENVIRONMENT)
    validator = NativeValidator(library, lambda _: True, PATH)
    sha = git(repo, "rev-parse", "HEAD")
    for _ in range(3):
        (said,) = validator.validate([one], sha, [MOVE])
        assert said.before is Ended.PASSED
    library.close()
    assert log.read_text().count("x") == 3 + 1


def test_it_is_told_nothing_of_this_process(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable but where programs are, no input, no open file."""
    monkeypatch.setenv("CFG_GITHUB_PRIVATE_KEY", "s3cr3t")
    said = validate(repo, check("sh", "-c", "env; cat; pwd; exit 1"), MOVE)
    names = {line.partition("=")[0] for line in said.output.splitlines() if "=" in line}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {
        *("PATH", "LANG", "HOME", "TMPDIR", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE"),
    }
    assert "s3cr3t" not in said.output
    assert "/cfgbot-" not in said.output  # the scratch folder's name is nobody's business
    listed = validate(repo, check("sh", "-c", "ls /proc/self/fd | wc -l; exit 1"), MOVE)
    assert int(listed.output.split()[0]) <= 5


def test_modes_are_kept_and_symlinks_left_out(repo: Path) -> None:
    """An executable stays one; a link would lead outside."""
    one = check(
        "sh", "-c", "test -x check.sh && test ! -x a.yml && test ! -e link && test ! -L link"
    )
    assert validate(repo, one, MOVE).ended is Ended.PASSED
    linked = FileChange("conf/b.yml", b"port: 81\n", b"/etc/passwd", "100644", "120000")
    gone = check("sh", "-c", "test ! -e conf/b.yml && test ! -L conf/b.yml")
    assert validate(repo, gone, linked).ended is Ended.PASSED


def test_time_is_limited_and_nothing_is_left_running(repo: Path, tmp_path: Path) -> None:
    """The whole group ends, whatever it started."""
    begun = monotonic()
    mark = tmp_path / "mark"
    script = f"(sleep 3; echo late > {mark}) & sleep 60"
    said = validate(repo, check("sh", "-c", script, timeout=1), MOVE)
    assert said.ended is Ended.TIMEOUT
    assert monotonic() - begun < 30
    left = tmp_path / "left"
    script = f"(while :; do echo x; date > {left}; done) & exit 0"
    assert validate(repo, check("sh", "-c", script, timeout=20), MOVE).ended is Ended.PASSED
    one, other = (left.stat().st_mtime_ns if left.exists() else 0 for _ in range(2))
    assert one == other
    assert not mark.exists()


def test_endless_output_is_cut_and_the_end_kept(tmp_path: Path) -> None:
    """The program is read to its end, and only the last of it held."""
    script = "i=0; while [ $i -lt 30000 ]; do echo line-$i; i=$((i+1)); done; echo last; exit 3"
    done = run_bounded(["sh", "-c", script], tmp_path, {"PATH": PATH}, 30)
    assert (done.status, done.cut, len(done.output)) == (3, True, KEPT)
    assert done.output.endswith(b"last\n")
    closed = run_bounded(["sh", "-c", "exec >&- 2>&-; exit 4"], tmp_path, {"PATH": PATH}, 30)
    assert (closed.status, closed.output) == (4, b"")
    waiting = run_bounded(["sh", "-c", "exec >&- 2>&-; sleep 60"], tmp_path, {"PATH": PATH}, 0.5)
    assert waiting.status is None


def test_a_signal_is_a_failure(repo: Path) -> None:
    """A crash is not a yes."""
    said = validate(repo, check("sh", "-c", "kill -SEGV $$"), MOVE)
    assert (said.ended, said.detail) == (Ended.FAILED, "signal 11")


def test_what_is_missing_or_forbidden_is_not_run(repo: Path) -> None:
    """Names are compared as they are written, so no path passes for an allowed name."""
    assert validate(repo, check("no-such-program-here"), MOVE).ended is Ended.MISSING
    assert validate(repo, check("true"), MOVE, allowed=()).ended is Ended.FORBIDDEN
    assert validate(repo, check("true"), MOVE, allowed=("true",)).ended is Ended.PASSED
    for program in ("/bin/true", "./true", "true ", "../true"):
        assert validate(repo, check(program), MOVE, allowed=("true",)).ended is Ended.FORBIDDEN


def test_a_program_of_the_repository_is_its_own(repo: Path) -> None:
    """Run from the copy, found nowhere else, and only inside."""
    said = validate(repo, check("./check.sh"), MOVE)
    assert (said.ended, said.before) == (Ended.FAILED, Ended.PASSED)
    assert validate(repo, check("conf/b.yml"), MOVE).ended is Ended.MISSING
    assert validate(repo, check("../../../../bin/true"), MOVE).ended is Ended.MISSING
    # a file of the repository is never found in place of a program of the system
    assert validate(repo, check("check.sh"), MOVE).ended is Ended.MISSING


def test_no_relative_folder_is_searched(repo: Path) -> None:
    """An empty or relative PATH entry would run what the change brings."""
    library = GitLibrary(repo, environment=ENVIRONMENT)
    validator = NativeValidator(library, lambda _: True, f"::.:bin:{PATH}")
    trap = FileChange("true", None, b"#!/bin/sh\nexit 1\n", head_mode="100755")
    one = NativeCheck("v", ("true",), ("**",))
    (said,) = validator.validate([one], git(repo, "rev-parse", "HEAD"), [trap])
    library.close()
    assert said.ended is Ended.PASSED


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ".git/config", "a/.GIT/x", "a//b"])
def test_nothing_is_written_outside_the_copy(repo: Path, path: str) -> None:
    """A path that climbs out is refused before any program runs."""
    said = validate(repo, check("true"), MOVE, FileChange(path, None, b"x"))
    assert said.ended is Ended.NOT_STARTED
    assert said.detail
    with pytest.raises(CopyError), scratch_copy({path: ("100644", b"")}):
        pass


def test_a_file_where_a_folder_is_starts_nothing(repo: Path) -> None:
    """Such a tree cannot be, and is not guessed at."""
    said = validate(repo, check("true"), FileChange("a.yml/x", None, b"x"))
    assert said.ended is Ended.NOT_STARTED


def test_the_copy_is_private_and_gone_afterwards() -> None:
    """Nobody else reads it while it is there."""
    with scratch_copy({"a/b": ("100755", b"x")}) as scratch:
        root = scratch.files.parent
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        assert stat.S_IMODE((scratch.files / "a/b").stat().st_mode) == 0o700
    assert not root.exists()


def test_python_takes_no_module_from_the_files(repo: Path) -> None:
    """``python -m`` would else import what the change brings."""
    trap = FileChange("json.py", None, b"raise SystemExit(0)\n")
    one = NativeCheck(
        "v", ("python3", "-c", "import json; json.dumps; raise SystemExit(7)"), ("**",)
    )
    assert validate(repo, one, trap).detail == "exit status 7"


# pure parts
def test_files_are_filled_in_and_never_read_as_options() -> None:
    """Only those that match, each a word."""
    one = check("lint", "--", "{files}", "end")
    assert command_of(one, ["b.yml", "a.yml", "c.txt", "-x.yml"]) == (
        *("lint", "--", "./-x.yml", "a.yml", "b.yml", "end"),
    )
    assert command_of(one, ["c.txt"]) is None
    assert command_of(check("lint"), []) == ("lint",)


def test_a_validator_concerns_what_it_names() -> None:
    """Also a file that goes."""
    gone = FileChange("a.yml", b"x", None)
    assert concerning([check("x")], [gone]) == (check("x"),)
    assert concerning([check("x")], [FileChange("a.txt", b"x", b"y")]) == ()


@pytest.mark.parametrize(
    ("run", "file", "own"),
    [
        (("./check.sh",), FileChange("check.sh", b"x", b"y"), True),
        (("sh", "check.sh"), FileChange("check.sh", b"x", b"y"), True),
        (("sh", "-c", "./tools/check.sh a"), FileChange("tools/check.sh", b"#!/bin/sh", b"#!/x"), True),
        (("env", "tools/c"), FileChange("tools/c", b"x", b"y", "100755", "100755"), True),
        (("promtool", "check", "config", "p.yml"), FileChange("p.yml", b"x", b"y"), False),
        (("sh", "-c", "promtool check config p.yml"), FileChange("p.yml", b"x", b"y"), False),
        (("./check.sh",), FileChange("other.sh", b"#!x", b"#!y"), False),
    ],
)  # fmt: skip
def test_a_validator_s_own_files(run: tuple[str, ...], file: FileChange, own: bool) -> None:
    """A script of its own, not the configuration it reads."""
    assert bool(own_files(check(*run), [file])) is own


REQUEST = "set port to 90"
TREE: ruling.Tree = {"a.yml": "port: 80\n"}
HEAD: ruling.Tree = {"a.yml": "port: 90\n"}


def of(
    ended: Ended, before: Ended | None = None, output: str = "", **facts: object
) -> list[tuple[bool, str]]:
    """(blocks?, variant) of the rule for a validator that ended so."""
    one = check("lint", **facts)
    made = ruling.case(TREE, HEAD, REQUEST, policy=Policy(validators=(one,)))
    object.__setattr__(made, "validations", (Validation("v", ended, output, "why", before),))
    found = ruling.of_rule("validators-pass", made)
    return [(finding.blocks, finding.variant) for finding in found]


def test_only_a_yes_is_a_yes() -> None:
    """All else blocks, but for what is optional, or was so before."""
    assert of(Ended.PASSED) == []
    assert of(Ended.FAILED) == [(True, "failed")]
    assert of(Ended.FAILED, Ended.PASSED) == [(True, "failed")]
    assert of(Ended.FAILED, Ended.TIMEOUT) == [(True, "failed")]
    assert of(Ended.FAILED, Ended.FAILED) == [(False, "already")]
    assert of(Ended.TIMEOUT, Ended.TIMEOUT) == [(True, "timeout")]
    assert of(Ended.NOT_STARTED) == [(True, "not-started")]
    assert of(Ended.MISSING) == [(True, "missing")]
    assert of(Ended.FORBIDDEN) == [(True, "forbidden")]
    assert of(Ended.MISSING, optional=True) == [(False, "skipped")]
    assert of(Ended.FORBIDDEN, optional=True) == [(False, "skipped")]
    assert of(Ended.FAILED, optional=True) == [(True, "failed")]
    assert of(Ended.TIMEOUT, optional=True) == [(True, "timeout")]
    assert of(Ended.NOT_STARTED, optional=True) == [(True, "not-started")]


def test_a_validator_nobody_ran_blocks() -> None:
    """Whoever forgets to wire it merges nothing; a file it does not name is free."""
    named = Policy(validators=(check("lint"),))
    made = ruling.case(TREE, HEAD, REQUEST, policy=named)
    assert ruling.blocking(made) == {"validators-pass"}
    assert ruling.variants("validators-pass", made) == {"not-run"}
    elsewhere = Policy(validators=(check("lint", files=("*.txt",)),))
    assert ruling.blocking(ruling.case(TREE, HEAD, REQUEST, policy=elsewhere)) == set()


def test_output_is_cut_stripped_and_points_to_the_line() -> None:
    """No escape sequence, no secret of the files; the first changed file it names with a line."""
    tree: ruling.Tree = {"a.yml": "port: 80\npassword: hunter2-hunter2\n"}
    head: ruling.Tree = {"a.yml": "port: 90\npassword: hunter2-hunter2\n"}
    made = ruling.case(tree, head, REQUEST, policy=Policy(validators=(check("lint", output=120),)))
    output = "x" * 500 + "\n\x1b[31mbad\x1b[0m port in ./a.yml:1 (hunter2-hunter2)\n"
    object.__setattr__(made, "validations", (Validation("v", Ended.FAILED, output),))
    (finding,) = ruling.of_rule("validators-pass", made)
    said = dict(finding.facts)["output"]
    assert (finding.path, finding.line) == ("a.yml", 1)
    assert len(said) <= 121
    assert said.startswith("…")
    assert "bad port in ./a.yml:1" in said
    assert "hunter2" not in said
    assert "\x1b" not in said
    assert shown_output("\n \n", 10, mask_documents({})) == ""


def judged(matter: Matter, ran: list[str], ended: Ended = Ended.PASSED) -> set[str]:
    """The rules that block, with a validator that ends so; what was run is appended to ``ran``."""

    def run(checks: object, files: object) -> tuple[Validation, ...]:
        ran.append("run")
        return (Validation("v", ended),)

    found = evaluate(matter, Mode.BLIND, lambda _m, _f: None, run).findings
    for finding in found:
        assert_worded(finding)
    return {finding.rule for finding in found if finding.blocks}


def matter(head: ruling.Tree, **policy: object) -> Matter:
    """The request with some head, and one validator of YAML files."""
    made = Policy(validators=(check("lint"),), **policy)  # type: ignore[arg-type]
    one = ruling.case(TREE, head, REQUEST, policy=made)
    index = Index(ruling.tree(TREE), frozenset(TREE))
    return Matter(one.request, index, one.expectation, one.change, made)


def test_validators_run_only_on_what_no_check_refuses() -> None:
    """A change that escapes, or that nobody asked for, is never handed to a program."""
    ran: list[str] = []
    assert judged(matter(HEAD), ran) == set()
    assert ran == ["run"]
    assert judged(matter(HEAD), ran, Ended.FAILED) == {"validators-pass"}
    assert len(ran) == 2
    refused = judged(matter({"a.yml": "port: 91\n"}), ran)
    assert "validators-pass" in refused
    refused = judged(matter(HEAD, allowed=("conf/**",)), ran)
    assert refused == {"allowed-path", "validators-pass"}
    assert len(ran) == 2


def test_the_whole_way_through_the_command_line(tmp_path: Path) -> None:
    """In a terminal a policy's programs run; where CFG_VALIDATORS forbids them the change stays out."""
    from tests.commands import cfg  # noqa: PLC0415 - the one test that needs a process

    policy = 'validators:\n  - {name: low-ports, run: [sh, -c, "! grep -q 9999 app.yml"], files: app.yml}\n'
    repo = make_repo(tmp_path, {"app.yml": "port: 80\ntimeout: 30s\n", ".cfgbot.yml": policy})
    good = cfg("change", "set timeout to 45s", "--repo", str(repo), "--plan", "--json")
    assert good.code == 0, good.out
    bad = cfg("change", "set port to 9999", "--repo", str(repo), "--json")
    assert (bad.code, bad.rules) == (1, {"validators-pass"})
    forbidden = cfg(
        *("change", "set timeout to 45s", "--repo", str(repo), "--json"),
        env={"CFG_VALIDATORS": "none"},
    )
    assert (forbidden.code, forbidden.rules) == (1, {"validators-pass"})
    assert "CFG_VALIDATORS" in forbidden.out
    # the head's policy is not the one in force
    git(repo, "checkout", "-q", "-b", "theirs")
    write(repo, {"app.yml": "port: 9999\ntimeout: 30s\n"})
    commit(repo)
    ran = cfg(
        *("verify", "set port to 9999", "--repo", str(repo)),
        *("--base", "main", "--head", "theirs", "--json"),
    )
    assert ran.rules == {"validators-pass"}
