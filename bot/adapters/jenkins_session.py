"""python-jenkins for one call: no redirects, no needless crumbs, and an end to every answer.

Decides how long and how large an answer may be. It must never follow a redirect, nor keep a
connection or a crumb for the next call.
Traps met here (python-jenkins 1.8.3): no timeout by default, and then only one for each read; a
crumb fetched for every GET and kept for ever; a second guess at authentication where Kerberos is
installed; one requests session for all threads.
"""

from __future__ import annotations

from time import monotonic

import jenkins
import requests
from requests import exceptions
from urllib3.exceptions import HTTPError, ReadTimeoutError

# a job with 500 builds of 20 parameters has some 2 MB of JSON
MAX_BYTES = 16 * 1024 * 1024
_PIECE = 65_536


class TooLarge(exceptions.RequestException):
    """The answer has more bytes than are taken."""


class Session(jenkins.Jenkins):  # type: ignore[misc]  # python-jenkins ships without types
    """One call to the Jenkins at ``url``; ``timeout`` in seconds for each wait and for the body.

    Raises what python-jenkins and requests raise, and TooLarge.
    """

    def __init__(self, url: str, user: str, token: str, timeout: float, *, crumbs: bool) -> None:
        super().__init__(url, user, token, timeout=timeout)
        # a redirected POST would come out as a GET, and a login page as an answer
        self._session.max_redirects = 0
        del self._auths[1:]
        self._crumbs = crumbs

    def maybe_add_crumb(self, req: requests.Request) -> None:
        """Only where Jenkins asked for one: API tokens need none."""
        if self._crumbs:
            super().maybe_add_crumb(req)

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def _request(self, req: requests.Request, stream: object = None) -> requests.Response:
        """As python-jenkins, but the body is read here: it could otherwise drip for ever."""
        del stream
        answer: requests.Response = super()._request(req, stream=True)
        answer._content = _body(answer, monotonic() + self.timeout)  # noqa: SLF001 - as requests itself does
        answer._content_consumed = True  # noqa: SLF001
        return answer


def _body(answer: requests.Response, until: float) -> bytes:
    body = bytearray()
    try:
        while piece := answer.raw.read1(_PIECE, decode_content=True):
            body += piece
            if len(body) > MAX_BYTES:
                raise TooLarge(f"an answer of more than {MAX_BYTES} bytes")
            if monotonic() > until:
                raise exceptions.ReadTimeout("the answer does not end")
    except ReadTimeoutError:
        raise exceptions.ReadTimeout("the answer does not end") from None
    except (HTTPError, OSError) as error:
        if isinstance(error, exceptions.RequestException):
            raise
        raise exceptions.ConnectionError("the answer broke off") from None
    finally:
        answer.close()
    return bytes(body)
