"""Markdown as a page may show it: safe HTML.

Decides what of HTML is let through: a short list of elements without scripts, styles or handlers.
It must never let a link run code, whatever the text says.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

_ELEMENTS: Final = frozenset(
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p"
    " pre q s samp span strong sub summary sup table tbody td th thead tr tt ul var".split()
)
_EMPTY: Final = frozenset({"br", "hr", "img"})
_SILENT: Final = frozenset({"script", "style", "title", "textarea", "iframe", "noscript"})
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "details": {"open"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
    "code": {"class"},
}
_SCHEMES: Final = frozenset({"", "http", "https", "mailto"})


class _Cleaner(HTMLParser):
    """Writes what it is fed again, without anything that is not on the list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag not in _ELEMENTS or self._silent:
            return
        kept = "".join(
            f' {name}="{escape(value or "")}"'
            for name, value in attrs
            if name in _ATTRIBUTES.get(tag, ()) and _harmless(name, value or "")
        )
        extra = ' rel="nofollow noopener"' if tag == "a" else ""
        self.out.append(f"<{tag}{kept}{extra}>")
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in self._open and not self._silent:
            while self._open:
                last = self._open.pop()
                self.out.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(escape(data, quote=False))

    def finish(self) -> str:
        """All that was kept, with what is still open closed."""
        self.close()
        return "".join([*self.out, *(f"</{tag}>" for tag in reversed(self._open))])


def _harmless(name: str, value: str) -> bool:
    if name not in {"href", "src"}:
        return True
    try:
        plain = "".join(c for c in unquote(value) if c > " ")
        scheme = urlsplit(plain).scheme.lower()
        # what looks like a scheme and is none that we know is not taken for a path either
        return scheme in _SCHEMES and (bool(scheme) or ":" not in plain.partition("/")[0])
    except ValueError:
        return False


def render(text: str) -> str:
    """The Markdown as HTML; comments and everything dangerous are left out."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    cleaner = _Cleaner()
    cleaner.feed(str(parser.render(text)))
    return cleaner.finish()


def with_html(value: object, *, keep_source: bool) -> object:
    """A JSON value whose every ``body`` has its ``body_html`` beside it."""
    if isinstance(value, list):
        return [with_html(item, keep_source=keep_source) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: with_html(item, keep_source=keep_source) for key, item in value.items()}
    body = found.get("body")
    if "body" in found and (body is None or isinstance(body, str)):
        found["body_html"] = render(body or "")
        if keep_source:
            found["body_text"] = body or ""
        else:
            del found["body"]
    return found
