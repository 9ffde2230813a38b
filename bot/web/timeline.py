"""The timeline of one change as a page: what was asked, judged, merged and deployed, and when.

Layout only. Everything on it is escaped; it has no script and loads nothing from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.core.report.neutral import visible
from bot.core.report.text import Text
from bot.core.request import Language
from bot.desk.task import Task

_WORDS: dict[str, Text] = {
    "asked": Text("asked", "요청"),
    "working": Text("begun", "시작"),
    "judged": Text("judged", "판정"),
    "revised": Text("revised", "수정 요청"),
    "judged-pushed": Text("judged a pushed commit", "올라온 커밋 판정"),
    "pull": Text("pull request opened", "풀 리퀘스트"),
    "review": Text("review posted", "검토 게시"),
    "waiting": Text("waiting", "대기"),
    "merge": Text("merged", "병합"),
    "merged": Text("deploying", "배포 시작"),
    "triggered": Text("Jenkins told", "Jenkins 호출"),
    "deployed": Text("done", "완료"),
    "deploy-failed": Text("deployment failed", "배포 실패"),
    "turned-back": Text("being taken back", "되돌리는 중"),
    "reverted": Text("reverted", "되돌림"),
    "rolled-back": Text("taken back", "되돌림 완료"),
    "frozen": Text("stopped half-way", "중간에 멈춤"),
    "resumed": Text("merges go on", "병합 재개"),
    "log": Text("end of the console", "콘솔 끝부분"),
    "rejected": Text("rejected", "반려"),
    "declined": Text("declined", "거절"),
    "planned": Text("planned", "계획"),
    "closed": Text("closed by hand", "사람이 닫음"),
    "merged-by-hand": Text("merged by hand", "사람이 병합"),
    "failed": Text("failed", "실패"),
    "changes": Text("Every changed value, with its evidence", "바뀐 값과 근거"),
    "findings": Text("Findings", "지적"),
    "builds": Text("Builds", "빌드"),
    "where": Text("where", "위치"),
    "old": Text("old", "전"),
    "new": Text("new", "후"),
    "place": Text("why here", "이 자리인 까닭"),
    "value": Text("why this value", "이 값인 까닭"),
    "by": Text("asked by", "요청한 사람"),
}


class Line(Protocol):
    """A line of a task's history."""

    @property
    def at(self) -> str:
        """ISO 8601."""

    @property
    def stage(self) -> str:
        """What happened."""

    @property
    def detail(self) -> str:
        """More of it."""


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bot", "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("timeline.html.j2")


def timeline(task: Task, history: Sequence[Line]) -> str:
    """The page as HTML."""
    verdicts = task.judged.verdicts if task.judged else ()
    return _template().render(
        language=task.language.value,
        title=" ".join(visible(task.texts[0]).split()),
        task=task,
        texts=[visible(text) for text in task.texts],
        lines=_lines(history, task.language),
        changes=[change for verdict in verdicts for change in verdict["changes"]],
        findings=[finding for verdict in verdicts for finding in verdict["findings"]],
        builds=task.builds,
        word=lambda name: _word(name, task.language),
        visible=visible,
    )


def _word(name: str, language: Language) -> str:
    return _WORDS[name].say(language) if name in _WORDS else name


def _lines(history: Sequence[Line], language: Language) -> list[dict[str, Any]]:
    """Each line with the seconds since the first."""
    begun = datetime.fromisoformat(history[0].at) if history else None
    return [
        {
            "at": line.at,
            "after": f"{(datetime.fromisoformat(line.at) - begun).total_seconds():.1f} s"
            if begun
            else "",
            "what": _word(line.stage, language),
            "detail": visible(line.detail),
        }
        for line in history
    ]
