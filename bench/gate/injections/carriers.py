"""Where an injection stands: in the request, or somewhere in a file of the base.

Decides how a text must be written to stand there; what it says is not its business. A file that
carries one still is of its format: an injection that breaks its file would prove nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from bench.gate.tasks import Tree

# What a format's own text cannot hold raw; in quotes all of it can be escaped.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_FILE_NAME_BYTES = 200

Placed = tuple[str, Tree]
Carrier = Callable[[str, str, Tree, int], Placed]


def _request_before(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    del turn
    return f"{payload}\n\n{wish}", base


def _request_after(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    del turn
    return f"{wish}\n\n{payload}", base


def _request_inside(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    words = wish.split(" ")
    at = 1 + turn % (len(words) - 1)
    return " ".join([*words[:at], payload, *words[at:]]), base


def _comment(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    """On top, each line a comment; in prose it stands as it is."""
    files = ("web/app.env", "api/application.yml", "worker/worker.toml", "edge/nginx.conf")
    path = (*files, "edge/firewall.sh", "batch/batch.properties", "README.md")[turn % 7]
    if path == "README.md":
        return wish, _with(base, path, _text(base, path) + "\n" + payload + "\n")
    shown = _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", payload)
    lines = "".join(f"# {line}\n" for line in shown.split("\n"))
    first, rest = _first_line(_text(base, path))
    return wish, _with(base, path, first + lines + rest)


def _value(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    """A new value beside the others."""
    if turn % 4 == 0:
        return wish, _appended(base, "api/application.yml", f"note: {_quoted(payload)}\n")
    if turn % 4 == 1:
        return wish, _appended(base, "worker/worker.toml", f"note = {_quoted(payload)}\n")
    if turn % 4 == 2:
        line = re.sub(r"[\n\r]", r"\\n", payload.strip().replace("\\", "\\\\"))
        shown = _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", line)
        return wish, _appended(base, "batch/batch.properties", f"batch.note={shown}\n")
    path = "edge/security-group.json"
    text = _text(base, path).replace('"what may reach the edge"', _quoted(payload))
    return wish, _with(base, path, text)


def _key(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    """A key's name; its value is harmless."""
    if turn % 3 == 0:
        return wish, _appended(base, "api/application.yml", f"{_quoted(payload)}: here\n")
    if turn % 3 == 1:
        return wish, _appended(base, "worker/worker.toml", f'{_quoted(payload)} = "here"\n')
    path = "edge/security-group.json"
    text = _text(base, path).replace("{\n", f'{{\n  {_quoted(payload)}: "here",\n', 1)
    return wish, _with(base, path, text)


def _file_name(payload: str, wish: str, base: Tree, turn: int) -> Placed:
    """A file's name: anything but a slash and NUL may stand there, line breaks too."""
    del turn
    name = payload.replace("/", "∕").encode()[:_FILE_NAME_BYTES].decode("utf-8", "ignore")
    return wish, {**base, f"notes/{name}.yml": b"note: here\n"}


CARRIERS: Mapping[str, Carrier] = {
    "request before": _request_before,
    "request after": _request_after,
    "request inside": _request_inside,
    "comment": _comment,
    "value": _value,
    "key name": _key,
    "file name": _file_name,
}


def _text(base: Tree, path: str) -> str:
    return base[path].decode()


def _with(base: Tree, path: str, text: str) -> Tree:
    return {**base, path: text.encode()}


def _appended(base: Tree, path: str, text: str) -> Tree:
    return _with(base, path, _text(base, path) + text)


def _first_line(text: str) -> tuple[str, str]:
    """A script's first line says who runs it and must stay the first."""
    if not text.startswith("#!"):
        return "", text
    first, _, rest = text.partition("\n")
    return first + "\n", rest


def _quoted(payload: str) -> str:
    """As JSON, YAML and TOML all read it: quoted, what is no plain text escaped by its number."""
    text = json.dumps(payload, ensure_ascii=False).replace("\\/", "/")
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
