"""The value a person said, written the way the place writes its values.

Decides notation only (unit, prefix, tag suffix, boolean style) and shows the derivation where the
text differs from what was said. Refuses where the unit or the type is not certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb
from bot.core.index import Entry, image_parts
from bot.core.leaf import Kind
from bot.core.literals import LiteralKind, address, literals, network

_LONGEST_NUMBER = 15
_MILLIS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_UNIT_WORDS = {
    "ms": "ms", "millis": "ms", "milliseconds": "ms", "millisecond": "ms", "sec": "s", "secs": "s", "seconds": "s", "second": "s", "s": "s",
    "min": "m", "mins": "m", "minutes": "m", "minute": "m", "hours": "h", "hour": "h", "days": "d", "day": "d",
    "kb": "KB", "mb": "MB", "gb": "GB", "mib": "MiB", "gib": "GiB", "bytes": "B", "percent": "%", "pct": "%",
}  # fmt: skip
_AMOUNT = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?P<unit>[A-Za-z%]*)")
_ISO = re.compile(r"PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?", re.IGNORECASE)
_VERSION = re.compile(r"(?P<prefix>v?)(?P<numbers>\d+(?:\.\d+)*)(?P<suffix>(?:[-+].*)?)")
_PAIRS = (
    ("true", "false"),
    ("on", "off"),
    ("yes", "no"),
    ("enabled", "disabled"),
    ("enable", "disable"),
    ("1", "0"),
)


class Unfit(Exception):  # noqa: N818 - an answer that unwinds
    """The value does not fit the place; ``code`` names the sentence that says why."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Written:
    """The value as the file will hold it; ``derivation`` where that is not what was said."""

    text: str
    derivation: str = ""


def said(token: Token) -> str:
    """The value as the person said it."""
    return token.text + token.unit


def write_as(entry: Entry, token: Token) -> Written:
    """``token`` in the notation of the value that stands at ``entry``.

    Raises:
        Unfit: ``type-differs``, ``unit-unknown``, ``not-one-address``.
    """
    old, kind = entry.place.leaf.value, entry.place.leaf.kind
    if token.sort is Sort.QUOTED:
        return Written(token.text)
    if kind is Kind.BOOLEAN or (_flag_pair(old) and _flag_pair(token.text.lower())):
        return _boolean(old, token)
    if (image := image_parts(old)) is not None:
        return _image(image, old, token)
    if token.kind in {LiteralKind.ADDRESS, LiteralKind.NETWORK}:
        return _address(old, token)
    amount = _amount_of(token)
    if amount is not None and (
        kind in {Kind.INTEGER, Kind.FLOAT} or _AMOUNT.fullmatch(old) or _is_iso(old)
    ):
        return _amount(entry, amount, token)
    if kind in {Kind.INTEGER, Kind.FLOAT, Kind.REFERENCE, Kind.EMPTY}:
        raise Unfit("type-differs", old=old, new=said(token))
    return _text(old, token)


def _flag_pair(value: str) -> tuple[str, str] | None:
    return next((pair for pair in _PAIRS[:-1] if value.lower() in pair), None)


def _boolean(old: str, token: Token) -> Written:
    pair = _flag_pair(token.text)
    if pair is None:
        raise Unfit("type-differs", old=old, new=said(token))
    return switched(old, on=pair.index(token.text.lower()) == 0)


def switched(old: str, *, on: bool) -> Written:
    """A switch's other value in the words it uses itself. Raises Unfit("not-a-switch")."""
    for pair in _PAIRS:
        if old.lower() in pair:
            word = pair[0 if on else 1]
            text = (
                word.upper() if old.isupper() else word.capitalize() if old[:1].isupper() else word
            )
            return Written(text, f"{'on' if on else 'off'} = {text}")
    raise Unfit("not-a-switch", old=old)


def _image(image: tuple[str, str], old: str, token: Token) -> Written:
    """A tag replaces a tag; the variant (``-alpine``) and the ``v`` stay as they are."""
    repository, tag = image
    wanted = image_parts(token.text)
    if wanted is not None:
        if wanted[0] != repository and not repository.endswith("/" + wanted[0]):
            raise Unfit("type-differs", old=old, new=token.text)
        return Written(f"{repository}:{wanted[1]}")
    new, now = _VERSION.fullmatch(token.text), _VERSION.fullmatch(tag)
    # "lobby 2 to 3000" names no version: of an image of several parts a bare number is none
    counts = token.text.isdigit() and not tag.isdigit()
    if "@sha256:" in old or new is None or token.unit or counts:
        raise Unfit("type-differs", old=old, new=said(token))
    suffix = new["suffix"] or (now["suffix"] if now else "")
    prefix = new["prefix"] or (now["prefix"] if now else "")
    text = f"{repository}:{prefix}{new['numbers']}{suffix}"
    return Written(
        text, f"{tag} → {text.rsplit(':', 1)[1]}" if text.rsplit(":", 1)[1] != token.text else ""
    )


