"""What ``cfg serve`` reads from the environment: every default, every refusal, nothing shown."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from bot.cli import _language
from bot.core.report.reasons import TROUBLES
from bot.sandbox.stage import make_keys
from bot.server_settings import Prometheus, ServerSettings, read_server_settings
from bot.settings import _KNOWN, SettingsError, read_settings
from bot.starting import serve

ROOT = Path(__file__).resolve().parent.parent
KEY = make_keys().private
SECRET = "one-secret-of-some-length"
NEEDED = {
    "CFG_GITHUB_APP_ID": "12",
    "CFG_GITHUB_PRIVATE_KEY": KEY,
    "CFG_GITHUB_WEBHOOK_SECRET": SECRET,
}
JENKINS = {
    "CFG_JENKINS_URL": "https://jenkins.example.com",
    "CFG_JENKINS_USER": "cfgbot",
    "CFG_JENKINS_TOKEN": "an-api-token",
}


def read(**environ: str) -> ServerSettings:
    """The settings where only what is needed, and ``environ``, is set."""
    return read_server_settings({**NEEDED, **environ})


def refused(environ: dict[str, str]) -> tuple[str, str | None]:
    """The code of the error, and the variable it names."""
    with pytest.raises(SettingsError) as caught:
        read_server_settings(environ)
    assert caught.value.code in TROUBLES
    return caught.value.code, caught.value.facts.get("name")


def test_little_is_needed_and_the_rest_has_defaults() -> None:
    """App, key and secret are enough; nothing listens to the outside by default."""
    settings = read()
    assert (settings.app.app_id, settings.app.private_key) == ("12", KEY.strip())
    assert settings.secrets == (SECRET,)
    assert settings.reviewer is None
    assert settings.github_url == "https://github.com"
    assert settings.jenkins is None
    assert settings.database_url is None
    assert settings.data == Path("cfgbot-data")
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.public_url is None
    assert settings.label is None
    assert settings.mode == "blind"
    assert settings.sweep_seconds == 300.0
    assert settings.executor == "cfgbot"
    assert settings.log_level == "info"


def test_an_empty_variable_is_as_good_as_none() -> None:
    """What a template leaves empty does not change a default."""
    optional = {name: "" for name in _KNOWN if name not in NEEDED}
    assert read(**optional) == read()


def test_what_is_set_is_taken() -> None:
    """Every other variable reaches its place."""
    settings = read(
        CFG_GITHUB_URL="https://github.example.com/",
        CFG_DATA="/data",
        CFG_HOST="0.0.0.0",
        CFG_PORT="9000",
        CFG_PUBLIC_URL="https://cfgbot.example.com/",
        CFG_LABEL="cfg",
        CFG_MODE="review",
        CFG_SWEEP_SECONDS="60",
        CFG_EXECUTOR_ID="two",
        CFG_LOG_LEVEL="debug",
        **JENKINS,
    )
    assert settings.github_url == "https://github.example.com"
    assert (settings.data, settings.host, settings.port) == (Path("/data"), "0.0.0.0", 9000)
    assert settings.public_url == "https://cfgbot.example.com"
    assert (settings.label, settings.mode, settings.log_level) == ("cfg", "review", "debug")
    assert (settings.sweep_seconds, settings.executor) == (60.0, "two")
    assert settings.jenkins is not None
    assert (settings.jenkins.url, settings.jenkins.user) == (
        "https://jenkins.example.com",
        "cfgbot",
    )
    assert settings.jenkins.token == "an-api-token"


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_needed_is_missed_by_name(name: str, value: str | None) -> None:
    """Each of the three, not set or empty."""
    rest = {known: text for known, text in NEEDED.items() if known != name}
    assert refused(rest if value is None else {**rest, name: value}) == ("setting-missing", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CFG_GITHUB_PRIVATE_KEY", "not a key"),
        ("CFG_GITHUB_PRIVATE_KEY", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"),
        ("CFG_GITHUB_WEBHOOK_SECRET", "fifteen-letters"),
        ("CFG_GITHUB_WEBHOOK_SECRET_OLD", "short"),
        ("CFG_GITHUB_URL", "github.example.com"),
        ("CFG_GITHUB_URL", "ssh://github.example.com"),
        ("CFG_PUBLIC_URL", "https://"),
        ("CFG_JENKINS_URL", "ftp://jenkins.example.com"),
        ("CFG_JENKINS_URL", "https://me:word@jenkins.example.com"),
        ("CFG_DATABASE_URL", "mysql://db.example.com/cfgbot"),
        ("CFG_PORT", "http"),
        ("CFG_PORT", "0"),
        ("CFG_PORT", "-1"),
        ("CFG_SWEEP_SECONDS", "often"),
        ("CFG_SWEEP_SECONDS", "0"),
        ("CFG_SWEEP_SECONDS", "nan"),
        ("CFG_SWEEP_SECONDS", "inf"),
        ("CFG_MODE", "dual"),
        ("CFG_MODE", "Blind"),
        ("CFG_LOG_LEVEL", "loud"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    """No value is bent into one that fits."""
    code, named = refused({**NEEDED, **JENKINS, name: value})
    assert code in {"setting-invalid", "setting-unusable"}
    assert named == name


def test_a_typo_in_a_name_is_an_error() -> None:
    """A limit or a secret that is spelled wrong must not be left off quietly."""
    assert refused({**NEEDED, "CFG_LABLE": "cfg"}) == ("setting-unknown", "CFG_LABLE")


@pytest.mark.parametrize("name", ["CFG_JENKINS_USER", "CFG_JENKINS_TOKEN"])
def test_jenkins_is_whole_or_not_there(name: str) -> None:
    """A URL without a user or a token is refused."""
    rest = {known: text for known, text in JENKINS.items() if known != name}
    assert refused({**NEEDED, **rest}) == ("setting-missing", name)


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    """The file is read; the variable itself comes first."""
    file = tmp_path / "key.pem"
    file.write_text(KEY, "ascii")
    environ = {name: text for name, text in NEEDED.items() if name != "CFG_GITHUB_PRIVATE_KEY"}
    settings = read_server_settings({**environ, "CFG_GITHUB_PRIVATE_KEY_FILE": str(file)})
    assert settings.app.private_key == KEY.strip()
    other = make_keys().private
    chosen = read(CFG_GITHUB_PRIVATE_KEY=other, CFG_GITHUB_PRIVATE_KEY_FILE=str(file))
    assert chosen.app.private_key == other.strip()


def test_a_key_on_one_line_is_a_key() -> None:
    """Where a variable can hold no line end, a backslash and n stand for it."""
    on_one_line = KEY.strip().replace("\n", "\\n")
    assert read(CFG_GITHUB_PRIVATE_KEY=on_one_line).app.private_key == KEY.strip()


@pytest.mark.parametrize("content", [None, "ä".encode("latin-1")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Not there, or no text."""
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    environ = {name: text for name, text in NEEDED.items() if name != "CFG_GITHUB_PRIVATE_KEY"}
    environ["CFG_GITHUB_PRIVATE_KEY_FILE"] = str(file)
    assert refused(environ) == ("setting-unreadable", "CFG_GITHUB_PRIVATE_KEY_FILE")


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    """It counts as a key that is not set."""
    (tmp_path / "key.pem").write_text("\n")
    environ = {name: text for name, text in NEEDED.items() if name != "CFG_GITHUB_PRIVATE_KEY"}
    environ["CFG_GITHUB_PRIVATE_KEY_FILE"] = str(tmp_path / "key.pem")
    assert refused(environ) == ("setting-missing", "CFG_GITHUB_PRIVATE_KEY")


