"""Bad input: a clear message, the right exit code, and refs and status as they were."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.commands import cfg, state
from tests.git_repo import git, make_repo

REQUEST = "set timeout to 45s in app.yml"
FILES: dict[str, str | bytes] = {
    "app.yml": "name: app\ntimeout: 30s\n",
    "other.yml": "name: other\nport: 8080\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two small files."""
    return make_repo(tmp_path / "repo", FILES)


def ended(repo: Path, request_text: str = REQUEST, *more: str) -> tuple[int, str]:
    """Exit code, and the code of the question or error (or the status)."""
    ran = cfg("change", request_text, "--repo", str(repo), "--json", *more)
    assert "Traceback" not in ran.err, ran.err
    said = ran.said
    named = said["question"] or said["error"] or {"code": said["status"]}
    return ran.code, named["code"]


def test_the_plain_case_merges(repo: Path) -> None:
    """What the bad inputs below are compared with: the same request merges where nothing is wrong."""
    assert ended(repo) == (0, "merged")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "request-empty"), ("  \n ", "request-empty"), ("x" * 100_000, "request-too-long")],
)
def test_a_request_nobody_can_read_is_declined(repo: Path, text: str, code: str) -> None:
    """Empty or 100 kB long: declined with the reason, nothing changed."""
    before = state(repo)
    assert ended(repo, text) == (1, code)
    assert state(repo) == before


