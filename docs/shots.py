"""Remakes docs/issue.png, pull.png and review.png: ``python docs/shots.py http://127.0.0.1:PORT``.

Takes pictures of a running ``cfg sandbox`` with the headless Chromium (or Chrome) on PATH. Decides
the size of the window and what is in the picture.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import select
import shutil
import struct
import sys
import tempfile
import time
import urllib.request
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH = 1280
PATIENCE = 30.0  # seconds
LIMIT = 250_000  # bytes a picture
# opens a firewall to everybody, so the review has something to say on a line
RISKY = "api-1 방화벽에서 198.51.100.250/32를 0.0.0.0/0으로 바꿔줘"
_READY = "!document.querySelector('main').hasAttribute('aria-busy') && !!document.querySelector('main h1')"


class Chromium:
    """A headless browser with one window, driven by the DevTools protocol over a pipe.

    https://chromedevtools.github.io/devtools-protocol/ : with ``--remote-debugging-pipe`` it reads
    messages, each ended by a zero byte, from descriptor 3 and writes them to descriptor 4.
    Raises RuntimeError where a command fails, TimeoutError where nothing comes in 30 seconds.
    """

    def __init__(self, program: str, *, dark: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cfg-shots-", ignore_cleanup_errors=True)
        flags = [
            *("--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--hide-scrollbars", f"--user-data-dir={self._folder.name}"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]
        self._pid, self._out, self._in = _spawn([program, *flags, "about:blank"])
        self._heard, self._asked, self._session = b"", 0, ""
        self._dark = dark

    def __enter__(self) -> Self:
        pages = self.call("Target.getTargets")["targetInfos"]
        target = next(page["targetId"] for page in pages if page["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if self._dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session = ""
        try:
            self.call("Browser.close")
        except (OSError, TimeoutError):
            os.kill(self._pid, 9)
        os.waitpid(self._pid, 0)
        os.close(self._out)
        os.close(self._in)
        self._folder.cleanup()

    def call(self, method: str, **parameters: object) -> Any:  # noqa: ANN401 - JSON
        """The result of a DevTools command."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._heard:
            if not select.select([self._in], [], [], PATIENCE)[0]:
                raise TimeoutError("the browser says nothing")
            some = os.read(self._in, 1 << 20)
            if not some:
                raise ConnectionError("the browser is gone")
            self._heard += some
        first, self._heard = self._heard.split(b"\0", 1)
        return dict(json.loads(first))

    def window(self, width: int, height: int) -> None:
        """The window is so many CSS pixels wide and high."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def show(self, url: str, until: str = _READY) -> None:
        """Load ``url`` and wait until the JavaScript expression ``until`` is true."""
        self.call("Page.navigate", url=url)
        self.wait(until)

    def wait(self, until: str) -> None:
        """Wait until the expression is true. Raises TimeoutError after 30 seconds."""
        ends = time.monotonic() + PATIENCE
        while not self.evaluate(f"document.readyState === 'complete' && Boolean({until})"):
            if time.monotonic() > ends:
                raise TimeoutError(until)
            time.sleep(0.05)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        """What the expression gives in the page. Raises RuntimeError where it throws."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"].get("exception", found)))
        return found["result"].get("value")

    def picture(self, top: int, height: int, width: int = WIDTH) -> bytes:
        """The page from ``top`` on, as PNG."""
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


def _spawn(command: list[str]) -> tuple[int, int, int]:
    """The browser's process id, where to write to it and where to read from it."""
    theirs_in, ours_out = _apart(os.pipe())
    ours_in, theirs_out = _apart(os.pipe())
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs_in, 3),
        (os.POSIX_SPAWN_DUP2, theirs_out, 4),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawn(command[0], command, dict(os.environ), file_actions=actions)
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return pid, ours_out, ours_in


def _apart(ends: tuple[int, int]) -> tuple[int, int]:
    """The same pipe on descriptors that are neither 3 nor 4, closed in children."""
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def smaller(png: bytes) -> bytes:
    """The picture in at most 256 colours: text and flat areas look the same at a third of the size.

    Reads what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced
    (https://www.w3.org/TR/png/). Raises ValueError for anything else.
    """
    width, height, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    if depth != 8 or kind not in {2, 6} or interlaced:
        raise ValueError("not a PNG as Chromium makes them")
    step = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(body for name, body in _chunks(png) if name == b"IDAT"))
    lines = _unfiltered(data, width * step, step)
    pixels = [[line[at : at + 3] for at in range(0, len(line), step)] for line in lines]
    counted = Counter(pixel for line in pixels for pixel in line)
    kept = [colour for colour, _ in counted.most_common(256)]
    number = {colour: place for place, colour in enumerate(kept)}
    number |= {colour: _nearest(colour, kept) for colour in counted if colour not in number}
    rows = b"".join(b"\0" + bytes(map(number.__getitem__, line)) for line in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body)
        for name, body in (
            (b"IHDR", head),
            (b"PLTE", b"".join(kept)),
            (b"IDAT", zlib.compress(rows, 9)),
            (b"IEND", b""),
        )
    )


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    def far(place: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(colour, palette[place], strict=True))

    return min(range(len(palette)), key=far)


