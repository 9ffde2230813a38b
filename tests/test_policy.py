"""The policy file: what it may say, everything wrong at once, and the schema that says the same."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.invariants import Distinct, Members, Ordered, Per, Places, Same, Take, Within
from bot.core.policy import PROTECTED, Environment, Limits, Models, Policy
from bot.core.report.policy_words import FAULTS, NOTES
from bot.core.request import Language
from bot.core.validation import NativeCheck
from bot.policy import PolicyError, parse_policy
from bot.policy.schema import SCHEMA
from tests.commands import cfg

ROOT = Path(__file__).resolve().parent.parent
VALIDATE = jsonschema.Draft202012Validator(SCHEMA)
FULL = """\
allowed: ["clouds/**", "inventory.yml"]
protected: "clouds/*/firewall*"
limits: {files: 10, leaf_changes: 20, file_bytes: 30}
merge: {checks: [ci/validate]}
models: {author: openai/a, reviewer: openai/b, mode: blind, rounds: 0}
environments:
  one:
    paths: one/**
    job: team/deploy
    parameters: {CLOUD: one, BUILD: false, N: 3}
invariants:
  - name: same
    why: they are
      one
    same:
      - {files: inventory.yml, key: a > b}
      - {files: ["**/.env"], key: X, pattern: "a(.*)", take: addresses}
  - name: members
    members:
      of: {files: a.yml, key: "x > [*]"}
      in: [{files: b.yml, key: y}, {files: c.yml, key: z}]
      also: [localhost, 8080, true]
  - {name: range, within: {at: {files: a.yml, key: t}, min: 1s, max: 5m}}
  - {name: set, within: {at: {files: a.yml, key: l}, one_of: [INFO, 3]}}
  - {name: form, within: {at: {files: a.yml, key: v}, matches: "(a)-(b)"}}
  - {name: distinct, distinct: {at: {files: a.yml, key: p}, per: parent}}
  - {name: ordered, ordered: {at: [{files: a.yml, key: p}, {files: a.yml, key: q}]}}
validators:
  - name: nginx
    run: [nginx, -t, "{files}"]
    files: nginx/**
    timeout: 2.5
    output: 500
    optional: true
"""


def read(text: str) -> Policy:
    """The policy in ``text``."""
    return parse_policy(".cfgbot.yml", text.encode())


def faults(text: str) -> list[tuple[str, int | None]]:
    """(code, line) of all that is wrong; each of it worded in both languages."""
    with pytest.raises(PolicyError) as caught:
        read(text)
    for one in caught.value.faults:
        english, korean = (one.say(language) for language in (Language.ENGLISH, Language.KOREAN))
        assert english != korean
        assert any("가" <= letter <= "힣" for letter in korean)
    return [(one.code, one.line) for one in caught.value.faults]


def test_everything_that_can_be_said_is_read() -> None:
    """Each key once, as values."""
    made = read(FULL)
    assert made.allowed == ("clouds/**", "inventory.yml")
    assert made.protected == (*PROTECTED, "clouds/*/firewall*")
    assert made.limits == Limits(10, 20, 30)
    assert made.checks == ("ci/validate",)
    assert made.models == Models("openai/a", "openai/b", "blind", 0)
    parameters = (("CLOUD", "one"), ("BUILD", "false"), ("N", "3"))
    assert made.environments == (Environment("one", ("one/**",), "team/deploy", parameters),)
    check = NativeCheck("nginx", ("nginx", "-t", "{files}"), ("nginx/**",), 2.5, 500, optional=True)
    assert made.validators == (check,)
    assert made.invariants[0].why == "they are one"
    assert [one.promise for one in made.invariants] == [
        Same(
            (
                Places(("inventory.yml",), "a > b"),
                Places(("**/.env",), "X", "a(.*)", Take.ADDRESSES),
            )
        ),
        Members(
            (Places(("a.yml",), "x > [*]"),),
            (Places(("b.yml",), "y"), Places(("c.yml",), "z")),
            ("localhost", "8080", "true"),
        ),
        Within((Places(("a.yml",), "t"),), "1s", "5m"),
        Within((Places(("a.yml",), "l"),), one_of=("INFO", "3")),
        Within((Places(("a.yml",), "v"),), matches="(a)-(b)"),
        Distinct((Places(("a.yml",), "p"),), Per.PARENT),
        Ordered((Places(("a.yml",), "p"), Places(("a.yml",), "q")), Per.FILE),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "~\n", "\ufeff"])
def test_nothing_said_is_the_default(text: str) -> None:
    """A file of comments is a policy too."""
    assert read(text) == Policy()


def invariant(body: str) -> str:
    """A policy with one promise."""
    return f"invariants:\n  - name: p\n    {body}\n"


