"""One game: a task through the whole pipeline with two models, and how it ended.

Decides whether what was merged is right, by the task's own right heads, and which rounds had a
right candidate. Models may be simulated or real; the pipeline, checks and gate are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from bot.arena.memory import BRANCH, Commit, MemoryForge, MemoryLibrary
from bot.arena.setting import Setting, game_id
from bot.arena.tasks import Task, Tree, is_right
from bot.core.change import FileChange, build_change
from bot.core.duel.transcript import Game, Player, Transcript
from bot.core.duel.units import Scope, composed
from bot.core.gate import Mode
from bot.core.identity import identities, identity_of
from bot.core.outcome import Outcome, Spent, Status
from bot.core.protected import protected_kind
from bot.core.request import read_request
from bot.duelling import duel_team
from bot.models import Asker, Author, Reviewer
from bot.pipeline import Team, Work, change
from bot.ports import Model, ModelError

RIGHT, WRONG, DECLINED, ERROR = "right", "wrong", "declined", "error"
OpenModel = Callable[[str, str, Task, str], Model]


@dataclass(frozen=True)
class Played:
    """A task's game to play."""

    setting: Setting
    task: Task
    number: int
    seed: int

    @property
    def name(self) -> str:
        """Its identity."""
        return game_id(self.setting, f"{self.task.repo}/{self.task.id}", self.number, self.seed)


def play(played: Played, open_model: OpenModel, attempts: int = 2) -> dict[str, Any]:
    """The game's record, as JSON values."""
    task, setting = played.task, played.setting
    begun = monotonic()
    draws = f"{played.seed}|{played.number}"
    author = open_model(setting.author, "A", task, draws)
    reviewer = open_model(setting.reviewer, "B", task, draws)
    team = team_of(author, reviewer, setting, attempts)
    library = MemoryLibrary({BRANCH: Commit(task.base), "base": Commit(task.base)})
    work = Work(library, team, Mode(setting.mode))
    try:
        outcome = change(
            read_request(task.request), BRANCH, "base", MemoryForge(library), work, plan=False
        )
    except ModelError as error:
        return {**_head(played), "ended": ERROR, "detail": error.code, **_cost(team.spent(), begun)}
    tree = library.commits[BRANCH].tree
    return {**_head(played), **_ending(outcome, task, tree), **_cost(team.spent(), begun)}


def team_of(author: Model, reviewer: Model, setting: Setting, attempts: int) -> Team:
    """The pair in the setting's mode."""
    if setting.mode == Mode.DUEL:
        return duel_team(
            author, reviewer, scope=Scope(setting.scope), rounds=setting.rounds, attempts=attempts
        )
    spent: list[Spent] = []
    judge = Reviewer(Asker(reviewer, attempts, spent), Mode(setting.mode), same_model=False)
    return Team(
        author=author.name,
        reviewer=reviewer.name,
        propose=Author(Asker(author, attempts, spent)).propose,
        agree=judge.agree,
        spent=lambda: tuple(spent),
        rounds=setting.rounds,
        uses_models=True,
    )


def _head(played: Played) -> dict[str, Any]:
    setting, task = played.setting, played.task
    return {
        "game": played.name,
        "author": setting.author,
        "reviewer": setting.reviewer,
        "mode": setting.mode,
        "scope": setting.scope,
        "rounds": setting.rounds,
        "task": f"{task.repo}/{task.id}",
        "language": task.language,
        "number": played.number,
        "seed": played.seed,
    }


def _ending(outcome: Outcome, task: Task, tree: Tree) -> dict[str, Any]:
    ended = DECLINED
    if outcome.status is Status.MERGED:
        ended = RIGHT if is_right(task, tree) else WRONG
    return {
        "ended": ended,
        "protected": _protected(outcome, task) if ended == WRONG else [],
        "blocked": sorted({one.rule for one in outcome.findings if one.blocks}),
        "played": _rounds(outcome.transcript, task) if outcome.transcript else [],
    }


def _protected(outcome: Outcome, task: Task) -> list[str]:
    """The protected kinds among what was merged and is not of the right change."""
    right = _difference(task.base, task.right[0])
    wanted = identities(build_change(right).leaf_changes)
    made = outcome.change.leaf_changes if outcome.change else ()
    kinds = {protected_kind(one) for one in made if identity_of(one) not in wanted}
    return sorted(kind for kind in kinds if kind)


def _difference(base: Tree, head: Tree) -> tuple[FileChange, ...]:
    return tuple(
        FileChange(path, base.get(path), head.get(path))
        for path in sorted({*base, *head})
        if base.get(path) != head.get(path)
    )


def _rounds(transcript: Transcript, task: Task) -> list[dict[str, Any]]:
    """By round: whether A's and B's whole candidates were right then."""
    found = []
    for number in range(transcript.rounds + 1):
        row: dict[str, Any] = {"round": number}
        for player in Player:
            parts = [(game.unit, _at(game, number, player)) for game in transcript.games]
            tree = dict(task.base)
            tree |= {file.path: file.head or b"" for file in composed(parts)}
            row[player.value] = is_right(task, tree)
        found.append(row)
    return found


def _at(game: Game, number: int, player: Player) -> tuple[FileChange, ...]:
    made = game.rounds[min(number, len(game.rounds) - 1)]
    return made.of(player).files or ()


def _cost(spent: tuple[Spent, ...], begun: float) -> Mapping[str, Any]:
    return {
        "calls": len(spent),
        "tokens": sum(one.prompt_tokens + one.completion_tokens for one in spent),
        "cost": round(sum(one.cost for one in spent), 6),
        "seconds": round(monotonic() - begun, 4),
    }
