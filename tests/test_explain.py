"""Evidence: what the request itself proves of a leaf change when no rule derives it.

All cases here have no derivation unless a test gives one, so that only the request's words count.
"""

from __future__ import annotations

import pytest

from bot.core.change import LeafChange
from bot.core.expectation import Explained, Unproven
from bot.core.explain import moves_in
from bot.core.finding import Evidence, Ground
from bot.core.identity import difference
from bot.core.operation import Move
from bot.core.protected import protected_kind
from tests.ruling import blocking, case, right

UNPROVEN = Unproven("clause-unknown", (("clause", "x"),))
ENV = "SMTP_PORT=25\nHTTP_PORT=80\nRETRY_MAX=3\nHOST=192.0.2.7\nPEER=198.51.100.9\n"


def explained(
    base: dict[str, str] | str, head: dict[str, str] | str, request: str
) -> dict[str, Explained]:
    """What the request's words prove, by ``path key`` of the leaf change."""
    before = {"app.env": base} if isinstance(base, str) else base
    after = {"app.env": head} if isinstance(head, str) else head
    made = case(before, after, request, expectation=UNPROVEN)
    return {name(item.change): item for item in made.explained}


def name(change: LeafChange) -> str:
    """The path and the last name of a leaf change."""
    return f"{change.path} {change.key[-1]}"


def env(**values: object) -> str:
    """The sample with some values replaced."""
    text = ENV
    for key, value in values.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{key}="))
        text = text.replace(old, f"{key}={value}")
    return text


def proven(item: Explained) -> bool:
    """True where both the place and the value have evidence that code established."""
    return bool(item.place and item.place.checked and item.value and item.value.checked)


def test_a_named_place_gets_the_named_value() -> None:
    """Setting SMTP_PORT to 465 is proven by those words."""
    found = explained(ENV, env(SMTP_PORT=465), "set SMTP_PORT to 465")
    assert proven(found["app.env SMTP_PORT"])
    place = found["app.env SMTP_PORT"].place
    assert place is not None
    assert place.ground is Ground.NAMED


def test_a_value_at_a_place_that_nobody_named_is_unproven() -> None:
    """Setting SMTP_PORT to 465 does not explain RETRY_MAX=465."""
    found = explained(ENV, env(RETRY_MAX=465), "set SMTP_PORT to 465")
    assert found["app.env RETRY_MAX"].place is None


def test_a_value_that_nobody_named_is_unproven() -> None:
    """A wrong digit at the right place has no value."""
    found = explained(ENV, env(SMTP_PORT=456), "set SMTP_PORT to 465")
    assert found["app.env SMTP_PORT"].value is None


@pytest.mark.parametrize(
    "request_text",
    [
        "set SMTP_PORT to 465 and HTTP_PORT to 8080",
        "set SMTP_PORT to 465, HTTP_PORT to 8080",
        "set SMTP_PORT to 465. set HTTP_PORT to 8080.",
        "SMTP_PORT를 465로 바꾸고 HTTP_PORT를 8080으로 바꿔줘",
    ],
)
def test_a_swapped_pair_is_unproven(request_text: str) -> None:
    """Place and value must come from one clause; the same values the right way round are proven."""
    wrong = explained(ENV, env(SMTP_PORT=8080, HTTP_PORT=465), request_text)
    assert not proven(wrong["app.env SMTP_PORT"])
    assert not proven(wrong["app.env HTTP_PORT"])
    good = explained(ENV, env(SMTP_PORT=465, HTTP_PORT=8080), request_text)
    assert proven(good["app.env SMTP_PORT"])
    assert proven(good["app.env HTTP_PORT"])