def test_two_secrets_are_good_while_one_replaces_the_other() -> None:
    """The present one first."""
    old = "the-secret-before-this"
    assert read(CFG_GITHUB_WEBHOOK_SECRET_OLD=old).secrets == (SECRET, old)


def test_a_second_app_needs_its_own_key() -> None:
    """With its id alone it is refused; with both it is there."""
    missing = refused({**NEEDED, "CFG_REVIEWER_APP_ID": "34"})
    assert missing == ("setting-missing", "CFG_REVIEWER_PRIVATE_KEY")
    reviewer = read(CFG_REVIEWER_APP_ID="34", CFG_REVIEWER_PRIVATE_KEY=KEY).reviewer
    assert reviewer is not None
    assert reviewer.app_id == "34"


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("postgres://me:word@db/cfgbot", "postgresql://me:word@db/cfgbot"),
        ("postgresql://me:word@db/cfgbot", "postgresql://me:word@db/cfgbot"),
        ("postgresql+psycopg://me@db/cfgbot", "postgresql+psycopg://me@db/cfgbot"),
        ("sqlite:////data/other.db", "sqlite:////data/other.db"),
    ],
)
def test_database_urls_are_as_sqlalchemy_wants_them(given: str, read_as: str) -> None:
    """``postgres://``, as many providers write it, is PostgreSQL."""
    assert read(CFG_DATABASE_URL=given).database_url == read_as


