"""Promises over values: what each kind holds, what a change may not break, what is never passed over."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.finding import Finding
from bot.core.formats import parse
from bot.core.invariants import (
    Distinct,
    Invariant,
    Members,
    Ordered,
    Per,
    Places,
    Promise,
    Same,
    Take,
    Within,
    kept_promises,
    patterns_of,
)
from bot.core.invariants.expressions import ExpressionError, compile_expression, picked
from bot.core.invariants.keys import KeyPatternError, compile_key, key_matches
from bot.core.invariants.places import addresses_in, canonical
from bot.core.invariants.quantity import at_most, readings
from bot.core.leaf import KeyPath
from bot.core.policy import Policy
from tests import ruling
from tests.ruling import assert_worded

Files = dict[str, str]


def found(promise: Promise, base: Files, head: Files, name: str = "p") -> list[Finding]:
    """What is said of one promise after a change from ``base`` to ``head``; all of it worded."""
    documents = [
        {path: parse(path, text.encode()) for path, text in files.items()} for files in (base, head)
    ]
    findings = list(kept_promises([Invariant(name, promise, "because")], *documents))
    for finding in findings:
        assert finding.rule == "invariants-kept"
        assert_worded(finding)
    return findings


def said(promise: Promise, base: Files, head: Files) -> list[tuple[str, str, str | None]]:
    """(severity, variant, path) of each."""
    return [(f.severity.value, f.variant, f.path) for f in found(promise, base, head)]


def now(promise: Promise, files: Files) -> list[str]:
    """The variants of what is broken where nothing was promised before."""
    return [finding.variant for finding in found(promise, {}, files)]


# key patterns
@pytest.mark.parametrize(
    ("pattern", "key", "means"),
    [
        ("servers > * > port", ("servers", "api", "port"), True),
        ("servers > * > port", ("servers", "api", "x", "port"), False),
        ("servers > ** > port", ("servers", "api", "x", "port"), True),
        ("servers > ** > port", ("servers", "port"), True),
        ("** > port", ("port",), True),
        ("**", ("a", 0, "b"), True),
        ("rules > [*] > name", ("rules", 3, "name"), True),
        ("rules > [0] > name", ("rules", 3, "name"), False),
        ("rules > * > name", ("rules", 3, "name"), True),
        ("rules > [*] > name", ("rules", "x", "name"), False),
        ("rules[*].name", ("rules", 3, "name"), True),
        ("a.b.c", ("a", "b", "c"), True),
        ("a.b.c", ("a.b.c",), True),
        ("a.b.c", ("a.b", "c"), True),
        ("a.*.c", ("a.b.c",), True),
        ("a.*.d", ("a.b.c.d",), False),
        ("a.**.d", ("a.b.c.d",), True),
        ("port", ("ports",), False),
        ("port*", ("ports",), True),
        ("Port", ("port",), False),
        ("hosts > api.example.com", ("hosts", "api.example.com"), True),
        ("hosts.api.example.com", ("hosts", "api.example.com"), True),
        ("a.b", ("a", "b", "c"), False),
    ],
)
def test_a_key_pattern_means_whole_keys(pattern: str, key: KeyPath, means: bool) -> None:
    """Stars stand for parts of a step, steps and positions; nothing else is loose."""
    assert key_matches(pattern, key) is means


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("", "key-pattern-empty"),
        ("x" * 301, "key-pattern-empty"),
        ("a\tb", "key-pattern-empty"),
        ("a > a** > b", "key-pattern-stars"),
        ("a*b*c*d*e", "key-pattern-stars"),
    ],
)
def test_a_key_pattern_that_means_nothing_is_refused(pattern: str, code: str) -> None:
    """It would silently promise nothing."""
    with pytest.raises(KeyPatternError) as caught:
        compile_key(pattern)
    assert caught.value.code == code


STEPS = st.lists(
    st.one_of(st.integers(0, 5), st.text("abc-_", min_size=1, max_size=4)), min_size=1, max_size=5
)


@given(STEPS, st.data())
def test_a_key_is_meant_by_itself_and_by_any_step_starred(
    steps: list[str | int], data: st.DataObject
) -> None:
    """Written out, with a step starred, and with a stretch as two stars."""
    key = tuple(steps)
    shown = [f"[{step}]" if isinstance(step, int) else step for step in key]
    assert key_matches(" > ".join(["**", *shown]), key)
    at = data.draw(st.integers(0, len(key) - 1))
    starred = [*shown[:at], "*", *shown[at + 1 :]]
    assert key_matches(" > ".join(["**", *starred]), key)
    end = data.draw(st.integers(at, len(key)))
    assert key_matches(" > ".join(["**", *shown[:at], "**", *shown[end:]]), key)
    assert not key_matches(" > ".join([*shown, "more"]), key)


# expressions
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(a+)+", "pattern-slow"),
        ("(a|aa)*b", "pattern-slow"),
        ("(?:a){2,}", "pattern-slow"),
        ("a*a*a*a*", "pattern-slow"),
        (r"(a)\1", "pattern-slow"),
        ("(?=a)a", "pattern-slow"),
        ("(?i)a", "pattern-slow"),
        ("a{1000}", "pattern-slow"),
        ("(a)(b)", "pattern-groups"),
        ("[", "pattern-invalid"),
        ("", "pattern-long"),
        ("a" * 201, "pattern-long"),
    ],
)
def test_an_expression_that_could_run_for_ages_is_refused(text: str, code: str) -> None:
    """What it is matched against is the change's to choose."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "value", "part"),
    [
        (r"https?://([^/:]+):.*", "http://192.0.2.7:8888", "192.0.2.7"),
        (r"[*+?]+x", "**x", "**x"),
        (r"[])]+(a)?", "])", ""),
        (r"\(a\)\*+", "(a)**", "(a)**"),
        (r"-Xmx(\d+m)", "-Xmx384m", "384m"),
        (r"-Xmx(\d+m)", "-Xmx384mb", None),
        (r"a", "a" * 201, None),
        (r"\d{1,3}(?:\.\d{1,3})?", "1.25", "1.25"),
    ],
)
def test_an_expression_picks_its_group_of_a_whole_value(
    text: str, value: str, part: str | None
) -> None:
    """A value it does not match as a whole gives nothing."""
    assert picked(text, value) == part


