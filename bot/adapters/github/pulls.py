"""Pull requests and what their base branch asks of a merge.

Decides whether a refused merge has happened already. It must never merge another head than the
one named, and never call a pull request merged that GitHub does not.
"""

from __future__ import annotations

import re

from bot.adapters.github.access import Access
from bot.adapters.github.comments import fitted
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import Json, Refusal, understood, unless_missing
from bot.core.repo import Repo
from bot.hub import HeadMoved, MergeState, NotMergeable, Protection, Pull

_MAX_TITLE = 256
_UNMERGEABLE = frozenset({405, 409})
_OTHER_WAY = re.compile(
    r"(merge commits|squash merges|rebase merges) are not allowed|must not contain merge commits",
    re.IGNORECASE,
)
_WAYS = ("merge", "squash", "rebase")
_NOBODY = "ghost"  # what GitHub calls the author of what a deleted account left
_MERGED_AS = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) { mergeCommit { oid } }
  }
}
"""


def open_pull(access: Access, repo: Repo, title: str, body: str, head: str, base: str) -> int:
    """The open pull request from ``head`` into ``base``; GitHub allows one, so create first."""
    asked = {"title": title[:_MAX_TITLE], "body": fitted(body), "head": head, "base": base}

    def create() -> int:
        return _number(access.act("POST", of_repo(repo, "pulls"), asked).data)

    def look() -> int | None:
        return _find(access, repo, head, base)

    try:
        return access.first(create, look)
    except Refusal as error:
        found = look() if error.status == 422 else None
        if found is None:
            raise
        return found


def _find(access: Access, repo: Repo, head: str, base: str) -> int | None:
    path = of_repo(repo, "pulls")
    found = access.listed(path, state="open", head=f"{repo.owner}:{head}", base=base)
    with understood("list of pull requests"):
        same = [
            pull for pull in found if (pull["head"]["ref"], pull["base"]["ref"]) == (head, base)
        ]
    return _number(same[0]) if same else None


def edit_pull(access: Access, repo: Repo, number: int, title: str, body: str) -> None:
    """Title and body read so."""
    asked = {"title": title[:_MAX_TITLE], "body": fitted(body)}
    access.repeat("PATCH", of_repo(repo, "pulls", number), asked)


def pull(access: Access, repo: Repo, number: int) -> Pull:
    """The pull request as it is now."""
    data = access.get(of_repo(repo, "pulls", number))
    with understood("pull request"):
        merged = bool(data["merged"])
        return Pull(
            number=int(data["number"]),
            open=data["state"] == "open",
            merged=merged,
            merge_sha=_merged_as(access, repo, number, data) if merged else None,
            head_sha=str(data["head"]["sha"]),
            head_ref=str(data["head"]["ref"]),
            base_ref=str(data["base"]["ref"]),
            base_sha=str(data["base"]["sha"]),
            state=_state(data),
            author=str((data["user"] or {}).get("login", _NOBODY)),
            body=data["body"] or "",
            url=str(data["html_url"]),
        )


def _state(data: Json) -> MergeState:
    """A state that GitHub may name one day is unknown to us: nothing is merged on it."""
    try:
        state = MergeState(data.get("mergeable_state") or "unknown")
    except ValueError:
        return MergeState.UNKNOWN
    return MergeState.DRAFT if data.get("draft") and data["state"] == "open" else state


def _merged_as(access: Access, repo: Repo, number: int, data: Json) -> str | None:
    """Newer versions of the interface leave the merge commit out of the pull request."""
    if data.get("merge_commit_sha"):
        return str(data["merge_commit_sha"])
    found = access.graphql(_MERGED_AS, owner=repo.owner, name=repo.name, number=number)
    merge = found["repository"]["pullRequest"]["mergeCommit"]
    return str(merge["oid"]) if merge else None


def merge(access: Access, repo: Repo, number: int, head: str, title: str, message: str) -> str:
    """The merge commit, made by the way the repository allows. Raises HeadMoved, NotMergeable."""
    why = ""
    for way in _WAYS:
        try:
            return _merge(access, repo, number, head, title, message, way)
        except NotMergeable as error:
            why = why or str(error)
            if not _OTHER_WAY.search(str(error)):
                raise
    raise NotMergeable(why)


def _merge(
    access: Access, repo: Repo, number: int, head: str, title: str, message: str, way: str
) -> str:
    body = {"sha": head, "commit_title": title, "commit_message": message, "merge_method": way}

    def act() -> str:
        made = access.act("PUT", of_repo(repo, "pulls", number, "merge"), body).data
        with understood("merge"):
            return str(made["sha"])

    def look() -> str | None:
        return _merged_at(pull(access, repo, number), head)

    try:
        return access.first(act, look)
    except Refusal as error:
        if error.status not in _UNMERGEABLE:
            raise
        if not _OTHER_WAY.search(error.said):
            done = look()
            if done is not None:
                return done
        raise NotMergeable(error.facts["detail"]) from None


def _merged_at(now: Pull, head: str) -> str | None:
    if now.head_sha != head:
        raise HeadMoved(str(now.number))
    return now.merge_sha if now.merged else None


def protection(access: Access, repo: Repo, branch: str) -> Protection:
    """Of the branch's classic protection its checks; of its rulesets checks and approvals too.

    How many approvals classic protection wants is told to administrators only.
    """
    data = access.get(of_repo(repo, "branches", branch))
    rules = _rules(access, repo, branch)
    with understood("branch protection"):
        names = [*_classic(data), *(name for rule in rules for name in _required(rule))]
        approvals = [_approvals(rule) for rule in rules]
    return Protection(tuple(dict.fromkeys(names)), max(approvals, default=0))


def _classic(data: Json) -> list[str]:
    wanted = (data.get("protection") or {}).get("required_status_checks") or {}
    if wanted.get("enforcement_level") == "off":
        return []
    listed = [check["context"] for check in wanted.get("checks") or []]
    return [*(wanted.get("contexts") or []), *listed]


def _rules(access: Access, repo: Repo, branch: str) -> list[Json]:
    """The active rules of every ruleset; older GitHub Enterprise Servers have none."""
    path = of_repo(repo, "rules", "branches", branch)
    return unless_missing(lambda: list(access.listed(path))) or []


def _required(rule: Json) -> list[str]:
    if rule["type"] != "required_status_checks":
        return []
    wanted = rule.get("parameters") or {}
    return [str(check["context"]) for check in wanted.get("required_status_checks") or []]


def _approvals(rule: Json) -> int:
    if rule["type"] != "pull_request":
        return 0
    return int((rule.get("parameters") or {}).get("required_approving_review_count") or 0)


def _number(data: Json) -> int:
    with understood("pull request"):
        return int(data["number"])