def _address(old: str, token: Token) -> Written:
    """An address replaces the one address of the value; /32 and /128 stay."""
    found = [
        literal
        for literal in literals(old)
        if literal.kind in {LiteralKind.ADDRESS, LiteralKind.NETWORK}
    ]
    inner = [
        part
        for literal in literals(old)
        if literal.kind is LiteralKind.URL
        for part in literals(re.sub(r"^\w+://", "", literal.text))
    ]
    found += [literal for literal in inner if literal.kind is LiteralKind.ADDRESS]
    if len(found) != 1:
        raise Unfit("not-one-address", old=old, new=token.text)
    now = found[0].text
    if (wide := network(now)) is not None and address(token.text) is not None:
        if wide.prefixlen != wide.max_prefixlen:
            raise Unfit("not-one-address", old=old, new=token.text)
        return Written(old.replace(now, f"{token.text}/{wide.prefixlen}"), f"/{wide.prefixlen}")
    return Written(old.replace(now, token.text))


@dataclass(frozen=True, slots=True)
class _Amount:
    number: Fraction
    unit: str


def _amount_of(token: Token) -> _Amount | None:
    if len(token.text) > _LONGEST_NUMBER:
        raise Unfit("type-differs", old="", new=token.text[:_LONGEST_NUMBER] + "…")
    if token.kind in {LiteralKind.DURATION, LiteralKind.SIZE, LiteralKind.NUMBER}:
        match = _AMOUNT.fullmatch(token.text)
        if match:
            return _Amount(Fraction(match["number"]), token.unit or _unit(match["unit"]))
    return None


def _unit(text: str) -> str:
    if text in _MILLIS or text in _BYTES:
        return text
    return {"k": "KB", "K": "KB", "M": "MB", "G": "GB", "Ki": "KiB", "Mi": "MiB", "Gi": "GiB"}.get(
        text, _UNIT_WORDS.get(text.lower(), text)
    )


def _is_iso(value: str) -> bool:
    return len(value) > 2 and _ISO.fullmatch(value) is not None


def _amount(entry: Entry, amount: _Amount, token: Token) -> Written:
    old, kind = entry.place.leaf.value, entry.place.leaf.kind
    if _is_iso(old):
        return _iso(amount, token)
    match = _AMOUNT.fullmatch(old)
    if match is None:
        raise Unfit("type-differs", old=old, new=said(token))
    suffix = match["unit"]
    if not amount.unit:
        if suffix:  # 1 where 500m stands is one CPU, not a thousandth of one
            raise Unfit("unit-unknown", old=old, new=said(token), unit=suffix)
        _must_be_in_scale(entry, old, amount.number, token)
        return Written(_decimal(amount.number))
    if amount.unit in _BYTES and amount.unit != _unit(suffix):
        return _size(old, suffix, token)
    there = _unit(suffix) if suffix else _named_unit(entry)
    if there is None:
        raise Unfit("unit-unknown", old=old, new=said(token), unit=amount.unit)
    number = _convert(amount, there)
    if suffix and number.denominator != 1 and amount.number.denominator == 1:
        return Written(
            said_amount(amount),
            f"{said(token)} (1{there} = {_decimal(_convert(_Amount(Fraction(1), there), amount.unit))}{amount.unit})",
        )
    if kind is Kind.INTEGER and number.denominator != 1:
        raise Unfit("type-differs", old=old, new=said(token))
    text = _decimal(number) + suffix
    return Written(
        text,
        ""
        if there == amount.unit and suffix
        else f"{said(token)} = {_decimal(number)} {there}".strip(),
    )


def _size(old: str, suffix: str, token: Token) -> Written:
    """Whether 1 GB is 1000 or 1024 MB only the program knows; as said, in its style, it may stand."""
    match = _AMOUNT.fullmatch(token.text)
    wrote = match["unit"] if match else ""
    if not suffix or not wrote or len(wrote) != len(suffix) or wrote[1:] != suffix[1:]:
        raise Unfit("unit-unknown", old=old, new=said(token), unit=wrote or token.unit)
    return Written(token.text)


def said_amount(amount: _Amount) -> str:
    """The amount in the unit it was said in: ``30m`` where ``1h`` stands, not ``0.5h``."""
    return _decimal(amount.number) + amount.unit


def _named_unit(entry: Entry) -> str | None:
    """The unit that a key's name says (``timeout_ms``); people write it last."""
    own = re.findall(
        r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(entry.place.leaf.key[-1])).lower()
    )
    return _UNIT_WORDS.get(own[-1]) if own else None


