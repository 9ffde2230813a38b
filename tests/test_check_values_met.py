"""What the request says and the change leaves out, and what goes without being asked to."""

from __future__ import annotations

import pytest

from bot.core.expectation import Unproven
from bot.core.explain import explain
from bot.core.finding import Evidence, Ground
from bot.core.index import Index
from bot.core.request import read_request
from tests.cases import blocked_by, case, change, derivation, found
from tests.cases import explained as with_evidence

ENV = "SMTP_PORT=587\nRETRY_MAX=2\nTIMEOUT_MS=30000\nHOSTS=a,b\n"


def head(**values: str) -> str:
    """The file with other values."""
    lines = (line.partition("=") for line in ENV.splitlines())
    return "".join(f"{key}={values.get(key, value)}\n" for key, _, value in lines)


@pytest.mark.parametrize(
    ("request_text", "values"),
    [
        ("SMTP_PORT 465, RETRY_MAX 3", {"SMTP_PORT": "465"}),
        ("SMTP_PORT를 465로, RETRY_MAX를 3으로 바꿔줘", {"RETRY_MAX": "3"}),
        ("set RETRY_MAX to 5. set RETRY_MAX to 6", {"RETRY_MAX": "5"}),
        ("HOSTS에 c.example.com 추가하고 SMTP_PORT는 465로", {"SMTP_PORT": "465"}),
    ],
)
def test_half_of_a_request_is_refused(request_text: str, values: dict[str, str]) -> None:
    """A value that the request gives and the change lacks is named."""
    looked_at = case(ENV, head(**values), path="a.env", request=request_text)
    assert blocked_by("values-met", looked_at)


@pytest.mark.parametrize(
    ("request_text", "values"),
    [
        ("SMTP_PORT 465, RETRY_MAX 3", {"SMTP_PORT": "465", "RETRY_MAX": "3"}),
        ("timeout을 45초로", {"TIMEOUT_MS": "45000"}),
        ("timeout to 2 minutes", {"TIMEOUT_MS": "120000"}),
        ("RETRY_MAX를 두 배로", {"RETRY_MAX": "4"}),
        ("RETRY_MAX from 2 to 5", {"RETRY_MAX": "5"}),
    ],
)
def test_a_value_may_stand_in_another_unit(request_text: str, values: dict[str, str]) -> None:
    """The same amount counts, and a factor is not looked for."""
    looked_at = case(ENV, head(**values), path="a.env", request=request_text)
    assert not blocked_by("values-met", looked_at)


def test_what_goes_needs_a_word_of_it() -> None:
    """Two models that agree take nothing away where the request removes nothing."""
    base, gone = "a: 1\nb: 2\n", "a: 1\n"
    made = change(base, gone)
    agreed = Evidence(Ground.AGREED, "agreed")
    believed = with_evidence(made, agreed, agreed)
    for said, refused in (("change b to 3", True), ("remove b", False), ("b 빼줘", False)):
        looked_at = case(base, gone, request=said, explained=believed)
        assert (
            "removal" in {one.variant for one in found("explained-place", looked_at)}
        ) is refused


FIREWALL = "rules:\n  - name: http\n    allowed:\n      - 192.0.2.7/32\n  - name: ssh\n    allowed:\n      - 192.0.2.8/32\n"
SAID = "web-1 방화벽 http 규칙에 192.0.2.9/32 허용 추가해 주세요"


def place_of(after: dict[str, str]) -> bool:
    """Whether the request itself proves the place of the only leaf change."""
    base = {"web-1/fw.yml": FIREWALL, "db-1/fw.yml": FIREWALL}
    made = change(base, {**base, **after})
    data = {path: text.encode() for path, text in base.items()}
    index = Index(data, frozenset(data))
    (one,) = explain(read_request(SAID), made, Unproven("test"), index, None)
    return one.place is not None


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("db-1/fw.yml", FIREWALL + "      - 192.0.2.9/32\n"),
        ("web-1/fw.yml", FIREWALL + "  - 192.0.2.9/32\n"),
    ],
)
def test_an_address_on_another_list_is_not_named(path: str, after: str) -> None:
    """Another server's list, or a bare item among rules, is no place the request names."""
    assert not place_of({path: after})


def test_a_new_line_is_written_as_its_neighbours_are() -> None:
    """``key value`` is ``key=value`` to some readers of properties only."""
    base, right = "a.b=1\n", "a.b=1\na.c=2\n"
    path = "app.properties"
    for written, refused in (("a.b=1\na.c 2\n", True), ("a.c=2\na.b=1\n", False)):
        looked_at = case(base, written, path=path, expectation=derivation(base, right, path))
        assert ("form" in blocked_by("expected-change", looked_at)) is refused