@given(st.text("ab*+?(){,}3[]^\\|.", max_size=24), st.integers(0, 3))
def test_no_expression_that_is_taken_is_slow(text: str, hostile: int) -> None:
    """Whatever is accepted ends soon on the longest value it is ever tried on."""
    try:
        compile_expression(text)
    except ExpressionError:
        return
    value = ("a" * 199 + "!", "ab" * 99 + "!", "a" * 200, "b" * 150 + "a" * 49 + ".")[hostile]
    begun = time.process_time()
    picked(text, value)
    assert time.process_time() - begun < 2


# quantities
@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ("45s", "1m", True),
        ("1m", "45s", False),
        ("1h30m", "5400s", True),
        ("5400s", "1h30m", True),
        ("PT30S", "30000ms", True),
        ("P1D", "24h", True),
        ("512Mi", "1Gi", True),
        ("512m", "512m", True),
        ("10", "9.5", False),
        ("-1", "0", True),
        ("80%", "90 %", True),
        ("1000k", "1M", True),
        ("900k", "1m", True),
        ("1023k", "1m", False),
        ("1M", "1000k", False),  # 1024 k are more than 1000 k, where k is 1024
        ("1Ki", "1k", False),  # not where k is 1000
        ("30", "1m", None),
        ("30s", "64Mi", None),
        ("soon", "1m", None),
        ("", "1", None),
        ("1" * 41, "2", None),
        ("5 apples", "6 apples", None),
    ],
)
def test_quantities_compare_in_every_reading(one: str, other: str, holds: bool | None) -> None:
    """Of different kinds they do not compare at all."""
    assert at_most(one, other) is holds


@given(st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", "h", "Ki", "Mi", "k", "%", ""]))
def test_a_quantity_is_at_most_itself_and_one_more(number: int, unit: str) -> None:
    """Reading is exact, whatever the unit."""
    assert at_most(f"{number}{unit}", f"{number}{unit}") is True
    assert at_most(f"{number}{unit}", f"{number + 1}{unit}") is True
    assert at_most(f"{number + 1}{unit}", f"{number}{unit}") is False
    assert all(
        isinstance(part, Decimal) for both in readings(f"{number}{unit}").values() for part in both
    )


# places
def test_addresses_are_found_wherever_they_stand() -> None:
    """Alone, with a port, in a URL, as a network; a version is none."""
    text = "http://192.0.2.7:8888/x 198.51.100.0/24, [2001:db8::1]:9000 v1.2.3 api.example.com"
    assert list(addresses_in(text)) == ["192.0.2.7", "198.51.100.0/24", "2001:db8::1"]


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("192.0.2.7/32", "192.0.2.7"),
        ("2001:DB8:0::1/128", "2001:db8::1"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("8080", "8080"),
        ("192.0.2.07", "192.0.2.07"),
    ],
)
def test_an_address_has_one_spelling(text: str, spelling: str) -> None:
    """Two ways to write one address are the same; nothing else is touched."""
    assert canonical(text) == spelling


