"""GraphQL: the part of GitHub's schema that has to do with review threads.

Decides what a field gives and who may resolve a thread. A field that is not known here is an
error, as it is on GitHub; it is never answered with null.
Source: GitHub GraphQL reference (Query, PullRequest, PullRequestReviewThread, mutations).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.github import events
from bot.sandbox.github.accounts import Account
from bot.sandbox.github.calls import Answer, Caller, Refused
from bot.sandbox.github.graphql_text import Malformed, read
from bot.sandbox.github.graphql_walk import FieldError, Node, Walk, connection
from bot.sandbox.github.pulls import merging
from bot.sandbox.github.rows import Issue, LineComment, Pull, Repo
from bot.sandbox.github.traffic import Asked
from bot.sandbox.github.world import World, from_node, node_id, stamp


def is_mutation(body: bytes) -> bool:
    """True where the request's document is a mutation."""
    try:
        content = json.loads(body)
        return read(str(content["query"]), content.get("operationName")).kind == "mutation"
    except (ValueError, KeyError, TypeError, AttributeError, Malformed):
        return False


def answer(world: World, caller: Caller, asked: Asked) -> Answer:
    """What the document asks for; errors stand in the answer, whose status stays 200."""
    if caller.kind not in {"user", "installation"}:
        raise Refused(401, "This endpoint requires you to be authenticated.")
    try:
        content = json.loads(asked.body or b"{}")
        operation = read(str(content["query"]), content.get("operationName"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(400, "A query attribute must be specified and must be a string.") from None
    except Malformed as error:
        return Answer(200, {"errors": [{"message": str(error)}]})
    given = {**operation.defaults, **(content.get("variables") or {})}
    absent = [name for name in operation.required if given.get(name) is None]
    if absent:
        message = f"Variable ${absent[0]} of required type was provided invalid value"
        return Answer(200, {"errors": [{"message": message}]})
    schema = _Schema(world, caller)
    root = schema.mutations() if operation.kind == "mutation" else schema.queries()
    walk = Walk(given)
    kind = "Mutation" if operation.kind == "mutation" else "Query"
    data = walk.node({"__typename": kind, **root}, operation.fields, [])
    if any(error.get("type") == "undefinedField" for error in walk.errors):
        return Answer(200, {"errors": walk.errors})
    return Answer(200, {"data": data, **({"errors": walk.errors} if walk.errors else {})})


def _commit(sha: str | None) -> Node | None:
    return {"__typename": "Commit", "oid": sha, "id": node_id("C", sha)} if sha else None


def _actor(account: Account | None) -> Node | None:
    if account is None:
        return None
    kind = "Bot" if account.type == "Bot" else "User"
    return {
        "__typename": kind,
        "login": account.login.removesuffix("[bot]"),
        "databaseId": account.id,
    }


class _Schema:
    """The types that are known here, for one caller."""

    def __init__(self, world: World, caller: Caller) -> None:
        self._world = world
        self._caller = caller

    def queries(self) -> Node:
        """Fields of Query."""
        return {
            "repository": self._repository,
            "node": self._node,
            "viewer": lambda _: {"__typename": "User", "login": self._caller.login},
        }

    def mutations(self) -> Node:
        """Fields of Mutation."""
        return {
            "resolveReviewThread": self._turn(resolved=True),
            "unresolveReviewThread": self._turn(resolved=False),
        }

    def _sees(self, repo: Repo) -> bool:
        if self._caller.kind == "installation":
            return repo.full_name in self._caller.repos
        return repo.allows(self._caller.login or "", "read")

    def _repository(self, arguments: Mapping[str, Any]) -> Node:
        name = f"{arguments.get('owner')}/{arguments.get('name')}"
        repo = self._world.repos.get(name.lower())
        if repo is None or not self._sees(repo):
            raise FieldError(
                f"Could not resolve to a Repository with the name '{name}'.", "NOT_FOUND"
            )
        return {
            "__typename": "Repository",
            "id": node_id("R", repo.id),
            "databaseId": repo.id,
            "name": repo.name,
            "nameWithOwner": repo.full_name,
            "pullRequest": lambda wanted: self._pull(repo, wanted.get("number")),
        }

    def _pull(self, repo: Repo, number: object) -> Node:
        issue = repo.issues.get(number) if isinstance(number, int) else None
        if issue is None or issue.pull is None:
            message = f"Could not resolve to a PullRequest with the number of {number}."
            raise FieldError(message, "NOT_FOUND")
        self._need("pull_requests:read")
        return self._pull_node(repo, issue, issue.pull)

    def _pull_node(self, repo: Repo, issue: Issue, pull: Pull) -> Node:
        page = f"{self._world.url}/{repo.full_name}/pull/{issue.number}"
        state = "MERGED" if pull.merged_at else issue.state.upper()
        return {
            "__typename": "PullRequest",
            "id": node_id("PR", issue.id),
            "number": issue.number,
            "title": issue.title,
            "body": issue.body or "",
            "url": page,
            "state": state,
            "merged": pull.merged_at is not None,
            "isDraft": pull.draft,
            "headRefName": pull.head_ref,
            "baseRefName": pull.base_ref,
            "baseRefOid": pull.base_sha,
            "author": _actor(issue.user),
            "mergedBy": _actor(pull.merged_by),
            "mergeCommit": _commit(pull.merge_sha),
            "headRefOid": pull.head_sha,
            "mergeStateStatus": lambda _: merging(self._world, repo, issue, pull).state.upper(),
            "reviewThreads": lambda wanted: self._threads(repo, issue.number, wanted),
        }

    def _threads(self, repo: Repo, number: int, wanted: Mapping[str, Any]) -> Node:
        rows = [
            self._thread(repo, row)
            for row in repo.line_comments.values()
            if row.number == number and row.reply_to is None
        ]
        return connection("PullRequestReviewThread", rows, wanted)

    def _thread(self, repo: Repo, root: LineComment) -> Node:
        return {
            "__typename": "PullRequestReviewThread",
            "id": node_id("PRRT", root.id),
            "isResolved": root.resolved_by is not None,
            "resolvedBy": _actor(root.resolved_by),
            "isOutdated": root.line is None and not root.whole_file,
            "isCollapsed": root.resolved_by is not None,
            "path": root.path,
            "line": root.line,
            "originalLine": root.original_line,
            "diffSide": root.side,
            "comments": lambda wanted: connection(
                "PullRequestReviewComment",
                [
                    self._comment(row)
                    for row in repo.line_comments.values()
                    if root.id in {row.id, row.reply_to}
                ],
                wanted,
            ),
        }

    def _comment(self, row: LineComment) -> Node:
        return {
            "__typename": "PullRequestReviewComment",
            "id": node_id("PRRC", row.id),
            "databaseId": row.id,
            "fullDatabaseId": str(row.id),
            "body": row.body or "",
            "path": row.path,
            "line": row.line,
            "originalLine": row.original_line,
            "outdated": row.line is None and not row.whole_file,
            "author": _actor(row.user),
            "createdAt": stamp(row.created_at),
            "updatedAt": stamp(row.updated_at),
        }

    def _find_thread(self, name: object) -> tuple[Repo, LineComment]:
        number = from_node(name, "PRRT") if isinstance(name, str) else None
        for repo in self._world.repos.values():
            root = repo.line_comments.get(number or 0)
            if root and self._sees(repo):
                return repo, root
        raise FieldError(f"Could not resolve to a node with the global id of '{name}'", "NOT_FOUND")

    def _node(self, arguments: Mapping[str, Any]) -> Node:
        repo, root = self._find_thread(arguments.get("id"))
        self._need("pull_requests:read")
        return self._thread(repo, root)

    def _need(self, permission: str) -> None:
        if self._caller.kind == "installation" and not self._caller.may(permission):
            raise FieldError("Resource not accessible by integration", "FORBIDDEN")

    def _turn(self, *, resolved: bool) -> Callable[[Mapping[str, Any]], Node]:
        def turn(arguments: Mapping[str, Any]) -> Node:
            given = arguments.get("input") or {}
            repo, root = self._find_thread(given.get("threadId"))
            self._need("pull_requests:write")
            who = self._caller.account
            if who is None or not self._may_turn(repo, root, who):
                raise FieldError(f"{self._caller.login} cannot resolve this thread", "FORBIDDEN")
            if (root.resolved_by is not None) != resolved:
                root.resolved_by = who if resolved else None
                action = "resolved" if resolved else "unresolved"
                events.thread_happened(self._world, repo, root, action, who)
            return {
                "__typename": "ResolveReviewThreadPayload",
                "clientMutationId": given.get("clientMutationId"),
                "thread": self._thread(repo, root),
            }

        return turn

    def _may_turn(self, repo: Repo, root: LineComment, who: Account) -> bool:
        own = repo.issues[root.number].user is who
        return who.type == "Bot" or own or repo.allows(who.login, "write")
