"""What people said while we did not listen, and where we may listen at all.

Decides what counts as a person. It makes no difference between a text that is new and one that was
edited: both may hold a command that nobody has taken yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from bot.adapters.github.access import Access
from bot.adapters.github.paths import of, of_repo
from bot.adapters.github.trouble import Json, understood
from bot.core.repo import Repo, Spoken, Where
from bot.hub import FailedDelivery

MAX_ATTEMPTS = 5


def repositories(app: Access, at: Callable[[int], Access]) -> tuple[Repo, ...]:
    """Every repository of every installation that is not suspended."""
    found: list[Repo] = []
    for one in app.listed("/app/installations"):
        with understood("installation"):
            installation = int(one["id"])
        if not one.get("suspended_at"):
            found.extend(_repositories(at(installation), installation))
    return tuple(found)


def _repositories(access: Access, installation: int) -> Iterator[Repo]:
    for data in access.listed("/installation/repositories", "repositories"):
        with understood("repository"):
            yield Repo(
                installation=installation,
                id=int(data["id"]),
                owner=str(data["owner"]["login"]),
                name=str(data["name"]),
                default_branch=str(data["default_branch"]),
            )


def spoken_since(access: Access, repo: Repo, since: str) -> tuple[Spoken, ...]:
    """What people wrote or edited since, oldest first of each kind.

    An issue also counts as changed when it was only labelled or answered: GitHub does not say what
    of it changed.
    """
    whole = datetime.fromisoformat(since).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    order = {"since": whole, "sort": "updated", "direction": "asc"}
    read: list[tuple[str, dict[str, str], Callable[[Repo, Json], Spoken]]] = [
        ("issues", {**order, "state": "all"}, _issue),
        ("issues/comments", order, _comment),
        ("pulls/comments", order, _remark),
    ]
    found: dict[tuple[Where, int], Spoken] = {}
    for place, params, reader in read:
        for data in access.listed(of_repo(repo, *place.split("/")), **params):
            with understood("text that was written"):
                if _by_person(data):
                    spoken = reader(repo, data)
                    found[spoken.where, spoken.id] = spoken
    return tuple(found.values())


def _by_person(data: Json) -> bool:
    """A bot's words are no command; those of an account that is gone are nobody's."""
    user = data["user"]
    return bool(user) and user.get("type") != "Bot" and not user["login"].endswith("[bot]")


def _issue(repo: Repo, data: Json) -> Spoken:
    return Spoken(
        repo=repo,
        where=Where.ISSUE,
        id=int(data["id"]),
        number=int(data["number"]),
        text=data["body"] or "",
        author=data["user"]["login"],
        sender=data["user"]["login"],
        on_pull="pull_request" in data,
        labels=tuple(_label(label) for label in data["labels"]),
        url=str(data["html_url"]),
    )


def _label(label: Json) -> str:
    return str(label["name"] if isinstance(label, dict) else label)


def _comment(repo: Repo, data: Json) -> Spoken:
    url = str(data["html_url"])
    return Spoken(
        repo=repo,
        where=Where.COMMENT,
        id=int(data["id"]),
        number=_last(data["issue_url"]),
        text=data["body"] or "",
        author=data["user"]["login"],
        sender=data["user"]["login"],
        on_pull="/pull/" in url,
        url=url,
    )


def _remark(repo: Repo, data: Json) -> Spoken:
    # the line of the head as it is: none once outdated, and one on the left counts in the base
    line = data.get("line") if data.get("side") != "LEFT" else None
    return Spoken(
        repo=repo,
        where=Where.REVIEW,
        id=int(data["id"]),
        number=_last(data["pull_request_url"]),
        text=data["body"] or "",
        author=data["user"]["login"],
        sender=data["user"]["login"],
        on_pull=True,
        url=str(data["html_url"]),
        path=str(data["path"]),
        line=int(line) if line is not None else None,
        thread=int(data.get("in_reply_to_id") or data["id"]),
    )


def _last(url: str) -> int:
    return int(url.rsplit("/", 1)[-1])


def failed_deliveries(app: Access, since: str) -> tuple[FailedDelivery, ...]:
    """Oldest first; a delivery that got through at any attempt did not fail.

    One that failed ``MAX_ATTEMPTS`` times is refused by us for what it says: it is left alone.
    """
    tries: Counter[str] = Counter()
    failed: dict[str, FailedDelivery] = {}
    delivered: set[str] = set()
    for attempt in _attempts(app, datetime.fromisoformat(since)):
        with understood("delivery"):
            guid = str(attempt["guid"])
            if 200 <= int(attempt["status_code"]) < 300:
                delivered.add(guid)
            else:
                tries[guid] += 1
                failed.setdefault(guid, FailedDelivery(int(attempt["id"]), guid, attempt["event"]))
    hopeless = {guid for guid, count in tries.items() if count > MAX_ATTEMPTS}
    return tuple(one for guid, one in reversed(failed.items()) if guid not in delivered | hopeless)


def _attempts(app: Access, since: datetime) -> Iterator[Json]:
    """GitHub lists attempts newest first."""
    for attempt in app.listed("/app/hook/deliveries"):
        with understood("delivery"):
            if datetime.fromisoformat(attempt["delivered_at"]) < since:
                return
        yield attempt


def redeliver(app: Access, delivery: int) -> None:
    """Once: whether a lost answer meant that it was queued, the deliveries tell."""
    app.act("POST", of("app", "hook", "deliveries", delivery, "attempts"))