def environment(body: str) -> str:
    """A policy with one environment."""
    return f"environments: {{a: {{paths: [x], job: j, {body}}}}}\n"


PLACE = "{files: a.yml, key: k}"
WRONG = [
    ("alowed: ['**']\n", "unknown-key-near"),
    ("zzz: 1\n", "unknown-key"),
    ("- a\n", "no-mapping"),
    ("[", "yaml"),
    ("a: [\x00]\n", "yaml"),
    ("a: b: c\n", "yaml"),
    ("allowed: {}\n", "no-list"),
    ("allowed: [1]\n", "no-text"),
    ("allowed: ['']\n", "no-text"),
    ("allowed:\n", "no-text"),
    ("allowed: ['# a']\n", "bad-glob"),
    ("allowed: ['/']\n", "bad-glob"),
    ("allowed: ['!']\n", "bad-glob"),
    ("allowed: [a]\nallowed: ['**']\n", "key-twice"),
    ("limits: 3\n", "no-mapping"),
    ("limits: {file: 3}\n", "unknown-key-near"),
    ("limits: {files: many}\n", "no-whole-number"),
    ("limits: {files: true}\n", "no-whole-number"),
    ("limits: {files: 0}\n", "no-whole-number"),
    ("limits: {files: 1.5}\n", "no-whole-number"),
    ("merge: {check: [a]}\n", "unknown-key-near"),
    ("merge: {checks: a}\n", "no-list"),
    ("models: {mode: blnd}\n", "no-choice-near"),
    ("models: {mode: off}\n", "no-text"),
    ("models: {rounds: -1}\n", "no-whole-number"),
    ("models: {author: ''}\n", "no-text"),
    ("environments: {'a b': {paths: [x], job: j}}\n", "bad-name"),
    ("environments: {a: {job: j}}\n", "key-missing"),
    ("environments: {a: {paths: [x]}}\n", "key-missing"),
    ("environments: {a: {paths: [], job: j}}\n", "empty-list"),
    ("environments: {a: {paths: [x], job: '/j'}}\n", "bad-job"),
    ("environments: {a: {paths: [x], job: j, parameters: {Commit: 1}}}\n", "own-parameter"),
    ("environments: {a: {paths: [x], job: j, parameters: {A: [1]}}}\n", "no-scalar"),
    ("environments: {a: {paths: [x], job: j, parameters: {A: 1.5}}}\n", "no-scalar"),
    (environment("wave: -1"), "no-whole-number"),
    (environment("timeout: soon"), "bad-duration"),
    (environment("timeout: 0"), "bad-duration"),
    (environment("parameters: {A: '{comit}'}"), "template-unknown-near"),
    (environment("parameters: {A: '{zzz}'}"), "template-unknown"),
    (environment("health: {}"), "no-list"),
    (environment("health: [up]"), "no-mapping"),
    (environment("health: [{above: 1}]"), "one-health"),
    (environment("health: [{promql: up, http: 'http://a/', above: 1}]"), "one-health"),
    (environment("health: [{promql: up}]"), "no-health-bound"),
    (environment("health: [{promql: up, abov: 1}]"), "unknown-key-near"),
    (environment("health: [{promql: up, above: 2, below: 1}]"), "health-crossed"),
    (environment("health: [{promql: up, above: high}]"), "no-number"),
    (environment("health: [{promql: up, below: 1, negligible: 1}]"), "negligible-alone"),
    (environment("health: [{promql: up, at_most: 1.5}]"), "no-text"),
    (environment("health: [{promql: up, at_most: '1.5'}]"), "bad-ratio"),
    (
        environment("health: [{promql: 'up{a=\"{environmen}\"}', above: 1}]"),
        "template-unknown-near",
    ),
    (environment("health: [{http: 'http://a:b@c/'}]"), "bad-url"),
    (environment("health: [{http: 'http://a/', within: 61}]"), "bad-duration"),
    ("rollout: {paralel: 2}\n", "unknown-key-near"),
    ("rollout: {parallel: 0}\n", "no-whole-number"),
    ("rollout: {soak: 2d}\n", "bad-duration"),
    ("rollout: {make_before_break: 1}\n", "no-flag"),
    ("rollout: {on_failure: rolback}\n", "no-choice-near"),
    ("rollout: {while_rolling: no}\n", "no-text"),
    ("rollout: {admission: []}\n", "empty-list"),
    ("rollout: {admission: [{key: a}]}\n", "key-missing"),
    ("rollout: {admission: [{files: a, key: 'a**b'}]}\n", "key-pattern-stars"),
    ("invariants: {}\n", "no-list"),
    ("invariants: [{name: p}]\n", "one-promise"),
    (invariant(f"same: [{PLACE}]\n    distinct: {{at: {PLACE}}}"), "one-promise"),
    ("invariants: [{same: [{files: a, key: k}]}]\n", "key-missing"),
    (invariant("sames: []"), "unknown-key-near"),
    (invariant("same: []"), "empty-list"),
    (invariant("same: [{files: a.yml}]"), "key-missing"),
    (invariant("same: [{files: [], key: k}]"), "empty-list"),
    (invariant("same: [{files: a, key: 'a*b*c*d*e'}]"), "key-pattern-stars"),
    (invariant("same: [{files: a, key: k, pattern: '(a+)+'}]"), "pattern-slow"),
    (invariant("same: [{files: a, key: k, pattern: '('}]"), "pattern-invalid"),
    (invariant("same: [{files: a, key: k, pattern: '(a)(b)'}]"), "pattern-groups"),
    (invariant("same: [{files: a, key: k, take: adresses}]"), "no-choice-near"),
    (invariant(f"members: {{of: {PLACE}}}"), "key-missing"),
    (invariant(f"within: {{at: {PLACE}}}"), "one-bound"),
    (invariant(f"within: {{at: {PLACE}, min: 1, matches: a}}"), "one-bound"),
    (invariant(f"within: {{at: {PLACE}, min: soon}}"), "bad-quantity"),
    (invariant(f"within: {{at: {PLACE}, min: 5m, max: 1s}}"), "bounds-crossed"),
    (invariant(f"within: {{at: {PLACE}, min: 1s, max: 1Gi}}"), "bounds-crossed"),
    (invariant(f"within: {{at: {PLACE}, one_of: []}}"), "empty-list"),
    (invariant(f"distinct: {{at: {PLACE}, per: fiel}}"), "no-choice-near"),
    (invariant(f"ordered: {{at: [{PLACE}]}}"), "two-places"),
    (f"invariants: [{{name: a, same: [{PLACE}]}}, {{name: a, same: [{PLACE}]}}]\n", "name-twice"),
    (f"invariants: [{{name: 'a b', same: [{PLACE}]}}]\n", "bad-name"),
    ("validators: [{name: a, run: nginx -t, files: x}]\n", "bad-command"),
    ("validators: [{name: a, run: [], files: x}]\n", "bad-command"),
    ("validators: [{name: a, run: [a, 1], files: x}]\n", "no-text"),
    ("validators: [{name: a, run: ['{files}'], files: x}]\n", "files-word"),
    ("validators: [{name: a, run: [a, 'x={files}'], files: x}]\n", "files-word"),
    ("validators: [{name: a, run: [a]}]\n", "key-missing"),
    ("validators: [{name: a, run: [a], files: []}]\n", "empty-list"),
    ("validators: [{name: a, run: [a], files: x, timeout: 0}]\n", "no-number"),
    ("validators: [{name: a, run: [a], files: x, timeout: 601}]\n", "no-number"),
    ("validators: [{name: a, run: [a], files: x, output: 10}]\n", "no-whole-number"),
    ("validators: [{name: a, run: [a], files: x, optional: 1}]\n", "no-flag"),
    ("a: &a [*a]\n", "yaml"),
    ("<<: 3\n", "yaml"),
]