def test_a_request_that_is_no_text_is_declined(repo: Path) -> None:
    """Bytes that are not UTF-8 are refused, not guessed at."""
    import sys  # noqa: PLC0415

    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [
        sys.executable.encode(),
        b"-m",
        b"bot.cli",
        b"change",
        b"set timeout \xff\xfe to 45s",
        b"--repo",
        bytes(repo),
        b"--json",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, b"request-unreadable" in done.stdout) == (1, True), done


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.yml", b"timeout: \xff\xfe\n"),
        (
            "bomb.yml",
            b"a: &a [x]\n"
            + b"".join(
                b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (c, c, *[c - 1] * 8)
                for c in range(98, 115)
            ),
        ),
        ("deep.json", b"[" * 100_000 + b"]" * 100_000),
        ("deep.yml", b"[" * 50_000),
        ("broken.yml", b"a: [1, 2\nb: }\n"),
        ("binary.conf", bytes(range(256)) * 40),
        ("big.yml", b"key: value\n" * 5_000_000),
        ("long.json", b'{"a": "' + b"x" * 900_000 + b'"}'),
    ],
)
def test_a_bad_file_beside_it_stops_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that cannot be read does not keep another one from being changed, nor does it change."""
    repo = make_repo(tmp_path / "repo", {**FILES, name: content})
    assert ended(repo) == (0, "merged")
    assert git(repo, "diff", "--name-only", "HEAD~1", "HEAD") == "app.yml"


@pytest.mark.parametrize(
    "content",
    [
        b"host: 192.0.2.7\nbad: [\n",
        b"host: 192.0.2.7 \xff\n",
        b"x" * 2_000_000 + b"\nhost: 192.0.2.7\n",
    ],
)
def test_a_bad_file_that_matters_is_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    """A move never leaves out the file it cannot read: it is declined by name, and nothing changes."""
    repo = make_repo(tmp_path / "repo", {"good.yml": "host: 192.0.2.7\n", "zz.yml": content})
    before = state(repo)
    ran = cfg("change", "192.0.2.7을 192.0.2.77로 바꿔줘", "--repo", str(repo), "--json")
    assert ran.code == 1, ran.out
    assert "zz.yml" in ran.out
    assert state(repo) == before


def test_a_symlink_loop_is_left_alone(repo: Path) -> None:
    """Symlinks are neither followed nor changed."""
    (repo / "loop.yml").symlink_to("loop.yml")
    (repo / "up").symlink_to("..")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "links")
    assert ended(repo) == (0, "merged")


def test_an_empty_repository_is_an_error(tmp_path: Path) -> None:
    """Nothing was ever committed: exit 2 and what to do."""
    git(tmp_path, "init", "-q", "empty")
    assert ended(tmp_path / "empty") == (2, "empty-repository")


def test_no_repository_is_an_error(tmp_path: Path) -> None:
    """A plain folder, or none at all, is exit 2."""
    assert ended(tmp_path) == (2, "not-a-repository")
    assert ended(tmp_path / "nowhere") == (2, "not-a-repository")


def test_a_detached_head_needs_a_branch(repo: Path) -> None:
    """Without a branch there is nothing to merge into; with --base there is."""
    git(repo, "checkout", "-q", "--detach")
    before = state(repo)
    assert ended(repo) == (2, "detached-head")
    assert state(repo) == before
    assert ended(repo, REQUEST, "--base", "main") == (0, "merged")


def test_a_dirty_base_is_an_error_and_kept(repo: Path) -> None:
    """Uncommitted work is never touched, not even to make room."""
    (repo / "other.yml").write_text("name: mine\n")
    before = state(repo)
    assert ended(repo) == (2, "dirty")
    assert state(repo) == before
    assert (repo / "other.yml").read_text() == "name: mine\n"


def test_a_locked_index_is_an_error(repo: Path) -> None:
    """Another git process is at work: exit 2, and its lock stays."""
    (repo / ".git" / "index.lock").touch()
    refs = git(repo, "for-each-ref")
    assert ended(repo) == (2, "locked")
    assert git(repo, "for-each-ref") == refs
    assert (repo / ".git" / "index.lock").exists()


def test_an_unknown_branch_is_an_error(repo: Path) -> None:
    """Also one that looks like an option."""
    assert ended(repo, REQUEST, "--base", "nowhere") == (2, "unknown-branch")
    assert ended(repo, REQUEST, "--base=--output=x")[0] == 2


def test_a_base_that_is_not_checked_out_leaves_the_tree_alone(repo: Path) -> None:
    """Only the branch moves; the work tree and its branch stay."""
    git(repo, "branch", "release")
    ran = cfg("change", REQUEST, "--repo", str(repo), "--base", "release", "--json")
    assert ran.code == 0, ran.out
    assert (repo / "app.yml").read_text() == FILES["app.yml"]
    assert "45s" in git(repo, "show", "release:app.yml")
    assert git(repo, "branch", "--list").split() == ["*", "main", "release"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CFG_AUTHOR_MODEL", "openai/a", "reviewer-missing"),
        ("CFG_MAX_TOKNES", "9", "setting-unknown"),
        ("CFG_MODEL_TIMEOUT", "soon", "setting-invalid"),
    ],
)
def test_a_bad_setting_is_an_error(repo: Path, name: str, value: str, code: str) -> None:
    """A typo in a setting must not quietly leave a limit off."""
    before = state(repo)
    ran = cfg("change", REQUEST, "--repo", str(repo), "--json", env={name: value})
    assert (ran.code, ran.said["error"]["code"]) == (2, code)
    assert state(repo) == before


@pytest.mark.parametrize("policy", ["alowed: ['**']\n", "limits: {files: many}\n", "[", "- a\n"])
def test_a_bad_policy_is_an_error(tmp_path: Path, policy: str) -> None:
    """A policy that cannot be read allows nothing."""
    repo = make_repo(tmp_path / "repo", {**FILES, ".cfgbot.yml": policy})
    assert ended(repo) == (2, "policy-invalid")


def test_the_policy_is_read_from_the_base(tmp_path: Path) -> None:
    """What the policy does not allow is kept out by name."""
    repo = make_repo(tmp_path / "repo", {**FILES, ".cfgbot.yml": "allowed: ['other.yml']\n"})
    ran = cfg("change", REQUEST, "--repo", str(repo), "--json")
    assert ran.code == 1
    assert "allowed-path" in ran.rules


@pytest.mark.parametrize(
    "content",
    [
        "timeout: 30s\r\nname: app\r\n",
        "\ufefftimeout: 30s\nname: app\n",
        "timeout: 30s\nname: app",
        "# 설정\ntimeout: 30s # 초\nname: 앱\n",
        "name:\tapp\ntimeout:\t30s\n",
    ],
)
def test_every_other_byte_stays(tmp_path: Path, content: str) -> None:
    """CRLF, byte order mark, no last newline, Korean, tabs: only the value's bytes differ."""
    repo = make_repo(tmp_path / "repo", {"app.yml": content.encode()})
    assert ended(repo) == (0, "merged")
    assert (repo / "app.yml").read_bytes() == content.replace("30s", "45s").encode()
