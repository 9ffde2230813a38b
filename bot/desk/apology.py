"""When an errand cannot be finished: say so where it was asked, and let nothing look alive.

Decides only where to say it. It must never retry the errand.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.report.neutral import plain
from bot.core.report.reasons import TROUBLES
from bot.core.report.thread import marker
from bot.core.request import Language, language_of
from bot.desk.office import Errand, Office
from bot.desk.saying import load, say
from bot.desk.task import OPEN, State, spoken_from


def apologize(office: Office, errand: Errand, code: str, facts: Mapping[str, str]) -> None:
    """The errand failed for good with ``code``. Raises HubError where even this cannot be said."""
    name = code if code in TROUBLES else "app-internal"
    if code == "internal":
        name = "app-internal"
    words = {"detail": facts.get("detail", code)}
    if errand.kind in {"greet", "refuse"}:
        _on_thread(office, errand, name, words)
        return
    key = str(errand.payload["task"])
    task = load(office, key)
    if errand.kind == "revise":
        asked = errand.payload["asked"]
        text = TROUBLES[name].say(Language(asked["language"]), words)
        mark = marker("revised", asked["key"])
        if task.pull is not None:
            office.hub.comment(task.repo, task.pull, f"{mark}\n{plain(text)}", mark)
    state = State.FAILED if task.state in OPEN else task.state
    if errand.kind == "deploy":
        state = State.DEPLOY_FAILED
    say(office, key, state, ([name, words],))


def _on_thread(office: Office, errand: Errand, name: str, words: Mapping[str, str]) -> None:
    spoken = spoken_from(errand.payload["spoken"])
    mark = marker("answer", str(errand.payload["key"]))
    text = plain(TROUBLES[name].say(language_of(spoken.text), words))
    office.hub.comment(spoken.repo, spoken.number, f"{mark}\n{text}", mark)
