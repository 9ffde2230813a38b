"""The Forge on real repositories: a branch moves as judged, or nothing moves at all."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.adapters.git_forge import GitForge
from bot.adapters.git_library import GitLibrary
from bot.core.change import FileChange
from bot.ports import BaseMoved, RepositoryError
from tests.git_repo import ENVIRONMENT, commit, git, make_repo, state, write

BASE: dict[str, bytes | str] = {
    "app/a.env": "HOST=192.0.2.7\n",
    "app/run.sh": "echo\n",
    "b c.yml": "가: 1\n",
}
NEW = FileChange("app/a.env", b"HOST=192.0.2.7\n", b"HOST=198.51.100.2\n")


def forge(repo: Path, **environment: str) -> GitForge:
    """A Forge that sees nobody's settings."""
    return GitForge(repo, environment={**ENVIRONMENT, **environment})


def published(repo: Path, *files: FileChange) -> tuple[GitForge, str, str]:
    """A Forge, the base of ``main`` and a commit on it that is not merged yet."""
    place = forge(repo)
    base = git(repo, "rev-parse", "refs/heads/main")
    return place, base, place.publish(base, files or (NEW,), "설정 서버 이동\n")


def branches(repo: Path) -> list[str]:
    """The names of all branches."""
    return git(repo, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()


def test_publish_makes_exactly_the_commit_asked_for(tmp_path: Path) -> None:
    """Set, added, deleted, executable; nothing else, and nothing of the work tree moves."""
    repo = make_repo(tmp_path, BASE)
    before = state(repo)
    added = FileChange('새 파일\n".yml', None, b"a: 1\r\n")
    gone = FileChange("b c.yml", "가: 1\n".encode(), None)
    mode = FileChange("app/run.sh", b"echo\n", b"echo\n", "100644", "100755")
    _, base, head = published(repo, NEW, added, gone, mode)
    changes = GitLibrary(repo, environment=ENVIRONMENT).difference(base, head)
    assert {(c.path, c.base, c.head, c.head_mode) for c in changes} == {
        ("app/a.env", NEW.base, NEW.head, "100644"),
        ('새 파일\n".yml', None, b"a: 1\r\n", "100644"),
        ("b c.yml", "가: 1\n".encode(), None, "100644"),
        ("app/run.sh", b"echo\n", b"echo\n", "100755"),
    }
    assert git(repo, "rev-list", "--parents", "-1", head) == f"{head} {base}"
    assert git(repo, "log", "-1", "--format=%B", head) == "설정 서버 이동"
    assert branches(repo) == [f"cfgbot-{head[:12]}", "main"]
    after = state(repo)
    assert (after.files, after.index, after.head) == (before.files, before.index, before.head)
    assert list((repo / ".git").glob("*.lock")) == []


@pytest.mark.parametrize(
    ("settings", "author"),
    [
        ({}, "cfgbot <cfgbot@localhost>"),
        ({"user.name": "김설정", "user.email": "kim@example.com"}, "김설정 <kim@example.com>"),
        ({"user.name": "only a name"}, "cfgbot <cfgbot@localhost>"),
    ],
)
def test_the_author_is_who_git_is_configured_for(
    tmp_path: Path, settings: dict[str, str], author: str
) -> None:
    """With no user, or half of one, cfgbot is the author; it is always the committer."""
    repo = make_repo(tmp_path, BASE)
    for name, value in settings.items():
        git(repo, "config", name, value)
    _, _, head = published(repo)
    assert git(repo, "log", "-1", "--format=%an <%ae>", head) == author
    assert git(repo, "log", "-1", "--format=%cn <%ce>", head) == "cfgbot <cfgbot@localhost>"


def test_publish_refuses_what_would_delete_more(tmp_path: Path) -> None:
    """A file in a directory's place takes the directory's files away: nobody asked for that."""
    repo = make_repo(tmp_path, BASE)
    before = state(repo)
    for file in (
        FileChange("app", None, b"x"),
        FileChange(".git/config", None, b"x"),
        FileChange("../x", None, b"x"),
    ):
        with pytest.raises(RepositoryError) as caught:
            published(repo, file)
        assert caught.value.code == "git-failed"
    assert state(repo) == before


def test_publish_never_writes_a_submodule(tmp_path: Path) -> None:
    """Bytes are no submodule."""
    with pytest.raises(RepositoryError, match="git-failed"):
        published(make_repo(tmp_path, BASE), FileChange("sub", None, b"x", "160000", "160000"))


def test_merge_moves_branch_index_and_files(tmp_path: Path) -> None:
    """Where the base is checked out and clean, everything follows; untracked files stay."""
    repo = make_repo(tmp_path, BASE)
    write(repo, {"untracked.txt": "mine"})
    place, base, head = published(repo, NEW, FileChange("deep/er/new.yml", None, b"a: 1\n"))
    place.ready("main")
    assert place.merge("main", base, head) == head
    assert git(repo, "rev-parse", "HEAD") == head
    assert git(repo, "status", "--porcelain") == "?? untracked.txt"
    assert (repo / "app/a.env").read_bytes() == NEW.head
    assert (repo / "deep/er/new.yml").read_bytes() == b"a: 1\n"
    place.discard(head)
    place.discard(head)
    assert branches(repo) == ["main"]
    assert "cfgbot: merge" in git(repo, "reflog", "-1", "main")


@pytest.mark.parametrize(
    "kind", ["bare", "other-branch", "detached", "linked", "from-linked", "touched"]
)
def test_merge_moves_the_branch_wherever_it_is(tmp_path: Path, kind: str) -> None:
    """Bare, not checked out, or checked out in a linked work tree, which then follows."""
    repo = make_repo(tmp_path, BASE)
    linked = tmp_path / "linked"
    run_in = repo
    if kind == "bare":
        git(tmp_path, "clone", "--quiet", "--bare", str(repo), str(tmp_path / "bare"))
        run_in = repo = tmp_path / "bare"
    elif kind == "touched":
        write(repo, BASE)  # the same bytes, other times
    else:
        git(
            repo,
            *(
                ("checkout", "-q", "--detach")
                if kind == "detached"
                else ("checkout", "-q", "-b", "other")
            ),
        )
    if "linked" in kind:
        git(repo, "worktree", "add", "--quiet", str(linked), "main")
        run_in = linked if kind == "from-linked" else repo
    place, base, head = published(run_in)
    place.merge("main", base, head)
    assert git(repo, "rev-parse", "main") == head
    if kind != "bare":
        assert git(repo, "status", "--porcelain") == ""
        here = (repo / "app/a.env").read_bytes()
        assert here == (NEW.head if kind == "touched" else NEW.base)
    if linked.exists():
        assert (linked / "app/a.env").read_bytes() == NEW.head
        assert git(linked, "status", "--porcelain") == ""


def test_line_ends_of_the_work_tree_are_gits_business(tmp_path: Path) -> None:
    """With core.autocrlf the work tree gets CRLF, the commit stays as published."""
    repo = make_repo(tmp_path, BASE)
    git(repo, "config", "core.autocrlf", "true")
    git(repo, "rm", "-r", "-q", "--cached", ".")
    git(repo, "reset", "-q", "--hard")
    place, base, head = published(repo)
    place.merge("main", base, head)
    assert (repo / "app/a.env").read_bytes() == b"HOST=198.51.100.2\r\n"
    assert git(repo, "cat-file", "blob", "main:app/a.env") == "HOST=198.51.100.2"
    assert git(repo, "status", "--porcelain") == ""


def test_no_hook_ever_runs(tmp_path: Path) -> None:
    """Hostile hooks, by default place or by core.hooksPath, are not even started."""
    repo = make_repo(tmp_path, BASE)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    names = ("reference-transaction", "post-checkout", "post-merge", "post-index-change", "pre-commit", "post-commit", "pre-merge-commit", "fsmonitor-watchman")  # fmt: skip
    for name in names:
        for directory in (hooks, repo / ".git/hooks"):
            (directory / name).write_text(f"#!/bin/sh\necho {name} >> '{tmp_path}/ran'\nexit 1\n")
            (directory / name).chmod(0o755)
    for hooks_path in (str(hooks), None):
        git(
            repo,
            "config",
            *(("core.hooksPath", hooks_path) if hooks_path else ("--unset", "core.hooksPath")),
        )
        git(repo, "config", "commit.gpgSign", "true")
        change = FileChange("app/a.env", None, f"{hooks_path}".encode())
        place, base, head = published(repo, change)
        place.merge("main", base, head)
        place.discard(head)
    assert not (tmp_path / "ran").exists()
    assert (repo / "app/a.env").read_bytes() == b"None"


def _dirty(repo: Path) -> None:
    write(repo, {"b c.yml": "changed"})


def _staged(repo: Path) -> None:
    write(repo, {"new.yml": "a: 1"})
    git(repo, "add", "new.yml")


def _deleted(repo: Path) -> None:
    (repo / "app/a.env").unlink()


def _locked(repo: Path) -> None:
    (repo / ".git/index.lock").touch()


def _merging(repo: Path) -> None:
    (repo / ".git/MERGE_HEAD").write_text(git(repo, "rev-parse", "HEAD") + "\n")


def _rebasing(repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    (repo / ".git/rebase-merge").mkdir()
    (repo / ".git/rebase-merge/head-name").write_text("refs/heads/main\n")


def _ref_locked(repo: Path) -> None:
    (repo / ".git/refs/heads/main.lock").touch()


def _executable(repo: Path) -> None:
    place = repo / "app/run.sh"
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("harm", "code", "early"),
    [
        (_dirty, "dirty", True),
        (_staged, "dirty", True),
        (_deleted, "dirty", True),
        (_executable, "dirty", True),
        (_merging, "dirty", True),
        (_rebasing, "dirty", True),
        (_locked, "locked", True),
        (_ref_locked, "locked", False),
    ],
)
def test_a_base_in_use_is_left_alone(tmp_path: Path, harm: object, code: str, early: bool) -> None:
    """Whatever keeps the base from moving is said, before any work too, and nothing moves."""
    repo = make_repo(tmp_path, BASE)
    place, base, head = published(repo)
    assert callable(harm)
    harm(repo)
    before = state(repo)
    for attempt in (lambda: place.ready("main"),) * early + (
        lambda: place.merge("main", base, head),
    ):
        with pytest.raises(RepositoryError) as caught:
            attempt()
        assert caught.value.code == code
    assert state(repo) == before


@pytest.mark.parametrize(
    ("path", "untracked"),
    [
        ("new.yml", "new.yml"),
        ("dir/new.yml", "dir"),
        ("dir", "dir/mine"),
        ("secret.env", "secret.env"),
    ],
)
def test_untracked_files_are_never_overwritten(tmp_path: Path, path: str, untracked: str) -> None:
    """A file in the way of a new one blocks the merge, even one that git ignores."""
    repo = make_repo(tmp_path, {**BASE, ".gitignore": "secret.env\n"})
    place, base, head = published(repo, FileChange(path, None, b"a: 1\n"))
    write(repo, {untracked: "mine"})
    before = state(repo)
    with pytest.raises(RepositoryError) as caught:
        place.merge("main", base, head)
    assert (caught.value.code, caught.value.facts["detail"]) == ("dirty", path)
    assert state(repo) == before
    assert (repo / untracked).read_text() == "mine"


def test_a_file_may_become_a_directory(tmp_path: Path) -> None:
    """What leaves in the same change is not in the way, in both directions."""
    repo = make_repo(tmp_path, {"a": "1", "b/c": "2"})
    changes = [("a", b"1", None), ("a/x", None, b"3"), ("b/c", b"2", None), ("b", None, b"4")]
    place, base, head = published(repo, *(FileChange(*change) for change in changes))
    place.merge("main", base, head)
    assert (repo / "a/x").read_bytes() + (repo / "b").read_bytes() == b"34"
    assert git(repo, "status", "--porcelain") == ""


def test_a_base_that_moved_stays_where_it_is(tmp_path: Path) -> None:
    """Someone's commit in between is never lost."""
    repo = make_repo(tmp_path, BASE)
    place, base, head = published(repo)
    write(repo, {"other.yml": "b: 2\n"})
    commit(repo)
    before = state(repo)
    with pytest.raises(BaseMoved):
        place.merge("main", base, head)
    assert state(repo) == before


def test_a_head_that_does_not_build_on_the_base_is_refused(tmp_path: Path) -> None:
    """A branch never loses commits."""
    repo = make_repo(tmp_path, BASE)
    place, base, head = published(repo)
    place.merge("main", base, head)
    before = state(repo)
    with pytest.raises(RepositoryError, match="git-failed"):
        place.merge("main", head, base)
    assert state(repo) == before


@pytest.mark.parametrize("branch", ["nowhere", "main~0", "HEAD", "--all", "", "a\nb", "../main"])
def test_what_is_no_branch_is_said_to_be_none(tmp_path: Path, branch: str) -> None:
    """Revisions and options are no branches."""
    repo = make_repo(tmp_path, BASE)
    place, base, head = published(repo)
    before = state(repo)
    for attempt in (lambda: place.ready(branch), lambda: place.merge(branch, base, head)):
        with pytest.raises(RepositoryError, match="not-a-branch"):
            attempt()
    with pytest.raises(RepositoryError, match="unknown-branch"):
        place.base_branch(branch)
    assert state(repo) == before


def test_the_base_is_the_branch_checked_out_or_asked_for(tmp_path: Path) -> None:
    """By short or full name; a branch with a slash is one too."""
    repo = make_repo(tmp_path, BASE)
    sha = git(repo, "rev-parse", "HEAD")
    git(repo, "branch", "team/ops")
    place = forge(repo)
    assert place.base_branch(None) == ("main", sha)
    assert place.base_branch("refs/heads/team/ops") == ("team/ops", sha)


def test_without_a_branch_there_is_no_base(tmp_path: Path) -> None:
    """Detached: say which; empty: nothing to change; an unborn branch is unknown."""
    repo = make_repo(tmp_path, BASE)
    git(repo, "checkout", "-q", "--orphan", "unborn")
    with pytest.raises(RepositoryError, match="unknown-branch"):
        forge(repo).base_branch(None)
    git(repo, "checkout", "-q", "--force", "--detach", "main")
    with pytest.raises(RepositoryError, match="detached-head"):
        forge(repo).base_branch(None)
    assert forge(repo).base_branch("main")[0] == "main"
    with pytest.raises(RepositoryError, match="empty-repository"):
        forge(make_repo(tmp_path, {}, name="empty")).base_branch(None)


def test_two_checkouts_of_one_branch_are_refused(tmp_path: Path) -> None:
    """Only one of them could follow."""
    repo = make_repo(tmp_path, BASE)
    git(repo, "worktree", "add", "--quiet", "--force", str(tmp_path / "twin"), "main")
    place, base, head = published(repo)
    before = state(repo)
    with pytest.raises(RepositoryError, match="git-failed"):
        place.merge("main", base, head)
    assert state(repo) == before


def test_a_sha256_repository_merges_too(tmp_path: Path) -> None:
    """Object names of 64 digits are as good."""
    repo = make_repo(tmp_path, BASE, init=("--object-format=sha256",))
    gone = FileChange("b c.yml", "가: 1\n".encode(), None)
    place, base, head = published(repo, NEW, gone)
    assert len(place.merge("main", base, head)) == 64
    assert not (repo / "b c.yml").exists()


_KILLED_AT = """
import os, sys
from pathlib import Path
from bot.adapters import git_process, git_ref
from bot.adapters.git_forge import GitForge

left = int(sys.argv[5])
def die_at_zero(call):
    def counted(self, *arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
        return call(self, *arguments, **options)
    return counted
git_process.Git.run = die_at_zero(git_process.Git.run)
git_process.Git.start = die_at_zero(git_process.Git.start)
git_ref._say = die_at_zero(git_ref._say)
GitForge(Path(sys.argv[1])).merge(*sys.argv[2:5])
print("merged")
"""


def locks_that_stay(repo: Path) -> list[Path]:
    """Locks nobody gives back: a git that we had started may outlive us for a moment."""
    for _ in range(100):
        locks = list((repo / ".git").rglob("*.lock"))
        if not locks:
            break
        time.sleep(0.05)
    return locks


def test_killed_at_any_step_the_branch_is_before_or_after(tmp_path: Path) -> None:
    """No lock stays, no ref is half-way, and up to the last steps nothing at all has moved."""
    steps = 0
    for step in range(30):
        repo = make_repo(tmp_path, BASE, name=f"repo{step}")
        _, base, head = published(repo)
        before = state(repo)
        done = subprocess.run(
            [sys.executable, "-c", _KILLED_AT, str(repo), "main", base, head, str(step)],
            env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            check=False,
        )
        if done.stdout == b"merged\n":
            steps = step
            break
        assert done.returncode == -9, done.stderr.decode()
        assert git(repo, "rev-parse", "main") == base
        assert not locks_that_stay(repo)
        if (repo / "app/a.env").read_bytes() == NEW.base:
            assert state(repo).status == before.status
        else:  # only between the files' move and the ref's: what is there is staged, not lost
            assert git(repo, "write-tree") == git(repo, "rev-parse", f"{head}^{{tree}}")
    assert steps > 8
    assert git(tmp_path / f"repo{steps}", "rev-parse", "main") == head
