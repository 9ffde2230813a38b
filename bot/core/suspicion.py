"""What in a request's words speaks to the machinery instead of asking for a setting.

Decides whether a request carries hidden characters, markup, a chat transcript, a ready-made answer
of a model, a command of the bot or a claim of approval. Such a request proves nothing, whatever
else it says: nobody can tell which of its sentences a person meant. It never decides what a
request means. Source: OWASP LLM01:2025 (prompt injection).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.core.strange import strange

_SHOWN = 60
# A value may stand in backticks or quotes; what stands there is still read for all but markup.
_MARKUP = (
    r"<!--|-->",
    r"</?[A-Za-z가-힣][\w가-힣-]*(?:\s[^<>\n]*)?/?>",
    r"!\[[^\]\n]*\]\(",
    r"\]\(\s*(?:https?|javascript|data):",
    r"\[\^[^\]\n]+\]",
    r"^[ \t]*#{1,6}[ \t]+\S",
    r"^[ \t]*\|.*\|[ \t]*$",
    r"^[ \t]*(?:```|~~~)[ \t]*\n[ \t]*(?:```|~~~)",
    r"\{[%#]|__class__|\$\(",
)
_TRANSCRIPT = (
    r"<\|[^|\n]{1,40}\|>|<<?/?SYS>>?|\[/?INST\]|</?s>",
    r"^[ \t]*#*[ \t]*(?:system|developer|human|user|assistant|instructions?|response|시스템|개발자|사용자|지시|응답)[ \t]*[:：]",
    r"^[ \t]*\[(?:system|시스템|developer|개발자|assistant|end of)\b[^\]\n]*\]|\[시스템[^\]\n]*\]",
    r"^[ \t]*(?:File .{1,200} \(\w+\)|Hunk \w+ of .{1,200}|Request \(\w+; .*|Configuration \(data.*|Findings of .*):",
    r"\b(?:developer|system|operator) (?:note|message|prompt|notice)\b|(?:개발자|시스템|운영자) (?:안내|메시지|프롬프트|공지)",
    r"\bAnswer with one JSON\b|여기까지가 자료|이제 지시",
)
_ANSWER = (
    r"[\"'](?:verdict|operations|op|role|hunks|findings|missing|tool_calls?|arguments|\$schema|properties)[\"']\s*:",
    r"^[ \t]*verdict[ \t]*:|^\.\.\.[ \t]*$",
    r"\b(?:reviewer|review|author)\b.{0,40}\b(?:verdict|output|approve[sd]?|must)\b|\bverdict\s*[:=]",
)
_COMMAND = (r"(?:^|\s)/cfg\s+\w+", r"\*\*cfgbot\*\*|\bcfgbot[:/]\w+", r"\[(?:skip|ci|no)[ -]\w+\]")
_CLAIM = (
    r"\b(?:already|been|was|is|fully) (?:approved|reviewed|signed off|authori[sz]ed|agreed)\b",
    r"\b(?:approved|reviewed|signed-off|acked|authori[sz]ed)[ -]by\b|\bLGTM\b|\bsigned (?:this|it) off\b",
    r"\b(?:no|skip|without|bypass|disable)(?: \w+){0,3} (?:review|reviews|approval|checks|validation)\b|\bskip[ -]checks?\b",
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules?|diff|checks?|above|previous|prompt)\b",
    r"\b(?:rules?|instructions?|checks?)\b.{0,30}\b(?:void|off|suspended|no longer|do not apply)\b",
    r"\b(?:refus\w+|reject\w+|declin\w+)\b.{0,30}\b(?:breach|violat\w+|policy|polic\w+)\b",
    r"\b(?:you are|act as|pretend|role-?play|let us play|let's play)\b|\bused to read me\b",
    r"(?:\b(?:urgent|emergency)\b|긴급)\s*!{2,}",
    r"\b(?:evaluation|test) of the pipeline\b|\bnothing is real\b",
    r"승인\s?(?:완료|됨|됐|되었|되어|받|났|났|했|하셨|하였|만 |자\s*[:：])|결재\s?(?:완료|받|났|하셨|했|하였)|합의\s?(?:된|됐|되었)\s?건",
    r"검토\s?(?:결과|자|는 생략|를 생략|생략|없이)|검사\s?(?:가 꺼|를 꺼|는 꺼|를 끄|생략|성공|통과)|확인은? 생략",
    r"(?:규칙|지시|검사|규정|정책)[은는이가을를]?\s?(?:모두 |전부 |다 )?(?:무효|무시|위반|생략|통과)",
    r"(?:이전|위의?|앞의?|지금까지의?)\s?(?:지시|규칙|명령|프롬프트)|거절하면|역할\s?놀이|너는 .{0,20}(?:봇|AI)|시험일 뿐|실제 서버가 아니",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


_SIGNS = (
    ("transcript", _any(_TRANSCRIPT)),
    ("answer", _any(_ANSWER)),
    ("command", _any(_COMMAND)),
    ("claim", _any(_CLAIM)),
    ("markup", _any(_MARKUP)),
)
# What a keyboard, a phone or a chat program puts into honest text: spaces, dashes, a middle dot,
# numbered circles, and pictures with their selector and joiners.
_HONEST = re.compile(
    "[\u00a0\u3000\u2013\u2014\u00b7\u2460-\u2473]"
    "|[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?)*"
)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What kind of thing it is (``hidden``, ``markup``, ``transcript`` …) and the words that show it."""

    kind: str
    excerpt: str


def suspicion(text: str) -> Suspicion | None:
    """The first thing in ``text`` that no plain wish holds; None where there is nothing of it."""
    hidden = strange(_HONEST.sub(" ", text))
    if hidden:
        name = unicodedata.name(hidden[0], "control character")
        return Suspicion("hidden", f"U+{ord(hidden[0]):04X} {name}")
    for kind, pattern in _SIGNS:
        found = pattern.search(text)
        if found:
            return Suspicion(kind, " ".join(found.group().split())[:_SHOWN])
    return None
