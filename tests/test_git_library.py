"""The Library on real repositories: what it reads, what it refuses, what it never misses."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.git_library import CACHE_FILE, GitLibrary
from bot.adapters.git_search import MAX_TEXT_BYTES
from bot.ports import RepositoryError
from tests.git_repo import ENVIRONMENT, commit, git, make_repo, state, write

ODD_NAMES = (
    "with space.yml",
    "한글/설정.yml",
    "line\nbreak.env",
    'quo"te.conf',
    "back\\slash.ini",
    "-dash.env",
)


def library(repo: Path, environment: dict[str, str] | None = None) -> GitLibrary:
    """A Library that sees nobody's settings."""
    return GitLibrary(repo, environment={**ENVIRONMENT, **(environment or {})})


def test_odd_names_are_read_and_found(tmp_path: Path) -> None:
    """Spaces, Korean, line breaks, quotes and backslashes in paths are kept exactly."""
    repo = make_repo(tmp_path, {name: f"host: 192.0.2.7 # {name}\n" for name in ODD_NAMES})
    lib = library(repo)
    sha = lib.commit("HEAD")
    assert {entry.path for entry in lib.tree(sha)} == set(ODD_NAMES)
    assert lib.read(sha, ODD_NAMES)["line\nbreak.env"] == b"host: 192.0.2.7 # line\nbreak.env\n"
    assert set(lib.holding(sha, "192.0.2.7")) == set(ODD_NAMES)
    assert lib.holding(sha, "192.0.2.70") == ()


def test_a_path_that_is_not_utf8_comes_back_as_it_is(tmp_path: Path) -> None:
    """A path of arbitrary bytes is read by the name the tree gave it."""
    repo = make_repo(tmp_path, {"a.env": "A=1\n"})
    (repo / os.fsdecode(b"caf\xe9.env")).write_text("A=192.0.2.7\n")
    commit(repo)
    lib = library(repo)
    (path,) = lib.holding("HEAD", "192.0.2.7")
    assert lib.read("HEAD", [path]) == {path: b"A=192.0.2.7\n"}


@pytest.mark.parametrize(
    "content",
    [
        b"key: 192.0.2.7\r\n",
        b"\xef\xbb\xbf192.0.2.7",
        b"\xff\xfe bad bytes \x80 192.0.2.7 \x00"[2:],
        "a=192.0.2.7\n".encode("utf-16"),
        rb'{"text": "first\n192.0.2.7"}',
    ],
)
def test_any_encoding_is_searched(tmp_path: Path, content: bytes) -> None:
    """Line ends, byte order marks, broken UTF-8, UTF-16 and escapes hide nothing."""
    repo = make_repo(tmp_path, {"a.conf": content, "b.conf": "host: 192.0.2.70\n"})
    assert library(repo).holding("HEAD", "192.0.2.7") == ("a.conf",)


def test_a_literal_in_the_path_counts(tmp_path: Path) -> None:
    """A file named after an address holds it, whatever is in it."""
    repo = make_repo(
        tmp_path, {"hosts/192.0.2.7/vars.yml": "a: 1\n", "hosts/192.0.2.71/vars.yml": "a: 1\n"}
    )
    assert library(repo).holding("HEAD", "192.0.2.7") == ("hosts/192.0.2.7/vars.yml",)
    assert library(repo).holding("HEAD", "") == ()


def test_a_large_file_is_searched_by_its_bytes(tmp_path: Path) -> None:
    """Over 1 MiB nothing is indexed and still nothing missed, even across read borders."""
    filler = b"x" * (MAX_TEXT_BYTES - 3)
    files: dict[str, bytes | str] = {
        "big.log": filler + b" 2001:DB8::7 " + filler,
        "other.log": filler * 2,
        "small.yml": "a: 1\n",
    }
    lib = library(make_repo(tmp_path, files))
    assert lib.holding("HEAD", "2001:db8::7") == ("big.log",)
    assert lib.frequency("HEAD", ["big", "db8"]) == {"big": 1, "db8": 0}


def test_a_50_mb_file_does_not_hinder(tmp_path: Path) -> None:
    """One huge file beside the config leaves the answers as they are."""
    lib = library(
        make_repo(tmp_path, {"huge.bin": b"\0" * 50_000_000, "a.env": "HOST=192.0.2.7\n"})
    )
    assert lib.holding("HEAD", "192.0.2.7") == ("a.env",)
    assert [ranked.path for ranked in lib.about("HEAD", ["host"], 5)] == ["a.env"]


