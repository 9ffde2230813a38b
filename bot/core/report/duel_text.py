"""A duel's transcript for people: folded below the verdict.

Decides layout only. All that models or files said is neutral in it, and secrets were hidden when
the transcript was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.core.report.neutral import code, plain
from bot.core.report.text import Text
from bot.core.request import Language

MAX_LINES = 80
_SHOWN = 100
_WORDS: dict[str, Text] = {
    "title": Text(
        "The duel: {games} game(s), {rounds} round(s)", "듀얼: 게임 {games}개, 라운드 {rounds}개"
    ),
    "game": Text("**{where}**: {ending}", "**{where}**: {ending}"),
    "project": Text("the whole project", "프로젝트 전체"),
    "round": Text("Round {number}: A has {a}, B has {b}", "라운드 {number}: A는 {a}, B는 {b}"),
    "none": Text("no candidate", "후보 없음"),
    "candidate": Text(
        "{changes} change(s), {blocking} blocking", "변경 {changes}개, 막는 지적 {blocking}개"
    ),
    "claim": Text("{by} says {place} is {kind} ({fate})", "{by}의 주장: {place} {kind} ({fate})"),
    "agreed": Text("both agree", "둘이 합의"),
    "rounds": Text("out of rounds", "라운드를 다 씀"),
    "nothing-new": Text("nothing new came up", "새로운 것이 없음"),
    "budget": Text("out of budget", "예산을 다 씀"),
    "unusable": Text("no usable answer", "쓸 수 있는 답이 없음"),
    "wrong": Text("wrong", "틀림"),
    "missing": Text("missing", "빠짐"),
    "unasked": Text("unasked", "부탁하지 않음"),
    "struck": Text("refuted by a check", "검사가 반박"),
    "standing": Text("stands", "유지"),
    "conceded": Text("conceded", "인정"),
    "rebutted": Text("rebutted with evidence", "근거로 반박"),
    "no-duel": Text("No duel was fought.", "듀얼은 없었습니다."),
    "cut": Text("… and more", "… 그 밖에 더"),
}


def no_duel(language: Language) -> str:
    """What is said of an outcome of another mode."""
    return _WORDS["no-duel"].say(language)


def duels_text(verdicts: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Every duel of the verdicts, folded; nothing where none was fought."""
    found = [one["duel"] for one in verdicts if one.get("duel")]
    return "\n\n".join(_folded(one, language) for one in found)


def duel_lines(duel: Mapping[str, Any], language: Language) -> list[str]:
    """The same for a terminal, a line each; ``duel`` is an outcome's, as JSON has it.

    Raises KeyError or TypeError where it is not.
    """
    title, *lines = _lines(duel, language)
    return [title, *(f"  {line.replace('**', '')}" for line in lines)]


def _folded(duel: Mapping[str, Any], language: Language) -> str:
    title, *lines = _lines(duel, language)
    body = "\n".join(f"- {line}" for line in lines)
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _lines(duel: Mapping[str, Any], language: Language) -> list[str]:
    """The title, and so many lines of what was played."""
    facts = {"games": str(len(duel["games"])), "rounds": str(duel["rounds"])}
    title = _WORDS["title"].say(language, facts)
    lines = [line for game in duel["games"] for line in _game(game, language)]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], _WORDS["cut"].say(language)]
    return [title, *lines]


def _game(game: Mapping[str, Any], language: Language) -> Iterator[str]:
    where = code(game["path"]) if game["path"] else _WORDS["project"].say(language)
    ending = _WORDS[game["ending"]].say(language)
    yield _WORDS["game"].say(language, {"where": where, "ending": ending})
    for one in game["rounds"]:
        sides = {name: _side(one["candidates"][name], language) for name in ("A", "B")}
        words = {"number": str(one["number"]), "a": sides["A"], "b": sides["B"]}
        yield _WORDS["round"].say(language, words)
        yield from (_claim(claim, language) for claim in one["claims"])


def _side(candidate: Mapping[str, Any], language: Language) -> str:
    if candidate["changes"] is None:
        return _WORDS["none"].say(language)
    facts = {"changes": str(len(candidate["changes"])), "blocking": str(candidate["blocking"])}
    return _WORDS["candidate"].say(language, facts)


def _claim(claim: Mapping[str, Any], language: Language) -> str:
    place = f"{code(claim['path'], _SHOWN)} {code(claim['key'], _SHOWN)}"
    should = f" → {code(claim['should_be'], _SHOWN)}" if claim["should_be"] is not None else ""
    facts = {
        "by": plain(claim["by"]),
        "place": place,
        "kind": _WORDS[claim["kind"]].say(language) + should,
        "fate": _WORDS[claim["fate"]].say(language),
    }
    return _WORDS["claim"].say(language, facts)
