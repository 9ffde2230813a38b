"""A judged change becomes commits, a branch, a pull request, a review and a check run.

Decides the branch's name and the order. Each function is one effect and may run again: it takes
what it needs from the ledger, looks, acts, and notes what is there now.
"""

from __future__ import annotations

from bot.core.report.neutral import unlinked
from bot.core.report.pull_request import check_text, pull_body, review_text, title_of
from bot.core.report.thread import marker
from bot.desk.branches import drop
from bot.desk.office import CHECK_NAME, Json, Office
from bot.desk.saying import load
from bot.desk.task import Judged, Task, files_from
from bot.hub import Annotation, CheckReport, LineComment

MADE_BY = "made by cfgbot"
LABELS = {True: "cfg: approved", False: "cfg: rejected"}


def branch_of(task: Task) -> str:
    """A branch of its own for each task."""
    return f"cfgbot/{task.number}-{task.marker}"


def judged_of(task: Task) -> Judged:
    """What was judged. Raises LookupError where nothing was."""
    if task.judged is None:
        raise LookupError(f"{task.key} was not judged")
    return task.judged


def commit(office: Office, key: str) -> str:
    """One commit a group, on the judged base; the SHA of the last."""
    task = load(office, key)
    judged = judged_of(task)
    tip = judged.base
    for text, files in zip(task.texts, judged.files, strict=False):
        message = f"{title_of([text])}\n\n{unlinked(text)}\n\n{task.url}\n\n{MADE_BY}\n"
        tip = office.hub.commit(task.repo, tip, files_from(files), message, task.asked_at)
    return tip


def point(office: Office, key: str, head: str) -> None:
    """The task's branch is at ``head``. Raises HeadMoved where somebody else moved it."""
    task = load(office, key)
    office.hub.point_branch(task.repo, branch_of(task), head, task.head)
    office.ledger.change(key, head=head)


def open_pull(office: Office, key: str) -> int:
    """The pull request; one that is open already reads as it should now."""
    task = load(office, key)
    judged = judged_of(task)
    link = f"[\\#{task.number}](<{task.url}>)"
    body = pull_body(key, task.requester, link, task.texts, judged.verdicts, task.language)
    title = title_of(task.texts)
    if task.pull is not None:
        office.hub.edit_pull(task.repo, task.pull, title, body)
        return task.pull
    number = office.hub.open_pull(task.repo, title, body, branch_of(task), task.base_branch)
    office.ledger.change(key, pull=number)
    office.ledger.note(key, "pull", str(number))
    return number


def published(office: Office, key: str) -> None:
    """The pull request shows the newest judgement."""
    office.ledger.change(key, published=load(office, key).judgements)


def review(office: Office, key: str) -> None:
    """The reviewer's verdict on the head, as one batched review."""
    task = load(office, key)
    judged, pull, head = judged_of(task), _pull(task), _head(task)
    text = review_text(
        f"{key}:{head}:{task.judgements}",
        head,
        approved=judged.approved,
        verdicts=judged.verdicts,
        lines=judged.lines or {},
        language=task.language,
    )
    comments = [LineComment(one.path, one.line, one.side, one.body) for one in text.remarks]
    mark = marker("review", f"{key}:{head}:{task.judgements}")
    office.hub.review(task.repo, pull, head, _event(office, judged), text.body, comments, mark)
    office.ledger.note(key, "review", "approved" if judged.approved else "rejected")


def _event(office: Office, judged: Judged) -> str:
    """An App cannot approve its own pull request; a second one, the reviewer, can."""
    if not office.hub.can_approve():
        return "COMMENT"
    return "APPROVE" if judged.approved else "REQUEST_CHANGES"


def check(office: Office, key: str) -> None:
    """The check run ``cfg/verdict`` on the head."""
    task = load(office, key)
    judged, head = judged_of(task), _head(task)
    text = check_text(approved=judged.approved, verdicts=judged.verdicts, language=task.language)
    report = CheckReport(
        name=CHECK_NAME,
        conclusion="success" if judged.approved else "failure",
        title=text.title,
        summary=text.summary,
        annotations=tuple(Annotation(*one) for one in text.annotations),
        key=f"{task.marker}:{head[:12]}:{task.judgements}",
        url=office.page(task),
    )
    office.hub.report_check(task.repo, head, report)


def label(office: Office, key: str) -> None:
    """The pull request shows its verdict in lists, too."""
    task = load(office, key)
    approved = judged_of(task).approved
    office.hub.label(task.repo, _pull(task), [LABELS[approved]])
    if task.judgements > 1:
        office.hub.unlabel(task.repo, _pull(task), LABELS[not approved])


def tidy(office: Office, key: str) -> None:
    """The branch of a merged pull request is gone."""
    task = load(office, key)
    drop(office, task.repo, branch_of(task), _head(task))


def merge(office: Office, key: str) -> Json:
    """Merge the judged head, and no other. Raises HeadMoved, NotMergeable."""
    task = load(office, key)
    pull, title = _pull(task), title_of(task.texts)
    merged = office.hub.merge(task.repo, pull, _head(task), f"{title} (#{pull})", _message(task))
    office.ledger.change(key, merged=merged)
    office.ledger.note(key, "merge", merged)
    return merged


def _message(task: Task) -> str:
    asked = unlinked("\n\n".join(task.texts))
    return f"{asked}\n\nAsked by {task.requester}: {task.url}\n"


def _pull(task: Task) -> int:
    if task.pull is None:
        raise LookupError(f"{task.key} has no pull request")
    return task.pull


def _head(task: Task) -> str:
    if task.head is None:
        raise LookupError(f"{task.key} has no head")
    return task.head
