"""Check runs we report, and what others reported on a commit.

Decides which of several reports of a name is the newest. A check that GitHub still runs has no
conclusion here, whatever its name.
"""

from __future__ import annotations

from bot.adapters.github.access import Access
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import Json, understood
from bot.core.repo import Repo
from bot.hub import Annotation, Check, CheckReport

BATCH = 50  # annotations in one request
_MAX_SUMMARY = 65_535
_MAX_TITLE = 255
_MAX_MESSAGE = 16_000
_STATUSES = {"success": "success", "pending": None}


def report(access: Access, repo: Repo, head: str, told: CheckReport) -> None:
    """The finished check run with all its annotations; what is there already is not sent again."""
    batches = [told.annotations[i : i + BATCH] for i in range(0, len(told.annotations), BATCH)]
    path = of_repo(repo, "check-runs")
    body = {
        "name": told.name,
        "head_sha": head,
        "external_id": told.key,
        "status": "completed",
        "conclusion": told.conclusion,
        "output": _output(told, batches[0] if batches else ()),
    }
    if told.url is not None:
        body["details_url"] = told.url

    def look() -> tuple[int, int] | None:
        return _find(access, repo, head, told)

    def act() -> tuple[int, int]:
        made = access.act("POST", path, body).data
        with understood("check run"):
            return int(made["id"]), len(batches[0]) if batches else 0

    run, shown = access.once(look, act)
    while shown < len(told.annotations):
        shown = _add(access, repo, head, told, run, shown)


def _add(access: Access, repo: Repo, head: str, told: CheckReport, run: int, shown: int) -> int:
    """The next batch; how many annotations are shown then. GitHub adds them to those shown."""
    more = told.annotations[shown : shown + BATCH]
    path = of_repo(repo, "check-runs", run)

    def look() -> int | None:
        found = _find(access, repo, head, told)
        return found[1] if found is not None and found[1] > shown else None

    def act() -> int:
        access.act("PATCH", path, {"output": _output(told, more)})
        return shown + len(more)

    return access.first(act, look)


def _made(run: Json) -> tuple[int, int]:
    """Id of a check run, and how many annotations it shows."""
    with understood("check run"):
        return int(run["id"]), int(run["output"]["annotations_count"])


def _find(access: Access, repo: Repo, head: str, told: CheckReport) -> tuple[int, int] | None:
    path = of_repo(repo, "commits", head, "check-runs")
    for run in access.listed(path, "check_runs", check_name=told.name, filter="all"):
        if run.get("external_id") == told.key:
            return _made(run)
    return None


def _output(told: CheckReport, annotations: tuple[Annotation, ...]) -> Json:
    return {
        "title": told.title[:_MAX_TITLE],
        "summary": told.summary[:_MAX_SUMMARY],
        "annotations": [_annotation(one) for one in annotations],
    }


def _annotation(one: Annotation) -> Json:
    return {
        "path": one.path,
        "start_line": one.line,
        "end_line": one.line,
        "annotation_level": one.level,
        "title": one.title[:_MAX_TITLE],
        "message": one.message[:_MAX_MESSAGE],
    }


def checks(access: Access, repo: Repo, sha: str) -> tuple[Check, ...]:
    """The newest of every check run (by name and App) and of every status (by name)."""
    runs: dict[tuple[str, str | None], tuple[int, Check]] = {}
    path = of_repo(repo, "commits", sha)
    for run in access.listed(f"{path}/check-runs", "check_runs", filter="latest"):
        with understood("check run"):
            _keep_newest(runs, run)
    statuses = [_status(status) for status in access.listed(f"{path}/status", "statuses")]
    named = {check.name: check for check in statuses}
    every = [*(check for _, check in runs.values()), *named.values()]
    return tuple(sorted(every, key=lambda check: (check.name, check.app or "")))


def _keep_newest(runs: dict[tuple[str, str | None], tuple[int, Check]], run: Json) -> None:
    app = (run["app"] or {}).get("slug")
    done = run["conclusion"] if run["status"] == "completed" else None
    check, number = Check(str(run["name"]), done, app), int(run["id"])
    known = runs.get((check.name, app))
    if known is None or known[0] < number:
        runs[check.name, app] = (number, check)


def _status(status: Json) -> Check:
    """The combined status lists the newest of every name."""
    with understood("commit status"):
        return Check(str(status["context"]), _STATUSES.get(status["state"], "failure"))
