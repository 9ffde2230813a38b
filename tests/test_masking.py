"""Secrets: which values are, and that no model sees, invents or moves one."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change import FileChange, build_change
from bot.core.formats import parse
from bot.core.leaf import Document, KeyPath, Kind, Leaf
from bot.core.masking import Mask, is_secret, mask_documents
from bot.core.operation import (
    AddItem,
    Move,
    Operation,
    Proposal,
    RemoveItem,
    RemoveKey,
    ReplaceText,
    Scope,
    SetValue,
    Unusable,
)
from bot.core.request import read_request
from bot.core.review import hunks_of, review_facts
from bot.core.secrecy import secret_spans
from bot.core.spoken_secrets import spoken_spans
from bot.core.view import View, build_view

# Put together here, so that no scanner takes this file for a leak.
AWS = "AKIA" + "ABCDEFGHIJKLMNOP"
GITHUB = "ghp_" + "aB3" * 12
STRIPE = "sk_" + "live_" + "a1B2c3" * 4
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n"

APP = f"""\
db:
  url: postgres://app:pw1@db.example.com/main  # password: oldSecret99
  password: root
  copy: root
api:
  key: "unrelated"
  api_key: "abc\\"defghijk"
  token_ttl: 30m
env:
  - name: DB_PASSWORD
    value: zzzTop12
  - name: LEVEL
    value: info
pem: |
  {PEM.replace(chr(10), chr(10) + "  ").rstrip()}
