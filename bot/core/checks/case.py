"""The whole of what a check may look at.

A case is gathered once and frozen; a check that needs more is given more here and never fetches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bot.core.expectation import Derivation, Expectation, Explained
from bot.core.identity import Identity, identities, identity_of
from bot.core.policy import Policy
from bot.core.validation import Validation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.change import Change
    from bot.core.leaf import Document, Unparsable
    from bot.core.operation import Move
    from bot.core.request import Request


@dataclass(frozen=True)
class Case:
    """A request, the change someone made for it, and what is known about both.

    ``base`` holds, parsed, every base file that could matter: those changed, those that hold a
    literal the request moves (``moves``), and those that ``expectation`` rests on. ``explained``
    has one entry for each of ``change.leaf_changes``, in that order. ``paths`` is every path of
    the base tree and ``data`` the bytes of ``base``. ``paths_asked`` are paths the request asks to
    add, delete or rename. ``promised`` is every base file that an invariant of the policy names,
    parsed; ``validations`` what the native validators said, of those that were run.
    """

    request: Request
    change: Change
    base: Mapping[str, Document | Unparsable]
    explained: tuple[Explained, ...]
    expectation: Expectation
    moves: tuple[Move, ...] = ()
    paths: frozenset[str] = frozenset()
    paths_asked: frozenset[str] = frozenset()
    policy: Policy = field(default_factory=Policy)
    data: Mapping[str, bytes] = field(default_factory=dict)
    promised: Mapping[str, Document | Unparsable] = field(default_factory=dict)
    validations: tuple[Validation, ...] = ()

    @cached_property
    def derived(self) -> frozenset[Identity]:
        """The leaf changes that rules derive from the request; none where they cannot."""
        if not isinstance(self.expectation, Derivation):
            return frozenset()
        return identities(self.expectation.change.leaf_changes)

    @cached_property
    def checked(self) -> frozenset[Identity]:
        """The leaf changes whose place and value both rest on what code established."""
        return frozenset(
            identity_of(item.change)
            for item in self.explained
            if item.place and item.value and item.place.checked and item.value.checked
        )
