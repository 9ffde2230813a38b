"""Secrets as people say them in a request: "set the DB password to …", "비밀번호를 …로".

Decides generously which words after a secret's name are its value: hiding a harmless word costs
nothing, since a request's own words may be written back wherever the request says.
"""

from __future__ import annotations

import re

from bot.core.secrecy import is_reference, names_secret

_NAME = re.compile(
    r"(?i:api|access|private|secret|encryption|signing)[ ](?i:key)|(?a:[A-Za-z_][\w.-]*)|비밀[ ]?번호|비번|암호|패스워드|토큰|시크릿|인증[ ]?키|API[ ]?키"
)
_KOREAN_NAMES = frozenset(
    {"비밀번호", "비번", "암호", "패스워드", "토큰", "시크릿", "인증키", "API키"}
)
_VALUE = r"[\"'`“‘「]?(?P<{}>[^\s\"'`”’」]+?)[\"'`”’」]?"
_ENGLISH_END = r"(?=[.,;!?]*(?:\s|\Z))"
_TAILS = (
    re.compile(
        r"(?i)\W+from\s+" + _VALUE.format("one") + r"\s+to\s+" + _VALUE.format("two") + _ENGLISH_END
    ),
    re.compile(
        r"(?i)[\"'`]?\s*(?:[^\s]+\s+){0,4}?(?:to|as|is|with|=|:|->|→)\s*"
        + _VALUE.format("one")
        + _ENGLISH_END
    ),
    re.compile(
        r"\s*(?:을|를|은|는|이|가|의|값을)?\s+(?:"
        + _VALUE.format("one")
        + r"에서\s+)?"
        + _VALUE.format("two")
        + r"\s*(?:으로|로|라고)(?=[\s,.!]|\Z)"
    ),
    # "비번 X", "(pw: X)": what follows at once, if it could be no plain word
    re.compile(
        r"\s*[:=]?\s+"
        + _VALUE.format("one").replace("[^", r"(?=\S*[\d!@#$%^&*])[^", 1)
        + r"(?=[),.;!?]*(?:\s|\Z))"
    ),
)
_SHORT_NAMES = frozenset({"PW", "PWD"})


def spoken_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where a request's text says a secret: (start, end) in characters."""
    spans: set[tuple[int, int]] = set()
    for name in _NAME.finditer(text):
        if not _is_name(name[0]):
            continue
        for tail in _TAILS:
            found = tail.match(text, name.end())
            if found:
                spans |= {
                    found.span(group)
                    for group, said in found.groupdict().items()
                    if said and not is_reference(said)
                }
                break
    return tuple(sorted(spans))


def _is_name(word: str) -> bool:
    plain = word.replace(" ", "")
    return plain.upper() in _KOREAN_NAMES | _SHORT_NAMES or names_secret(word.replace(" ", "_"))