def _convert(amount: _Amount, there: str) -> Fraction:
    for table in (_MILLIS, _BYTES):
        if amount.unit in table and there in table:
            return amount.number * table[amount.unit] / table[there]
    if amount.unit == there:
        return amount.number
    raise Unfit(
        "unit-unknown", old=there, new=_decimal(amount.number) + amount.unit, unit=amount.unit
    )


def _iso(amount: _Amount, token: Token) -> Written:
    if amount.unit not in {"s", "m", "h"}:
        raise Unfit("unit-unknown", old="PT", new=said(token), unit=amount.unit or "?")
    text = f"PT{_decimal(amount.number)}{amount.unit.upper()}"
    return Written(text, f"{said(token)} = {text}")


def _decimal(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number.numerator)
    text = f"{float(number):.6f}".rstrip("0")
    if Fraction(text) != number:
        raise Unfit("type-differs", old="", new=str(number))
    return text


_SCALED = frozenset(
    "timeout ttl interval wait delay period duration ms millis kb mb bytes backoff rate lease expiry".split()
)
_OUT_OF_SCALE = 20


def _must_be_in_scale(entry: Entry, old: str, new: Fraction, token: Token) -> None:
    """5 where 3000 stands under ``timeout``: seconds over milliseconds, as likely as not."""
    was = Fraction(old)
    share = 0 < was <= 1 < new
    far = (
        bool(_SCALED & (entry.own | entry.around))
        and new > 0
        and (was > new * _OUT_OF_SCALE or (was > 0 and new > was * _OUT_OF_SCALE))
    )
    if was and was != 1 and (share or far):
        raise Unfit("unit-unknown", old=old, new=said(token), unit="")


# Of logs, as programs call them: what stands among these is one of these.
_LEVELS = frozenset(
    """trace debug verbose info informational notice warn warning error err critical crit fatal alert emerg emergency panic severe
    fine finer finest off none all silent""".split()
)


def _text(old: str, token: Token) -> Written:
    """A plain word or literal replaces a value of its own kind."""
    if not token.valued and not re.fullmatch(r"[\w./:@+-]+", token.text):
        raise Unfit("type-differs", old=old, new=token.text)
    if (old.lower() in _LEVELS) and said(token).lower() not in _LEVELS:
        raise Unfit("type-differs", old=old, new=said(token))
    hangul = re.search("[가-힣]", token.text) and not re.search("[가-힣]", old)
    if _looks(old) != _looks(said(token)) or (hangul and not token.valued):
        raise Unfit("type-differs", old=old, new=said(token))
    text = token.text.upper() if old.isupper() and token.text.isalpha() else token.text
    return Written(text, f"{token.text} → {text}" if text != token.text else "")


def _looks(value: str) -> str:
    """A coarse kind, so that a version is not written over a name."""
    found = literals(value)
    if len(found) == 1 and found[0].text == value:
        kind = found[0].kind
        return (
            "number"
            if kind in {LiteralKind.VERSION, LiteralKind.NUMBER}
            else "name"
            if kind is LiteralKind.HOSTNAME
            else kind.value
        )
    return "name"


def scaled(entry: Entry, factor: float) -> Written:
    """The present value times ``factor``, with the multiplication shown. Raises Unfit."""
    old = entry.place.leaf.value
    match = _AMOUNT.fullmatch(old)
    if match is None:
        raise Unfit("type-differs", old=old, new=f"×{factor:g}")
    number = Fraction(match["number"]) * Fraction(str(factor))
    if number.denominator != 1 and "." not in match["number"]:
        raise Unfit("type-differs", old=old, new=f"×{factor:g}")
    text = _decimal(number) + match["unit"]
    return Written(text, f"{old} × {factor:g} = {text}")


def agrees(direction: Verb | None, old: str, new: str) -> bool:
    """False where "raise" would lower or "lower" would raise; True where that cannot be told."""
    if direction not in {Verb.RAISE, Verb.LOWER}:
        return True
    before, after = _magnitude(old), _magnitude(new)
    if before is None or after is None or len(before) == 0:
        return True
    return after > before if direction is Verb.RAISE else after < before


def _magnitude(value: str) -> tuple[int, ...] | None:
    if len(value) > 200:
        return None
    image = image_parts(value)
    match = _VERSION.fullmatch(image[1] if image else value) or _AMOUNT.fullmatch(value)
    if match is None:
        return None
    if match.re is _AMOUNT:
        unit = _unit(match["unit"])
        return (int(Fraction(match["number"]) * 1000 * _MILLIS.get(unit, _BYTES.get(unit, 1))),)
    return tuple(int(part) for part in match["numbers"].split("."))