# same
SAME = Same(
    (
        Places(("inv.yml",), "config"),
        Places(("*.env",), "URL", r"http://([^:]+):\d+"),
    )
)
BASE = {
    "inv.yml": "config: 192.0.2.7\n",
    "a.env": "URL=http://192.0.2.7:80\n",
    "b.env": "URL=http://192.0.2.7:81\n",
}


def test_a_place_that_is_missed_is_named() -> None:
    """Moved in two of three: the third is broken, and only it."""
    head = {
        **BASE,
        "inv.yml": "config: 192.0.2.8/32\n",
        "a.env": "URL=http://192.0.2.8:80\n",
    }
    (finding,) = found(SAME, BASE, head)
    assert (finding.blocks, finding.variant, finding.path, finding.line) == (
        *(True, "differs"),
        *("b.env", 1),
    )
    facts = dict(finding.facts)
    assert (facts["value"], facts["other"], facts["place"]) == (
        *("192.0.2.7", "192.0.2.8/32"),
        "inv.yml:1",
    )
    assert facts["why"] == " (because)"
    assert not found(SAME, BASE, {**head, "b.env": "URL=http://192.0.2.8:81\n"})


def test_in_a_tie_the_first_listed_is_right() -> None:
    """Else it would depend on the order of the files."""
    two = {path: text for path, text in BASE.items() if path != "b.env"}
    assert said(SAME, two, {**two, "inv.yml": "config: 192.0.2.8\n"}) == [
        ("blocks", "differs", "a.env")
    ]


def test_what_was_broken_before_only_warns_where_it_was() -> None:
    """And only with the value it had: a changed place must keep the promise."""
    base = {**BASE, "b.env": "URL=http://192.0.2.9:81\n"}
    moved = {
        **base,
        "inv.yml": "config: 192.0.2.8\n",
        "a.env": "URL=http://192.0.2.8:80\n",
    }
    assert said(SAME, base, moved) == [("warns", "already", "b.env")]
    worse = {**base, "b.env": "URL=http://203.0.113.9:81\n"}
    assert said(SAME, base, worse) == [("blocks", "differs", "b.env")]


def test_a_value_of_another_form_breaks_the_promise() -> None:
    """It could say anything."""
    head = {**BASE, "b.env": "URL=https://192.0.2.7:81\n"}
    assert ("blocks", "shape", "b.env") in said(SAME, BASE, head)


def test_a_key_that_is_renamed_escapes_no_promise() -> None:
    """The file had such a place and has none left."""
    head = {**BASE, "b.env": "URI=http://203.0.113.9:81\n"}
    assert said(SAME, BASE, head) == [("blocks", "lost", "b.env")]
    gone = {path: text for path, text in BASE.items() if path != "b.env"}
    assert said(SAME, BASE, gone) == []  # whether a file may go is another rule's to say


@pytest.mark.parametrize(
    ("files", "variant"),
    [
        ({"a.env": "URL=http://192.0.2.7:80\n"}, "no-file"),
        ({"inv.yml": "conf: 192.0.2.7\n", "a.env": "URL=http://192.0.2.7:80\n"}, "no-key"),
        ({"inv.yml": "config: [\n", "a.env": "URL=http://192.0.2.7:80\n"}, "no-key"),
        ({}, "no-file"),
    ],
)
def test_what_cannot_be_evaluated_blocks_even_if_it_could_not_before(
    files: Files, variant: str
) -> None:
    """A typo in a promise must not quietly promise nothing."""
    severities = {(severity, name) for severity, name, _ in said(SAME, files, files)}
    assert ("blocks", variant) in severities


def test_one_place_alone_is_no_promise() -> None:
    """It would always hold."""
    alone = Same((Places(("inv.yml",), "config"),))
    assert now(alone, {"inv.yml": "config: 1\n"}) == ["alone"]


def test_a_file_that_could_not_be_read_before_only_warns() -> None:
    """One that cannot be read now blocks."""
    base = {**BASE, "c.yml": "a: [\n"}
    wide = Same((*SAME.places, Places(("*.yml",), "config")))
    assert said(wide, base, base) == [("warns", "already", "c.yml")]
    assert ("blocks", "unreadable", "c.yml") in said(wide, {**BASE, "c.yml": "a: 1\n"}, base)


