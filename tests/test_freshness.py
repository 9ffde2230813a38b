"""Whether what came onto the base branch matters to a judgement."""

from __future__ import annotations

import pytest

from bot.core.change import FileChange
from bot.core.freshness import matters, values_of

JUDGED = {"clouds/a.yml"}
VALUES = values_of(
    ["192.0.2.7에서 192.0.2.77로"], [{"changes": [{"old": "192.0.2.7", "new": "192.0.2.77"}]}]
)


def moved(path: str, text: str = "hello\n") -> list[FileChange]:
    """A file that came or changed."""
    return [FileChange(path, b"old\n", text.encode())]


@pytest.mark.parametrize("path", ["README.md", "docs/x.rst", "img/a.png"])
def test_prose_without_a_value_of_the_change_does_not_matter(path: str) -> None:
    """Somebody mended the README: no need to judge again."""
    assert not matters(moved(path), JUDGED, VALUES)


def test_prose_that_speaks_of_the_value_matters() -> None:
    """The old address has come back somewhere."""
    assert matters(moved("README.md", "config is at 192.0.2.7\n"), JUDGED, VALUES)


@pytest.mark.parametrize("path", ["clouds/a.yml", "other.conf", "Dockerfile", "new.unknown"])
def test_anything_that_could_be_config_matters(path: str) -> None:
    """Also what holds none of the values: it may make a place ambiguous."""
    assert matters(moved(path), JUDGED, VALUES)


def test_nothing_moved_is_nothing_that_matters() -> None:
    """The base is the judged one."""
    assert not matters([], JUDGED, VALUES)


def test_a_judged_file_matters_even_if_it_is_prose() -> None:
    """It is part of the change."""
    assert matters(moved("README.md"), {"README.md"}, VALUES)
