"""Endpoints of an App about itself, its installations and its deliveries; of people; of the site.

Decides what a token an App asks for may hold: never more than the installation has.
Sources: GitHub REST, "Apps", "Users", "Rate limit", "Meta", "Markdown".
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.sandbox.github import shapes_base
from bot.sandbox.github.accounts import App, Installation, Token
from bot.sandbox.github.calls import Answer, Call, Json, Refused, missing, route
from bot.sandbox.github.hooks import Delivery, Hooks, number_in
from bot.sandbox.github.markdown import render
from bot.sandbox.github.rows import Repo
from bot.sandbox.github.world import stamp

_RANKS = ("read", "write", "admin")


def _app(call: Call) -> App:
    return call.caller.app or missing()


def _installation(call: Call) -> Installation:
    found = call.world.installations.get(call.number("installation"))
    return found if found and found.app is _app(call) else missing()


@route("GET", "/app", who="jwt")
def get_app(call: Call) -> object:
    """The App itself."""
    installed = [i for i in call.world.installations.values() if i.app is _app(call)]
    shape = shapes_base.app(call.world, _app(call))
    return {**shape, "installations_count": len(installed)}


@route("GET", "/apps/{slug}")
def get_app_by_slug(call: Call) -> object:
    """An App by its name."""
    for app in call.world.apps.values():
        if app.slug == call.params["slug"]:
            return shapes_base.app(call.world, app)
    return missing()


@route("GET", "/app/installations", who="jwt")
def list_installations(call: Call) -> object:
    """Where the App is installed."""
    mine = [i for i in call.world.installations.values() if i.app is _app(call)]
    return [shapes_base.installation(call.world, found) for found in call.page(mine)]


@route("GET", "/app/installations/{installation:int}", who="jwt")
def get_installation(call: Call) -> object:
    """One installation."""
    return shapes_base.installation(call.world, _installation(call))


@route("GET", "/repos/{owner}/{repo}/installation", who="jwt")
def get_repo_installation(call: Call) -> object:
    """The installation that reaches a repository."""
    repo = call.world.repos.get(f"{call.params['owner']}/{call.params['repo']}".lower())
    found = call.world.installation_for(_app(call), repo) if repo else None
    return shapes_base.installation(call.world, found or missing())


@route("POST", "/app/installations/{installation:int}/access_tokens", who="jwt")
def create_token(call: Call) -> object:
    """A token for an hour, for all of the installation or less."""
    found, world = _installation(call), call.world
    repos = _chosen_repos(call, found)
    permissions = _chosen_permissions(call, found)
    value = f"ghs_{secrets.token_hex(18)}"
    expires = world.now() + timedelta(hours=1)
    names = tuple(repo.full_name for repo in repos)
    login = found.app.bot.login
    world.tokens[value] = Token(value, login, found, permissions, names, expires)
    narrowed = "repositories" in call.body or "repository_ids" in call.body
    shapes = [shapes_base.full_repo(world, repo) for repo in repos]
    content = {
        "token": value,
        "expires_at": stamp(expires),
        "permissions": permissions,
        "repository_selection": "selected",
        **({"repositories": shapes} if narrowed else {}),
    }
    return Answer(201, content)


def _chosen_repos(call: Call, found: Installation) -> list[Repo]:
    here = [call.world.repo(name) for name in found.repos]
    names = [name.lower() for name in call.listed("repositories", str)]
    ids = call.listed("repository_ids", int)
    if not names and not ids:
        return here
    chosen = [repo for repo in here if repo.name.lower() in names or repo.id in ids]
    if len(chosen) != len(set(names)) + len(set(ids)):
        raise Refused(
            422,
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation.",
        )
    return chosen


def _chosen_permissions(call: Call, found: Installation) -> dict[str, str]:
    has = {"metadata": "read", **found.app.permissions}
    wanted = call.body.get("permissions")
    if not wanted:
        return has
    if not isinstance(wanted, dict):
        raise Refused(422, "Invalid request.\n\nFor 'permissions', not an object.")
    for name, level in wanted.items():
        if name not in has or level not in _RANKS or _RANKS.index(level) > _RANKS.index(has[name]):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read", **wanted}


@route("GET", "/installation/repositories")
def list_repositories(call: Call) -> object:
    """What an installation token reaches."""
    if call.caller.kind != "installation":
        raise Refused(403, "You must authenticate with an installation access token.")
    repos = [call.world.repo(name) for name in call.caller.repos]
    rows = [shapes_base.full_repo(call.world, repo) for repo in call.page(repos)]
    return {"total_count": len(repos), "repository_selection": "selected", "repositories": rows}


def _hooks(call: Call) -> Hooks:
    return call.world.hooks or missing()


@route("GET", "/app/hook/config", who="jwt")
def hook_config(call: Call) -> object:
    """Where the App's webhooks go."""
    app = _app(call)
    secret = {"secret": "********"} if app.secret else {}
    return {"content_type": "json", "insecure_ssl": "0", "url": app.webhook_url or "", **secret}