def test_a_secret_is_compared_and_not_shown() -> None:
    """Findings go to places that more people read."""
    promise = Same((Places(("*.env",), "DB_PASSWORD"),))
    base = {f"{one}.env": "DB_PASSWORD=hunter2-hunter2\n" for one in "abc"}
    (finding,) = found(promise, base, {**base, "b.env": "DB_PASSWORD=s3cr3t-s3cr3t\n"})
    assert "s3cr3t" not in str(finding)
    assert "hunter2" not in str(finding)


# members
INVENTORY = (
    "servers:\n  a: {address: 192.0.2.7}\n  b: {address: 192.0.2.9/24}\nnets: [198.51.100.0/24]\n"
)
MEMBERS = Members(
    (Places(("fw.yml",), "allow > [*]"),),
    (Places(("inv.yml",), "servers > * > address"), Places(("inv.yml",), "nets > [*]")),
    also=("0.0.0.0/0",),
)


@pytest.mark.parametrize(
    ("entry", "broken"),
    [
        ("192.0.2.7/32", False),
        ("192.0.2.7", False),
        ("198.51.100.7", False),
        ("198.51.100.128/25", False),
        ("0.0.0.0/0", False),
        ("192.0.2.70", True),
        ("192.0.2.0/24", True),  # b is one address of that network
        ("198.51.0.0/16", True),
        ("10.0.0.1", True),  # also: 0.0.0.0/0 means itself, not everything in it
        ("::/0", True),
        ("2001:db8::1", True),
        ("all", True),
    ],
)
def test_only_who_is_listed_is_a_member(entry: str, broken: bool) -> None:
    """Of networks all that is in them; wider ones are strangers."""
    files = {"inv.yml": INVENTORY, "fw.yml": f'allow: [192.0.2.7, "{entry}"]\n'}
    assert now(MEMBERS, files) == (["stranger"] if broken else [])


def test_one_stranger_more_blocks_where_one_was_before() -> None:
    """A promise that is broken once is no open door."""
    base = {"inv.yml": INVENTORY, "fw.yml": "allow: [192.0.2.7, 10.0.0.1]\n"}
    head = {**base, "fw.yml": "allow: [192.0.2.7, 10.0.0.1, 10.0.0.2]\n"}
    assert [(severity, variant) for severity, variant, _ in said(MEMBERS, base, head)] == [
        ("blocks", "stranger"),
        ("warns", "already"),
    ]
    twice = {**base, "fw.yml": "allow: [192.0.2.7, 10.0.0.1, 10.0.0.1]\n"}
    assert ("blocks", "stranger") in [pair[:2] for pair in said(MEMBERS, base, twice)]


def test_a_server_that_leaves_the_inventory_breaks_who_admits_it() -> None:
    """The file that breaks is not the one that changed."""
    base = {"inv.yml": INVENTORY, "fw.yml": "allow: [192.0.2.7]\n"}
    head = {**base, "inv.yml": INVENTORY.replace("192.0.2.7", "192.0.2.77")}
    assert said(MEMBERS, base, head) == [("blocks", "stranger", "fw.yml")]


@given(
    st.lists(st.ip_addresses(v=4).map(str), min_size=1, max_size=6, unique=True),
    st.lists(st.ip_addresses(v=4).map(str), max_size=4, unique=True),
)
def test_members_are_set_inclusion(known: list[str], more: list[str]) -> None:
    """Of single addresses: as many strangers as are not listed, in every order."""
    files = {
        "inv.yml": "servers: {" + ", ".join(f"s{n}: {{address: {a}}}" for n, a in enumerate(known)) + "}\nnets: [192.0.2.0/30]\n",
        "fw.yml": f"allow: [{', '.join(known + more)}]\n",
    }  # fmt: skip
    strangers = [a for a in more if a not in known and not a.startswith("192.0.2.")]
    assert len(now(MEMBERS, files)) >= len(strangers)
    assert len(now(MEMBERS, files)) <= len([a for a in more if a not in known])


def test_lists_in_one_value_are_taken_apart() -> None:
    """By items, or by the addresses in them."""
    of = Places(("a.env",), "HOSTS", take=Take.ITEMS)
    promise = Members((of,), (Places(("inv.yml",), "hosts > [*]"),))
    inventory = "hosts: [a.example.com, b.example.com]\n"
    good = {"inv.yml": inventory, "a.env": "HOSTS=a.example.com, b.example.com\n"}
    assert now(promise, good) == []
    (finding,) = found(promise, {}, {**good, "a.env": "HOSTS=a.example.com,c.example.com\n"})
    assert dict(finding.facts)["value"] == "c.example.com"