def _chunks(png: bytes) -> Iterable[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        size = struct.unpack(">I", png[at : at + 4])[0]
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _unfiltered(data: bytes, stride: int, step: int) -> Iterable[bytes]:
    """The picture's lines, each predicted from what is left of and above it (PNG, chapter 9)."""
    above = bytearray(stride)
    for start in range(0, len(data), stride + 1):
        kind, line = data[start], bytearray(data[start + 1 : start + 1 + stride])
        for at in range(stride if kind else 0):
            left = line[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            line[at] = (line[at] + _predicted(kind, left, above[at], corner)) & 255
        yield bytes(line)
        above = line


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


class Sandbox:
    """A running sandbox, as its first person sees it by REST. Raises OSError where it is not there."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._token = ""
        session = self._send("/session.json")
        self.repo = str(session["repo"])
        self._token = str(session["people"][0]["token"])

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the API says of ``path`` below the repository."""
        return self._send(f"/api/v3/repos/{self.repo}{path}")

    def ask(self, text: str) -> None:
        """An issue with a request for the bot."""
        self._send(
            f"/api/v3/repos/{self.repo}/issues", {"title": text, "body": f"/cfg change {text}"}
        )

    def _send(self, path: str, data: object = None) -> Any:  # noqa: ANN401 - JSON
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.url + path, body, headers)  # noqa: S310 - the caller's address
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def asked(self) -> int:
        """The first issue that is no pull request."""
        issues = self.get("/issues?state=all&direction=asc&per_page=100")
        return min((one["number"] for one in issues if "pull_request" not in one), default=0)

    def merged(self) -> int:
        """The first pull request that was merged; 0 where there is none."""
        pulls = self.get("/pulls?state=closed&direction=asc&per_page=100")
        return min((one["number"] for one in pulls if one["merged_at"]), default=0)

    def criticised(self) -> int:
        """The first pull request with a remark on a line; 0 where there is none."""
        pulls = self.get("/pulls?state=all&direction=asc&per_page=100")
        numbers = sorted(int(one["number"]) for one in pulls)
        return next((one for one in numbers if self.get(f"/pulls/{one}/comments")), 0)


def _until(what: Callable[[], int], why: str) -> int:
    ends = time.monotonic() + PATIENCE
    while not (found := what()):
        if time.monotonic() > ends:
            raise SystemExit(f"The sandbox has {why} yet.")
        time.sleep(0.5)
    return found


def main() -> None:
    """Take the three pictures; a change that is turned down is asked for where there is none."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("url", help="the address of a running cfg sandbox")
    parser.add_argument("--lang", choices=("en", "ko"), default="en")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    chosen = parser.parse_args()
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise SystemExit("No Chromium on PATH.")
    sandbox = Sandbox(chosen.url)
    issue, pull = _until(sandbox.asked, "no issue"), _until(sandbox.merged, "merged nothing")
    if not sandbox.criticised():
        sandbox.ask(RISKY)
    criticised = _until(sandbox.criticised, "no review with remarks")
    wanted = {
        "issue.png": (f"issues/{issue}", 1100),
        "pull.png": (f"pull/{pull}", 1250),
        "review.png": (f"pull/{criticised}/files", 1000),
    }
    with Chromium(program) as browser:
        for name, (path, height) in wanted.items():
            url = f"{sandbox.url}/{sandbox.repo}/{path}?lang={chosen.lang}"
            _take(browser, url, height, chosen.into / name)


def _take(browser: Chromium, url: str, height: int, to: Path) -> None:
    """A picture of the page, no higher than the page is."""
    browser.window(WIDTH, height)
    browser.show(url)
    end = "Math.ceil(document.querySelector('main > :last-child').getBoundingClientRect().bottom)"
    png = smaller(browser.picture(0, min(height, int(browser.evaluate(end)) + 24)))
    if len(png) > LIMIT:
        raise SystemExit(f"{to.name} has {len(png)} bytes, more than {LIMIT}.")
    to.write_bytes(png)
    sys.stdout.write(f"{to.name}: {len(png)} bytes\n")


if __name__ == "__main__":
    main()
