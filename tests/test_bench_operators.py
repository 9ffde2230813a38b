"""The wrong changes of bench/gate: the same ones every time, each of them wrong, each way in use."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest

from bench.gate.operators import AT_MOST, KINDS, OPERATORS, Operator, Wrong, wrong_changes
from bench.gate.tasks import Task, Tree, edited, is_right

FILES = {
    "prod/api.yml": (
        "# how often, how long\nname: api-1\nretries: 3\ntimeout: 30s\nmemory: 512Mi\ntls:\n"
        "  verify: true\n  port: 8443\nallowed:\n  - 10.0.0.4\n  - 10.0.0.40\nimage: shop/api:1.8.1\n"
    ),
    "staging/api.yml": (
        "name: api-1\nretries: 4\ntimeout: 30s\ntls:\n  verify: false\n  port: 8444\n"
        "allowed:\n  - 10.0.0.4\nimage: shop/api:1.8.0\n"
    ),
    "prod/.env": (
        "# 재시도\nRETRY_MAX=3\nRETRY_WAIT=30s\nCACHE_HOST=cache-1.example.com\n"
        "CACHE_URL=http://10.0.0.4:6379\nBACKUP_URL=http://10.0.0.40:6379\nDEBUG=false\nTRACE=true\nMETRICS=false\n"
        "DB_PASSWORD=${DB_PASSWORD}\nBIND=127.0.0.1\nLOG_LEVEL=info\n"
    ),
    "staging/.env": "RETRY_MAX=5\nCACHE_URL=http://10.0.0.9:6379\nLOG_LEVEL=debug\n",
    "prod/limits.json": '{\n  "max": 20,\n  "burst": 30,\n  "label": "api"\n}\n',
    "prod/app.toml": 'title = "x"\n\n[pool]\nsize = 20\nwait = "30s"\n\n[log]\nlevel = "info"\n',
    "prod/firewall.sh": (
        "iptables -A INPUT -p tcp -s 10.0.0.4/32 --dport 8443 -j ACCEPT\n"
        "iptables -A INPUT -p tcp -s 10.1.0.0/16 --dport 9100 -j ACCEPT\n"
        "iptables -A INPUT -p tcp --dport 8443 -j DROP\n"
    ),
    "prod/nginx.conf": (
        "server {\n  listen 8443;\n  server_name shop.example.com;\n"
        "  location ~ ^/api/v1 {\n    proxy_pass http://10.0.0.4:8080;\n  }\n"
        "  location ~ ^/api {\n    proxy_pass http://10.0.0.5:8080;\n  }\n"
        "  allow 10.0.0.0/8;\n  deny all;\n}\n"
    ),
    "Jenkinsfile": "pipeline {\n  agent any\n  stages {\n        sh 'make'\n  }\n}\n",
}
BASE: Tree = {path: text.encode() for path, text in FILES.items()}
MOVE: list[dict[str, object]] = [
    {"everywhere": "10.0.0.4", "becomes": "10.0.0.77", "files": ["prod/"], "times": 4}
]
WISHES: dict[str, list[dict[str, object]]] = {
    "move": MOVE,
    "value": [{"file": "prod/.env", "old": "RETRY_MAX=3", "new": "RETRY_MAX=12"}],
    "number": [{"file": "prod/api.yml", "old": "retries: 3", "new": "retries: 12"}],
    "limit": [{"file": "prod/limits.json", "old": '"max": 20', "new": '"max": 50'}],
    "pool": [{"file": "prod/app.toml", "old": "size = 20", "new": "size = 45"}],
    "wait": [{"file": "prod/api.yml", "old": "timeout: 30s", "new": "timeout: 45s"}],
    "host": [{"file": "prod/.env", "old": "cache-1.example.com", "new": "cache-2.example.com"}],
    "switch": [{"file": "prod/.env", "old": "DEBUG=false", "new": "DEBUG=true"}],
    "image": [{"file": "prod/api.yml", "old": "shop/api:1.8.1", "new": "shop/api:1.8.2"}],
    "list": [
        {"file": "prod/api.yml", "old": "  - 10.0.0.4\n", "new": "  - 10.0.0.4\n  - 10.0.0.12\n"}
    ],
    "several": [
        {"file": "prod/.env", "old": "RETRY_MAX=3", "new": "RETRY_MAX=12"},
        {"file": "prod/.env", "old": "RETRY_WAIT=30s", "new": "RETRY_WAIT=45s"},
    ],
    "swap": [{"file": "prod/.env", "old": "10.0.0.4:", "new": "10.0.0.40:"}],
    "added": [
        {"file": "prod/.env", "old": "DEBUG=false\n", "new": "DEBUG=false\nLOG_FORMAT=json\n"}
    ],
    "removed": [{"file": "prod/.env", "old": "TRACE=true\n", "new": ""}],
    "rule": [{"file": "prod/firewall.sh", "old": "10.0.0.4/32", "new": "10.0.0.6/32"}],
    "deleted": [{"file": "staging/.env", "delete": True}],
}


@cache
def tasks() -> tuple[Task, ...]:
    """A small task of every shape."""
    return tuple(
        Task("small", name, "open", "en", (), name, BASE, (edited(BASE, edits),))
        for name, edits in WISHES.items()
    )


@cache
def all_wrong() -> tuple[tuple[Task, Wrong], ...]:
    """What one seed gives for all of them."""
    return tuple((task, wrong) for task in tasks() for wrong in wrong_changes(task, 4))


def test_the_same_seed_gives_the_same_changes() -> None:
    """Two runs agree to the byte, and another seed gives others."""
    for task in tasks()[:4]:
        assert list(wrong_changes(task, 4)) == list(wrong_changes(task, 4))
        assert list(wrong_changes(task, 4)) != list(wrong_changes(task, 5))


def test_no_wrong_change_is_right() -> None:
    """Every one differs from the base and from whatever is right, in bytes or in modes."""
    for task, wrong in all_wrong():
        assert wrong.modes or not is_right(task, wrong.tree), (task.id, wrong.operator)
        assert wrong.modes or wrong.tree != task.base, (task.id, wrong.operator)


def test_another_right_way_is_never_given() -> None:
    """A second right tree, though an operator would make it, is left out."""
    (task,) = (one for one in tasks() if one.id == "value")
    given = {wrong.tree.get("prod/.env", b"") for wrong in wrong_changes(task, 4)}
    also = tuple({**BASE, "prod/.env": data} for data in given)
    wider = Task("small", "value", "open", "en", (), "value", BASE, (*task.right, *also))
    for wrong in wrong_changes(wider, 4):
        assert wrong.modes or wrong.tree not in also


def test_nothing_comes_twice() -> None:
    """Within a task all changes differ, and there are as many as wanted."""
    for task in tasks():
        marks = [
            (tuple(sorted(wrong.tree.items())), tuple(sorted(wrong.modes.items())))
            for wrong in wrong_changes(task, 4)
        ]
        assert len(set(marks)) == len(marks)
        assert 25 <= len(marks) <= AT_MOST


@pytest.mark.parametrize("one", OPERATORS, ids=lambda one: one.name)
def test_every_operator_makes_something(one: Operator) -> None:
    """Each way of being wrong fits at least one of the small tasks, and yields no right tree alone."""
    made = [
        wrong
        for task in tasks()
        for wrong in one.make(task, Random(1))
        if wrong.modes or (wrong.tree != task.base and not is_right(task, wrong.tree))
    ]
    assert made
    assert {wrong.operator for wrong in made} == {one.name}


def test_operators_say_what_they_are() -> None:
    """Names are unique, kinds known, reasons given, and at least half use the task's own change."""
    names = [one.name for one in OPERATORS]
    assert len(set(names)) == len(names) >= 25
    assert {one.kind for one in OPERATORS} <= KINDS
    assert all(one.make.__doc__ for one in OPERATORS)
    assert sum(one.specific for one in OPERATORS) * 2 >= len(OPERATORS)


def test_most_changes_are_specific_to_their_task() -> None:
    """At least half of what is given spoils the task's own right change."""
    specific = {one.name for one in OPERATORS if one.specific}
    given = Counter(wrong.operator in specific for _, wrong in all_wrong())
    assert given[True] >= given[False]


def test_what_is_touched_decides_the_kind() -> None:
    """A wrong digit is filed under the address it is in, a lost rule under firewall."""
    kinds = {
        (task.id, wrong.operator): wrong.kind
        for task in tasks()
        for wrong in wrong_changes(task, 4, at_most=200)
    }
    assert kinds["move", "wrong-digit"] in {"address", "firewall"}
    assert kinds["value", "wrong-digit"] == "value"
    assert kinds["host", "lookalike-letter"] == "address"
    assert kinds["value", "rule-lost"] == "firewall"
    assert kinds["value", "secret-in-clear"] == "secret"
    assert kinds["value", "pipeline-edited"] == "ci"