def test_a_sibling_file_is_unproven() -> None:
    """The request names one of two files that have the key; the other is not meant."""
    base = {"mail/app.env": ENV, "web/app.env": ENV}
    head = {**base, "web/app.env": env(SMTP_PORT=465)}
    found = explained(base, head, "set SMTP_PORT of mail to 465")
    assert found["web/app.env SMTP_PORT"].place is None
    head = {**base, "mail/app.env": env(SMTP_PORT=465)}
    found = explained(base, head, "set SMTP_PORT of mail to 465")
    assert proven(found["mail/app.env SMTP_PORT"])


def test_one_of_two_that_fit_equally_is_unproven() -> None:
    """Where the request names a key that stands twice, changing one of them is a guess."""
    base = {"mail/app.env": ENV, "web/app.env": ENV}
    one = {**base, "web/app.env": env(SMTP_PORT=465)}
    found = explained(base, one, "set SMTP_PORT to 465")
    assert found["web/app.env SMTP_PORT"].place is None


def test_a_move_proves_both_ends() -> None:
    """From X to Y explains X becoming Y as a whole word, in any value."""
    head = env(HOST="192.0.2.77")
    found = explained(ENV, head, "move 192.0.2.7 to 192.0.2.77")
    assert proven(found["app.env HOST"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://192.0.2.7:88", "http://192.0.2.71:88"),
        ("http://192.0.2.7:88", "http://192.0.2.77:89"),
        ("http://192.0.2.7:88", "https://192.0.2.77:88"),
        ("http://192.0.2.70:88", "http://192.0.2.770:88"),
        ("192.0.2.7,192.0.2.7", "192.0.2.77,192.0.2.7"),
    ],
)
def test_more_or_less_than_the_move_is_unproven(old: str, new: str) -> None:
    """A wrong digit, another port, part of a word, or only one of two."""
    found = explained(env(HOST=old), env(HOST=new), "move 192.0.2.7 to 192.0.2.77")
    assert not proven(found["app.env HOST"])


def test_a_move_the_other_way_is_unproven() -> None:
    """X to Y does not explain Y becoming X."""
    base, head = env(PEER="192.0.2.77"), env(PEER="192.0.2.7")
    found = explained(base, head, "move 192.0.2.7 to 192.0.2.77")
    assert not proven(found["app.env PEER"])


def test_a_bare_number_moves_no_other_place() -> None:
    """Retries from 3 to 5 says nothing of another 3."""
    base = env(HTTP_PORT=3)
    found = explained(base, env(HTTP_PORT=5), "change RETRY_MAX from 3 to 5")
    assert not proven(found["app.env HTTP_PORT"])
    found = explained(
        base, base.replace("RETRY_MAX=3", "RETRY_MAX=5"), "change RETRY_MAX from 3 to 5"
    )
    assert proven(found["app.env RETRY_MAX"])


def test_an_item_that_goes_with_the_one_that_comes_is_unproven() -> None:
    """Adding c to a,b explains a,b,c and neither b,c nor c,c."""
    base = env(HOST="a.example.com,b.example.com")
    request = "add c.example.com to HOST"
    for wrong in ("b.example.com,c.example.com", "c.example.com,c.example.com", "c.example.com"):
        assert not proven(explained(base, env(HOST=wrong), request)["app.env HOST"])


def test_a_removal_must_be_named_as_one() -> None:
    """A leaf that is gone has its place named, or nothing."""
    head = ENV.replace("RETRY_MAX=3\n", "")
    assert not proven(explained(ENV, head, "set SMTP_PORT to 465")["app.env RETRY_MAX"])


@pytest.mark.parametrize(
    "request_text",
    [
        "set SMTP_PORT to 465 but do not touch RETRY_MAX",
        "set SMTP_PORT to 465, never RETRY_MAX",
        "RETRY_MAX는 건드리지 말고 SMTP_PORT를 465로 바꿔줘",
    ],
)
def test_a_place_the_request_keeps_out_is_unproven(request_text: str) -> None:
    """A place named in order to be left alone is not named to be changed."""
    found = explained(ENV, env(RETRY_MAX=465), request_text)
    assert not proven(found["app.env RETRY_MAX"])


