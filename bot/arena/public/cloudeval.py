"""CloudEval-YAML's questions (https://github.com/alibaba/CloudEval-YAML) → tasks.

Seen: the repository's loader (``loader.py``), which reads ``data/<library>/<kind>/q<n>/`` with
``question.txt``, ``labeled_code.yaml`` and other wordings of the question; the listing of its
archive; how a question holds YAML, in ``prompt.py`` (between lines of three backquotes); and how
the reference marks a place where any value will do (``metrics/kv_wildcard.py``: the line ends in a
comment with ``*``). Not seen: the questions themselves, whose archive ``data.zip`` is locked.

Decides that a question is a task where it shows one YAML and the reference is that YAML edited:
as many documents, each of the same kind and name. The block is the base, the other words are the
sentence. A reference that leaves a changed value open has no one right tree and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.arena.public.loaded import LeftOut, Loaded, gathered
from bot.arena.public.rewriting import NoTextError, documents, right_text
from bot.arena.sameness import same_values
from bot.arena.tasks import Task, TaskError

QUESTION, ANSWER, PATH = "question.txt", "labeled_code.yaml", "config.yaml"
_BLOCK = re.compile(
    r"^[ \t]*```\w*[ \t]*\n(?P<yaml>.*?)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE
)
# kv_wildcard.py takes "*"; the paper (arXiv:2401.06786) has "v in [...]" too.
_OPEN = re.compile(r"#\s*(?:\*|v\s+in\b.*)\s*$")


def load(top: Path, source: str) -> Loaded:
    """The tasks below ``top``, the folder ``data`` or one that holds it. Raises TaskError."""
    if not top.is_dir():
        raise TaskError(f"{source}: {top} is no directory (data.zip has to be unpacked)")
    return gathered(source, [one for file in sorted(top.rglob(QUESTION)) for one in _items(file)])


def _items(file: Path) -> Iterator[Task | LeftOut]:
    folder = file.parent
    name = "-".join(folder.parts[-3:])
    for other in sorted(folder.glob("question_*.txt")):
        yield LeftOut(f"{name}/{other.stem}", "another wording of a question that is counted")
    if not (folder / ANSWER).is_file():
        raise TaskError(f"{folder}: no {ANSWER}")
    yield _item(name, _text(file), _text(folder / ANSWER))


def _item(name: str, question: str, answer: str) -> Task | LeftOut:
    blocks = list(_BLOCK.finditer(question))
    if len(blocks) != 1:
        some = "several blocks" if blocks else "no block"
        return LeftOut(name, f"the question shows {some} of YAML to be edited")
    base = blocks[0]["yaml"]
    try:
        if not _is_edited(base, answer):
            return LeftOut(name, "the answer is another resource, no edit of the YAML shown")
        if _is_open(base, answer):
            return LeftOut(name, "the reference leaves a changed value open")
        right, loose = right_text(PATH, base, answer)
    except NoTextError:
        return LeftOut(name, "the YAML shown or the reference does not parse")
    if same_values(PATH, base.encode(), right.encode()):
        return LeftOut(name, "the reference changes no value")
    sentence = question[: blocks[0].start()] + question[blocks[0].end() :]
    return Task(
        f"cloudeval-{name.rpartition('-')[0]}",
        name,
        "cloudeval",
        "en",
        ("laid-out-anew",) if loose else (),
        " ".join(sentence.split()),
        {PATH: base.encode()},
        ({PATH: right.encode()},),
        frozenset({PATH}) if loose else frozenset(),
    )


def _is_edited(base: str, answer: str) -> bool:
    """As many documents, and each speaks of the same thing."""
    mine, theirs = ([_named(one) for one in documents(text)] for text in (base, answer))
    return bool(mine) and mine == theirs


def _named(node: yaml.Node) -> tuple[str | None, str | None]:
    """Kind and name of a resource (https://kubernetes.io/docs/concepts/overview/working-with-objects)."""
    return _value(node, "kind"), _value(_child(node, "metadata"), "name")


def _child(node: yaml.Node | None, wanted: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == wanted), None)


def _value(node: yaml.Node | None, wanted: str) -> str | None:
    child = _child(node, wanted)
    return str(child.value) if isinstance(child, yaml.ScalarNode) else None


def _is_open(base: str, answer: str) -> bool:
    """A line that leaves its value open says something else than the base does."""
    lines = {" ".join(line.partition(" #")[0].split()) for line in base.splitlines()}
    return any(
        _OPEN.search(line) and " ".join(line[: _open_at(line)].split()) not in lines
        for line in answer.splitlines()
    )


def _open_at(line: str) -> int:
    found = _OPEN.search(line)
    return found.start() if found else len(line)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path}: {error}") from error
