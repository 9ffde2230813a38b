"""Operators on the form of the changed file: comments, syntax, encoding, line ends, layout.

They do the right change and spoil the file around it. A careful colleague refuses them because the
file no longer parses, or because a diff that rewrites what nobody asked about cannot be trusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random

import yaml

from bench.gate.operators.anatomy import Anatomy, Hunk, data_of, lines_of
from bench.gate.operators.digits import shuffled
from bench.gate.operators.wrong import Spoilt, operator
from bot.arena.sameness import parses

_COMMENT = re.compile(r"^[ \t]*(?:#(?!!)|;|//)[^\n]*\n", re.MULTILINE)
_BOM = b"\xef\xbb\xbf"
_CLOSERS = "]})\"'"


def _near(
    anatomy: Anatomy, rng: Random, made: Callable[[bytes], bytes | None], note: str
) -> Iterator[Spoilt]:
    """The right tree with the bytes of one changed file made others; None where that cannot be."""
    for path in shuffled(anatomy.near, rng):
        data = made(anatomy.right[path])
        if data is not None and data != anatomy.right[path]:
            yield Spoilt({**anatomy.right, path: data}, f"{note}: {path}")


@operator("comment-dropped", "form", specific=True)
def comment_dropped(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A comment near the change is gone: knowledge that somebody wrote down is lost."""
    for path, match in _comments(anatomy, rng):
        yield Spoilt(anatomy.cut([(path, *match.span(), "")]), f"{match[0].strip()} is gone")


@operator("comment-changed", "form", specific=True)
def comment_changed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A comment near the change says something else: nobody asked to rewrite it."""
    for path, match in _comments(anatomy, rng):
        word = match[0].rstrip("\r\n") + " (reviewed)\n"
        yield Spoilt(anatomy.cut([(path, *match.span(), word)]), f"{word.strip()} in {path}")


def _comments(anatomy: Anatomy, rng: Random) -> Iterator[tuple[str, re.Match[str]]]:
    """Whole comment lines of the changed files that were there before, the nearest first."""
    for hunk in shuffled(anatomy.hunks, rng):
        if hunk.path.endswith((".md", ".json")):
            continue
        found = _COMMENT.finditer(anatomy.text(hunk.path))
        old = [match for match in found if not anatomy.touches(hunk.path, match.start())]
        for match in sorted(old, key=lambda m: abs(m.start() - hunk.start))[:2]:
            yield hunk.path, match


@operator("closer-lost", "form", specific=True)
def closer_lost(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A bracket or quote of a changed line is gone: the file does not parse, or means another."""
    for hunk in shuffled(anatomy.hunks, rng):
        places = [n for n, letter in enumerate(hunk.new) if letter in _CLOSERS]
        for n in reversed(places):
            yield from _if_broken(anatomy, hunk, hunk.new[:n] + hunk.new[n + 1 :], "closer lost")