def test_a_derivation_explains_its_own_changes_only() -> None:
    """What rules derived carries their evidence; an extra beside it stays without."""
    base = {"app.env": ENV}
    request = "set RETRY_MAX to 5"
    head = right(base, request)
    made = case(base, head, request)
    assert [proven(item) for item in made.explained] == [True]
    extra = {"app.env": head["app.env"].replace(b"HTTP_PORT=80", b"HTTP_PORT=81")}
    made = case(base, extra, request)
    assert {name(item.change): proven(item) for item in made.explained} == {
        "app.env HTTP_PORT": False,
        "app.env RETRY_MAX": True,
    }


def test_a_derivation_for_one_list_entry_does_not_explain_its_twin() -> None:
    """Two entries of one list with equal values are two places."""
    base = {"app.yml": "rules:\n  - name: web\n    limit: 3\n  - name: mail\n    limit: 3\n"}
    request = "set the limit of mail to 5"
    head = right(base, request)
    assert head["app.yml"].endswith(b"limit: 5\n")
    assert blocking(case(base, head, request)) == set()
    twin = {"app.yml": base["app.yml"].replace("limit: 3", "limit: 5", 1)}
    made = case(base, twin, request)
    assert not any(proven(item) for item in made.explained)


def test_a_blind_agreement_is_evidence_of_its_own_kind() -> None:
    """What another model derived unseen is AGREED: weaker than checked, more than attested."""
    base, head = {"app.env": ENV}, {"app.env": env(RETRY_MAX=5)}
    blind = case(base, head, "x").change
    made = case(base, head, "be more patient", expectation=UNPROVEN, blind=blind)
    (item,) = made.explained
    assert item.place == item.value == Evidence(Ground.AGREED, "agreed")
    other = case(base, {"app.env": env(RETRY_MAX=6)}, "x").change
    made = case(base, head, "be more patient", expectation=UNPROVEN, blind=other)
    (item,) = made.explained
    assert item.place is None
    assert item.value is None


@pytest.mark.parametrize(
    ("path", "old", "new", "kind"),
    [
        ("app.env", "HOST=192.0.2.7\n", "HOST=192.0.2.8\n", "address"),
        ("app.env", "URL=http://a.example.com\n", "URL=http://b.example.com\n", "address"),
        ("app.yml", "server:\n  port: 80\n", "server:\n  port: 81\n", "port"),
        ("app.yml", "allowed:\n  - alice\n", "allowed:\n  - bob\n", "firewall"),
        ("app.env", "DB_PASSWORD=${A}\n", "DB_PASSWORD=${B}\n", "secret"),
        (".github/workflows/ci.yml", "run: a\n", "run: b\n", "ci"),
        ("app.env", "CERT=/etc/a/cert.pem\n", "CERT=/etc/b/cert.pem\n", "path"),
    ],
)
def test_protected_kinds_are_not_carried_by_models(
    path: str, old: str, new: str, kind: str
) -> None:
    """For these an agreement of both models is not enough; for the rest it is."""
    base, head = {path: old}, {path: new}
    blind = case(base, head, "x").change
    made = case(base, head, "make it better", expectation=UNPROVEN, blind=blind)
    assert [protected_kind(change) for change in made.change.leaf_changes] == [kind]
    assert {"explained-place", "explained-value"} <= blocking(made)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("app.env", "RETRY_MAX=3\n", "RETRY_MAX=5\n"),
        ("app.yml", "log:\n  level: info\n", "log:\n  level: warn\n"),
        ("app.yml", "image: redis:7.2.1\n", "image: redis:7.2.2\n"),
        ("app.toml", "support = 3\n", "support = 4\n"),
    ],
)
def test_other_kinds_are_carried_by_an_agreement(path: str, old: str, new: str) -> None:
    """A near miss of each protected kind is not protected."""
    base, head = {path: old}, {path: new}
    blind = case(base, head, "x").change
    made = case(base, head, "make it better", expectation=UNPROVEN, blind=blind)
    assert [protected_kind(change) for change in made.change.leaf_changes] == [None]
    assert blocking(made) == set()


