"""Other people's text inside our comments: shown, never interpreted.

Decides how a request, a file's value or a model's remark is written so that GitHub notifies
nobody, links nothing and renders no Markdown or HTML of it. What characters have a meaning is in
the GitHub Flavored Markdown Spec (https://github.github.com/gfm/).
"""

from __future__ import annotations

import re

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^-])")
# Mentions, issue references and bare links are made of text, so an invisible joint keeps them apart.
_JOINT = "\u2060"
_REFERENCE = re.compile(r"(@|#|\bGH\\?-|://|\bwww\.)", re.IGNORECASE)
# Words in a commit message that tell CI to look away, and trailers that name people.
_TOLD = re.compile(r"(?i)\[(?=(?:skip|no|ci|actions)\b)|\*\*\*(?=no_ci)|skip(?=-checks)|-by(?=:)")
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
_CUT = "…"


def visible(text: str) -> str:
    """``text`` with characters that hide, or would move what follows, shown as escapes."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def plain(text: str, limit: int = 2_000) -> str:
    """``text`` on one line as prose: no markup, mention, link or reference of it works."""
    line = _cut(" ".join(visible(text).split()), limit)
    escaped = _MARKDOWN.sub(r"\\\1", line)
    return _COMMIT.sub(_parted, _REFERENCE.sub(lambda found: found.group() + _JOINT, escaped))


def _parted(found: re.Match[str]) -> str:
    text = found.group()
    return text[:3] + _JOINT + text[3:]


def unlinked(text: str) -> str:
    """``text`` for titles and commit messages, which are not Markdown: it mentions and closes nothing."""
    return "\n".join(
        _TOLD.sub(
            lambda found: found.group() + _JOINT,
            _REFERENCE.sub(lambda found: found.group() + _JOINT, visible(line)),
        )
        for line in text.split("\n")
    )


def code(text: str, limit: int = 200) -> str:
    """``text`` as a code span that also holds inside a table; in there nothing is a mention."""
    line = _cut(visible(text).replace("\n", "␤").replace("\t", "␉"), limit)
    if not line:
        return "∅"
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{fence}{pad}{line.replace('|', chr(92) + '|')}{pad}{fence}"


def quoted(text: str, limit: int = 4_000) -> str:
    """``text`` as a block quote, line by line."""
    lines = _cut(text.strip(), limit).splitlines() or [""]
    return "\n".join(f"> {plain(line)}" for line in lines)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + _CUT
