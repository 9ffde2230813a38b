"""What a policy says about rolling out, as values.

Decides nothing; ``bot.policy`` reads them, the stages, the plan and the progress keep to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OnFailure(StrEnum):
    """What happens where a cloud does not come up healthy."""

    ROLLBACK = "rollback"
    STOP = "stop"


class WhileRolling(StrEnum):
    """What a later change to an environment does that is rolling out."""

    WAIT = "wait"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Admission:
    """Places that say who may come in: path patterns, and a key pattern (``bot.core.invariants``)."""

    files: tuple[str, ...]
    key: str = "**"


@dataclass(frozen=True, slots=True)
class Rollout:
    """How merges reach the environments.

    ``parallel`` environments of a wave at once; ``soak`` seconds that a wave must stay healthy
    before the next; ``admission`` replaces the built-in knowledge of allow-lists where it is given.
    """

    parallel: int = 2
    soak: float = 0.0
    make_before_break: bool = True
    on_failure: OnFailure = OnFailure.ROLLBACK
    while_rolling: WhileRolling = WhileRolling.WAIT
    admission: tuple[Admission, ...] = ()