def test_nothing_secret_is_ever_shown() -> None:
    """Neither key, secret, token nor the database's password is in what the settings say of themselves."""
    old = "the-secret-before-this"
    settings = read(
        CFG_REVIEWER_APP_ID="34",
        CFG_REVIEWER_PRIVATE_KEY=KEY,
        CFG_GITHUB_WEBHOOK_SECRET_OLD=old,
        CFG_DATABASE_URL="postgres://me:pass-word@db/cfgbot",
        **JENKINS,
    )
    shown = repr(settings) + str(dataclasses.replace(settings))
    for secret in (SECRET, old, "an-api-token", "pass-word", "BEGIN", KEY.splitlines()[1]):
        assert secret not in shown


def test_what_is_refused_is_not_shown_where_it_is_secret() -> None:
    """The error of a key or secret tells what is wrong with it, not what it is."""
    for name, value in (
        ("CFG_GITHUB_PRIVATE_KEY", "my key"),
        ("CFG_GITHUB_WEBHOOK_SECRET", "my secret"),
        ("CFG_DATABASE_URL", "mysql://me:pass-word@db/cfgbot"),
    ):
        with pytest.raises(SettingsError) as caught:
            read(**{name: value})
        assert value not in str(caught.value.facts)
        assert "pass-word" not in str(caught.value.facts)


@pytest.mark.parametrize(
    ("language", "words"), [("en_US.UTF-8", "is not set"), ("ko_KR.UTF-8", "없어요")]
)
def test_the_server_says_what_is_wrong_and_ends(
    language: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 with one sentence in the terminal's language, before anything is opened."""
    monkeypatch.delenv("CFG_LANG", raising=False)
    monkeypatch.setenv("LANG", language)
    assert serve({}, _language(None)) == 2
    said = capsys.readouterr().err
    assert "CFG_GITHUB_APP_ID" in said
    assert words in said
    assert said.count("\n") == 1


def documented() -> dict[str, str]:
    """Every variable of docs/settings.md with what stands in its column of defaults."""
    rows = re.findall(
        r"^\| (`CFG_.+?) \| (.*?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )
    return {name: default for names, default in rows for name in re.findall(r"CFG_[A-Z_]+", names)}


def test_documented_defaults_are_the_ones_in_force() -> None:
    """What docs/settings.md calls a default is what is read where nothing is set."""
    server, models, said = read(), read_settings({}), documented()
    for name, value in {
        "CFG_GITHUB_URL": server.github_url,
        "CFG_DATA": server.data,
        "CFG_HOST": server.host,
        "CFG_PORT": server.port,
        "CFG_MODE": server.mode,
        "CFG_SWEEP_SECONDS": int(server.sweep_seconds),
        "CFG_EXECUTOR_ID": server.executor,
        "CFG_PROMETHEUS_MAX_AGE": int(Prometheus("").max_age),
        "CFG_PROBE_TIMEOUT": int(server.probe_timeout),
        "CFG_LOG_LEVEL": server.log_level,
        "CFG_MODEL_TIMEOUT": int(models.model_timeout),
        "CFG_MODEL_ATTEMPTS": models.model_attempts,
        "CFG_MAX_OUTPUT_TOKENS": models.max_output_tokens,
        "CFG_MAX_CALLS": models.max_calls,
        "CFG_MAX_TOKENS": models.max_tokens,
        "CFG_MAX_COST": int(models.max_cost),
        "CFG_MAX_SECONDS": int(models.max_seconds),
        "CFG_ROUNDS": models.rounds,
    }.items():
        assert said[name] == f"`{value}`", name
    assert all("needed" in said[name] for name in NEEDED)
    assert set(said) == _KNOWN


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("CFG_JENKINS_URL", "https://me:tok3n-of-mine@jenkins.example.com", "tok3n-of-mine"),
        ("CFG_DATABASE_URL", "p4ss-without-a-scheme", "p4ss-without-a-scheme"),
        ("CFG_GITHUB_PRIVATE_KEY_FILE", "-----BEGIN PRIVATE KEY-----MIIsecret", "MIIsecret"),
        ("CFG_GITHUB_PRIVATE_KEY", "MIIsecret", "MIIsecret"),
        ("CFG_GITHUB_WEBHOOK_SECRET", "sh0rt", "sh0rt"),
    ],
)
def test_no_message_shows_a_credential(name: str, value: str, hidden: str) -> None:
    """The message goes to a log that others read."""
    environ = {**NEEDED, **JENKINS, name: value}
    if name.endswith("_FILE"):
        environ.pop("CFG_GITHUB_PRIVATE_KEY")
    with pytest.raises(SettingsError) as caught:
        read_server_settings(environ)
    assert hidden not in str(caught.value.facts)