@pytest.mark.parametrize(("text", "code"), WRONG)
def test_what_cannot_be_meant_is_an_error(text: str, code: str) -> None:
    """A slip must not quietly leave a rule off."""
    assert code in [found for found, _ in faults(text)]


def test_every_sentence_about_a_fault_is_needed() -> None:
    """Each code is shown above, or is about two files, a size, or the models of others."""
    elsewhere = {"two-files", "too-large", "model-refused", "model-unjudged", "model-same"}
    forms = {"no-choice", "key-pattern-empty", "key-pattern-step", "pattern-long"}
    assert {code for _, code in WRONG} | elsewhere | forms >= set(FAULTS)
    for text in NOTES.values():
        assert text.en
        assert text.ko


def test_all_that_is_wrong_is_said_at_once_with_its_line() -> None:
    """In the order of the file, and no fault twice."""
    text = "alowed: []\nlimits:\n  files: many\n  zzz: 3\nvalidators:\n  - {name: a, run: [a]}\n"
    assert faults(text) == [
        ("unknown-key-near", 1),
        ("no-whole-number", 3),
        ("unknown-key", 4),
        ("key-missing", 6),
    ]
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert caught.value.facts["detail"].count(";") == 4  # one of them has a semicolon of its own
    assert "did you mean 'allowed'?" in caught.value.facts["detail"]
    assert "맨 위" in caught.value.facts["detail_ko"]


def test_merge_keys_are_followed_and_own_keys_win() -> None:
    """People write what environments share once."""
    text = """\
environments:
  a: &a {paths: ["a/**"], job: j, parameters: {X: 1}}
  b:
    <<: *a
    paths: ["b/**"]
"""
    assert [one.paths for one in read(text).environments] == [("a/**",), ("b/**",)]
    assert {one.job for one in read(text).environments} == {"j"}


