"""Users, their tokens and passwords, and crumbs against forged requests.

Decides who a request is from, and whether it may change something: anybody may read, a user may
do anything. It must never take a crumb of another session, nor a POST by password without one.
Sources: https://www.jenkins.io/doc/book/security/csrf-protection/ and
https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from secrets import compare_digest, token_bytes, token_hex

from bot.sandbox.jenkins.calls import Answer, Call, Caller, as_json, failure

FIELD = "Jenkins-Crumb"
_COOKIE = "JSESSIONID"


class Access:
    """Who may do what; ``crumbs`` False: forgery protection is off. ``anonymous_read`` may be
    turned off: whoever is not known then reads nothing."""  # noqa: D205, D209

    def __init__(self, *, crumbs: bool) -> None:
        self.anonymous_read = True
        self._crumbs = crumbs
        self._key = token_bytes(32)
        self._tokens: dict[str, str] = {}
        self._passwords: dict[str, str] = {}

    def add(self, name: str, password: str | None = None) -> str:
        """A user, and an API token of theirs."""
        self._tokens[name] = f"11{token_hex(16)}"
        if password is not None:
            self._passwords[name] = password
        return self._tokens[name]

    def knows(self, name: str) -> bool:
        """True where there is such a user."""
        return name in self._tokens

    def caller(self, call: Call) -> Caller | Answer:
        """Who asks; or the 401 that wrong credentials get."""
        given = call.headers.get("authorization")
        if given is None:
            return Caller()
        name, secret = _basic(given)
        if _same(self._tokens.get(name), secret):
            return Caller(name, by_token=True)
        if _same(self._passwords.get(name), secret):
            return Caller(name)
        return failure(
            401,
            f"Invalid password/token for user: {name}",
            {"WWW-Authenticate": 'Basic realm="Jenkins"'},
        )

    def bars(self, call: Call, caller: Caller) -> Answer | None:
        """The 403 for a POST without crumb or user, or for reading what is not public."""
        if call.method == "POST" and self._crumbs and not caller.by_token:
            given = call.headers.get(FIELD.lower()) or call.given.get(FIELD, "")
            if not compare_digest(given.encode(), self._crumb(caller, _session(call)).encode()):
                return failure(403, "No valid crumb was included in the request")
        if caller.name is None and not (call.method != "POST" and self.anonymous_read):
            need = (
                "hudson.model.Item.Build" if call.method == "POST" else "hudson.model.Hudson.Read"
            )
            return forbidden(caller, need)
        return None

    def issue(self, call: Call, caller: Caller) -> Answer:
        """``/crumbIssuer/api/json``: a crumb for this session, which begins where there is none."""
        if not self._crumbs:
            return failure(404, "Not Found")
        session = _session(call)
        fresh = session or token_hex(16)
        answer = as_json(
            {
                "_class": "hudson.security.csrf.DefaultCrumbIssuer",
                "crumb": self._crumb(caller, fresh),
                "crumbRequestField": FIELD,
            }
        )
        cookie = {} if session else {"Set-Cookie": f"{_COOKIE}={fresh}; Path=/; HttpOnly"}
        return Answer(answer.status, answer.body, answer.media, cookie)

    def _crumb(self, caller: Caller, session: str) -> str:
        text = f"{caller.id}\0{session}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


def forbidden(caller: Caller, permission: str) -> Answer:
    """403 as Jenkins words it, with the headers that say why."""
    headers = {
        "X-You-Are-Authenticated-As": caller.id,
        "X-You-Are-In-Group-Disabled": "JENKINS-39402",
        "X-Required-Permission": permission,
    }
    if caller.name is None:
        return failure(403, "Authentication required", headers)
    words = f"{caller.id} is missing the {permission.rpartition('model.')[2]} permission"
    return failure(403, words, headers)


def _basic(header: str) -> tuple[str, str]:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _same(known: str | None, given: str) -> bool:
    return known is not None and compare_digest(known.encode(), given.encode())


def _session(call: Call) -> str:
    try:
        cookie = SimpleCookie(call.headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""