def test_symlinks_and_submodules_are_listed_but_never_read(tmp_path: Path) -> None:
    """Loops and links stand in the tree with their modes; no text is taken from them."""
    repo = make_repo(tmp_path, {"a.env": "HOST=192.0.2.7\n"})
    (repo / "loop").symlink_to("loop")
    (repo / "192.0.2.7").symlink_to("a.env")
    (repo / "linked.env").symlink_to("192.0.2.7")
    git(repo, "add", "--all")
    git(
        repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD')},sub"
    )
    git(repo, "commit", "--quiet", "-m", "links")
    lib = library(repo)
    modes = {entry.path: entry.mode for entry in lib.tree("HEAD")}
    assert modes == {
        "a.env": "100644",
        "loop": "120000",
        "192.0.2.7": "120000",
        "linked.env": "120000",
        "sub": "160000",
    }
    assert lib.holding("HEAD", "192.0.2.7") == ("a.env",)
    assert dict(lib.read("HEAD", modes)) == {"a.env": b"HOST=192.0.2.7\n"}


@pytest.mark.parametrize(
    "ref",
    [
        "nowhere",
        "--output=x",
        "-h",
        "",
        "HEAD:a.env",
        "main..main",
        "a\nb",
        "a\0b",
        "HEAD^{tree}",
        "0" * 40,
    ],
)
def test_an_unknown_ref_is_said_to_be_one(tmp_path: Path, ref: str) -> None:
    """What names no commit is no ref, and never an option."""
    repo = make_repo(tmp_path, {"a.env": "A=1\n"})
    before = state(repo)
    with pytest.raises(RepositoryError) as caught:
        library(repo).commit(ref)
    assert (caught.value.code, caught.value.facts) == ("unknown-ref", {"ref": ref})
    assert state(repo) == before
    assert not (repo / "x").exists()


def test_an_empty_repository_is_said_to_be_one(tmp_path: Path) -> None:
    """Without a commit there is nothing to read."""
    with pytest.raises(RepositoryError) as caught:
        library(make_repo(tmp_path, {})).commit("HEAD")
    assert caught.value.code == "empty-repository"


