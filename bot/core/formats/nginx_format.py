"""nginx configuration: text → leaves, and edits.

crossplane's lexer decides the tokens; this module finds where they stand and what belongs to
which block. Never reads an included file, and refuses Lua blocks, whose body is another language.

A key is the enclosing blocks (each with its arguments as one step, a number after it from the
second block of that name on), the directive's name, which of its namesakes it is and which argument.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from io import StringIO

from crossplane.lexer import _lex_file_object

from bot.core.formats.source import (
    MAX_DEPTH,
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    blank_before,
    line_added,
    line_start,
    lines_removed,
)
from bot.core.leaf import KeyPath, Kind, Leaf

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<mark>[{};])"
    r"|(?P<quoted>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
    r"|(?P<word>(?![\"'])(?:\$\{[^}\s]*\}|\\.|\$(?!\{)|[^\s;{}\\$])+)",
    re.DOTALL,
)
_TAIL = re.compile(rb"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|\Z)")
_STYLES = {'"': "double", "'": "single"}
# Directives whose arguments are a list, so that one may come or go by itself (nginx.org/en/docs/dirindex.html).
_LISTS = frozenset(
    [
        "server_name",
        "index",
        "ssl_protocols",
        "gzip_types",
        "proxy_next_upstream",
        "valid_referers",
        "resolver",
        "expires_types",
        "charset_types",
        "sub_filter_types",
        "brotli_types",
        "proxy_cache_methods",
    ]
)


@dataclass(slots=True)
class _Token:
    """A token at the characters ``start:end``; ``style`` is its quoting or "mark"."""

    value: str
    start: int
    end: int
    style: str


@dataclass(slots=True)
class _Directive:
    """A directive or block with its tokens (the name first); ``end`` is after its ``;``."""

    tokens: list[_Token]
    key: KeyPath
    end: int = 0
    leaves: list[Leaf] = field(default_factory=list)


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    parsed = Parsed()
    directives = _directives(source, parsed)
    parsed.leaves = sorted(
        (leaf for directive in directives for leaf in directive.leaves), key=lambda leaf: leaf.start
    )
    return parsed


def _tokens(source: Source, parsed: Parsed) -> list[_Token]:
    tokens, position, text = [], 0, source.text
    values: list[tuple[str, bool]] = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise MalformedError("nginx syntax", source.line(source.byte(position)))
        position = match.end()
        if match["comment"] is not None:
            comment = match[0].rstrip("\r")
            parsed.comments.append(source.comment(match.start(), match.start() + len(comment)))
            values.append((match[0], False))
        elif match["space"] is None:
            token = _token(match)
            values.append((token.value, token.style in {"double", "single"}))
            tokens.append(token)
    lexed = [
        (str(value), bool(quoted)) for value, _, quoted in _lex_file_object(StringIO(text + "\n"))
    ]
    if lexed != values:
        raise MalformedError("nginx syntax")
    return tokens


def _token(match: re.Match[str]) -> _Token:
    text = match[0]
    if match["quoted"] is not None:
        value = re.sub(
            r"\\(.)", lambda m: m[1] if m[1] == text[0] else m[0], text[1:-1], flags=re.DOTALL
        )
        return _Token(value, match.start(), match.end(), _STYLES[text[0]])
    return _Token(text, match.start(), match.end(), "mark" if match["mark"] else "plain")


class _Blocks:
    """The blocks being read, and how often each name was seen in them."""

    def __init__(self) -> None:
        self.keys: list[KeyPath] = [()]
        self.seen: list[Counter[str]] = [Counter()]
        self.sizes: list[int] = [0]
        self.opened: list[tuple[int, KeyPath]] = []

    def directive(self, name: str) -> KeyPath:
        self.sizes[-1] += 1
        self.seen[-1][name] += 1
        return (*self.keys[-1], name, self.seen[-1][name] - 1)

    def open(self, step: str, brace: int) -> None:
        self.sizes[-1] += 1
        count = self.seen[-1][step + " {"]
        self.seen[-1][step + " {"] += 1
        key = (*self.keys[-1], step, count) if count else (*self.keys[-1], step)
        self.keys.append(key)
        self.seen.append(Counter())
        self.sizes.append(0)
        self.opened.append((brace, key))

    def close(self) -> tuple[int, KeyPath, int]:
        self.keys.pop()
        self.seen.pop()
        return (*self.opened.pop(), self.sizes.pop())


def _directives(source: Source, parsed: Parsed) -> list[_Directive]:
    """Every simple directive (and every empty block as one) in the order of its end."""
    blocks, found = _Blocks(), list[_Directive]()
    pending: list[_Token] = []
    for token in _tokens(source, parsed):
        if token.style != "mark":
            pending.append(token)
        elif token.value == "}":
            if pending or not blocks.opened:
                raise _unexpected(source, token)
            brace, key, size = blocks.close()
            if not size:
                leaf = source.leaf(key, "{}", Kind.EMPTY, brace, token.end, "block")
                found.append(_Directive([token], key, token.end, [leaf]))
        elif not pending:
            raise _unexpected(source, token)
        elif token.value == ";":
            found.append(_simple(source, pending, token, blocks))
            pending = []
        else:
            _enter(source, pending, token, blocks)
            pending = []
    if pending or blocks.opened:
        raise MalformedError("nginx syntax: unexpected end of file")
    return found


def _unexpected(source: Source, token: _Token) -> MalformedError:
    line = source.line(source.byte(token.start))
    return MalformedError(f"nginx syntax: unexpected {token.value}", line)


def _enter(source: Source, pending: list[_Token], brace: _Token, blocks: _Blocks) -> None:
    if pending[0].value.endswith("_by_lua_block"):
        raise MalformedError("nginx Lua block", source.line(source.byte(pending[0].start)))
    if len(blocks.opened) >= MAX_DEPTH:
        raise MalformedError("nested too deeply", source.line(source.byte(brace.start)))
    blocks.open(" ".join(token.value for token in pending), brace.start)


def _simple(source: Source, tokens: list[_Token], mark: _Token, blocks: _Blocks) -> _Directive:
    name, *arguments = tokens
    key = blocks.directive(name.value)
    leaves = [
        source.leaf((*key, index), token.value, Kind.STRING, token.start, token.end, token.style)
        for index, token in enumerate(arguments)
    ]
    if not leaves:
        leaves = [source.leaf(key, "", Kind.EMPTY, name.end, name.end, "bare")]
    return _Directive(tokens, key, mark.end, leaves)


def write(_source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``, quoted as it was, or where it needs to be. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("a directive without arguments")
    return Splice(leaf.start, leaf.end, _text(leaf.style, value))


def _text(style: str, value: str) -> bytes:
    as_bytes(value)
    double, single = (q + value.replace(q, "\\" + q) + q for q in ('"', "'"))
    tries = {
        "plain": [value, double, single],
        "double": [double, single],
        "single": [single, double],
    }[style]
    for text in tries:
        if _read(text) == value and (text is not value or text[:1] not in {'"', "'", "#"}):
            return as_bytes(text)
    raise RefusedError("not writable in an nginx file")


def _read(text: str) -> str | None:
    """What nginx reads where ``text`` stands for an argument."""
    try:
        leaves = parse(Source("nginx.conf", f"d {text};".encode())).leaves
    except MalformedError:
        return None
    return leaves[0].value if len(leaves) == 1 and leaves[0].kind is Kind.STRING else None


def _directive(source: Source, leaf: Leaf) -> _Directive:
    for directive in _directives(source, Parsed()):
        if any(other.start == leaf.start and other.key == leaf.key for other in directive.leaves):
            return directive
    raise RefusedError("no such leaf")


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """The directive once more with ``value`` for ``leaf``; or one argument more, in a list."""
    text = write(source, leaf, value).new
    directive = _directive(source, leaf)
    if directive.tokens[0].value in _LISTS:
        return Splice(leaf.end, leaf.end, b" " + text)
    if leaf.key != directive.leaves[0].key:
        raise RefusedError("not a list item")
    data = source.data
    start, end = source.byte(directive.tokens[0].start), source.byte(directive.end)
    clone = data[start : leaf.start] + text + data[leaf.end : end]
    if b"\n" in clone:
        raise RefusedError("a directive of several lines")
    if blank_before(data, start) and _TAIL.match(data, end):
        return line_added(data, end, data[line_start(data, start) : start] + clone)
    return Splice(end, end, b" " + clone)


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new directive after the last simple one of the block. Raises RefusedError."""
    inside = [d for d in _directives(source, Parsed()) if d.key[:-2] == parent]
    if not inside or not re.fullmatch(r"[a-z_0-9]+", name):
        raise RefusedError("no such mapping" if not inside else "not a key")
    if any(d.key[-2] == name for d in inside):
        raise RefusedError("the key exists")
    data, last = source.data, inside[-1]
    start, end = source.byte(last.tokens[0].start), source.byte(last.end)
    if not blank_before(data, start) or not _TAIL.match(data, end):
        raise RefusedError("shares its line")
    indent = data[line_start(data, start) : start]
    return line_added(data, end, indent + as_bytes(name) + b" " + _text("plain", value) + b";")


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the directive of ``leaf``, or the argument alone where there are others.

    Of a directive with several arguments that are no list, the first stands for the whole.
    """
    directive, data = _directive(source, leaf), source.data
    if leaf.style == "block":
        raise RefusedError("a block")
    argument = directive.tokens[0].value in _LISTS or leaf.key != directive.leaves[0].key
    if len(directive.leaves) > 1 and argument:
        before = max(t.end for t in directive.tokens if source.byte(t.end) <= leaf.start)
        return Splice(source.byte(before), leaf.end, b"")
    start, end = source.byte(directive.tokens[0].start), source.byte(directive.end)
    if blank_before(data, start) and _TAIL.match(data, end):
        return lines_removed(data, start, end)
    rest = data[end:]
    return Splice(start, end + len(rest) - len(rest.lstrip(b" \t")), b"")
