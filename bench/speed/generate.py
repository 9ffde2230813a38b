"""A large repository of config files, the same bytes on every machine.

Writes with ``git fast-import`` below the system's temporary directory and is reused while its
marker stands; raise EDITION when anything here changes.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EDITION = 2
FILES = 10_000
FILE_BYTES = 5_000
CONFIG_SERVER = "192.0.2.7"
CONFIG_PORT = 8888
NEW_CONFIG_SERVER = "198.51.100.20"
HOLDERS = 60  # how many files name the config server

_ENVIRONMENTS = ("dev", "qa", "stage", "prod", "dr")
_SERVICES = (
    *(
        "auth",
        "billing",
        "cart",
        "catalog",
        "checkout",
        "delivery",
        "gateway",
        "identity",
        "ledger",
    ),
    *("mailer", "notify", "orders", "payment", "profile", "pricing", "search", "session", "stock"),
)
_THINGS = (
    *(
        "pool",
        "queue",
        "retry",
        "cache",
        "timeout",
        "thread",
        "buffer",
        "session",
        "token",
        "batch",
    ),
    *(
        "worker",
        "upload",
        "metric",
        "trace",
        "proxy",
        "replica",
        "shard",
        "backup",
        "quota",
        "limit",
    ),
)
_SIDES = ("max", "min", "initial", "idle", "core", "soft", "hard", "warm", "total", "burst")
_UNITS = ("Size", "Count", "Seconds", "Millis", "Rate", "Ratio", "Enabled", "Path", "Host", "Bytes")
_NOTES = (
    "결제 서버 점검 후 조정",
    "운영 환경 기준값",
    "see the runbook",
    "tuned after the load test",
)


def repository() -> Path:
    """The generated repository, made on first use (some ten seconds)."""
    place = Path(tempfile.gettempdir()) / f"cfgbot-speed-{EDITION}-{FILES}"
    done = place / "done"
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        _build(place / "repository")
        done.touch()
    return place / "repository"


def _build(path: Path) -> None:
    git = ("git", "-C", str(path))
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(path)], check=True)
    stream = b"".join(_fast_import())
    subprocess.run([*git, "fast-import", "--quiet"], input=stream, check=True)
    subprocess.run([*git, "reset", "--quiet", "--hard", "main"], check=True)


def _fast_import() -> Iterator[bytes]:
    """``main``, and ``moved`` where the config server has moved (git-fast-import(1))."""
    holders = []
    yield from _commit("main")
    for path, text in files():
        yield from _file(path, text)
        if CONFIG_SERVER in text:
            holders.append((path, text.replace(CONFIG_SERVER, NEW_CONFIG_SERVER)))
    yield from _commit("moved")
    yield b"from refs/heads/main\n"
    for path, text in holders:
        yield from _file(path, text)


def _commit(branch: str) -> Iterator[bytes]:
    yield f"commit refs/heads/{branch}\n".encode()
    yield b"committer Bench <bench@example.com> 1700000000 +0000\ndata 4\nmade\n"


def _file(path: str, text: str) -> Iterator[bytes]:
    data = text.encode()
    yield f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def files() -> Iterator[tuple[str, str]]:
    """Path and text of every file, in a fixed order."""
    chance = random.Random(EDITION)
    holders = set(chance.sample(range(FILES), HOLDERS))
    for number in range(FILES):
        environment = _ENVIRONMENTS[number % len(_ENVIRONMENTS)]
        service = f"{chance.choice(_SERVICES)}-{number // 50:03d}"
        name, write = _FORMATS[number % len(_FORMATS)]
        address = CONFIG_SERVER if number in holders else None
        yield f"{environment}/{service}/{number:05d}/{name}", write(chance, service, address)


def _key(chance: random.Random) -> tuple[str, str, str]:
    return chance.choice(_SIDES), chance.choice(_THINGS), chance.choice(_UNITS)


def _host(chance: random.Random) -> str:
    net = chance.choice(("198.51.100", "203.0.113"))
    return f"{net}.{chance.randrange(21, 250)}"


def _value(chance: random.Random) -> str:
    return chance.choice(
        (
            str(chance.randrange(1, 90_000)),
            chance.choice(("true", "false")),
            f"{chance.randrange(1, 900)}s",
            f"http://{_host(chance)}:{chance.randrange(1024, 9999)}/v{chance.randrange(1, 4)}",
            f"{chance.choice(_SERVICES)}-{chance.randrange(200):03d}.example.com",
            f"{chance.getrandbits(64):016x}",
        )
    )


def _filled(lines: Iterator[str]) -> str:
    """Lines until the file is as large as it should be."""
    text: list[str] = []
    size = 0
    for line in lines:
        text.append(line)
        size += len(line) + 1
        if size >= FILE_BYTES:
            break
    return "\n".join(text) + "\n"


def _numbered(
    chance: random.Random, join: Callable[[tuple[str, str, str], int], str]
) -> Iterator[str]:
    number = 0
    while True:
        yield join(_key(chance), number)
        number += 1


def _yaml(chance: random.Random, service: str, address: str | None) -> str:
    def lines() -> Iterator[str]:
        yield f"# {chance.choice(_NOTES)}"
        yield f"service:\n  name: {service}"
        if address:
            yield f"  configServer: http://{address}:{CONFIG_PORT}"
        for line in _numbered(chance, lambda key, _: f"    {key[0]}{key[2]}: {_value(chance)}"):
            yield f"  {chance.choice(_THINGS)}{chance.randrange(10_000)}:\n{line}"

    return _filled(lines())


def _properties(chance: random.Random, service: str, address: str | None) -> str:
    def lines() -> Iterator[str]:
        yield f"spring.application.name={service}"
        if address:
            yield f"spring.cloud.config.uri=http://{address}:{CONFIG_PORT}"
        yield from _numbered(
            chance, lambda k, n: f"app.{k[1]}.{k[0]}-{k[2].lower()}.{n}={_value(chance)}"
        )

    return _filled(lines())


def _env(chance: random.Random, service: str, address: str | None) -> str:
    def lines() -> Iterator[str]:
        yield f"SERVICE_NAME={service}"
        if address:
            yield f"CONFIG_SERVER={address}"
        yield from _numbered(chance, lambda k, n: f"{'_'.join(k).upper()}_{n}={_value(chance)}")

    return _filled(lines())


def _json(chance: random.Random, service: str, address: str | None) -> str:
    content: dict[str, object] = {"service": service}
    if address:
        content["configServer"] = f"{address}:{CONFIG_PORT}"
    size = 0
    while size < FILE_BYTES:
        side, thing, unit = _key(chance)
        value = _value(chance)
        content[f"{thing}{len(content)}"] = {side + unit: value}
        size += len(thing + side + unit + value) + 28
    return json.dumps(content, indent=2) + "\n"


def _nginx(chance: random.Random, service: str, address: str | None) -> str:
    def lines() -> Iterator[str]:
        yield f"# {service}"
        if address:
            yield f"upstream config {{\n    server {address}:{CONFIG_PORT};\n}}"
        yield from _numbered(
            chance,
            lambda k, n: (
                f"upstream {k[1]}_{k[0]}_{n} {{\n    server {_host(chance)}:{chance.randrange(1024, 9999)};\n"
                f"    keepalive {chance.randrange(4, 64)};\n}}"
            ),
        )

    return _filled(lines())


def _firewall(chance: random.Random, service: str, address: str | None) -> str:
    def lines() -> Iterator[str]:
        yield f"# firewall of {service}"
        if address:
            yield f"-A INPUT -p tcp -s {address}/32 --dport {CONFIG_PORT} -j ACCEPT"
        yield from _numbered(
            chance,
            lambda _, __: (
                f"-A INPUT -p tcp -s {_host(chance)}/32 --dport {chance.randrange(1024, 9999)} -j ACCEPT"
            ),
        )

    return _filled(lines())


_FORMATS: tuple[tuple[str, Callable[[random.Random, str, str | None], str]], ...] = (
    ("application.yml", _yaml),
    ("application.properties", _properties),
    ("settings.json", _json),
    ("service.env", _env),
    ("edge.conf", _nginx),
    ("firewall.rules", _firewall),
)
