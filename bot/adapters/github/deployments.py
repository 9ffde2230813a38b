"""GitHub Deployments: one for each thing we deploy, and how it is doing.

Decides whether a deployment is there already: ours carries its key as payload, and was made by us.
It must never have GitHub merge anything (``auto_merge``) nor wait for checks: what is deployed was
judged and merged before. Source: https://docs.github.com/rest/deployments/deployments
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.adapters.github.access import Access
from bot.adapters.github.app import App
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import Json, understood
from bot.core.repo import Repo
from bot.hub import DeploymentState

KEY = "cfgbot"  # of the payload
TASK = "deploy"
_MAX_DESCRIPTION = 140
_TOLD = frozenset(state.value for state in DeploymentState) - {DeploymentState.INACTIVE.value}


def create(access: Access, repo: Repo, sha: str, environment: str, key: str, app: App) -> int:
    """The deployment of ``sha`` to ``environment`` that is ours by ``key``; its id."""
    path = of_repo(repo, "deployments")
    body = {
        "ref": sha,
        "task": TASK,
        "auto_merge": False,
        "required_contexts": [],
        "payload": {KEY: key},
        "environment": environment,
        "description": "",
    }

    def look() -> int | None:
        asked = {"sha": sha, "environment": environment, "task": TASK}
        for found in access.listed(path, **asked):
            if _key(found.get("payload")) == key and _ours(found, app):
                with understood("deployment"):
                    return int(found["id"])
        return None

    def act() -> int:
        made = access.act("POST", path, body).data
        with understood("deployment"):
            app.seen(made.get("creator"))
            return int(made["id"])

    return access.once(look, act)


def tell(
    access: Access,
    repo: Repo,
    deployment: int,
    state: DeploymentState,
    log_url: str | None,
    description: str,
) -> None:
    """The deployment is in ``state`` from now on; what it already says newest is not said again."""
    path = of_repo(repo, "deployments", deployment, "statuses")
    body = {"state": state.value, "description": _short(description)}
    if log_url is not None:
        body["log_url"] = log_url

    def look() -> bool | None:
        # newest first; GitHub itself adds "inactive" once a later deployment succeeds
        ours = (one for one in access.listed(path) if one.get("state") in {*_TOLD, body["state"]})
        newest = next(ours, None)
        return True if newest is not None and _says(newest, body) else None

    def act() -> bool:
        access.act("POST", path, body)
        return True

    access.once(look, act)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_DESCRIPTION else line[: _MAX_DESCRIPTION - 1] + "…"


def _says(status: Json, body: Mapping[str, str]) -> bool:
    return all((status.get(name) or "") == text for name, text in {"log_url": "", **body}.items())


def _key(payload: Json) -> str | None:
    """Our key in a payload; GitHub gives it as an object or as the text of one."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return None
    found = payload.get(KEY) if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None


def _ours(deployment: Json, app: App) -> bool:
    """True where the App made it: anybody with write access can copy a payload."""
    creator = deployment.get("creator")
    return isinstance(creator, dict) and creator.get("login") == app.login()