@operator("quote-opened", "form", specific=True)
def quote_opened(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A quote opens in a changed line and never closes."""
    for hunk in shuffled(anatomy.hunks, rng):
        spots = [
            s for s in anatomy.spots if s.path == hunk.path and hunk.start <= s.start < hunk.end
        ]
        for spot in spots:
            n = spot.start - hunk.start
            yield from _if_broken(anatomy, hunk, f'{hunk.new[:n]}"{hunk.new[n:]}', "quote opened")


@operator("separator-lost", "form", specific=True)
def separator_lost(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The mark between key and value, or at the end of a changed line, is gone."""
    for hunk in shuffled(anatomy.hunks, rng):
        for match in re.finditer(r"[=;,]|:(?=[ \t])", hunk.new):
            text = hunk.new[: match.start()] + " " * (match[0] == "=") + hunk.new[match.end() :]
            yield from _if_broken(anatomy, hunk, text, f"{match[0]} lost")


@operator("indentation-broken", "form", specific=True)
def indentation_broken(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A changed YAML line is deeper or shallower: the file breaks, or the key has another parent."""
    for hunk in shuffled(anatomy.hunks, rng):
        if hunk.path.endswith((".yml", ".yaml")) and hunk.new.strip():
            for lead in (" ", "\t"):
                yield from _if_broken(anatomy, hunk, lead + hunk.new, "deeper")
            if hunk.new.startswith("  "):
                yield from _if_broken(anatomy, hunk, hunk.new[2:], "shallower")


def _if_broken(anatomy: Anatomy, hunk: Hunk, text: str, note: str) -> Iterator[Spoilt]:
    """Only where the file means something else than before, or nothing at all."""
    tree = anatomy.cut([(hunk.path, hunk.start, hunk.end, text)])
    if _means(hunk.path, tree[hunk.path]) != _means(hunk.path, anatomy.right[hunk.path]):
        yield Spoilt(tree, f"{note} in {hunk.path}")


def _means(path: str, data: bytes) -> str:
    """What the file says; its text where no standard parser knows the format."""
    try:
        document = parses(path, data)
    except ValueError:
        return "nothing"
    return repr(data if document is None else document)


@operator("line-ends-flipped", "form", specific=False)
def line_ends_flipped(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """CRLF where LF was, or LF where CRLF was: the whole file differs, scripts stop working."""

    def made(data: bytes) -> bytes:
        return data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")

    yield from _near(anatomy, rng, made, "line ends flipped")


@operator("one-odd-line-end", "form", specific=True)
def one_odd_line_end(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed line alone ends otherwise: a carriage return belongs to the value of many readers."""
    for hunk in shuffled(anatomy.hunks, rng):
        if hunk.new.endswith("\n"):
            bare = hunk.new.rstrip("\r\n")
            for end in ("\n" if hunk.new.endswith("\r\n") else "\r\n", "\r\r\n"):
                tree = anatomy.cut([(hunk.path, hunk.start, hunk.end, bare + end)])
                yield Spoilt(tree, f"another line end in {hunk.path}")


@operator("byte-order-mark-flipped", "form", specific=False)
def byte_order_mark_flipped(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A byte order mark came or went: the first key has another name for many readers."""

    def made(data: bytes) -> bytes:
        return data.removeprefix(_BOM) if data.startswith(_BOM) else _BOM + data

    yield from _near(anatomy, rng, made, "byte order mark")


@operator("utf-16", "form", specific=False)
def utf_16(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed file in UTF-16: no environment, shell or web server reads that."""

    def made(data: bytes) -> bytes | None:
        try:
            return data.decode().encode("utf-16")
        except UnicodeDecodeError:
            return None

    yield from _near(anatomy, rng, made, "UTF-16")


@operator("other-code-page", "form", specific=False)
def other_code_page(anatomy: Anatomy, _: Random) -> Iterator[Spoilt]:
    """Letters beyond ASCII in Latin-1 or the Korean code page: no UTF-8, so not what stood there."""

    def made(data: bytes) -> bytes | None:
        for page in ("latin-1", "cp949", "cp1252"):
            try:
                return data.decode().encode(page)
            except UnicodeError:
                continue
        return None

    for path in sorted(anatomy.right, key=lambda name: (name not in anatomy.changed, name)):
        if not anatomy.right[path].isascii():
            data = made(anatomy.right[path])
            if data is not None:
                yield Spoilt({**anatomy.right, path: data}, f"another code page in {path}")


@operator("trailing-spaces", "form", specific=False)
def trailing_spaces(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Spaces at the ends of lines that nobody asked to touch; part of the value in flat files."""
    for path in shuffled(anatomy.near, rng):
        lines = lines_of(anatomy.text(path))
        made = [f"{x.rstrip(chr(10))}  \n" if n % 3 == 0 else x for n, x in enumerate(lines)]
        if not any("\r" in line for line in lines):
            yield Spoilt(anatomy.rewritten(path, "".join(made)), f"spaces in {path}")


@operator("last-line-end-lost", "form", specific=False)
def last_line_end_lost(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The end of the last line is gone, and whatever is appended next joins that line."""
    yield from _near(anatomy, rng, lambda data: data.rstrip(b"\r\n"), "last line end")


@operator("reformatted", "form", specific=False)
def reformatted(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The whole file written anew by a serialiser: comments, order and quotes are lost."""
    for path in shuffled(anatomy.near, rng):
        data = _dumped(path, anatomy.right[path])
        if data is not None and data != anatomy.right[path]:
            yield Spoilt({**anatomy.right, path: data}, f"{path} written anew")


def _dumped(path: str, data: bytes) -> bytes | None:
    try:
        document = parses(path, data)
    except ValueError:
        return None
    if path.endswith(".json"):
        return (json.dumps(document, indent=4, sort_keys=True) + "\n").encode()
    if path.endswith((".yml", ".yaml")):
        return yaml.safe_dump_all(document, sort_keys=True, allow_unicode=True).encode()
    lines = lines_of(data.decode("utf-8", "surrogateescape"))
    return data_of("".join(re.sub(r"^(\w[\w.-]*)=", r"\1 = ", line) for line in lines))


@operator("blank-lines", "form", specific=False)
def blank_lines(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Blank lines came or went all over the changed file: noise that hides the change."""

    def made(data: bytes) -> bytes:
        return data.replace(b"\n\n", b"\n") if b"\n\n" in data else data.replace(b"\n", b"\n\n")

    yield from _near(anatomy, rng, made, "blank lines")


FORM = (
    comment_dropped,
    comment_changed,
    closer_lost,
    quote_opened,
    separator_lost,
    indentation_broken,
    line_ends_flipped,
    one_odd_line_end,
    byte_order_mark_flipped,
    utf_16,
    other_code_page,
    trailing_spaces,
    last_line_end_lost,
    reformatted,
    blank_lines,
)
