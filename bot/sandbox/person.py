"""A person on GitHub, by REST, and the story of a request as that person sees it.

Decides what of a thread is news. It knows nothing but what the API shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

_GOOD = ("✅", "🟢 **")
_ENDINGS = ("✅", "❌", "🟡", "🔴", "🔵", "⚪", "↩️", "🚨")


class Person:
    """``login`` on GitHub at ``url``, speaking in ``repo`` with a token."""

    def __init__(self, url: str, repo: str, login: str, token: str) -> None:
        self.login = login
        self._repo = f"/api/v3/repos/{repo}"
        headers = {"Authorization": f"token {token}", "Accept": "application/vnd.github+json"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def open_issue(self, title: str, body: str, labels: tuple[str, ...] = ()) -> int:
        """A new issue; its number."""
        made = self.post("/issues", {"title": title, "body": body, "labels": list(labels)})
        return int(made["number"])

    def comment(self, number: int, body: str) -> int:
        """A comment on an issue or pull request; its id."""
        return int(self.post(f"/issues/{number}/comments", {"body": body})["id"])

    def reply(self, pull: int, comment: int, body: str) -> int:
        """A reply in a review thread; its id."""
        return int(self.post(f"/pulls/{pull}/comments/{comment}/replies", {"body": body})["id"])

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the API says of ``path`` below the repository. Raises httpx.HTTPStatusError."""
        return self._client.get(self._repo + path).raise_for_status().json()

    def post(self, path: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Create something below the repository. Raises httpx.HTTPStatusError."""
        return self._client.post(self._repo + path, json=data).raise_for_status().json()

    def patch(self, path: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Change something below the repository. Raises httpx.HTTPStatusError."""
        return self._client.patch(self._repo + path, json=data).raise_for_status().json()

    def put(self, path: str, data: dict[str, Any]) -> httpx.Response:
        """Put something below the repository; the answer, whatever its status."""
        return self._client.put(self._repo + path, json=data)


@dataclass
class Story:
    """What becomes of the last command on an issue."""

    person: Person
    issue: int
    ended: bool = False
    good: bool = False
    closing: str = ""
    _told: set[str] = field(default_factory=set)

    def news(self) -> list[str]:
        """What was not told yet, in order."""
        found = [*self._thread(), *self._pulls()]
        fresh = [line for line in found if line not in self._told]
        self._told.update(fresh)
        return fresh

    def _thread(self) -> list[str]:
        lines = []
        for comment in self.person.get(f"/issues/{self.issue}/comments"):
            who, first = comment["user"]["login"], _first_line(comment["body"])
            lines.append(f"#{self.issue} {who}: {first}")
            if comment["reactions"]["eyes"]:
                lines.append(f"#{self.issue} cfgbot[bot] reacts with 👀")
            if comment["user"]["type"] == "Bot":
                lines += _rows(comment["body"])
                self._see(comment["body"], first)
        return lines

    def _see(self, body: str, first: str) -> None:
        """The status comment says where the request stands."""
        if first.startswith(_ENDINGS):
            self.ended, self.good, self.closing = True, first.startswith(_GOOD), _visible(body)

    def _pulls(self) -> list[str]:
        lines = []
        for pull in self.person.get("/pulls?state=all"):
            number, head = pull["number"], pull["head"]["sha"]
            lines.append(f"#{number} {pull['user']['login']} opens a pull request: {pull['title']}")
            for review in self.person.get(f"/pulls/{number}/reviews"):
                said = _first_line(review["body"])
                lines.append(
                    f"#{number} {review['user']['login']} reviews ({review['state']}): {said}"
                )
            runs = self.person.get(f"/commits/{head}/check-runs")["check_runs"]
            lines += [f"#{number} check {run['name']}: {run['conclusion']}" for run in runs]
            if pull["merged_at"]:
                lines.append(f"#{number} merged")
        return lines


def _rows(body: str) -> list[str]:
    """The environments whose build has begun, with where each stands."""
    cells = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in body.splitlines()
        if line.startswith("| `")
    )
    return [
        f"   {row[0].replace('`', '')}: {row[2]}"
        for row in cells
        if len(row) == 3 and not row[2].startswith("·")
    ]


def _visible(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("<!--")).strip()


def _first_line(body: str) -> str:
    visible = _visible(body)
    return visible.splitlines()[0] if visible else ""
