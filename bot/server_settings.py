"""What ``cfg serve`` needs of the environment → frozen ServerSettings.

Decides that a setting is wrong before the server starts. Keys and secrets are never part of what
a value shows of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.core.hosts import named_hosts
from bot.settings import SettingsError, choice, listed, number, refuse_unknown

_SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class AppKey:
    """A GitHub App: its id and its private key (PEM), which no text ever shows."""

    app_id: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Jenkins:
    """Where builds are triggered; an API token, never a password."""

    url: str
    user: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where metrics are asked for; samples older than ``max_age`` seconds are not believed."""

    url: str
    token: str | None = field(default=None, repr=False)
    max_age: float = 120.0


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What ``cfg serve`` needs besides the models' Settings."""

    app: AppKey
    secrets: tuple[str, ...] = field(repr=False)
    reviewer: AppKey | None = None
    github_url: str = "https://github.com"
    jenkins: Jenkins | None = None
    notify_secret: str | None = field(default=None, repr=False)
    prometheus: Prometheus | None = None
    probe_timeout: float = 5.0
    probe_hosts: tuple[str, ...] | None = None
    database_url: str | None = field(default=None, repr=False)
    data: Path = Path("cfgbot-data")
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    label: str | None = None
    mode: str = "blind"
    sweep_seconds: float = 300.0
    executor: str = "cfgbot"
    log_level: str = "info"


def read_server_settings(environ: Mapping[str, str]) -> ServerSettings:
    """What ``cfg serve`` needs (docs/settings.md).

    Raises:
        SettingsError: setting-missing, setting-invalid, setting-unusable, setting-unreadable,
            setting-unknown.
    """
    refuse_unknown(environ)
    return ServerSettings(
        app=_app_key(environ, "GITHUB", _required(environ, "CFG_GITHUB_APP_ID")),
        secrets=_secrets(environ),
        reviewer=_reviewer(environ),
        github_url=_url(environ, "CFG_GITHUB_URL") or "https://github.com",
        jenkins=read_jenkins(environ),
        notify_secret=_notify_secret(environ),
        prometheus=_prometheus(environ),
        probe_timeout=number(environ, "CFG_PROBE_TIMEOUT", 5.0),
        probe_hosts=_probe_hosts(environ),
        database_url=_database(environ),
        data=Path(environ.get("CFG_DATA") or "cfgbot-data"),
        host=environ.get("CFG_HOST") or "127.0.0.1",
        port=_port(environ),
        public_url=_url(environ, "CFG_PUBLIC_URL"),
        label=environ.get("CFG_LABEL") or None,
        mode=choice(environ, "CFG_MODE", ("blind", "review", "duel")),
        sweep_seconds=number(environ, "CFG_SWEEP_SECONDS", 300.0),
        executor=environ.get("CFG_EXECUTOR_ID") or "cfgbot",
        log_level=choice(environ, "CFG_LOG_LEVEL", ("info", "debug", "warning", "error")),
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError("setting-missing", name=name)
    return value


def _app_key(environ: Mapping[str, str], role: str, app_id: str) -> AppKey:
    """The key itself, or the file that holds it; a backslash and n stand for a line end."""
    name = f"CFG_{role}_PRIVATE_KEY"
    text = environ.get(name, "").strip()
    file = environ.get(f"{name}_FILE", "").strip()
    if "PRIVATE KEY" in file:
        raise SettingsError("setting-unusable", name=f"{name}_FILE", detail="a key, not a file")
    if file and not text:
        try:
            text = Path(file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError("setting-unreadable", name=f"{name}_FILE", value=file) from None
    if not text:
        raise SettingsError("setting-missing", name=name)
    text = text.replace("\\n", "\n")
    try:
        load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError("setting-unusable", name=name, detail="no PEM private key") from None
    return AppKey(app_id, text)


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The present secret, and the one before it while both are in use."""
    present = _required(environ, "CFG_GITHUB_WEBHOOK_SECRET")
    old = environ.get("CFG_GITHUB_WEBHOOK_SECRET_OLD", "").strip()
    for name, value in (("", present), ("_OLD", old)):
        if value and len(value) < _SHORTEST_SECRET:
            why = f"shorter than {_SHORTEST_SECRET} characters"
            raise SettingsError(
                "setting-unusable", name=f"CFG_GITHUB_WEBHOOK_SECRET{name}", detail=why
            )
    return (present, old) if old else (present,)


def _port(environ: Mapping[str, str]) -> int:
    port = number(environ, "CFG_PORT", 8080)
    if port != int(port) or not 1 <= port <= 65_535:
        raise SettingsError("setting-invalid", name="CFG_PORT", value=environ["CFG_PORT"])
    return int(port)


def _reviewer(environ: Mapping[str, str]) -> AppKey | None:
    app_id = environ.get("CFG_REVIEWER_APP_ID", "").strip()
    keys = ("CFG_REVIEWER_PRIVATE_KEY", "CFG_REVIEWER_PRIVATE_KEY_FILE")
    if not app_id and any(environ.get(key, "").strip() for key in keys):
        raise SettingsError("setting-missing", name="CFG_REVIEWER_APP_ID")
    return _app_key(environ, "REVIEWER", app_id) if app_id else None


def read_jenkins(environ: Mapping[str, str]) -> Jenkins | None:
    """Where builds are triggered; None where nothing is. Raises SettingsError."""
    url = _url(environ, "CFG_JENKINS_URL")
    if url is None:
        return None
    return Jenkins(
        url, _required(environ, "CFG_JENKINS_USER"), _required(environ, "CFG_JENKINS_TOKEN")
    )


def _notify_secret(environ: Mapping[str, str]) -> str | None:
    secret = environ.get("CFG_JENKINS_NOTIFY_SECRET", "").strip()
    if secret and len(secret) < _SHORTEST_SECRET:
        why = f"shorter than {_SHORTEST_SECRET} characters"
        raise SettingsError("setting-unusable", name="CFG_JENKINS_NOTIFY_SECRET", detail=why)
    return secret or None


def _prometheus(environ: Mapping[str, str]) -> Prometheus | None:
    url = _url(environ, "CFG_PROMETHEUS_URL")
    token = environ.get("CFG_PROMETHEUS_TOKEN", "").strip() or None
    age = number(environ, "CFG_PROMETHEUS_MAX_AGE", 120.0)
    if url is None:
        return None
    if token and not (token.isascii() and token.isprintable()):
        raise SettingsError("setting-unusable", name="CFG_PROMETHEUS_TOKEN", detail="no token")
    return Prometheus(url, token, age)


def _probe_hosts(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    hosts = listed(environ, "CFG_PROBE_HOSTS")
    try:
        named_hosts(hosts)
    except ValueError:
        value = environ["CFG_PROBE_HOSTS"]
        raise SettingsError("setting-invalid", name="CFG_PROBE_HOSTS", value=value) from None
    return hosts or None


def _database(environ: Mapping[str, str]) -> str | None:
    url = environ.get("CFG_DATABASE_URL", "").strip()
    if not url:
        return None
    if url.split(":", 1)[0].split("+")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise SettingsError(
            "setting-unusable", name="CFG_DATABASE_URL", detail="no URL of SQLite or PostgreSQL"
        )
    return url.replace("postgres://", "postgresql://", 1)


def _url(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name, "").strip().rstrip("/")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.username or parts.password or "@" in parts.netloc:
        raise SettingsError("setting-unusable", name=name, detail="a URL with credentials in it")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError("setting-invalid", name=name, value=text)
    return text
