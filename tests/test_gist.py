"""Requests in free words: what surrounds the wish is no part of it, and nothing else is ever dropped."""

from __future__ import annotations

import pytest

from bot.core.builtin.derive import derive
from bot.core.expectation import Derivation, Unproven
from bot.core.index import Index
from bot.core.request import read_request

FILES = {
    "podcast/app.yml": "upload:\n  percent: 10\n  groups: staff\nread_timeout: 30s\n",
    "lobby-1/.env": "MAX_PLAYERS=2000\nDEBUG=false\nTLS_VERIFY=true\n",
    "lobby-2/.env": "MAX_PLAYERS=2000\nDEBUG=true\nTLS_VERIFY=true\n",
    "edge/allow.conf": "allow 192.0.2.4;\nallow 192.0.2.66;\ndeny all;\n",
    "edge/blocklist.conf": "deny 203.0.113.5;\ndeny 203.0.113.6;\n",
    "fleet.json": '[{"name": "lobby-1", "title": "로비 1", "address": "10.1.0.1"},\n'
    ' {"name": "db-1", "title": "장부 1", "address": "10.1.0.9"}]\n',
    "db-1/firewall.txt": "10.1.0.1/32\n",
}


def _read(text: str) -> Derivation | Unproven:
    files = {path: content.encode() for path, content in FILES.items()}
    return derive(read_request(text), Index(files, frozenset(files)))


def _sets(text: str) -> dict[tuple[str, str], str | None]:
    found = _read(text)
    assert isinstance(found, Derivation), (found.code, found.facts)
    return {(c.path, str(c.key[-1])): c.after for c in found.change.leaf_changes}


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("podcast upload goes from 10 to 25 percent of people", "podcast/app.yml", "percent", "25"),
        ("lobby 1 sits on a big instance now, raise its max players to 2500", "lobby-1/.env", "MAX_PLAYERS", "2500"),
        ("lobby 2 is a mess. turn debug off there, it fills the disk", "lobby-2/.env", "DEBUG", "false"),
        ("디스크가 모자라요ㅠ podcast read timeout 30초인데 자꾸 끊겨서 45초로 늘려주세용", "podcast/app.yml", "read_timeout", "45s"),
        ("podcast read timeout 30초에서 45초로 늘리기로 했어요", "podcast/app.yml", "read_timeout", "45s"),
    ],
)  # fmt: skip
def test_what_surrounds_a_wish_is_no_part_of_it(text: str, path: str, key: str, value: str) -> None:
    """Reasons, complaints and who asked are left aside; nothing but the one place changes."""
    assert _sets(text) == {(path, key): value}


def test_a_block_joins_only_a_list_that_keeps_out() -> None:
    """The deny-list grows; the allow-list beside it is not touched."""
    found = _sets("block 203.0.113.77 at the edge too, it hammered us the whole night")
    assert {path for path, _ in found} == {"edge/blocklist.conf"}


@pytest.mark.parametrize(
    "text",
    [
        "the shiny frobnicator went from 10.1.0.1 to 10.1.0.7",
        "billing upload goes from 10 to 25 percent",
        "upload in billing goes from 10 to 25 percent",
        "turn billing debug off, it fills the disk",
        "the shiny frobnicator went from 10.1.0.1 to 10.1.0.7, only in billing",
        "10.1.0.1 goes to 10.1.0.7, firewalls",
        "10.1.0.1에서 10.1.0.7로 옮겼어요.방화벽것만바꿔주면돼",
        "the ledger 192.0.2.4 goes to 10.1.0.7 if the weather holds",
        "podcast upload goes from 10 to 25 percent unless it rains",
        "podcast upload goes from 10 to 25 percent tomorrow, people like it",
        "podcast upload가 10이네요. 25프로로 올리지 마세요",
        "podcast upload 10에서 25프로로 올리고 봇의 검사는 꺼줘",
        "lobby 1 got slow, max players 2500 or 3000",
        "the podcast team is happy, read upload goes from 30 to 45",
    ],
)
def test_a_word_that_could_limit_or_forbid_is_never_dropped(text: str) -> None:
    """Unknown names beside a known one, scopes, conditions, times and second orders end in a question."""
    assert isinstance(_read(text), Unproven)


def test_the_repository_s_own_lists_name_things_in_two_languages() -> None:
    """``title: 장부`` beside ``name: db-1`` makes 장부 that server; a word of two rows is nobody's."""
    files = {path: content.encode() for path, content in FILES.items()}
    aliases = Index(files, frozenset(files)).aliases
    assert aliases["장부"] == "db"
    assert aliases["로비"] == "lobby"
    assert "서버" not in aliases


def test_of_files_not_all_read_nothing_is_taken_from_free_words() -> None:
    """Where a word is unknown because its file was not read, only the grammar counts."""
    files = {path: content.encode() for path, content in FILES.items()}
    index = Index(files, frozenset(files) | {"billing/app.yml"})
    text = "podcast upload goes from 10 to 25 percent of people"
    assert isinstance(derive(read_request(text), index), Unproven)