@pytest.mark.parametrize("place", ["plain", "missing", "file"])
def test_what_is_no_repository_is_said_to_be_none(tmp_path: Path, place: str) -> None:
    """A plain directory, a missing one and a file are refused at once."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(RepositoryError) as caught:
        library(tmp_path / place, {"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert caught.value.code == "not-a-repository"


def test_a_missing_git_is_said(tmp_path: Path) -> None:
    """Where no git is installed that is the error, not a traceback."""
    with pytest.raises(RepositoryError) as caught:
        library(make_repo(tmp_path, {}), {"PATH": str(tmp_path)})
    assert caught.value.code == "git-missing"


def test_the_callers_git_variables_do_not_lead_elsewhere(tmp_path: Path) -> None:
    """Started from a hook of another repository, it still reads the one it was given."""
    repo = make_repo(tmp_path, {"a.env": "A=1\n"})
    other = make_repo(tmp_path, {"b.env": "B=1\n"}, name="other")
    led = {
        "GIT_DIR": str(other / ".git"),
        "GIT_INDEX_FILE": "x",
        "GIT_OBJECT_DIRECTORY": str(other),
    }
    assert [entry.path for entry in library(repo, led).tree("HEAD")] == ["a.env"]


@pytest.mark.parametrize(
    "kind", ["bare", "worktree", "detached", "shallow", "sha256", "subdirectory", "packed"]
)
def test_every_kind_of_repository_is_read(tmp_path: Path, kind: str) -> None:
    """Bare, linked, detached, shallow, SHA-256: the same answers."""
    init = ("--object-format=sha256",) if kind == "sha256" else ()
    repo = make_repo(tmp_path, {"a/a.env": "HOST=192.0.2.7\n"}, init=init)
    write(repo, {"a/b.env": "HOST=192.0.2.8\n"})
    commit(repo)
    place = tmp_path / kind
    if kind == "bare":
        git(tmp_path, "clone", "--quiet", "--bare", str(repo), str(place))
    elif kind == "worktree":
        git(repo, "worktree", "add", "--quiet", "--detach", str(place))
    elif kind == "shallow":
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repo}", str(place))
    else:
        place = repo / "a" if kind == "subdirectory" else repo
        git(
            repo,
            *{"detached": ("checkout", "-q", "--detach"), "packed": ("gc", "-q")}.get(
                kind, ("status",)
            ),
        )
    lib = library(place)
    assert lib.holding("HEAD", "192.0.2.7") == ("a/a.env",)
    assert lib.about("HEAD", ["host"], 1)[0].path == "a/a.env"
    assert len(lib.tree(lib.commit("HEAD"))) == 2


def test_difference_gives_both_sides(tmp_path: Path) -> None:
    """Set, added, deleted, renamed, made executable; links and submodules as what they are."""
    repo = make_repo(
        tmp_path, {"set": "1", "gone": "2", "old name": "3\n" * 50, "run": "4", "same": "5"}
    )
    base = git(repo, "rev-parse", "HEAD")
    write(repo, {"set": "one", "new": "six"})
    (repo / "gone").unlink()
    (repo / "old name").rename(repo / "새 이름")
    (repo / "run").chmod(0o755)
    (repo / "link").symlink_to("set")
    git(repo, "add", "--all")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    git(repo, "commit", "--quiet", "-m", "head")
    changes = {change.path: change for change in library(repo).difference(base, "HEAD")}
    sides = {path: (change.base, change.head) for path, change in changes.items()}
    assert sides == {
        "set": (b"1", b"one"),
        "gone": (b"2", None),
        "new": (None, b"six"),
        "old name": (b"3\n" * 50, None),
        "새 이름": (None, b"3\n" * 50),
        "run": (b"4", b"4"),
        "link": (None, b"set"),
        "sub": (None, f"Subproject commit {base}\n".encode()),
    }
    assert (changes["run"].base_mode, changes["run"].head_mode) == ("100644", "100755")
    assert (changes["link"].head_mode, changes["sub"].head_mode) == ("120000", "160000")


def test_a_submodule_that_moves_is_a_difference(tmp_path: Path) -> None:
    """Its two sides differ, so that no one takes the change for none; settings cannot hide it."""
    repo = make_repo(
        tmp_path, {".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = x\n\tignore = all\n'}
    )
    for name in ("1" * 40, "2" * 40):
        git(repo, "update-index", "--add", "--cacheinfo", f"160000,{name},sub")
        git(repo, "commit", "--quiet", "-m", "sub")
    (change,) = library(repo).difference("HEAD^", "HEAD")
    assert change.base != change.head


def test_about_ranks_rare_words_and_paths_first(tmp_path: Path) -> None:
    """A word that stands in few files weighs more; a path that says it too weighs most."""
    files = {f"svc/{n}.yml": "timeout: 30s\nhost: web\n" for n in range(20)}
    files["billing/retry.yml"] = "timeout: 30s\nretryMax: 5 # 결제를 다시 시도\n"
    files["svc/other.yml"] = "retry_max: 5\n"
    lib = library(make_repo(tmp_path, files))
    ranked = lib.about("HEAD", ["retryMax", "retry", "timeout"], 2)
    assert [place.path for place in ranked] == ["billing/retry.yml", "svc/other.yml"]
    assert lib.about("HEAD", ["결제"], 9)[0].path == "billing/retry.yml"
    assert lib.about("HEAD", ["nothing", "", "!?"], 9) == ()
    assert lib.about("HEAD", ["timeout"], 0) == ()


def test_covering_wants_a_word_of_every_group(tmp_path: Path) -> None:
    """In path or text, plural or with a particle; cut at the limit."""
    files = {
        "billing/a.yml": "maxRetries: 5\n",
        "billing/b.yml": "timeout: 5 # 재시도는 없다\n",
        "billing/c.yml": "timeout: 5\n",
        "other/d.yml": "retry: 5\n",
    }
    lib = library(make_repo(tmp_path, files))
    groups = [["billing", "결제"], ["retry", "재시도"]]
    assert lib.covering("HEAD", groups, 9) == ("billing/a.yml", "billing/b.yml")
    assert lib.covering("HEAD", groups, 1) == ("billing/a.yml",)
    assert lib.covering("HEAD", [["billing"], ["none"]], 9) == ()
    assert lib.covering("HEAD", [["billing"], []], 9) == ()
    assert lib.covering("HEAD", [], 9) == ()


def test_frequency_counts_files(tmp_path: Path) -> None:
    """Equal blobs count once a file; a word in path and text counts once."""
    files = {"a/redis.env": "REDIS=1\n", "b/redis.env": "REDIS=1\n", "c.env": "HOST=192.0.2.7\n"}
    lib = library(make_repo(tmp_path, files))
    words = ["redis", "192.0.2.7", "192", "none", "env"]
    assert lib.frequency("HEAD", words) == {
        "redis": 2,
        "192.0.2.7": 1,
        "192": 0,
        "none": 0,
        "env": 3,
    }


def test_a_later_run_reads_only_new_blobs(tmp_path: Path) -> None:
    """Progress counts what is read: all at first, then only what is new."""
    repo = make_repo(tmp_path, {f"{n}.env": f"A={n}\n" for n in range(5)})
    told: list[tuple[int, int]] = []

    def look() -> int:
        told.clear()
        lib = GitLibrary(
            repo, environment=ENVIRONMENT, progress=lambda *counts: told.append(counts)
        )
        found = len(lib.holding("HEAD", "A"))
        lib.close()
        return found

    assert (look(), told) == (5, [(5, 5)])
    assert (look(), told) == (5, [])
    write(repo, {"new.env": "A=new\n", "copy.env": "A=1\n"})
    commit(repo)
    assert (look(), told) == (7, [(1, 1)])


@pytest.mark.parametrize("harm", ["garbage", "truncated", "version", "directory", "tables"])
def test_a_bad_cache_file_never_matters(tmp_path: Path, harm: str) -> None:
    """Damaged, foreign, old or impossible cache files are replaced or done without."""
    repo = make_repo(tmp_path, {"a.env": "A=192.0.2.7\n", "b.env": "B=192.0.2.70\n"})
    assert library(repo).holding("HEAD", "192.0.2.7") == ("a.env",)
    _harm(repo / ".git" / CACHE_FILE, harm)
    lib = library(repo)
    assert lib.holding("HEAD", "192.0.2.7") == ("a.env",)
    assert lib.frequency("HEAD", ["192.0.2.70"]) == {"192.0.2.70": 1}


def _harm(cache: Path, harm: str) -> None:
    import sqlite3  # noqa: PLC0415 - only here

    if harm == "garbage":
        cache.write_bytes(b"no database" * 1000)
    elif harm == "truncated":
        cache.write_bytes(cache.read_bytes()[:5000])
    elif harm == "directory":
        cache.unlink()
        cache.mkdir()
    else:
        database = sqlite3.connect(cache)
        database.execute("PRAGMA user_version = 0" if harm == "version" else "DROP TABLE posting")
        database.close()


def test_an_unwritable_place_is_done_without(tmp_path: Path) -> None:
    """Where no cache can be written the answers come from memory."""
    repo = make_repo(tmp_path, {"a.env": "A=192.0.2.7\n"})
    (repo / ".git" / "cfgbot").write_text("in the way")
    assert library(repo).holding("HEAD", "192.0.2.7") == ("a.env",)
    assert (repo / ".git" / "cfgbot").read_text() == "in the way"
    assert git(repo, "status", "--porcelain") == ""


def test_another_processes_lock_is_waited_out_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that another process holds is left to it."""
    import sqlite3  # noqa: PLC0415 - only here

    from bot.adapters import lexicon_cache  # noqa: PLC0415 - only here

    monkeypatch.setattr(lexicon_cache, "BUSY_SECONDS", 0.05)
    repo = make_repo(tmp_path, {"a.env": "A=192.0.2.7\n"})
    library(repo).holding("HEAD", "192.0.2.7")
    other = sqlite3.connect(repo / ".git" / CACHE_FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert library(repo).holding("HEAD", "192.0.2.7") == ("a.env",)
    other.execute("ROLLBACK")
    other.close()


_INDEX_AND_DIE = """
import os, sys
from pathlib import Path
from bot.adapters import git_index
from bot.adapters.git_library import GitLibrary

git_index._BATCH_BYTES = 1
git_index._PROGRESS_EVERY = 1
def progress(done, total):
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
GitLibrary(Path(sys.argv[1]), progress=progress).frequency("HEAD", [])
"""


@pytest.mark.parametrize("step", [1, 4])
def test_killed_while_indexing_the_next_run_goes_on(tmp_path: Path, step: int) -> None:
    """What was stored is kept, what was not is read; no answer is lost."""
    repo = make_repo(tmp_path, {f"{n}.env": f"A{n}=192.0.2.{n}\n" for n in range(6)})
    command = [sys.executable, "-c", _INDEX_AND_DIE, str(repo), str(step)]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[1])}
    assert subprocess.run(command, env=environment, check=False).returncode == -9
    told: list[int] = []
    lib = GitLibrary(repo, environment=ENVIRONMENT, progress=lambda _, total: told.append(total))
    assert [lib.holding("HEAD", f"192.0.2.{n}") for n in range(6)] == [
        (f"{n}.env",) for n in range(6)
    ]
    assert told == [6 - step]


def test_two_runs_at_once_share_the_cache(tmp_path: Path) -> None:
    """Neither waits for long, neither stores a blob twice, both answer rightly."""
    repo = make_repo(tmp_path, {f"{n}.env": f"A{n}=192.0.2.{n % 250}\n" for n in range(300)})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: library(repo).holding("HEAD", "192.0.2.7"), range(4)))
    assert answers == [("257.env", "7.env")] * 4
    assert library(repo).frequency("HEAD", ["a7", "192.0.2.7"]) == {"a7": 1, "192.0.2.7": 2}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to someone else")
def test_a_repository_that_git_does_not_trust_is_said(tmp_path: Path) -> None:
    """What git says of safe.directory reaches the person."""
    repo = make_repo(tmp_path, {"a.env": "A=1\n"})
    os.chown(repo, 12345, 12345)
    os.chown(repo / ".git", 12345, 12345)
    with pytest.raises(RepositoryError) as caught:
        library(repo)
    assert caught.value.code == "git-failed"
    assert "safe.directory" in caught.value.facts["detail"]
