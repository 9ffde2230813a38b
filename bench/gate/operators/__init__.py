"""The wrong changes: named operators that spoil a right change, or do beside it what nobody asked.

Decides which candidates count: none that is right after all, none twice. Operators are written from
what people and models get wrong and from what an attacker would try, never from what the code under
measure does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from random import Random

from bench.gate.operators.digits import DIGITS
from bench.gate.operators.exposure import EXPOSURE
from bench.gate.operators.extra import EXTRA
from bench.gate.operators.file import FILE
from bench.gate.operators.form import FORM
from bench.gate.operators.kinds import kind_of
from bench.gate.operators.line import LINE
from bench.gate.operators.place import PLACE
from bench.gate.operators.spelling import SPELLING
from bench.gate.operators.value import VALUE
from bench.gate.operators.wrong import KINDS, Operator, Wrong
from bench.gate.tasks import Task, is_right

__all__ = ["KINDS", "OPERATORS", "Operator", "Wrong", "wrong_changes"]

OPERATORS: tuple[Operator, ...] = (
    *(*DIGITS, *VALUE, *SPELLING, *PLACE, *LINE),
    *(*EXTRA, *EXPOSURE, *FORM, *FILE),
)
AT_MOST = 40
EACH_AT_MOST = 2
_LOOKED_AT = 24
_SHARES = {True: 4, False: 1}  # specific to the task or not
_REFINED = frozenset({"value", "meaning"})


def wrong_changes(task: Task, seed: int, at_most: int = AT_MOST) -> Iterator[Wrong]:
    """Up to ``at_most`` wrong changes of ``task``, the same ones for the same ``seed``.

    Every operator has its turn before any has a second one; of five turns, four go to those
    specific to the task, many of which have nothing to spoil in it.
    """
    seen: set[str] = set()
    given = 0
    for turn in _turns(task, seed):
        for wrong in turn:
            mark = _mark(wrong)
            if mark in seen or not _is_wrong(task, wrong):
                continue
            seen.add(mark)
            yield _refined(task, wrong)
            given += 1
            break
        if given == at_most:
            return


def _turns(task: Task, seed: int) -> Iterator[Iterator[Wrong]]:
    """The operators' candidates, over and over; each iterator goes on where it stopped."""
    made = [islice(_made(one, task, seed), _LOOKED_AT) for one in _ranked(task, seed)]
    for _ in range(EACH_AT_MOST):
        yield from made


def _ranked(task: Task, seed: int) -> list[Operator]:
    """All operators in an order of the task's own, the two sorts mixed by their shares."""
    order = Random(f"{seed} {task.repo} {task.id}")
    ranks: list[tuple[float, Operator]] = []
    for specific, share in _SHARES.items():
        sort = [one for one in OPERATORS if one.specific == specific]
        ranks += [(n / share, one) for n, one in enumerate(order.sample(sort, len(sort)))]
    return [one for _, one in sorted(ranks, key=lambda rank: rank[0])]


def _made(one: Operator, task: Task, seed: int) -> Iterator[Wrong]:
    return one.make(task, Random(f"{seed} {task.repo} {task.id} {one.name}"))


def _is_wrong(task: Task, wrong: Wrong) -> bool:
    """Neither the base nor right; a file's mode that nobody asked for is wrong on any tree."""
    return bool(wrong.modes) or (wrong.tree != task.base and not is_right(task, wrong.tree))


def _refined(task: Task, wrong: Wrong) -> Wrong:
    kind = kind_of(task.right[0], wrong.tree, wrong.kind) if wrong.kind in _REFINED else wrong.kind
    return replace(wrong, kind=kind)


def _mark(wrong: Wrong) -> str:
    """Equal for equal changes."""
    digest = sha256(repr(sorted(wrong.modes.items())).encode())
    for path, data in sorted(wrong.tree.items()):
        digest.update(f"{len(path)} {path} {len(data)} ".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.hexdigest()
