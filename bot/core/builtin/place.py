"""One wish on a repository → operations on exact places, with the evidence for each.

Decides only which kind of plan a wish needs; refuses by what that plan refuses.
"""

from __future__ import annotations

from bot.core.builtin.keys import plan_key
from bot.core.builtin.lists import plan_item
from bot.core.builtin.moving import plan_entity_move, plan_move
from bot.core.builtin.planning import Plan, Refused
from bot.core.builtin.ports import plan_port_move, whole_port
from bot.core.builtin.setting import plan_flag, plan_set
from bot.core.builtin.wishes import FlagWish, ItemWish, KeyWish, MoveWish, SetWish, Wish
from bot.core.index import Index


def plan_wish(wish: Wish, index: Index) -> Plan:
    """The operations that ``wish`` means. Raises Refused."""
    if not isinstance(wish, MoveWish | KeyWish) and not wish.words:
        raise Refused("no-place", words="")  # a neighbour may name it
    match wish:
        case MoveWish():
            return plan_move(wish, index)
        case SetWish():
            return (
                plan_entity_move(wish, index)
                or plan_port_move(wish, index)
                or whole_port(wish, plan_set(wish, index), index)
            )
        case FlagWish():
            return plan_flag(wish, index)
        case ItemWish():
            return plan_item(wish, index)
        case KeyWish():
            return plan_key(wish, index)