"""
SECRETS = (
    "pw1",
    "oldSecret99",
    'abc"defghijk',
    'abc\\"defghijk',
    "zzzTop12",
    "MIIEvQIBADAN",
    "BKcwggSj",
)


def document(path: str = "app.yml", text: str = APP) -> Document:
    """The text parsed."""
    parsed = parse(path, text.encode())
    assert isinstance(parsed, Document)
    return parsed


def mask(request: str = "") -> Mask:
    """The mask of the sample file."""
    return mask_documents({"app.yml": document()}, request=request)


def number_of(secret: str, made: Mask) -> str:
    """The placeholder of a secret."""
    return f"«SECRET_{made.values.index(secret) + 1}»"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "hunter2"),
        ("dbPassword", "a b c"),
        ("DB-PASSWD", "x1y2z"),
        ("spring.datasource.password", "pw"),
        ("POSTGRES_PASSWORD", "postgres"),
        ("clientSecret", "s3cr3t"),
        ("SECRET_KEY_BASE", "abc"),
        ("auth_token", "abc"),
        ("apiKey", "abc"),
        ("access_key", "abc"),
        ("private-key", "abc"),
        ("credential", "abc"),
        ("DATA_SOURCE_PASS", "abc"),
        ("requirepass", "abc"),
        ("비밀번호", "abc"),
        ("password", "1234"),
        ("password_prod", "abc"),
        ("DB_PASSWORD", "${DB_PASSWORD:changeme}"),
        ("url", "postgres://u:p@db.example.com/main"),
        ("url", "jdbc:postgresql://db.example.com/x?user=u&password=zzz"),
        ("command", "redis-server --requirepass s3cr"),
        ("environment", "DB_PASSWORD=xyz"),
        ("line", "requirepass s3cret"),
        ("header", "Bearer abcdef123456"),
        ("id", AWS),
        ("x", GITHUB),
        ("x", STRIPE),
        ("x", JWT),
        ("x", PEM),
        ("key", "9f86d081884c7d659a2feaa0c55ad015"),
    ],
)
def test_a_secret_is_known_by_its_name_or_its_form(key: str, value: str) -> None:
    """Names in every spelling, credentials inside values, and token forms."""
    assert is_secret(("app", key), value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("token_ttl", "30m"),
        ("token", "30m"),
        ("secret_name", "db-secret"),
        ("secretName", "tls-1"),
        ("password_min_length", "12"),
        ("password_file", "/run/secrets/db"),
        ("password", "/run/secrets/db"),
        ("password", "true"),
        ("password", ""),
        ("password", "${DB_PASSWORD}"),
        ("password", "{{ vault.db }}"),
        ("password", "{cipher}deadbeef0011"),
        ("password", "credentials('db-password')"),
        ("password", "vault:secret/data/db#password"),
        ("server_tokens", "off"),
        ("max_tokens", "4096"),
        ("proxy_pass", "http://backend"),
        ("private_key", "/etc/ssl/private/site.key"),
        ("url", "postgres://app@db.example.com/main"),
        ("url", "postgres://app:${DB_PASSWORD}@db.example.com/main"),
        ("command", "redis-server --requirepass ${REDIS_PASSWORD}"),
        ("image", "ghcr.io/example/web@sha256:" + "9f86d081" * 8),
        ("image", "ghcr.io/example/web:1.4.0"),
        ("address", "192.0.2.7"),
        ("key", "services"),
        ("commit", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
        ("cron", "0 3 * * *"),
        ("auth", "basic"),
        ("note", "password reset"),
    ],
)
def test_what_only_sounds_like_a_secret_is_none(key: str, value: str) -> None:
    """Lifetimes, names, files, switches and references may be read by anyone."""
    assert not is_secret(("app", key), value)


def test_only_the_credential_inside_a_url_is_secret() -> None:
    """The model must still see host and port."""
    value = "amqp://app:pw-1@mq.example.com:5672/x"
    assert [value[a:b] for a, b in secret_spans(("url",), value)] == ["pw-1"]


def test_finding_secrets_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugins of detect-secrets can verify a token online; that part is never used."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert all(is_secret(("x",), value) for value in (AWS, GITHUB, STRIPE, JWT))


def test_each_secret_gets_one_placeholder_in_order() -> None:
    """The same value is the same placeholder, and the rest of the value stays readable."""
    made, doc = mask(), document()
    shown = {leaf.key: made.hide_leaf("app.yml", leaf) for leaf in doc.leaves}
    assert shown["db", "url"] == "postgres://app:«SECRET_1»@db.example.com/main"
    assert shown["db", "password"] == "«SECRET_2»"
    assert shown["env", 0, "value"] == number_of("zzzTop12", made)
    assert shown["env", 1, "value"] == "info"
    assert shown["api", "key"] == "unrelated"
    assert shown["api", "token_ttl"] == "30m"
    assert made == mask()


def test_nothing_a_model_is_shown_holds_a_secret() -> None:
    """The view, the raw text with its comments, and the diff."""
    made, doc = mask(), document()
    view = "\n".join(
        line
        for section in build_view({"app.yml": doc}, [], 5000, made).sections
        for line in section.lines
    )
    change = build_change(
        [
            FileChange(
                "app.yml",
                APP.encode(),
                APP.replace("30m", "60m").replace("db.example", "db2.example").encode(),
            )
        ]
    )
    facts = review_facts(read_request("x"), View(()), hunks_of(change), (), made)
    for text in (view, made.hide(APP), "\n".join(made.hide_lines(APP.splitlines())), str(facts)):
        assert [secret for secret in SECRETS if secret in text] == []
        assert "password: root" not in text
    assert "copy: root" in made.hide(APP)


def test_secrets_of_the_head_are_hidden_too() -> None:
    """A secret that the change itself brings in is not shown to the reviewer."""
    head = document(text="db:\n  url: postgres://app:freshSecret1@db.example.com/main\n")
    made = mask_documents({"app.yml": document()}, also=[head])
    assert "freshSecret1" not in made.hide("see freshSecret1")


def test_a_secret_no_document_has_is_blotted_out_without_a_number() -> None:
    """A token in a finding or a comment is hidden even if nothing is known of it."""
    assert mask().hide(f"token {GITHUB} leaked") == "token «SECRET» leaked"


def test_the_secrets_of_a_kubernetes_secret_are_hidden() -> None:
    """There the whole of data is secret, whatever the names."""
    text = "kind: Secret\nmetadata:\n  name: x\ndata:\n  LEVEL: aW5mbw==\n"
    doc = document("secret.yml", text)
    made = mask_documents({"secret.yml": doc})
    assert made.hide_leaf("secret.yml", doc.by_key["data", "LEVEL"]) == "«SECRET_1»"
    assert made.hide_leaf("secret.yml", doc.by_key["metadata", "name"]) == "x"


def test_a_file_cannot_forge_a_placeholder() -> None:
    """A value that reads like a placeholder is itself hidden behind one."""
    doc = document(text="a:\n  password: abcDEF123\n  note: «SECRET_1»\n")
    made = mask_documents({"app.yml": doc})
    note = made.hide_leaf("app.yml", doc.by_key["a", "note"])
    assert (note, made.restore(note)) == ("«SECRET_2»", "«SECRET_1»")
    assert made.hide("«SECRET_9» «SECRET_x»") == "«SECRET» ‹SECRET_x»"


URL: KeyPath = ("db", "url")


@pytest.mark.parametrize(
    "operation",
    [
        SetValue("app.yml", URL, "postgres://app:«SECRET_1»@db2.example.com/main"),
        SetValue("app.yml", URL, "x", old="postgres://app:«SECRET_1»@db.example.com/main"),
        SetValue("app.yml", ("db", "password"), "${DB_PASSWORD}", old="«SECRET_2»"),
        Move("app:«SECRET_1»@db.example.com", "app:«SECRET_1»@db2.example.com"),
        ReplaceText("app.yml", "«SECRET_1»@db.example.com", "«SECRET_1»@db2.example.com"),
        RemoveKey("app.yml", ("db", "password")),
    ],
)
def test_a_placeholder_may_stay_where_it_stands(operation: Operation) -> None:
    """Editing around a secret, or taking it away, is fine; what comes out holds the secret again."""
    made = mask()
    assert made.check(operation) is None
    restored = made.unmask(Proposal((operation,)))
    assert isinstance(restored, Proposal)
    assert "«" not in str(restored)


@pytest.mark.parametrize(
    "operation",
    [
        SetValue("app.yml", URL, "postgres://app:«SECRET_99»@db.example.com/main"),
        SetValue("app.yml", URL, "«SECRET_0»"),
        SetValue("app.yml", URL, "«SECRET»"),
        SetValue("app.yml", URL, "«SECRET_1"),
        AddItem("app.yml", ("env",), "«SECRET_99»"),
        Move("a", "«SECRET_99»"),
    ],
)
def test_an_invented_placeholder_is_refused(operation: Operation) -> None:
    """A number nobody gave means nothing."""
    refused = mask().unmask(Proposal((operation,)))
    assert isinstance(refused, Unusable)
    assert refused.reason.startswith("placeholder-invented")


@pytest.mark.parametrize(
    "operation",
    [
        SetValue("app.yml", ("api", "key"), "«SECRET_1»"),
        SetValue("app.yml", ("db", "password"), "«SECRET_1»"),
        SetValue("other.yml", URL, "«SECRET_1»"),
        SetValue("app.yml", ("new",), "«SECRET_2»"),
        SetValue("app.yml", ("«SECRET_2»",), "x"),
        AddItem("app.yml", ("env",), "«SECRET_1»"),
        RemoveItem("app.yml", ("env",), "«SECRET_1»"),
        Move("db.example.com", "«SECRET_1».example.com"),
        Move("db.example.com", "db2.example.com", Scope(only=("«SECRET_1»",))),
        ReplaceText("app.yml", "copy: root", "copy: «SECRET_2»"),
        ReplaceText("other.yml", "«SECRET_2»", "x"),
    ],
)
def test_a_moved_placeholder_is_refused(operation: Operation) -> None:
    """A secret is never copied to where it did not stand."""
    refused = mask().unmask(Proposal((operation,)))
    assert isinstance(refused, Unusable)
    assert refused.reason.startswith("placeholder-moved")


def test_one_refused_operation_refuses_the_proposal() -> None:
    """No part of it is carried out."""
    good = SetValue("app.yml", ("api", "token_ttl"), "60m")
    assert mask().unmask(Proposal((good,))) == Proposal((good,))
    assert isinstance(mask().unmask(Proposal((good, Move("a", "«SECRET_1»")))), Unusable)


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("set the db password to hunter2.", ["hunter2"]),
        ("change DB_PASSWORD from abc to def!", ["abc", "def"]),
        ("비밀번호를 abc123으로 바꿔줘", ["abc123"]),
        ("DB_PASSWORD를 abc에서 def로 바꿔", ["abc", "def"]),
        ('use api key = "zzz"', ["zzz"]),
        ("set the token ttl to 30m", []),
        ("bump worker to 3", []),
        ("토큰 만료를 30분으로", []),
        ("move 192.0.2.7 to 192.0.2.8", []),
    ],
)
def test_a_secret_said_in_a_request_is_heard(text: str, secrets: list[str]) -> None:
    """In English and in Korean, with its old value where that is said."""
    assert [text[a:b] for a, b in spoken_spans(text)] == secrets


def test_a_secret_said_in_the_request_is_hidden_and_may_be_written() -> None:
    """The person named it, so the model may put it where the person says."""
    text = "DB_PASSWORD를 n3wpass로 바꿔"
    made = mask(text)
    assert made.hide_request(text) == f"DB_PASSWORD를 {number_of('n3wpass', made)}로 바꿔"
    written = made.unmask(
        Proposal((SetValue("app.yml", ("env", 0, "value"), number_of("n3wpass", made)),))
    )
    assert written == Proposal((SetValue("app.yml", ("env", 0, "value"), "n3wpass"),))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_hiding_and_restoring_a_leaf_gives_it_back(value: str) -> None:
    """Whatever the value, the placeholder stands for exactly it."""
    leaf = Leaf(("app", "password"), value, Kind.STRING, 0, 1, 1)
    made = mask_documents({"a.yml": Document("a.yml", "yaml", (leaf,))})
    hidden = made.hide_leaf("a.yml", leaf)
    assert made.restore(hidden) == value
    assert (value in hidden) == (not is_secret(leaf.key, value)) or len(value) < 10


@given(st.text(st.sampled_from("ab:=«»SECRT_1 \n-"), max_size=60))
def test_hiding_twice_is_hiding_once(text: str) -> None:
    """What was hidden before may be hidden again, as feedback is."""
    made = mask()
    once = made.hide(text)
    assert made.hide(once) == once
