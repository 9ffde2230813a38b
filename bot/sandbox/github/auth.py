"""Who asks, and whether they may.

Decides from the Authorization header who the caller is, and from a route's entry whether it is
let in. Fails closed: a header that cannot be read is 401, a repository that cannot be seen 404.
Source: GitHub, "Authenticating as a GitHub App" (RS256, ``exp`` at most ten minutes ahead, ``iat``
not in the future), "Permissions required for GitHub Apps".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

import jwt

from bot.sandbox.github.accounts import App
from bot.sandbox.github.calls import Caller, Refused, Route, missing
from bot.sandbox.github.rows import Repo
from bot.sandbox.github.world import World

_DRIFT = 5  # seconds that clocks may differ


def caller_of(world: World, headers: Mapping[str, str]) -> Caller:
    """The caller a header names; 401 where it is no good. Without a header: anonymous."""
    header = headers.get("authorization", "")
    if not header:
        return Caller()
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "basic":
        return by_token(world, _password(value))
    if scheme.lower() not in {"bearer", "token"}:
        raise Refused(401, "Bad credentials")
    return _by_jwt(world, value) if value.count(".") == 2 else by_token(world, value)


def _password(value: str) -> str:
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(401, "Bad credentials") from None
    # a token may also stand as the name, with nothing or a set word as the password
    return password if password not in {"", "x-oauth-basic"} else user


def by_token(world: World, value: str) -> Caller:
    """The person or installation a token stands for; 401 where it is unknown or has ended."""
    token = world.tokens.get(value)
    if token is None or (token.expires_at and token.expires_at <= world.clock()):
        raise Refused(401, "Bad credentials")
    account = world.accounts[token.login.lower()]
    found = token.installation
    if found is None:
        return Caller("user", account)
    repos = tuple(name for name in token.repos if name in found.repos)
    return Caller("installation", account, found.app, found, token.permissions, repos)


def _by_jwt(world: World, value: str) -> Caller:
    try:
        issuer = str(jwt.decode(value, options={"verify_signature": False}).get("iss", ""))
    except jwt.PyJWTError:
        raise Refused(401, "A JSON web token could not be decoded") from None
    app = _app_named(world, issuer)
    if app is None:
        raise Refused(401, "Integration not found")
    _check_claims(world, app, value)
    return Caller("app", app.bot, app)


def _app_named(world: World, issuer: str) -> App | None:
    for app in world.apps.values():
        if issuer in {str(app.id), app.client_id}:
            return app
    return None


def _check_claims(world: World, app: App, value: str) -> None:
    options = {"require": ["exp", "iat", "iss"], "verify_exp": False, "verify_iat": False}
    try:
        claims = jwt.decode(value, app.public_key, ["RS256"], options={**options})  # type: ignore[arg-type]
    except jwt.MissingRequiredClaimError as error:
        raise Refused(401, f"Missing '{error.claim}' claim in assertion") from None
    except jwt.PyJWTError:
        raise Refused(401, "A JSON web token could not be decoded") from None
    now = world.clock().timestamp()
    expires, issued = claims["exp"], claims["iat"]
    if not all(isinstance(claim, int | float) for claim in (expires, issued)):
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value")
    if expires <= now - _DRIFT:
        raise Refused(401, "'Expiration time' claim ('exp') must be a time in the future")
    if expires > now + 600 + _DRIFT:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if issued > now + _DRIFT:
        raise Refused(401, "'Issued at' claim ('iat') must be an Integer representing the past")


def admit(world: World, caller: Caller, entry: Route, params: Mapping[str, str]) -> Repo | None:
    """Let the caller use the route, or refuse; the repository its path names."""
    if entry.who == "any":
        return None
    if caller.kind == "anonymous":
        raise Refused(401, "Requires authentication")
    if (entry.who == "jwt") != (caller.kind == "app"):
        if entry.who == "jwt":
            raise Refused(401, "A JSON web token could not be decoded")
        raise Refused(403, "Resource not accessible by integration")
    if entry.app == "never" and caller.kind == "installation":
        raise Refused(403, "Resource not accessible by integration")
    if "owner" not in params or entry.who == "jwt":
        return None
    repo = world.repos.get(f"{params['owner']}/{params['repo']}".lower()) or missing()
    if caller.kind == "installation":
        _admit_app(caller, entry, repo)
    else:
        _admit_person(caller, entry, repo)
    return repo


def _admit_app(caller: Caller, entry: Route, repo: Repo) -> None:
    if repo.full_name not in caller.repos:
        if repo.private or entry.method != "GET":
            missing()
        return
    if entry.app and not caller.may(entry.app):
        needs = re.sub(r"(\w+):(\w+)", r"\1=\2", entry.app).replace("|", "; ")
        headers = {"X-Accepted-GitHub-Permissions": needs}
        raise Refused(403, "Resource not accessible by integration", headers=headers)


def _admit_person(caller: Caller, entry: Route, repo: Repo) -> None:
    login = caller.login or ""
    if not repo.allows(login, "read"):
        missing()
    if not repo.allows(login, entry.role):
        raise Refused(403, f"Must have {entry.role} rights to Repository.")
