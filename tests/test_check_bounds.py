"""Point 2 of the gate: the change stays inside what it may touch."""

from __future__ import annotations

import pytest

from bot.core.change import FileChange, build_change
from bot.core.policy import Limits, Policy
from tests.cases import blocked_by, blocking, case, found


def at(path: str) -> str:
    """The rules that block a good change made at ``path``, as one word each."""
    return " ".join(sorted(blocking(case("a: 1\n", "a: 2\n", path=path))))


@pytest.mark.parametrize(
    "path",
    [
        "/etc/a.yml",
        "../a.yml",
        "a/../b.yml",
        "a\\b.yml",
        "a\nb.yml",
        "./a.yml",
        ".git/config.yml",
        "a//b.yml",
        "x\u202e.yml",
        ".GIT/hooks/a.yml",
    ],
)
def test_a_path_that_could_mean_another_file_blocks(path: str) -> None:
    """Climbing out, absolute, back slashes, control characters, git's own files."""
    assert "allowed-path" in at(path)


@pytest.mark.parametrize(
    "path", ["a.yml", "설정/서버.yml", "a b/c.yml", "a..b/c.yml", ".env.yml", "..a.yml"]
)
def test_a_plain_path_passes(path: str) -> None:
    """Odd names that mean one file are fine."""
    assert not at(path)


def test_a_file_the_policy_does_not_allow_blocks() -> None:
    """Patterns are those of gitignore."""
    policy = Policy(allowed=("config/**",))
    assert blocked_by("allowed-path", case("a: 1\n", "a: 2\n", policy=policy)) == ["outside"]
    inside = case("a: 1\n", "a: 2\n", path="config/x/a.yml", policy=policy)
    assert not found("allowed-path", inside)


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/a.yml",
        "Jenkinsfile",
        "x/Jenkinsfile",
        ".cfgbot.yml",
        "docs/CODEOWNERS",
        ".GitHub/a.yml",
        "jenkinsfile",
    ],
)
def test_a_protected_file_blocks(path: str) -> None:
    """Also where a system does not tell upper from lower case."""
    assert "protected-path" in at(path)


def test_a_file_like_a_protected_one_passes() -> None:
    """Only the names themselves are protected."""
    assert not at("github/workflows.yml")
    assert not at("docs/cfgbot.yml")


# file-lifecycle


def test_a_file_added_or_deleted_unasked_blocks() -> None:
    """Nobody asked for it."""
    both = {"a.yml": "a: 1\n", "b.yml": "b: 1\n"}
    one = {"a.yml": "a: 1\n"}
    assert blocked_by("file-lifecycle", case(one, both)) == ["added"]
    assert blocked_by("file-lifecycle", case(both, one)) == ["deleted"]


def test_a_file_added_as_asked_passes() -> None:
    """The request names it."""
    made = case(
        {"a.yml": "a: 1\n"},
        {"a.yml": "a: 1\n", "b.yml": "b: 1\n"},
        paths_asked=frozenset({"b.yml"}),
    )
    assert not found("file-lifecycle", made)


@pytest.mark.parametrize(
    ("modes", "variant"),
    [
        (("100644", "100755"), "mode"),
        (("100755", "100644"), "mode"),
        (("100644", "120000"), "symlink"),
        (("120000", "120000"), "symlink"),
        (("160000", "160000"), "submodule"),
    ],
)
def test_modes_symlinks_and_submodules_block_even_when_asked(
    modes: tuple[str, str], variant: str
) -> None:
    """They turn a setting into a way in."""
    made = build_change([FileChange("a.yml", b"a: 1\n", b"a: 2\n", *modes)])
    asked = case("a: 1\n", "a: 2\n", change=made, paths_asked=frozenset({"a.yml"}))
    assert blocked_by("file-lifecycle", asked) == [variant]


def test_a_new_executable_blocks_though_the_file_was_asked_for() -> None:
    """A new file comes as a plain one."""
    made = build_change([FileChange("a.yml", None, b"a: 2\n", head_mode="100755")])
    asked = case({}, {"a.yml": "a: 2\n"}, change=made, paths_asked=frozenset({"a.yml"}))
    assert blocked_by("file-lifecycle", asked) == ["mode"]


def test_a_change_inside_an_executable_passes() -> None:
    """A firewall script stays what it was."""
    made = build_change([FileChange("a.yml", b"a: 1\n", b"a: 2\n", "100755", "100755")])
    assert not found("file-lifecycle", case("a: 1\n", "a: 2\n", change=made))


# size-limits


@pytest.mark.parametrize(
    ("limits", "variant"),
    [
        (Limits(files=0), "files"),
        (Limits(leaf_changes=0), "leaves"),
        (Limits(file_bytes=4), "bytes"),
    ],
)
def test_more_than_a_limit_blocks(limits: Limits, variant: str) -> None:
    """Each limit for itself."""
    made = case("a: 1\n", "a: 2\n", policy=Policy(limits=limits))
    assert blocked_by("size-limits", made) == [variant]


def test_just_the_limit_passes() -> None:
    """One file, one value, five bytes."""
    made = case("a: 1\n", "a: 2\n", policy=Policy(limits=Limits(1, 1, 5)))
    assert not found("size-limits", made)


# no-change


def test_no_difference_blocks() -> None:
    """An empty difference fulfils no request."""
    assert blocked_by("no-change", case("a: 1\n", "a: 1\n")) == ["default"]
    idle = build_change([])
    assert blocked_by("no-change", case("a: 1\n", "a: 1\n", change=idle)) == ["default"]


def test_a_difference_without_a_value_blocks() -> None:
    """A comment that changed is no setting that changed."""
    assert blocked_by("no-change", case("a: 1 # x\n", "a: 1 # y\n")) == ["no-value"]


def test_one_changed_value_is_a_change() -> None:
    """The near miss."""
    assert not found("no-change", case("a: 1\n", "a: 2\n"))
