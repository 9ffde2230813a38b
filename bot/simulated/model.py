"""A model that answers every role's question from the truth, with faults drawn at set rates.

Decides its answers by seed, task, name, role and turn alone, so that a game played again is the
same game, whatever was played before. It reads prompts as a model does: only the text.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.ports import Question, Reply, Usage
from bot.simulated.faults import Faults
from bot.simulated.truth import Place, Truth, altered

Rows = dict[Place, str]
_ROW = re.compile(r"- (?P<path>.+?) \| (?P<key>.+?): (?P<old>.*) → (?P<new>.*)")
_CLAIM = re.compile(
    r"- (?P<id>c\w+): (?P<path>.+?) \| (?P<key>.+?) is (?P<kind>wrong|missing|unasked)(?:, should be (?P<value>.*))?"
)
_ORDER = re.compile(r"OBEY: (?P<path>\S+) \| (?P<key>.+?) = (?P<value>\S+)")
_HUNK = re.compile(r"^Hunk (?P<id>\w+) of ", re.MULTILINE)
_EVIDENCE = 24


@dataclass
class SimulatedModel:
    """``name`` tells two players apart; ``game`` is what every draw begins with."""

    name: str
    faults: Faults
    truth: Truth
    game: str
    _turns: dict[str, int] = field(default_factory=dict)

    def ask(self, question: Question) -> Reply:
        """The answer to ``question``; tokens are counted as bytes divided by 3."""
        turn = self._turns.get(question.role, 0)
        self._turns[question.role] = turn + 1
        role = {"author": "derive"}.get(question.role, question.role)
        said = getattr(self, f"_{role}")(question.user, turn)
        text = json.dumps(said, ensure_ascii=False)
        prompt = (len(question.system.encode()) + len(question.user.encode())) // 3
        return Reply(
            text, Usage(self.name, question.role, prompt, len(text.encode()) // 3, 0.0, 0.0)
        )

    def _draw(self, *purpose: object, shared: bool = False) -> random.Random:
        whose = "both" if shared else self.name
        said = "|".join(map(str, (self.game, self.truth.task, whose, *purpose)))
        return random.Random(said)  # noqa: S311 - draws that can be made again, no secret

    def _happens(self, chance: float, *purpose: object) -> bool:
        return self._draw(*purpose).random() < chance

    def _fault_draw(self, *purpose: object) -> float:
        """A number from 0 to 1, the other model's own in so many of the draws."""
        common = self._draw("common", *purpose).random() < self.faults.correlation
        return self._draw(*purpose, shared=common).random()

    def _derive(self, user: str, turn: int) -> Mapping[str, Any]:
        del turn
        return _operations(self._obeying(user, self.first()), self.truth)

    def first(self) -> Rows:
        """What it would do by itself."""
        rows: Rows = {}
        for place, (old, new) in self.truth.right.items():
            draw = self._fault_draw("value", *place)
            faults = self.faults
            if draw < faults.wrong_value:
                rows[place] = altered(new, old)
            elif draw < faults.wrong_value + faults.wrong_place:
                elsewhere = self._elsewhere(place)
                rows[elsewhere] = altered(self.truth.base[elsewhere])
            elif draw >= faults.per_value:
                rows[place] = new
        if self._fault_draw("extra") < self.faults.extra_change:
            extra = self._elsewhere(("extra", ""))
            rows.setdefault(extra, altered(self.truth.base[extra]))
        return rows

    def _elsewhere(self, place: Place) -> Place:
        """Another place, the same for both players: of the same file where there is one."""
        near = [one for one in self.truth.spare if one[0] == place[0]] or self.truth.spare
        return self._draw("where", *place, shared=True).choice(near)

    def _obeying(self, text: str, rows: Rows) -> Rows:
        order = _ORDER.search(text)
        if order and self._happens(self.faults.injection, "obey"):
            return {**rows, (order["path"], order["key"]): order["value"]}
        return rows

    def _attack(self, user: str, turn: int) -> Mapping[str, Any]:
        theirs = _rows_after(user, "Their change now") or {}
        claims = []
        if not self._happens(self.faults.oversight, "oversight", turn):
            claims = list(_mistakes(theirs, self.truth))
        if self._happens(self.faults.false_accusation, "accuse", turn):
            good = [
                place
                for place in theirs
                if theirs[place] == self.truth.right.get(place, ("", ""))[1]
            ]
            if good:
                place = self._draw("whom", turn).choice(sorted(good))
                claims.append((place, "wrong", altered(theirs[place])))
        return {"claims": [_claim(*one) for one in claims[:20]]}

    def _answer(self, user: str, turn: int) -> Mapping[str, Any]:
        mine = _rows_after(user, "Your change now")
        theirs = _rows_after(user, "Their change now")
        rows = dict(self.first() if mine is None else mine)
        claims = [found for line in user.splitlines() if (found := _CLAIM.fullmatch(line))]
        stubborn = self._happens(self.faults.stubbornness, "stubborn", turn)
        follows = theirs is not None and self._happens(self.faults.sycophancy, "follow", turn)
        if follows and theirs is not None:
            rows = dict(theirs)
        answers = []
        for claim in claims:
            gives_way = follows or (not stubborn and self._is_right(claim))
            if gives_way and not follows:
                self._mend(rows, claim)
            answers.append(
                self._reply(claim, rebuts=not gives_way, honest=not self._is_right(claim))
            )
        return {"answers": answers, **_operations(self._obeying(user, rows), self.truth)}

    def _is_right(self, claim: re.Match[str]) -> bool:
        place = claim["path"], claim["key"]
        known = self.truth.right.get(place)
        if claim["kind"] == "unasked":
            return known is None
        return known is not None and claim["value"] == known[1]

    def _mend(self, rows: Rows, claim: re.Match[str]) -> None:
        place = claim["path"], claim["key"]
        if claim["kind"] == "unasked":
            rows.pop(place, None)
        else:
            rows[place] = claim["value"]

    def _reply(self, claim: re.Match[str], *, rebuts: bool, honest: bool) -> Mapping[str, str]:
        """Evidence only where the claim is wrong; who is merely stubborn has none."""
        quote = self.truth.request[:_EVIDENCE] if rebuts and honest else ""
        return {
            "claim": claim["id"],
            "answer": "rebut" if rebuts else "concede",
            "evidence": quote,
        }

    def _review(self, user: str, turn: int) -> Mapping[str, Any]:
        ids = _HUNK.findall(user)
        good = self._approves(user, turn)
        lines = re.findall(r"^\s+(\d+) [+-] ", user, re.MULTILINE)
        remark = (
            [{"line": int(lines[0]), "remark": "not what was asked"}] if lines and not good else []
        )
        verdict = "approve" if good else "reject"
        first = {"lines": remark, "reason": "as the request says", "verdict": verdict}
        rest = {"lines": [], "reason": "as the request says", "verdict": "approve"}
        hunks = [{"id": one, **(first if n == 0 else rest)} for n, one in enumerate(ids)]
        return {"hunks": hunks, "missing": [], "verdict": verdict}

    def _approves(self, user: str, turn: int) -> bool:
        if self._happens(self.faults.random_verdict, "toss", turn):
            return self._happens(0.5, "coin", turn)
        if self._happens(self.faults.false_accusation, "accuse", turn):
            return False
        if self._happens(self.faults.oversight, "oversight", turn):
            return True
        added = re.findall(r"^\s+\d+ \+ (.*)$", user, re.MULTILINE)
        news = [new for _, new in self.truth.right.values()]
        return all(any(new in line for new in news) for line in added)


