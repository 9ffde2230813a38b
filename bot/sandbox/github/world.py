"""Everything on the stand-in: accounts, Apps, repositories, and the lock that guards them.

Decides identities: ids, node ids, tokens. It must be changed only by whoever holds ``lock``.
"""

from __future__ import annotations

import base64
import itertools
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account, App, Installation, Token
from bot.sandbox.github.git_repo import Person
from bot.sandbox.github.rows import Repo

if TYPE_CHECKING:
    from bot.sandbox.github.hooks import Hooks


def real_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def stamp(at: datetime | None) -> str | None:
    """A time as GitHub writes it: whole seconds, UTC, ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node_id(kind: str, number: int | str) -> str:
    """An opaque name that GraphQL takes."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def from_node(name: str, kind: str) -> int | None:
    """The number inside a node id of that kind, or None where it is not one."""
    head, _, tail = name.rpartition(f"{kind}_")
    try:
        return int(base64.urlsafe_b64decode(tail + "=" * (-len(tail) % 4))) if not head else None
    except ValueError:
        return None


class World:
    """All state; ``url`` is where the stand-in is served, without a slash at the end."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = real_clock) -> None:
        self.folder = folder
        self.clock = clock
        self.url = "http://127.0.0.1"
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.repos: dict[str, Repo] = {}
        self.tokens: dict[str, Token] = {}
        self.hooks: Hooks | None = None
        # never the ids of another stand-in: clients keep tokens by installation for a process
        self._ids = itertools.count(1_000_001 + secrets.randbelow(1_000_000) * 1_000)

    @property
    def api(self) -> str:
        """Where REST begins."""
        return f"{self.url}/api/v3"

    def new_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def now(self) -> datetime:
        """The time, in whole seconds as GitHub keeps it."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def account(self, login: str, kind: str = "User") -> Account:
        """The account of that name, made where there is none."""
        known = self.accounts.get(login.lower())
        if known is None:
            known = Account(self.new_id(), login, kind, self.now())
            self.accounts[login.lower()] = known
        return known

    def token_for(self, login: str) -> str:
        """A new personal token."""
        value = f"ghp_{secrets.token_hex(18)}"
        self.tokens[value] = Token(value, login)
        return value

    def repo(self, full_name: str) -> Repo:
        """The repository of that name. Raises KeyError."""
        return self.repos[full_name.lower()]

    def installation_for(self, app: App, repo: Repo) -> Installation | None:
        """The installation of ``app`` that reaches the repository."""
        for found in self.installations.values():
            if found.app is app and repo.full_name in found.repos:
                return found
        return None

    def signature(self, account: Account) -> Person:
        """How an account signs a commit now."""
        email = f"{account.id}+{account.login}@users.noreply.github.com"
        return Person(account.login, email, self.now())

    def web_signature(self) -> Person:
        """How the site itself signs what it commits."""
        return Person("GitHub", "noreply@github.com", self.now())

    def author_of(self, email: str) -> Account | None:
        """The account whose no-reply address this is."""
        name = email.removesuffix("@users.noreply.github.com").partition("+")[2]
        return self.accounts.get(name.lower())
