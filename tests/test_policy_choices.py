"""What a repository may choose of the models: more care than the operator, and only listed names."""

from __future__ import annotations

import pytest

from bot.choosing import chosen
from bot.core.gate import Mode
from bot.core.policy import Models
from bot.core.request import Language
from bot.policy import PolicyError
from bot.settings import BUILTIN, Endpoint, Settings, SettingsError, read_settings
from bot.wiring import allows

AUTHOR = Endpoint("openai/big", "http://127.0.0.1:1/v1", "key-a")
REVIEWER = Endpoint("anthropic/other", None, "key-b")
OPERATOR = Settings(AUTHOR, REVIEWER, rounds=2, policy_models=("openai/small", "mistral/tiny"))
KEYLESS = Settings(
    Endpoint(BUILTIN), Endpoint(BUILTIN), policy_models=("openai/small", "mistral/tiny")
)


def refused(settings: Settings, wanted: Models) -> list[str]:
    """The codes of what is wrong with that wish."""
    with pytest.raises(PolicyError) as caught:
        chosen(settings, wanted, Mode.BLIND)
    assert all(one.say(language) for one in caught.value.faults for language in Language)
    return [one.code for one in caught.value.faults]


def test_nothing_asked_is_the_operator_s_choice() -> None:
    """Whatever it is."""
    for settings in (OPERATOR, KEYLESS):
        for mode in Mode:
            assert chosen(settings, Models(), mode) == (settings, mode)


@pytest.mark.parametrize(
    ("operator", "wanted", "counts"),
    [
        (Mode.BLIND, "review", Mode.BLIND),
        (Mode.REVIEW, "blind", Mode.BLIND),
        (Mode.REVIEW, "review", Mode.REVIEW),
        (Mode.BLIND, None, Mode.BLIND),
    ],
)
def test_the_stricter_mode_counts(operator: Mode, wanted: str | None, counts: Mode) -> None:
    """A repository never loosens how its reviewer works."""
    assert chosen(OPERATOR, Models(mode=wanted), operator)[1] is counts


@pytest.mark.parametrize(("wanted", "counts"), [(0, 0), (1, 1), (9, 2), (None, 2)])
def test_the_lower_number_of_rounds_counts(wanted: int | None, counts: int) -> None:
    """Rounds cost the operator's money."""
    assert chosen(OPERATOR, Models(rounds=wanted), Mode.BLIND)[0].rounds == counts


def test_only_listed_models_can_be_named() -> None:
    """Or those that the operator set; nothing else, and never rules as the judge."""
    assert refused(OPERATOR, Models(author="openai/unknown")) == ["model-refused"]
    assert refused(OPERATOR, Models("x/a", "x/b")) == ["model-refused", "model-refused"]
    assert refused(OPERATOR, Models(reviewer=BUILTIN)) == ["model-refused"]
    made, _ = chosen(OPERATOR, Models(author=AUTHOR.name, reviewer=REVIEWER.name), Mode.BLIND)
    assert made == OPERATOR


def test_rules_may_be_the_author() -> None:
    """Never looser than a model: the reviewer stays."""
    made, _ = chosen(OPERATOR, Models(author=BUILTIN), Mode.BLIND)
    assert (made.author, made.reviewer) == (Endpoint(BUILTIN), REVIEWER)


def test_no_key_reaches_another_provider() -> None:
    """A listed model of the same provider is asked as the operator's; one of another by itself."""
    made, _ = chosen(OPERATOR, Models(author="openai/small"), Mode.BLIND)
    assert made.author == Endpoint("openai/small", AUTHOR.base_url, AUTHOR.api_key)
    made, _ = chosen(OPERATOR, Models(author="mistral/tiny"), Mode.BLIND)
    assert made.author == Endpoint("mistral/tiny")
    swapped, _ = chosen(OPERATOR, Models(REVIEWER.name, AUTHOR.name), Mode.BLIND)
    assert (swapped.author, swapped.reviewer) == (REVIEWER, AUTHOR)


def test_one_model_as_both_is_not_the_repository_s_to_ask_for() -> None:
    """Not even where the operator allows it of models of their own."""
    assert refused(OPERATOR, Models(reviewer=AUTHOR.name)) == ["model-same"]
    loose = Settings(AUTHOR, REVIEWER, allow_same_model=True)
    assert refused(loose, Models(reviewer=AUTHOR.name)) == ["model-same"]
    insisted = Settings(AUTHOR, AUTHOR, allow_same_model=True)
    assert chosen(insisted, Models(), Mode.BLIND)[0].reviewer == AUTHOR


def test_an_author_without_a_judge_is_refused() -> None:
    """Without any model set, a repository must name both."""
    assert refused(KEYLESS, Models(author="openai/small")) == ["model-unjudged"]
    made, _ = chosen(KEYLESS, Models("openai/small", "mistral/tiny"), Mode.BLIND)
    assert made.uses_models


def test_settings_say_which_programs_and_models() -> None:
    """Commas part them; nothing said is not the same as none."""
    assert read_settings({}).validators is None
    assert read_settings({"CFG_VALIDATORS": "none"}).validators == ()
    assert read_settings({"CFG_VALIDATORS": "promtool, nginx"}).validators == ("promtool", "nginx")
    assert read_settings({"CFG_POLICY_MODELS": "a/b,c/d"}).policy_models == ("a/b", "c/d")
    for value in ("none,nginx", "any,sh", "a,,b", ","):
        with pytest.raises(SettingsError):
            read_settings({"CFG_VALIDATORS": value})
    assert allows(("any",), "anything")
    assert not allows((), "sh")