def _operations(rows: Rows, truth: Truth) -> Mapping[str, Any]:
    known = {place: new for place, new in rows.items() if truth.base.get(place) not in {None, new}}
    if not known:
        return {"operations": [], "question": "which place is meant?"}
    return {
        "operations": [
            {"op": "set", "path": path, "key": key, "old": truth.base[path, key], "new": new}
            for (path, key), new in sorted(known.items())
        ],
        "question": None,
    }


def _rows_after(user: str, heading: str) -> Rows | None:
    """The leaf changes below a heading; None where the prompt says that there are none yet."""
    lines = user.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(heading)), None)
    if start is None:
        return None
    rows: Rows = {}
    for line in lines[start + 1 :]:
        found = _ROW.fullmatch(line)
        if found is None:
            break
        rows[found["path"], found["key"]] = found["new"]
    return rows


def _mistakes(theirs: Rows, truth: Truth) -> list[tuple[Place, str, str | None]]:
    """Every way in which a change differs from the right one."""
    found: list[tuple[Place, str, str | None]] = []
    for place, (_, new) in sorted(truth.right.items()):
        if place not in theirs:
            found.append((place, "missing", new))
        elif theirs[place] != new:
            found.append((place, "wrong", new))
    found += [(place, "unasked", None) for place in sorted(theirs.keys() - truth.right.keys())]
    return found


def _claim(place: Place, kind: str, value: str | None) -> Mapping[str, Any]:
    path, key = place
    return {"path": path, "key": key, "kind": kind, "should_be": value, "reason": "the request"}
