"""Laws over requests: nothing slips in beside the right change, and the right change gets through.

The change is what rules derive from a real request, judged as ``cfg verify`` would with no model.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.core.expectation import Derivation
from bot.core.gate import Merge, Refuse
from tests.rule_samples import MOVE, SAMPLES, sample
from tests.ruling import blocking, case, judged, right, tree

if TYPE_CHECKING:
    from collections.abc import Callable

law = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PIECES = [piece.encode() for piece in " \n\t#\"',:;-aA07.{}[]\\|!&*=$/\u00a0\u200b"] + [
    b"\r", b"\r\n", b"\x00", b"\xff", b"  ", b"\n\n", b"# x\n", b" #", b"\\\n", b"\xef\xbb\xbf",
]  # fmt: skip


@cache
def moved(name: str) -> bytes:
    """The sample of a format as the move makes it."""
    return right(sample(name), MOVE)[SAMPLES[name][0]]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_right_move_merges(name: str) -> None:
    """Else the laws below would say nothing."""
    path, _ = SAMPLES[name]
    made = case(sample(name), {path: moved(name)}, MOVE)
    assert judged(made) == Merge()
    assert {document.format for document in made.change.head_docs.values()} == {name}


@pytest.mark.parametrize("name", SAMPLES)
@law
@given(data=st.data())
def test_any_piece_put_in_is_refused(name: str, data: st.DataObject) -> None:
    """A piece more, anywhere: in a value, a key, a comment, between lines."""
    good = moved(name)
    at = data.draw(st.integers(0, len(good)))
    piece = data.draw(st.sampled_from(PIECES) | st.binary(min_size=1, max_size=2))
    assert_refused(name, good[:at] + piece + good[at:])


@pytest.mark.parametrize("name", SAMPLES)
@law
@given(data=st.data())
def test_any_piece_taken_out_or_replaced_is_refused(name: str, data: st.DataObject) -> None:
    """Up to three bytes less, with or without others in their place."""
    good = moved(name)
    at = data.draw(st.integers(0, len(good) - 1))
    less = data.draw(st.integers(1, 3))
    piece = data.draw(st.just(b"") | st.sampled_from(PIECES))
    assert_refused(name, good[:at] + piece + good[at + less :])


@pytest.mark.parametrize("name", SAMPLES)
@law
@given(data=st.data())
def test_any_line_moved_dropped_or_doubled_is_refused(name: str, data: st.DataObject) -> None:
    """Lines are nobody's to reorder."""
    rows = moved(name).splitlines(keepends=True)
    row = rows.pop(data.draw(st.integers(0, len(rows) - 1)))
    back = data.draw(st.lists(st.integers(0, len(rows)), max_size=2, unique=True))
    for at in sorted(back, reverse=True):
        rows.insert(at, row)
    assert_refused(name, b"".join(rows))


def assert_refused(name: str, head: bytes) -> None:
    """The head is not the right one, so it does not get in."""
    assume(head != moved(name))
    path, _ = SAMPLES[name]
    decision = judged(case(sample(name), {path: head}, MOVE))
    assert isinstance(decision, Refuse), head


# How each format writes a list called "allowed"; {rows} are its items in the format's own way.
LISTS: dict[str, tuple[str, Callable[[list[str], list[str]], str]]] = {
    "yaml": (
        "app.yml",
        lambda items, notes: (
            "allowed:\n"
            + "".join(f"  - {item}{note}\n" for item, note in zip(items, notes, strict=True))
            + "other: 1\n"
        ),
    ),
    "yaml at the end": (
        "app.yml",
        lambda items, notes: (
            "other: 1\nallowed:\n"
            + "".join(f"- {item}{note}\n" for item, note in zip(items, notes, strict=True))
        ),
    ),
    "yaml flow": ("app.yml", lambda items, _: f"allowed: [{', '.join(items)}]\nother: 1\n"),
    "json": (
        "app.json",
        lambda items, _: (
            '{\n  "other": 1,\n  "allowed": [\n'
            + ",\n".join(f'    "{item}"' for item in items)
            + "\n  ]\n}\n"
        ),
    ),
    "json in a line": (
        "app.json",
        lambda items, _: (
            '{"allowed": [' + ", ".join(f'"{item}"' for item in items) + '], "o": 1}\n'
        ),
    ),
    "toml": (
        "app.toml",
        lambda items, notes: (
            "allowed = [\n"
            + "".join(f'  "{item}",{note}\n' for item, note in zip(items, notes, strict=True))
            + "]\nother = 1\n"
        ),
    ),
    "toml without a last comma": (
        "app.toml",
        lambda items, _: (
            "allowed = [\n" + ",\n".join(f'  "{item}"' for item in items) + "\n]\nother = 1\n"
        ),
    ),
    "toml in a line": (
        "app.toml",
        lambda items, _: "allowed = [" + ", ".join(f"'{item}'" for item in items) + "]\n",
    ),
    "env": ("app.env", lambda items, _: f"ALLOWED={','.join(items)}\nOTHER=1\n"),
    "properties": ("app.properties", lambda items, _: f"app.allowed={', '.join(items)}\n"),
    "ini": ("app.ini", lambda items, _: f"[app]\nallowed = {', '.join(items)}\n"),
    "nginx": (
        "nginx/app.conf",
        lambda items, notes: (
            "location /allowed {\n"
            + "".join(f"    allow {item};{note}\n" for item, note in zip(items, notes, strict=True))
            + "    deny all;\n}\n"
        ),
    ),
}
ADDRESSES = [f"198.51.100.{number}/32" for number in range(1, 9)]


@st.composite
def lists(draw: st.DrawFn, name: str, fewest: int) -> tuple[str, bytes, list[str]]:
    """A file with a list of a format: its path, its bytes, its items."""
    items = draw(
        st.lists(st.sampled_from(ADDRESSES[:-1]), min_size=fewest, max_size=5, unique=True)
    )
    notes = draw(
        st.lists(st.sampled_from(["", " # 집", " # x"]), min_size=len(items), max_size=len(items))
    )
    path, make = LISTS[name]
    text = make(items, notes)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    if draw(st.booleans()):
        text = text.removesuffix("\n").removesuffix("\r")
    return path, text.encode(), items


def derived_and_passes(path: str, data: bytes, request: str, action: str) -> None:
    """Rules derive the request, and no check is against what they derive."""
    base = {path: data}
    made = case(base, base, request)
    assert isinstance(made.expectation, Derivation), made.expectation
    head = right(base, request)
    made = case(base, head, request)
    assert judged(made) == Merge(), head
    assert blocking(made) == set()
    actions = [change.action.value for change in made.change.leaf_changes]
    assert actions in ([action], ["set"])
    assert head != tree(base)


@pytest.mark.parametrize("name", LISTS)
@law
@given(data=st.data())
def test_an_item_added_by_request_passes(name: str, data: st.DataObject) -> None:
    """At the end of the list, with the commas, line ends and comments the format wants."""
    fewest = 2 if name in {"env", "properties", "ini"} else 1
    path, text, _ = data.draw(lists(name, fewest))
    derived_and_passes(path, text, f"add {ADDRESSES[-1]} to allowed", "added")


@pytest.mark.parametrize("name", LISTS)
@law
@given(data=st.data())
def test_an_item_removed_by_request_passes(name: str, data: st.DataObject) -> None:
    """First, last or between, with the comment on its line."""
    path, text, items = data.draw(lists(name, 2))
    item = data.draw(st.sampled_from(items))
    derived_and_passes(path, text, f"remove {item} from allowed", "removed")
