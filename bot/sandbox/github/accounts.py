"""Who there is: people, organisations, bots, Apps and where they are installed, and tokens.

Decides nothing. Changed only under the world's lock; times are aware ``datetime`` in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person, an organisation or an App's bot; ``type`` is User, Organization or Bot."""

    id: int
    login: str
    type: str
    created_at: datetime


@dataclass(slots=True)
class App:
    """A registered GitHub App and where its webhooks go."""

    id: int
    slug: str
    owner: Account
    bot: Account
    public_key: str
    webhook_url: str | None
    secret: str | None
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    created_at: datetime
    hook_id: int

    @property
    def client_id(self) -> str:
        """The other name an App may give itself in its JWT."""
        return f"Iv23li{self.id:014d}"


@dataclass(slots=True)
class Installation:
    """An App in an account, for the repositories named."""

    id: int
    app: App
    account: Account
    repos: list[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A secret and whom it stands for; an installation's ends and may be narrowed."""

    value: str
    login: str
    installation: Installation | None = None
    permissions: Mapping[str, str] = field(default_factory=dict)
    repos: tuple[str, ...] = ()
    expires_at: datetime | None = None
