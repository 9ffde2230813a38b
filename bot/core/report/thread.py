"""The status comment: one comment a request, edited in place as it moves on.

Decides what people read of a request on its thread. All texts of others are neutral in it, and
secrets are hidden before anything gets here (``as_json`` hides them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.report.neutral import code, plain, quoted
from bot.core.report.reasons import TROUBLES
from bot.core.report.rollout_words import REASONS, on_the_way_back
from bot.core.report.tables_md import builds_table, changes_table, findings_table
from bot.core.report.text import Text
from bot.core.report.thread_words import (
    ANSWERS,
    HEADLINES,
    HELP,
    LINES,
    STATES,
    STOPPED,
    WAITING,
)
from bot.core.request import Language
from bot.core.secret_places import without_secrets

MAX_BODY = 60_000
_ROLLOUT = {f"rollout-{name}": text for name, text in REASONS.items()} | {
    f"rollout-back-{name}": on_the_way_back(text) for name, text in REASONS.items()
}


@dataclass(frozen=True)
class Scene:
    """What a status comment tells of: ``verdicts`` are outcomes as ``as_json`` gives them."""

    key: str
    language: Language
    requester: str
    texts: tuple[str, ...] = ()
    pull: int | None = None
    verdicts: tuple[Mapping[str, Any], ...] = ()
    merged: str | None = None
    builds: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=())
    timeline: str | None = None


def marker(kind: str, key: str) -> str:
    """The invisible mark by which an effect is known again; nothing a person types makes it."""
    return f"<!-- cfgbot:{kind}:{key} -->"


def status(headline: str, scene: Scene) -> str:
    """The whole comment for a request that is now at ``headline`` (a name in HEADLINES)."""
    facts = {"pull": str(scene.pull or "")}
    parts = [
        marker("status", scene.key),
        HEADLINES[headline].say(scene.language, facts),
        *_asked(scene),
        *_story(headline, scene),
    ]
    if scene.timeline:
        parts.append(f"[{LINES['timeline'].say(scene.language)}](<{scene.timeline}>)")
    return cut("\n\n".join(part for part in parts if part), scene.language)


def _asked(scene: Scene) -> Iterable[str]:
    return (quoted(text) for text in scene.texts)


def _story(headline: str, scene: Scene) -> Iterable[str]:
    language = scene.language
    if headline == "working":
        yield LINES["stage-understand"].say(language)
        return
    if scene.verdicts:
        yield summary(scene.verdicts, language)
    if headline in {"declined", "rejected"}:
        yield from reasons(scene.verdicts, language)
    if scene.merged:
        yield LINES["merge-commit"].say(language, {"sha": f"`{scene.merged[:12]}`"})
    if scene.builds:
        yield builds_table(scene.builds, language)
    yield from (_note(code_, dict(facts), language) for code_, facts in scene.notes)
    if headline == "planned":
        yield details(scene.verdicts, language)
    if headline == "declined":
        yield LINES["what-next"].say(language)
    if headline == "rejected":
        yield LINES["revise-next"].say(language, {"pull": str(scene.pull or "")})


def summary(verdicts: Sequence[Mapping[str, Any]], language: Language) -> str:
    """How much changes, and who wrote and judged it."""
    changes = net_changes(verdicts)
    last = verdicts[-1]
    if not last["models"]["author"]:
        return ""  # nobody came to work
    reviewer = last["models"]["reviewer"]
    said = LINES["judged-by"].say(
        language,
        {
            "author": code(last["models"]["author"]),
            "reviewer": LINES["no-reviewer-model"].say(language)
            if reviewer == "none"
            else code(reviewer),
            "mode": last["mode"],
            "seconds": f"{sum(verdict['seconds']['total'] for verdict in verdicts):.1f}",
        },
    )
    if not changes:
        return said
    return f"{count(changes, language)}; {said}"


def count(changes: Sequence[Mapping[str, Any]], language: Language) -> str:
    """``39 values in 39 files``."""
    files = {change["path"] for change in changes}
    facts = {
        "values": counted(len(changes), LINES, "value", language),
        "files": counted(len(files), LINES, "file", language),
    }
    return LINES["change-count"].say(language, facts)


def counted(number: int, texts: Mapping[str, Text], thing: str, language: Language) -> str:
    """A number of things: ``1 value``, ``2 values``."""
    return texts[thing if number == 1 else f"{thing}s"].say(language, {"count": str(number)})


def net_changes(verdicts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every leaf once, as it was before the first sentence and is after the last."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for change in (change for verdict in verdicts for change in verdict["changes"]):
        first = found.get((change["path"], change["key"]), change)
        found[change["path"], change["key"]] = {**change, "old": first["old"]}
    return [change for change in found.values() if change["old"] != change["new"]]


def all_findings(verdicts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every finding once, in order."""
    found: list[Mapping[str, Any]] = []
    for finding in (finding for verdict in verdicts for finding in verdict["findings"]):
        if finding not in found:
            found.append(finding)
    return found