def test_a_bomb_of_aliases_is_refused() -> None:
    """Nine levels of nine are four hundred million values."""
    rows = ["a0: &a0 [x, x]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)
    ]
    assert faults("\n".join(rows)) == [("yaml", None)]
    assert faults("#" * 300_000) == [("too-large", None)]
    assert faults("[" * 5_000)[0][0] == "yaml"


# the schema
def test_the_published_policy_schema_is_the_code_s() -> None:
    """docs/policy.schema.json is what ``cfg schema policy`` prints."""
    published = json.loads((ROOT / "docs/policy.schema.json").read_text("utf-8"))
    assert published == SCHEMA
    assert json.loads(cfg("schema", "policy").out) == SCHEMA
    jsonschema.Draft202012Validator.check_schema(published)


def test_what_is_good_satisfies_the_schema() -> None:
    """The full example, the fleet's policy and all that the docs show."""
    VALIDATE.validate(yaml.safe_load(FULL))
    fleet = (ROOT / "examples/fleet/.cfgbot.yml").read_text("utf-8")
    VALIDATE.validate(yaml.safe_load(fleet))
    assert "# yaml-language-server: $schema=../../docs/policy.schema.json" in fleet
    page = (ROOT / "docs/policy.md").read_text("utf-8")
    (block,) = [part.partition("```")[0] for part in page.split("```yaml\n")[1:]]
    VALIDATE.validate(yaml.safe_load(block))
    assert read(block).invariants
    assert read(block).validators


# What only the parser knows: YAML itself, patterns' own syntax, names, and what two keys say together.
BEYOND_SCHEMA = frozenset(
    """yaml key-twice bad-glob key-pattern-stars pattern-slow pattern-invalid pattern-groups bad-quantity
    bounds-crossed one-bound name-twice files-word template-unknown template-unknown-near
    health-crossed""".split()
)


@pytest.mark.parametrize(("text", "code"), [case for case in WRONG if case[1] not in BEYOND_SCHEMA])
def test_what_is_wrong_does_not_satisfy_the_schema(text: str, code: str) -> None:
    """An editor shows what the parser would refuse."""
    assert not VALIDATE.is_valid(yaml.safe_load(text)), code


def test_every_key_of_the_schema_is_described() -> None:
    """Editors show it."""

    def undescribed(schema: Any, where: str) -> list[str]:  # noqa: ANN401 - JSON
        found = []
        for key, one in schema.get("properties", {}).items():
            if "description" not in one and "$ref" not in str(one):
                found.append(f"{where}.{key}")
            found += undescribed(one, f"{where}.{key}")
        for inner in ("items", "additionalProperties"):
            if isinstance(schema.get(inner), dict):
                found += undescribed(schema[inner], f"{where}[]")
        return found

    assert undescribed(SCHEMA, "") == []
    assert undescribed(SCHEMA["$defs"]["places"], "places") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(sorted({*SCHEMA["properties"], "name", "run", "x"})), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(JSON)
def test_whatever_a_file_says_it_is_read_or_refused(content: Any) -> None:  # noqa: ANN401
    """Never another error; and what is read satisfies the schema."""
    try:
        read(yaml.safe_dump(content, allow_unicode=True))
        good = True
    except PolicyError:
        good = False
    assert not good or VALIDATE.is_valid(content)


@pytest.mark.parametrize(
    ("text", "good"), [("", True), ("~", True), ("# only this", True), ("''", False)]
)
def test_only_nothing_is_the_default(text: str, *, good: bool) -> None:
    """An empty file or null is a policy without rules; an empty text is a slip."""
    if good:
        assert read(text) == Policy()
    else:
        with pytest.raises(PolicyError):
            read(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in the file."""
    with contextlib.suppress(PolicyError):
        parse_policy(".cfgbot.yml", text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_one_key_misspelt_anywhere_is_found(data: st.DataObject) -> None:
    """In every mapping of the policy whose keys are ours, at its line, with the right one named."""
    rows = FULL.splitlines()
    keys = "allowed protected limits files leaf_changes merge checks models author mode environments paths job invariants why same key members also within validators run timeout optional".split()
    key = data.draw(st.sampled_from(keys))
    at = next(n for n, row in enumerate(rows) if f"{key}:" in row)
    wrong = data.draw(st.sampled_from([key + "x", key[:-1], "x" + key]))
    rows[at] = rows[at].replace(f"{key}:", f"{wrong}:", 1)
    with pytest.raises(PolicyError) as caught:
        read("\n".join(rows))
    said = [one for one in caught.value.faults if one.code.startswith("unknown-key")]
    assert said, (key, wrong)
    assert ("near", repr(key)) in said[0].facts
