"""Webhook signatures: what is let in, and above all what is not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signature import verify

# The example of GitHub's own page on validating deliveries.
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
SIGNED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_documented_example_is_let_in() -> None:
    """GitHub documents a secret, a body and their signature."""
    assert verify(BODY, SIGNED, [SECRET])


@pytest.mark.parametrize("secrets", [[SECRET, "new"], ["new", SECRET], ["", SECRET]])
def test_any_of_the_secrets_will_do(secrets: list[str]) -> None:
    """While one secret replaces another, both sign."""
    assert verify(BODY, SIGNED, secrets)


@pytest.mark.parametrize("secrets", [[], [""], [" "], ["", "\n"]])
def test_no_secret_lets_nothing_in(secrets: list[str]) -> None:
    """Not even what is signed with the empty secret."""
    for secret in (*secrets, ""):
        signed = "sha256=" + hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()
        assert not verify(BODY, signed, secrets)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        SIGNED.removeprefix("sha256="),
        SIGNED.replace("sha256", "sha1"),
        SIGNED.upper(),
        SIGNED + "\n",
        " " + SIGNED,
        SIGNED[:-1],
        SIGNED + "0",
        SIGNED[:-1] + "8",
        f"{SIGNED}, {SIGNED}",
        "sha256=" + "７" * 64,
        "\ud800",
    ],
)
def test_a_header_that_is_not_exactly_so_is_refused(header: str | None) -> None:
    """Missing, cut, padded, of another algorithm, or of other letters."""
    assert not verify(BODY, header, [SECRET])


def test_another_body_is_refused() -> None:
    """One byte is enough."""
    assert not verify(BODY + b" ", SIGNED, [SECRET])


@given(st.binary(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text())
def test_only_the_right_secret_signs(body: bytes, secret: str, header: str) -> None:
    """What is signed is let in; any other header is refused and never raises."""
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert verify(body, signed, [secret]) == bool(secret.strip())
    assert not verify(body, header, [secret]) or header == signed
    assert not verify(body, signed, [secret + "x", "x" + secret])
