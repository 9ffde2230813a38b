"""The registry of rules and their words: complete, in both languages, and failing closed."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core import checks
from bot.core.checks import RULES, run_checks
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, Severity, blocks, warns
from bot.core.protected import protected_kind
from bot.core.report.findings import RULE_TEXTS, word
from bot.core.request import Language
from tests.cases import assert_worded, case, change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.report.text import Text

# What the gate itself says, with the facts it gives.
GATE = (
    blocks("agreed-blind", "a.yml", 1, "extra", key="a", mine="1", theirs="2"),
    blocks("agreed-blind", "a.yml", 1, "missing", key="a", mine="", theirs="2"),
    blocks("agreed-review", "a.yml", 1, reason="line 3 is wrong"),
    blocks("review-unusable", reason="no hunk h2"),
    blocks("nothing-provable", reason="no-such-place"),
    blocks("stale-base"),
    blocks("review-skipped"),
    blocks("explained-place", key=""),
    blocks("no-change"),
    warns("same-model"),
    warns("no-model"),
)


def fields(text: Text) -> set[tuple[str, str]]:
    """The fields of a sentence, by language."""
    templates = (("en", text.en), ("ko", text.ko))
    return {
        (language, name)
        for language, template in templates
        for _, name, _, _ in string.Formatter().parse(template)
        if name is not None
    }


def test_every_rule_has_words_and_every_word_a_rule() -> None:
    """A rule without words could not be told; words without a rule say what does not hold."""
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    gate = {finding.rule for finding in GATE} | {"check-crashed"}
    assert set(RULE_TEXTS) == set(ids) | gate


def test_every_rule_serves_a_point_of_the_gate() -> None:
    """Points 1 to 6 are checks; the order is the gate's."""
    points = [rule.point for rule in RULES]
    assert set(points) == {1, 2, 3, 4, 5, 6}
    assert points == sorted(points)


@pytest.mark.parametrize("rule", sorted(RULE_TEXTS))
def test_both_languages_say_the_same(rule: str) -> None:
    """The same fields, Hangul in the one and none in the other, nothing empty."""
    text = RULE_TEXTS[rule]
    sentences = [text.title, text.why, *(part for pair in text.variants.values() for part in pair)]
    for sentence in sentences:
        english = {name for language, name in fields(sentence) if language == "en"}
        assert english == {name for language, name in fields(sentence) if language == "ko"}
        assert any("가" <= letter <= "힣" for letter in sentence.ko)
        assert not any("가" <= letter <= "힣" for letter in sentence.en)
    assert text.example
    assert text.variants


@pytest.mark.parametrize("finding", GATE, ids=lambda finding: f"{finding.rule} {finding.variant}")
def test_what_the_gate_says_has_words(finding: Finding) -> None:
    """With the very facts that the gate gives."""
    assert_worded(finding)


def test_facts_are_never_read_as_a_template() -> None:
    """A value with braces is shown as it is."""
    message, _ = word(blocks("agreed-review", reason="{key} {0}"), Language.ENGLISH)
    assert "{key} {0}" in message


def test_a_check_that_crashes_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error must not read as a pass, and the other rules still speak."""

    def crash(looked_at: Case) -> Iterator[Finding]:
        yield blocks("parses", "a.yml", None, "unread")
        raise ValueError(looked_at.change.paths)

    rules = tuple(Rule(r.id, r.point, crash) if r.id == "parses" else r for r in RULES)
    monkeypatch.setattr(checks, "RULES", rules)
    findings = run_checks(case("a: 1\n", "a: 1\n"))
    assert [finding.rule for finding in findings] == ["check-crashed", "no-change"]
    assert findings[0].severity is Severity.BLOCKS
    assert dict(findings[0].facts) == {"check": "parses", "error": "ValueError"}
    assert_worded(findings[0])


@pytest.mark.parametrize(
    ("key", "old", "new", "kind"),
    [
        ("level", "3", "4", None),
        ("name", "a", "b", None),
        ("report", "30", "40", None),
        ("host", "192.0.2.7", "192.0.2.8", "address"),
        ("x", "192.0.2.7", "y", "address"),
        ("x", "y", "http://config", "address"),
        ("db_host", "db-1", "db-2", "address"),
        ("x", "db-1:x", "a.example.com", "address"),
        ("x", "db-1:5432", "db-2:5432", "address"),
        ("port", "80", "81", "port"),
        ("ports", "8080:80", "8081:80", "port"),
        ("dbPort", "80", "81", "port"),
        ("allow", "a", "b", "firewall"),
        ("sourceRanges", "a", "b", "firewall"),
        ("allowedOrigins", "a", "b", "firewall"),
        ("password", "${A}", "${B}", "secret"),
        ("apiKey", "x", "y", "secret"),
        ("dir", "/srv/a", "/srv/b", "path"),
        ("x", "a:/srv/a:ro", "b", "path"),
        ("image", "redis:7", "redis:8", None),
    ],
)
def test_what_no_models_word_may_carry(key: str, old: str, new: str, kind: str | None) -> None:
    """By value, on either side, and by the key's name."""
    (leaf_change,) = change(f"{key}: {old}\n", f"{key}: {new}\n").leaf_changes
    assert protected_kind(leaf_change) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("firewall.yml", "firewall"),
        ("x/iptables.yml", "firewall"),
        ("ops/security-group.yml", "firewall"),
        (".github/workflows/a.yml", "ci"),
        ("ci/build.yml", "ci"),
        ("secrets/a.yml", "secret"),
        ("office/a.yml", None),
        ("precious.yml", None),
    ],
)
def test_a_file_may_protect_all_that_is_in_it(path: str, kind: str | None) -> None:
    """By its name or folder."""
    (leaf_change,) = change("level: 3\n", "level: 4\n", path).leaf_changes
    assert protected_kind(leaf_change) == kind


def test_an_added_and_a_removed_leaf_are_protected_too() -> None:
    """Each side counts alone."""
    (leaf_change,) = change("a: 1\nhost: 192.0.2.7\n", "a: 1\n").leaf_changes
    assert protected_kind(leaf_change) == "address"
    assert protected_kind(replace(leaf_change, old=None, new=leaf_change.old)) == "address"