def reasons(verdicts: Sequence[Mapping[str, Any]], language: Language) -> Iterable[str]:
    """Why it was not merged: trouble, question with its candidates, findings that block."""
    for verdict in verdicts:
        if verdict["error"]:
            yield plain(verdict["error"]["message"])
        blocking = [one for one in verdict["findings"] if one["severity"] == "blocks"]
        if verdict["question"]:
            yield question(verdict["question"], language)
        if blocking:
            yield findings_table(blocking, language)


def question(asked: Mapping[str, Any], language: Language) -> str:
    """What only the person can say, with the places it might be."""
    lines = [plain(asked["message"])]
    if asked["candidates"]:
        lines.append("")
        lines.append(LINES["candidates"].say(language))
        lines += [_candidate(place) for place in asked["candidates"][:10]]
        more = len(asked["candidates"]) - 10
        if more > 0:
            lines.append("- " + LINES["cut"].say(language, {"count": str(more)}))
    return "\n".join(lines)


def _candidate(place: Mapping[str, Any]) -> str:
    return f"- {code(place['path'])}:{place['line']} {code(place['key'])} = {code(place['value'])}"


def details(verdicts: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Every leaf change with its evidence, folded."""
    changes = net_changes(verdicts)
    title = LINES["details"].say(language)
    body = changes_table(changes, language)
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _note(name: str, facts: Mapping[str, str], language: Language) -> str:
    texts = {**TROUBLES, **WAITING, **STOPPED, **LINES, **_ROLLOUT}
    facts = {"detail": "", "what": facts.get("check", ""), **facts}
    prose = {
        key: value if key in {"sha", "names"} else plain(value) for key, value in facts.items()
    }
    if "environment" in prose:
        prose["environment"] = code(prose["environment"])
    if "sha" in prose:
        prose["sha"] = code(prose["sha"][:12])
    if "names" in prose:
        prose["names"] = ", ".join(code(one) for one in prose["names"].split("\n"))
    said = texts[name].say(language, prose)
    return said[0].upper() + said[1:]


def refusal(name: str, facts: Mapping[str, str], key: str, language: Language) -> str:
    """A short answer to a command that is not carried out (a name in ANSWERS).

    ``who`` is a login GitHub gave us and is mentioned on purpose; everything else is neutral.
    """
    facts = {name: without_secrets(value) for name, value in facts.items()}
    safe = {
        one: value if one in {"who", "nearest"} else plain(value, 300)
        for one, value in facts.items()
    }
    if name == "unknown-verb":
        safe["verb"] = code(facts.get("verb", ""), 60)
    if name == "already-merged":
        safe["state"] = STATES[facts["state"]].say(language)
    return f"{marker('answer', key)}\n{ANSWERS[name].say(language, safe)}"


def help_text(key: str, language: Language) -> str:
    """What the bot understands."""
    return f"{marker('answer', key)}\n{HELP.say(language)}"


def revised(key: str, sha: str, reason: str | None, approved: bool, language: Language) -> str:  # noqa: FBT001
    """The answer in a review thread (or on the pull request) to ``/cfg revise``."""
    if reason is not None:
        said = ANSWERS["not-revised"].say(language, {"reason": reason})
    else:
        verdict = ANSWERS["verdict-approved" if approved else "verdict-rejected"].say(language)
        said = ANSWERS["revised"].say(language, {"sha": f"`{sha[:12]}`", "verdict": verdict})
    return f"{marker('revised', key)}\n{said}"


def cut(body: str, language: Language) -> str:
    """GitHub refuses longer bodies; what is lost is said.

    Whole lines are kept: half a code span would set free what stands in it.
    """
    if len(body) <= MAX_BODY:
        return body
    kept = body[:MAX_BODY].rpartition("\n")[0]
    folded = "\n\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}{folded}\n\n{LINES['too-long'].say(language)}"