@route("GET", "/app/hook/deliveries", who="jwt")
def list_deliveries(call: Call) -> object:
    """The App's deliveries, newest first; ``cursor`` goes on after one of them."""
    rows = _hooks(call).done(_app(call))
    cursor, status = call.query.get("cursor", ""), call.query.get("status")
    size = call.page_size()
    if status:
        rows = [row for row in rows if row.failed == (status == "failure")]
    if cursor:
        ids = [row.id for row in rows]
        last = int(cursor.removeprefix("v1_")) if cursor.removeprefix("v1_").isdigit() else -1
        if last < 0:
            raise Refused(422, "Invalid cursor")
        rows = [row for row, number in zip(rows, ids, strict=True) if number < last]
    shown = rows[:size]
    if len(rows) > size:
        call.link({"next": {"cursor": f"v1_{shown[-1].id}", "per_page": str(size)}})
    return [_delivery(row) for row in shown]


def _delivery(row: Delivery) -> Json:
    return {
        "id": row.id,
        "guid": row.guid,
        "delivered_at": stamp(row.delivered_at),
        "redelivery": row.redelivery,
        "duration": row.duration,
        "status": row.status,
        "status_code": row.status_code,
        "event": row.event,
        "action": row.payload.get("action"),
        "installation_id": number_in(row.payload, "installation"),
        "repository_id": number_in(row.payload, "repository"),
        "throttled_at": None,
    }


def _one_delivery(call: Call) -> Delivery:
    for row in _hooks(call).done(_app(call)):
        if row.id == call.number("delivery"):
            return row
    return missing()


@route("GET", "/app/hook/deliveries/{delivery:int}", who="jwt")
def get_delivery(call: Call) -> object:
    """One delivery with what was sent and what came back."""
    row = _one_delivery(call)
    return {
        **_delivery(row),
        "url": row.app.webhook_url or "",
        "request": {"headers": row.request_headers, "payload": row.payload},
        "response": {"headers": row.response_headers, "payload": row.response},
    }


@route("POST", "/app/hook/deliveries/{delivery:int}/attempts", who="jwt")
def redeliver(call: Call) -> object:
    """Deliver the same event again."""
    _hooks(call).again(_one_delivery(call))
    return Answer(202, {})


@route("GET", "/user", app="never")
def get_user(call: Call) -> object:
    """The person whose token this is."""
    return shapes_base.private_user(call.world, call.actor)


@route("GET", "/users/{login}", who="token")
def get_user_by_login(call: Call) -> object:
    """Anybody's profile."""
    found = call.world.accounts.get(call.params["login"].lower())
    return shapes_base.public_user(call.world, found or missing())


@route("GET", "/user/repos", app="never")
def list_my_repos(call: Call) -> object:
    """Repositories a person works in."""
    login = call.actor.login
    mine = [repo for repo in call.world.repos.values() if login.lower() in repo.roles]
    return [shapes_base.full_repo(call.world, repo) for repo in call.page(mine)]


@route("GET", "/user/installations", app="never")
def list_my_installations(call: Call) -> object:
    """Installations a person can see."""
    login = call.actor.login
    found = [
        row
        for row in call.world.installations.values()
        if any(call.world.repo(name).allows(login, "read") for name in row.repos)
    ]
    rows = [shapes_base.installation(call.world, row) for row in call.page(found)]
    return {"total_count": len(found), "installations": rows}


@route("GET", "/meta", who="any")
def meta(_: Call) -> object:
    """What kind of site this is."""
    return {"verifiable_password_authentication": False, "installed_version": "3.17.0"}


@route("GET", "/zen", who="any")
def zen(_: Call) -> object:
    """A line to try a connection with."""
    return Answer(200, "Anything added dilutes everything else.", media="text/plain")


@route("POST", "/markdown", app=None)
def markdown(call: Call) -> object:
    """Markdown as HTML."""
    return Answer(200, render(call.text("text")), media="text/html; charset=utf-8")