# within
@pytest.mark.parametrize(
    ("promise", "value", "variant"),
    [
        (Within((), "1s", "5m"), "45s", None),
        (Within((), "1s", "5m"), "6m", "outside"),
        (Within((), "1s", "5m"), "500ms", "outside"),
        (Within((), "1s", "5m"), "45", "incomparable"),
        (Within((), "1s", "5m"), "5M", "incomparable"),
        (Within((), None, "65535"), "8080", None),
        (Within((), "1024", None), "80", "outside"),
        (Within((), one_of=("INFO", "WARN")), "INFO", None),
        (Within((), one_of=("INFO", "WARN")), "info", "outside"),
        (Within((), matches=r"\d+\.\d+"), "1.2", None),
        (Within((), matches=r"\d+\.\d+"), "1.2.3", "outside"),
        (Within((), matches="x+"), "x" * 500, "outside"),
    ],
)
def test_a_value_is_in_its_range_or_set(promise: Within, value: str, variant: str | None) -> None:
    """What does not compare is not in it."""
    places = (Places(("a.env",), "X"),)
    made = Within(places, promise.least, promise.most, promise.one_of, promise.matches)
    assert now(made, {"a.env": f"X={value}\n"}) == ([variant] if variant else [])


# distinct and ordered
def test_no_two_share_a_value_within_their_group() -> None:
    """The later one is named; in another group the same value is none of its business."""
    files = {"a/c.yml": "x: {p: 80, q: 80}\ny: {p: 80}\n", "a/d.yml": "z: {p: 80}\n"}
    places = (Places(("**/*.yml",), "* > *"),)
    for per, count in ((Per.ALL, 3), (Per.FOLDER, 3), (Per.FILE, 2), (Per.PARENT, 1)):
        assert len(now(Distinct(places, per), files)) == count
    assert now(Distinct((*places, *places)), {"a.yml": "x: {p: 1}\n"}) == []  # one leaf is one


def test_a_dotted_key_has_a_parent_too() -> None:
    """As the nested one has."""
    places = (Places(("*.properties",), "**"),)
    files = {"a.properties": "a.x=1\nb.x=1\n"}
    assert now(Distinct(places, Per.PARENT), files) == []
    assert now(Distinct(places, Per.FILE), files) == ["shared"]


def test_the_lower_is_never_more_than_the_upper() -> None:
    """Compared within each file, units and all."""
    promise = Ordered((Places(("*.yml",), "timeout"), Places(("*.yml",), "interval")))
    files = {"a.yml": "timeout: 10s\ninterval: 1m\n", "b.yml": "timeout: 2m\ninterval: 3m\n"}
    assert now(promise, files) == []
    assert said(promise, files, {**files, "a.yml": "timeout: 10s\ninterval: 5s\n"}) == [
        ("blocks", "order", "a.yml")
    ]
    assert now(promise, {**files, "a.yml": "timeout: 10\ninterval: 1m\n"}) == ["incomparable"]


def test_many_breaches_are_counted_not_listed() -> None:
    """And what is not listed still blocks."""
    rows = "\n".join(f"k{n}: 9" for n in range(50))
    findings = found(Within((Places(("a.yml",), "*"),), most="5"), {}, {"a.yml": rows})
    assert len(findings) == 21
    assert (findings[-1].variant, dict(findings[-1].facts)["count"]) == ("more", "30")
    assert findings[-1].blocks


# the check
def test_the_check_sees_files_the_change_does_not_touch() -> None:
    """Through ``promised``; without them the promise could not be evaluated, and blocks."""
    policy = Policy(invariants=(Invariant("config", SAME),))
    base = {"inv.yml": "config: 192.0.2.7\n", "a.env": "URL=http://192.0.2.7:80\n"}
    head = {**base, "inv.yml": "config: 192.0.2.8\n"}
    made = ruling.case(base, head, "set config to 192.0.2.8", policy=policy)
    assert ruling.variants("invariants-kept", made) == {"no-file"}
    whole = ruling.case(base, head, "set config to 192.0.2.8", policy=policy)
    object.__setattr__(whole, "promised", whole.base)
    (finding,) = ruling.of_rule("invariants-kept", whole)
    assert (finding.variant, finding.path, finding.blocks) == ("differs", "a.env", True)


def test_patterns_name_every_file_a_promise_reads() -> None:
    """Each list of patterns once."""
    assert patterns_of([Invariant("a", SAME), Invariant("b", MEMBERS), Invariant("c", SAME)]) == (
        ("inv.yml",),
        ("*.env",),
        ("fw.yml",),
    )
