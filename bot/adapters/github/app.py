"""One GitHub App: itself, its installations, and what it is called.

Decides how long what GitHub said of the App is kept: as long as the process lives.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from bot.adapters.github.access import Access
from bot.adapters.github.client import Client
from bot.adapters.github.limits import Limits
from bot.adapters.github.paths import of, of_repo
from bot.adapters.github.tokens import AppKey, Token, Tokens, proof
from bot.adapters.github.trouble import Json, understood, unless_missing
from bot.core.repo import Repo

_NOREPLY = "users.noreply.github.com"


class App:
    """Asks as the App (``access``) or as one of its installations (``at``)."""

    def __init__(
        self,
        key: AppKey,
        client: Client,
        limits: Limits,
        sleep: Callable[[float], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._key = key
        self._clock = clock
        self._client = client
        self._limits = limits
        self._sleep = sleep
        self._tokens = Tokens(self._fetch, clock)
        self._lock = threading.RLock()
        self._login: str | None = None
        self._person: dict[str, str] | None = None
        self._installations: dict[int, int] = {}
        self.access = self._access(key.app_id, self._proof, lambda _: False)

    def login(self) -> str:
        """``<slug>[bot]``."""
        with self._lock:
            if self._login is None:
                data = self.access.get("/app")
                with understood("GitHub App"):
                    self._login = f"{data['slug']}[bot]"
            return self._login

    def person(self, asking: Access) -> dict[str, str]:
        """Name and address that make GitHub show the App as the author of a commit."""
        login = self.login()
        with self._lock:
            if self._person is None:
                user = unless_missing(lambda: asking.get(of("users", login)))
                with understood("user"):
                    self._person = _person(login, int(user["id"]) if user else None)
            return dict(self._person)

    def seen(self, user: Json) -> None:
        """GitHub shows something we wrote as written by ``user``: that is us, so need not be asked."""
        if not isinstance(user, dict) or user.get("type") != "Bot":
            return
        login, number = user.get("login"), user.get("id")
        if isinstance(login, str) and login.endswith("[bot]") and isinstance(number, int):
            with self._lock:
                self._login = login
                self._person = _person(login, number)

    def token(self, installation: int) -> str:
        """An installation token good for at least five minutes more."""
        return self._tokens.get(installation)

    def at(self, installation: int) -> Access:
        """Asks as that installation."""

        def credential() -> str:
            return f"token {self._tokens.get(installation)}"

        def expired(value: str) -> bool:
            self._tokens.drop(installation, value.removeprefix("token "))
            return True

        return self._access(f"{self._key.app_id}/{installation}", credential, expired)

    def installation(self, repo: Repo) -> int:
        """The installation of this App that may work in ``repo``, which another App may name."""
        with self._lock:
            known = self._installations.get(repo.id)
        if known is None:
            data = self.access.get(of_repo(repo, "installation"))
            with understood("installation"):
                known = int(data["id"])
            with self._lock:
                self._installations[repo.id] = known
        return known

    def _access(
        self, actor: str, credential: Callable[[], str], expired: Callable[[str], bool]
    ) -> Access:
        return Access(
            self._client, self._limits, actor, credential, expired, self._sleep, self._clock
        )

    def _proof(self) -> str:
        return f"Bearer {proof(self._key, self._clock())}"

    def _fetch(self, installation: int) -> Token:
        path = of("app", "installations", installation, "access_tokens")
        data = self.access.repeat("POST", path).data
        with understood("installation token"):
            return Token(str(data["token"]), datetime.fromisoformat(data["expires_at"]))


def _person(login: str, number: int | None) -> dict[str, str]:
    """How GitHub knows its own accounts in commits; without the number it shows the name alone."""
    prefix = f"{number}+" if number is not None else ""
    return {"name": login, "email": f"{prefix}{login}@{_NOREPLY}"}
