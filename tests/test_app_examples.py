"""GitHub's own example payloads, and spoilt ones, correctly signed and sent to the whole bot."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.octokit_payloads import payloads
from tests.world import MOVE, World, world


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all of them."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.after_first_sweep()
        yield made


def deliver(client: httpx.Client, made: World, name: str, body: bytes, number: int) -> int:
    """A signed delivery; the status of the answer."""
    secret = made.stage.environ["CFG_GITHUB_WEBHOOK_SECRET"].encode()
    headers = {
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": str(UUID(int=number)),
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        "Content-Type": "application/json",
    }
    return client.post(f"{made.url}/webhook", content=body, headers=headers).status_code


def effects(made: World) -> tuple[int, int]:
    """What the bot has asked of GitHub, and how many tasks it knows."""
    made.settle()
    return len(made.stage.github.requests_by("cfgbot")), len(made.server.ledger.newest(100))


def test_every_example_of_github_is_taken_and_moves_nothing(bot: World) -> None:
    """All are valid deliveries: 200 or 202 each, and not one request or task comes of them."""
    before = effects(bot)
    examples = payloads()
    with httpx.Client() as client:
        answers = Counter(
            deliver(client, bot, name, json.dumps(payload).encode(), number)
            for number, (name, payload) in enumerate(examples)
        )
    assert len(examples) == 329
    assert set(answers) <= {200, 202}
    assert effects(bot) == before


def test_two_thousand_spoilt_examples_move_nothing(bot: World) -> None:
    """Keys gone, types swapped, depths and lengths no one expects: taken or refused, never a 5xx."""
    before = effects(bot)
    chance, examples = random.Random(7), payloads()
    with httpx.Client() as client:
        answers = Counter(
            deliver(client, bot, name, spoil(payload, chance), 10_000 + number)
            for number in range(2_000)
            for name, payload in [chance.choice(examples)]
        )
    assert set(answers) <= {200, 202, 400}
    assert answers[400] > 20
    assert effects(bot) == before


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**70,
    1e308,
    "",
    "../../etc/passwd",
    "-rf",
    "\ud800",
    "a\x00b",
    "x" * 300_000,
    [],
    {},
    [[[]]],
    MOVE,
)


def spoil(payload: dict[str, Any], chance: random.Random) -> bytes:
    """One to four places of the payload are lost or become something else."""
    copy = json.loads(json.dumps(payload))
    for _ in range(chance.randint(1, 4)):
        node: Any = copy
        while isinstance(node, dict) and node:
            key = chance.choice(list(node))
            if isinstance(node[key], dict) and node[key] and chance.random() < 0.7:
                node = node[key]
                continue
            if chance.random() < 0.3:
                del node[key]
            else:
                node[key] = chance.choice(ODD)
            break
    return json.dumps(copy).encode("utf-8", "surrogatepass")


def test_a_delivery_played_again_does_nothing_more(bot: World) -> None:
    """Somebody recorded a signed delivery and plays it a hundred times."""
    issue = bot.ask("/cfg change set RETRY_MAX to 7")
    before = effects(bot)
    hooks = bot.stage.github.world.hooks
    assert hooks
    sent = [json.dumps(one.payload).encode() for one in hooks.deliveries]
    with httpx.Client() as client:
        body = next(one for one in sent if b"/cfg change set RETRY_MAX" in one)
        answers = {deliver(client, bot, "issue_comment", body, 99) for _ in range(100)}
    assert answers == {202}
    assert effects(bot) == before
    assert len(bot.dana.get(f"/issues/{issue}/comments")) == 2
