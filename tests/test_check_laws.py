"""Laws of the checks: nothing slips past beside a right change; our own edits never offend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import formats
from bot.core.change import FileChange, build_change
from bot.core.checks import RULES
from bot.core.expectation import Derivation, Explained
from bot.core.identity import identities, identity_of
from bot.core.leaf import Document, Edit, Kind
from tests.cases import NAMED, blocking, case, derivation, explained

if TYPE_CHECKING:
    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf, Unwritable

FLEET = Path(__file__).parent.parent / "examples" / "fleet"

SAMPLES = {
    "app.yml": (
        "# 설정\nserver:\n  host: 192.0.2.7 # here\n  ports: [80, 443]\n  tls: {on: true}\n"
        "rules:\n  - name: a\n    from:\n      - 198.51.100.4/32\n  - name: b\n    from: []\n"
        'text: |\n  one\n  two\nend: "x"\n'
    ),
    "nginx.conf": (
        "# edge\nserver {\n    listen 443 ssl;\n    location / {\n        allow 192.0.2.7; # home\n"
        "        deny all;\n        proxy_pass http://192.0.2.7:80;\n    }\n}\n"
    ),
    "app.toml": "[a]\nhost = \"192.0.2.7\" # x\nports = [\n  80, # web\n  443,\n]\n\n[[b]]\nname = 'y'\n",
    "app.json": '{\n  "host": "192.0.2.7",\n  "ports": [80, 443],\n  "a": {"b": true}\n}\n',
    "x.env": "# e\nHOST=192.0.2.7\nexport NAME='a b'\nEMPTY=\n",
    "app.ini": "[a]\nhost = 192.0.2.7 ; x\nport: 80\n\n[b]\nname=y\n",
    "app.properties": "# p\nhost=192.0.2.7\na.b : x\n",
    "firewall.sh": "#!/bin/sh\nufw allow from 192.0.2.7 to any port 22 # home\nufw deny 80\n",
}
MOVED = {path: text.replace("192.0.2.7", "192.0.2.77") for path, text in SAMPLES.items()}


def judged(path: str, head: bytes) -> Case:
    """The sample at ``path`` with rules that derive the move, and ``head`` instead of its result."""
    wanted = derivation(SAMPLES[path], MOVED[path], path)
    known = identities(wanted.change.leaf_changes)
    made = case(SAMPLES[path], head, path=path, expectation=wanted).change
    evidence = [NAMED if identity_of(one) in known else None for one in made.leaf_changes]
    proofs = tuple(
        Explained(one, proof, proof) for one, proof in zip(made.leaf_changes, evidence, strict=True)
    )
    return case(SAMPLES[path], head, path=path, expectation=wanted, explained=proofs)


@pytest.mark.parametrize("path", SAMPLES)
def test_the_right_change_passes(path: str) -> None:
    """Else the laws below would say nothing."""
    assert not blocking(judged(path, MOVED[path].encode()))


@pytest.mark.parametrize("path", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_byte_beside_a_right_change_is_refused(path: str, data: st.DataObject) -> None:
    """Changed, dropped or added anywhere: in a leaf, a key, a comment, white space."""
    right = MOVED[path].encode()
    at = data.draw(st.integers(0, len(right) - 1))
    byte = bytes(
        [data.draw(st.sampled_from(b" \t\n\r#:,-'\"0a1\xa0{}[];=/") | st.integers(0, 255))]
    )
    head = data.draw(
        st.sampled_from(
            [
                right[:at] + byte + right[at + 1 :],
                right[:at] + right[at + 1 :],
                right[:at] + byte + right[at:],
            ]
        )
    )
    if head != right:
        assert blocking(judged(path, head))


@pytest.mark.parametrize("path", SAMPLES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_one_other_digit_in_a_new_address_is_refused(path: str, data: st.DataObject) -> None:
    """It is a valid address, and not the one asked for."""
    right = MOVED[path]
    starts = [at for at in range(len(right)) if right.startswith("192.0.2.77", at)]
    at = data.draw(st.sampled_from(starts)) + data.draw(st.sampled_from([0, 1, 2, 4, 6, 8, 9]))
    digit = data.draw(st.sampled_from("0123456789"))
    head = right[:at] + digit + right[at + 1 :]
    if head != right:
        assert "expected-change" in blocking(judged(path, head.encode())) or "parses" in blocking(
            judged(path, head.encode())
        )


@pytest.mark.parametrize("path", SAMPLES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_two_lines_that_swap_are_refused(path: str, data: st.DataObject) -> None:
    """Order is never ours to change."""
    rows = MOVED[path].splitlines(keepends=True)
    one = data.draw(st.integers(0, len(rows) - 2))
    other = data.draw(st.integers(one + 1, len(rows) - 1))
    swapped = [*rows]
    swapped[one], swapped[other] = rows[other], rows[one]
    if swapped != rows:
        assert blocking(judged(path, "".join(swapped).encode()))


FORM = frozenset({"parses", "duplicate-key", "encoding", "untouched-bytes", "comments", "quoting"})


def offended(path: str, data: bytes, edit: Edit | Unwritable) -> set[str]:
    """The rules of form that an edit of ours offends; none where it was not written."""
    if not isinstance(edit, Edit):
        return set()
    head = data[: edit.start] + edit.new + data[edit.end :]
    made = build_change([FileChange(path, data, head)])
    looked_at = case({path: data}, {path: head}, change=made, explained=explained(made))
    return {
        finding.rule
        for rule in RULES
        if rule.id in FORM
        for finding in rule.check(looked_at)
        if finding.blocks
    }


def value_beside(leaf: Leaf) -> str:
    """Another value of the same kind."""
    if leaf.kind is Kind.BOOLEAN:
        return "false" if leaf.value == "true" else "true"
    return {Kind.INTEGER: "7", Kind.FLOAT: "7.5"}.get(leaf.kind, leaf.value + "7")


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(FLEET.rglob("*")) if file.is_file()],
    ids=lambda file: file.relative_to(FLEET).as_posix(),
)
def test_our_own_edits_keep_the_form(file: Path) -> None:
    """Setting, adding and removing each leaf of the fleet leaves every other byte and comment."""
    path, data = file.relative_to(FLEET).as_posix(), file.read_bytes()
    document = formats.parse(path, data)
    assert isinstance(document, Document)
    for leaf in document.leaves[:25]:
        value = value_beside(leaf)
        assert not offended(path, data, formats.write(document, data, leaf, value)), leaf
        assert not offended(path, data, formats.insert_after(document, data, leaf, value)), leaf
        # a bracket alone on its line, or one of several on an ENV, is no item of a list
        if leaf.value and not (document.format == "dockerfile" and leaf.key[0] == "ENV"):
            assert not offended(path, data, formats.remove(document, data, leaf)), leaf


def test_a_derivation_of_nothing_is_refused() -> None:
    """Rules that derive an empty change prove nothing."""
    empty = build_change([])
    assert "no-change" in blocking(case("a: 1\n", "a: 1\n", expectation=Derivation((), empty, ())))