def test_moves_are_those_of_the_derivation() -> None:
    """Rules say what moves, scope included; the change does not."""
    base = {"app.env": ENV}
    made = case(base, base, "move 192.0.2.7 to 192.0.2.77")
    assert made.moves == (Move("192.0.2.7", "192.0.2.77"),)


def test_moves_without_a_derivation_are_those_made() -> None:
    """A pair of the request's literals that the change moved is a move; a bare number is not."""
    base, head = {"app.env": ENV}, {"app.env": env(HOST="192.0.2.77", RETRY_MAX=5)}
    made = case(base, head, "192.0.2.7 192.0.2.77 3 5", expectation=UNPROVEN)
    assert moves_in(made.request, made.change, UNPROVEN) == (Move("192.0.2.7", "192.0.2.77"),)
    unmoved = case(base, base, "192.0.2.7 192.0.2.77", expectation=UNPROVEN)
    assert unmoved.moves == ()


def test_a_difference_counts_each_change_as_often_as_it_stands() -> None:
    """One of two equal additions missing is a difference."""
    base = {"app.yml": "list:\n  - a\n"}
    two = case(base, {"app.yml": "list:\n  - a\n  - b\n  - b\n"}, "x").change
    one = case(base, {"app.yml": "list:\n  - a\n  - b\n"}, "x").change
    assert [len(side) for side in difference(two, one)] == [1, 0]
    assert difference(two, two) == ((), ())


@pytest.mark.parametrize(
    "request_text",
    [
        "move 192.0.2.7 to 192.0.2.77 only in alpha",
        "move 192.0.2.7 to 192.0.2.77 everywhere except beta",
        "alpha에서만 192.0.2.7을 192.0.2.77로 바꿔줘",
    ],
)
def test_a_move_proves_nothing_outside_of_its_scope(request_text: str) -> None:
    """The request limits where; a change elsewhere is not what it says."""
    base = {"alpha/app.env": ENV, "beta/app.env": ENV}
    moved = env(HOST="192.0.2.77")
    found = explained(base, {**base, "beta/app.env": moved}, request_text)
    assert not proven(found["beta/app.env HOST"])


@pytest.mark.parametrize(
    "request_text", ["change RETRY_MAX from 3 to 5", "set RETRY_MAX to 3", "turn on RETRY_MAX 3"]
)
def test_a_value_named_to_be_set_does_not_explain_a_removal(request_text: str) -> None:
    """Only a request to remove explains that something is gone."""
    head = ENV.replace("RETRY_MAX=3\n", "")
    assert not proven(explained(ENV, head, request_text)["app.env RETRY_MAX"])


def test_a_place_that_fits_less_is_not_carried_by_one_that_fits_more() -> None:
    """The one that is meant changes too; that does not make its sibling meant."""
    base = {"worker-1/app.env": ENV, "worker-2/app.env": ENV}
    head = dict.fromkeys(base, env(SMTP_PORT=465))
    found = explained(base, head, "set SMTP_PORT of worker-1 to 465")
    assert proven(found["worker-1/app.env SMTP_PORT"])
    assert not proven(found["worker-2/app.env SMTP_PORT"])


@pytest.mark.parametrize(
    "request_text",
    [
        "set SMTP_PORT to 465 everywhere except worker-2",
        "worker-2만 빼고 모든 SMTP_PORT를 465로 바꿔줘",
    ],
)
def test_a_place_that_is_kept_out_is_not_carried_by_the_others(request_text: str) -> None:
    """An exception holds even where everything is changed."""
    base = {"worker-1/app.env": ENV, "worker-2/app.env": ENV}
    head = dict.fromkeys(base, env(SMTP_PORT=465))
    found = explained(base, head, request_text)
    assert not proven(found["worker-2/app.env SMTP_PORT"])
