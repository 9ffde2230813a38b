"""Multi-IaC-Eval's triplets (https://huggingface.co/datasets/AmazonScience/Multi-IaC-Eval) → tasks.

Seen: the data card (https://github.com/ssdavidamz/Multi-IaC-Eval, README.md), which names the
columns ``source``, ``initial``, ``expected``, ``utterance`` and ``source_repo`` of the CSV files of
CloudFormation (263) and Terraform (446), and the start of the CDK archive, in which an item is a folder
with ``initial/``, ``expected/`` and ``utterance.txt``. Not seen: the CSV files.

Decides that a row of CloudFormation is a task; which of the two a row is, its ``initial`` text
says, not a file's name. Terraform and CDK are code that no format of ours reads.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.arena.public.loaded import UNSUPPORTED, LeftOut, Loaded, gathered
from bot.arena.public.rewriting import NoTextError, documents, right_text
from bot.arena.sameness import same_values
from bot.arena.tasks import Task, TaskError

_COLUMNS = ("source", "initial", "expected", "utterance")
_LARGEST = 10_000_000  # characters of a template
_TERRAFORM = re.compile(
    r"^\s*(?:(?:resource|provider|variable|module|data|output)\s+\"|(?:terraform|locals)\s*\{)",
    re.MULTILINE,
)
_RESOURCES = re.compile(r"^Resources\s*:|[\"']Resources[\"']\s*:", re.MULTILINE)
_ARCHIVES = {".zip", ".gz", ".tgz"}


def load(top: Path, source: str) -> Loaded:
    """The tasks of ``top``: a CSV file, or a folder of CSV files and CDK folders. Raises TaskError."""
    if top.is_file():
        return gathered(source, _rows(top))
    if not top.is_dir():
        raise TaskError(f"{source}: {top} does not exist")
    return gathered(source, _items(top))


def _items(top: Path) -> Iterator[Task | LeftOut]:
    files = sorted(path for path in top.rglob("*") if not path.name.startswith("."))
    for file in files:
        if file.suffix == ".csv":
            yield from _rows(file)
        elif file.name == "utterance.txt":
            yield LeftOut(file.parent.relative_to(top).as_posix(), f"{UNSUPPORTED} (CDK)")
        elif file.suffix in _ARCHIVES:
            yield LeftOut(file.name, "an archive, which is not unpacked (CDK comes in these)")


def _rows(file: Path) -> Iterator[Task | LeftOut]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        rows = _read(text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TaskError(f"{file}: {error}") from error
    for number, row in enumerate(rows, 1):
        missing = [name for name in _COLUMNS if not isinstance(row.get(name), str)]
        if missing:
            raise TaskError(f"{file}, row {number}: no column {', '.join(missing)}")
        yield _item(f"{file.stem}-{number}-{row['source']}", row)


def _read(text: str) -> list[Mapping[str, str]]:
    before = csv.field_size_limit(_LARGEST)
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    finally:
        csv.field_size_limit(before)


def _item(name: str, row: Mapping[str, str]) -> Task | LeftOut:
    base, answer = row["initial"], row["expected"]
    if not _RESOURCES.search(base):
        code = "Terraform" if _TERRAFORM.search(base) else "neither CloudFormation nor Terraform"
        return LeftOut(name, f"{UNSUPPORTED} ({code})")
    path = "template.json" if base.lstrip().startswith("{") else "template.yml"
    if not row["utterance"].strip():
        return LeftOut(name, "no request")
    try:
        if not documents(base) or not documents(answer):
            return LeftOut(name, "an empty template")
        right, loose = right_text(path, base, answer)
    except NoTextError:
        return LeftOut(name, "a template does not parse")
    if same_values(path, base.encode(), right.encode()):
        return LeftOut(name, "the expected template changes no value")
    return Task(
        "multi-iac",
        name,
        "multi-iac",
        "en",
        ("laid-out-anew",) if loose else (),
        " ".join(row["utterance"].split()).strip('"'),
        {path: base.encode()},
        ({path: right.encode()},),
        frozenset({path}) if loose else frozenset(),
    )
