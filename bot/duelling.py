"""The duel over two models: both derive, both attack, both answer, until nothing is left to say.

Asks strictly and feeds replies into ``bot.core.duel``; what stands, what is struck and which
candidate is kept is decided there and by the gate's own order. A move that cannot be used is
forfeited and said so; a model never sees the other's words but for typed claims, and no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.asking import author_question, derive_question, duel_question
from bot.core.change import Change, build_change
from bot.core.duel.answers import ANSWER_SCHEMA, Answer, read_answer
from bot.core.duel.claims import CLAIMS_SCHEMA, Claim, read_claims, struck
from bot.core.duel.transcript import (
    Ending,
    Fate,
    Game,
    Player,
    Round,
    ShownClaim,
    Transcript,
    best,
    kept_files,
    other_files,
)
from bot.core.duel.units import Files, Scope, Unit, composed, part_of, units_of
from bot.core.expectation import Expectation
from bot.core.finding import Finding
from bot.core.gate import Agreement, Mode
from bot.core.index import Index
from bot.core.leaf import Document
from bot.core.operation import Proposal, Question, Unusable
from bot.core.outcome import Spent
from bot.core.request import Request
from bot.core.review import Review
from bot.duel_table import Table, line_of, remarks_of
from bot.judge import Matter
from bot.models import Asker, Reviewer, Shown, open_budget, open_model
from bot.pipeline import Rank, Team
from bot.ports import Model, ModelError
from bot.ports import Question as Asked
from bot.settings import Settings, SettingsError

T = TypeVar("T")
_BUDGET = "model-budget"
# However many rounds somebody sets; the transcript of every one is kept.
MAX_ROUNDS = 20
_SHOWN_REFUTED = 20


def duel_team(
    author: Model,
    reviewer: Model,
    *,
    scope: Scope = Scope.PROJECT,
    rounds: int = 2,
    attempts: int = 3,
    same_model: bool = False,
) -> Team:
    """A team whose author and reviewer play against each other; ``rounds`` 0: both only derive."""
    spent: list[Spent] = []
    askers = {
        Player.A: Asker(author, attempts, spent),
        Player.B: Asker(reviewer, attempts, spent),
    }
    duel = Duel(askers, scope, min(rounds, MAX_ROUNDS), same_model=same_model)
    return Team(
        author=author.name,
        reviewer=reviewer.name,
        propose=None,
        agree=duel.agree,
        spent=lambda: tuple(spent),
        uses_models=True,
        play=duel.play,
        transcript=lambda: duel.transcript,
    )


def model_duel(settings: Settings) -> Team:
    """The duel between the models that ``settings`` name. Raises SettingsError without two."""
    budget = open_budget(settings)
    author = open_model(settings.author, settings, budget)
    reviewer = open_model(settings.reviewer, settings, budget)
    if author is None or reviewer is None:
        raise SettingsError("duel-needs-two")
    return duel_team(
        author,
        reviewer,
        scope=Scope(settings.duel_scope),
        rounds=settings.rounds,
        attempts=settings.model_attempts,
        same_model=settings.author.name == settings.reviewer.name,
    )


class _OutOfBudget(Exception):  # noqa: N818 - ends the game, not the request
    pass


@dataclass
class Duel:
    """One request's games. ``transcript`` is None until it was played."""

    askers: Mapping[Player, Asker]
    scope: Scope
    rounds: int
    same_model: bool = False
    transcript: Transcript | None = field(default=None, init=False)

    def play(
        self, request: Request, index: Index, expectation: Expectation, ranking: Rank
    ) -> Files | Question | Unusable:
        """The kept candidate of all games. Raises ModelError where not even round 0 can be played."""
        self.transcript = Transcript(self.scope.value)
        table = Table(request, index, expectation, ranking)
        first = {player: self._derive(player, table) for player in Player}
        if isinstance(first[Player.A], Question):
            return first[Player.A]
        files = {player: one if isinstance(one, tuple) else None for player, one in first.items()}
        known = [one for one in files.values() if one is not None]
        if not known:
            said = first[Player.A]
            return said if isinstance(said, Unusable) else Unusable("no candidate")
        games = tuple(self._game(unit, files, first, table) for unit in units_of(self.scope, known))
        self.transcript = Transcript(self.scope.value, games)
        return composed([(game.unit, kept_files(game)) for game in games])

    def agree(self, matter: Matter, _findings: tuple[Finding, ...]) -> Agreement | None:
        """What the other player would do instead of what was kept, and its standing claims."""
        if self.transcript is None:  # somebody else's diff: there is nobody to play against
            judge = Reviewer(self.askers[Player.B], Mode.BLIND, same_model=self.same_model)
            return judge.agree(matter, _findings)
        games = self.transcript.games
        if not games:
            return Agreement(Unusable("not played"), Unusable("not played"), self.same_model)
        others = [(game.unit, other_files(game)) for game in games]
        missing = any(files is None for _, files in others)
        blind: Change | Unusable = (
            Unusable("the other player had no candidate")
            if missing
            else build_change(composed([(unit, files or ()) for unit, files in others]))
        )
        remarks = tuple(remark for game in games for remark in remarks_of(game, matter.change))
        return Agreement(blind, Review(not remarks, remarks), self.same_model)

    def _derive(self, player: Player, table: Table) -> Files | Question | Unusable:
        shown = Shown.of(table.request, table.index)
        ask = author_question if player is Player.A else derive_question
        asked = ask(table.request, shown.documents, shown.order, shown.mask)
        answer: Proposal | Question | Unusable = self.askers[player].ask(asked, shown.read)
        return table.applied(answer) if isinstance(answer, Proposal) else answer

    def _game(
        self,
        unit: Unit,
        files: Mapping[Player, Files | None],
        first: Mapping[Player, object],
        table: Table,
    ) -> Game:
        parts = {
            player: None if one is None else part_of(one, unit) for player, one in files.items()
        }
        forfeits = {
            player: said.reason if isinstance(said, Unusable) else ""
            for player, said in first.items()
        }
        rounds = [table.round(0, parts, (), forfeits)]
        ending = Ending.ROUNDS
        for number in range(1, self.rounds + 1):
            if table.settled(rounds[-1]):
                break
            try:
                made = self._round(number, unit, rounds, table)
            except _OutOfBudget:
                ending = Ending.BUDGET
                break
            rounds.append(made)
            if table.is_still(rounds):
                ending = Ending.STILL
                break
        ending = Ending.AGREED if table.settled(rounds[-1]) else ending
        return Game(unit, tuple(rounds), ending, best(rounds))

    def _round(self, number: int, unit: Unit, rounds: list[Round], table: Table) -> Round:
        """Both attack, then both answer what stands."""
        before = rounds[-1]
        claims: list[tuple[ShownClaim, Claim]] = []
        parts: dict[Player, Files | None] = {}
        forfeits: dict[Player, str] = {}
        for player in Player:
            made = self._attack(player, number, unit, rounds, table)
            if isinstance(made, Unusable):
                forfeits[player] = made.reason
            else:
                claims += made
        fates: dict[str, Fate] = {}
        for player in Player:
            against = [
                (shown, claim)
                for shown, claim in claims
                if shown.by is player.other and shown.fate is Fate.STANDING
            ]
            answer = self._answer(player, unit, before, against, table)
            if isinstance(answer, Unusable):
                forfeits[player], parts[player] = answer.reason, before.of(player).files
                continue
            files, said = answer
            parts[player] = part_of(files, unit)
            fates |= _fates(against, said, table.change(parts[player]), table)
        settled = tuple(replace(shown, fate=fates.get(shown.id, shown.fate)) for shown, _ in claims)
        return table.round(number, parts, settled, forfeits)

    def _attack(
        self, player: Player, number: int, unit: Unit, rounds: list[Round], table: Table
    ) -> list[tuple[ShownClaim, Claim]] | Unusable:
        target = rounds[-1].of(player.other)
        if target.files is None:
            return []
        candidate = table.change(target.files)
        shown = table.shown(rounds[-1])
        refuted = [
            line_of(one) for made in rounds for one in made.claims if one.by is player and one.why
        ]
        board = table.board(player, rounds[-1], unit, shown.mask, refuted=refuted[-_SHOWN_REFUTED:])
        asked = duel_question(
            "attack", table.request, shown.documents, shown.order, shown.mask, board, CLAIMS_SCHEMA
        )
        heads = {
            path: one for path, one in candidate.head_docs.items() if isinstance(one, Document)
        }
        found = self._asked(
            player, asked, lambda text: read_claims(text, shown.documents, heads, shown.mask)
        )
        if isinstance(found, Unusable):
            return found
        return [
            (
                table.claimed(f"c{number}{player.value}{n}", player, claim, candidate, shown.mask),
                claim,
            )
            for n, claim in enumerate(found, 1)
        ]

    def _answer(
        self,
        player: Player,
        unit: Unit,
        before: Round,
        against: list[tuple[ShownClaim, Claim]],
        table: Table,
    ) -> tuple[Files, Answer] | Unusable:
        shown = table.shown(before)
        ids = [one.id for one, _ in against]
        lines = [f"{one.id}: {line_of(one)}" for one, _ in against]
        board = {**table.board(player, before, unit, shown.mask), "claims": lines}
        asked = duel_question(
            "answer", table.request, shown.documents, shown.order, shown.mask, board, ANSWER_SCHEMA
        )
        facts = table.facts(shown)
        found = self._asked(
            player, asked, lambda text: read_answer(text, ids, shown.documents, shown.mask, facts)
        )
        if isinstance(found, Unusable):
            return found
        files = table.applied(found.proposal)
        return files if isinstance(files, Unusable) else (files, found)

    def _asked(
        self, player: Player, asked: Asked | Unusable, read: Callable[[str], T | Unusable]
    ) -> T | Unusable:
        """A move; a model that cannot be asked forfeits it."""
        try:
            return self.askers[player].ask(asked, read)
        except ModelError as error:
            if error.code == _BUDGET:
                raise _OutOfBudget from error
            return Unusable(error.code)


def _fates(
    against: list[tuple[ShownClaim, Claim]], answer: Answer, now: Change, table: Table
) -> dict[str, Fate]:
    """Conceded where the new candidate no longer has the fault, rebutted where evidence holds."""
    fates = {}
    for shown, claim in against:
        if struck(claim, now, table.documents, table.expectation) is not None:
            fates[shown.id] = Fate.CONCEDED
        elif shown.id in answer.rebutted:
            fates[shown.id] = Fate.REBUTTED
    return fates
