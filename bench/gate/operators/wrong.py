"""What an operator is, and what it gives: whole head trees that nobody asked for.

Decides nothing about right and wrong: the package itself drops what turned out to be right. Each
operator's docstring says why a careful colleague would refuse what it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from bench.gate.operators.anatomy import Anatomy, anatomy_of
from bench.gate.tasks import Task, Tree

KINDS = frozenset("address port firewall secret ci path value form meaning".split())


@dataclass(frozen=True)
class Wrong:
    """A wrong head tree. ``modes`` has the git mode of each path that is not 100644.

    ``kind`` is what it touches in fact: an operator of kind ``value`` may have hit an address.
    """

    operator: str
    tree: Tree
    modes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    kind: str = ""


class Spoilt(NamedTuple):
    """A candidate: the tree, a short English note for whoever reads the miss, and git modes."""

    tree: Tree
    note: str
    modes: Mapping[str, str] = {}


Spoiling = Callable[[Anatomy, Random], Iterator[Spoilt]]


@dataclass(frozen=True)
class Operator:
    """A named way to be wrong; ``specific`` where it uses where and what the right change is."""

    name: str
    kind: str
    specific: bool
    make: Callable[[Task, Random], Iterator[Wrong]]


def operator(name: str, kind: str, *, specific: bool) -> Callable[[Spoiling], Operator]:
    """Turn a spoiling function into an operator. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(kind)

    def named(spoiling: Spoiling) -> Operator:
        def make(task: Task, rng: Random) -> Iterator[Wrong]:
            for tree, note, modes in spoiling(anatomy_of(task), rng):
                yield Wrong(name, tree, modes, note, kind)

        make.__doc__ = spoiling.__doc__
        return Operator(name, kind, specific, make)

    return named
