"""Real configuration files: what the installed, pinned packages of the ``test`` extra ship.

Nothing is downloaded; the files are those beside the packages' code.
"""

from __future__ import annotations

import os
import sysconfig
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.core.formats import parse
from bot.core.formats.detect import by_name
from bot.core.leaf import Document

# Large enough for a service model, small enough to be parsed some hundred times.
MAX_BYTES = 60_000
# Of the formats that packages ship by the thousand, this many are enough.
MOST_PER_FORMAT = 250
_CODE = (".py", ".pyc", ".pyi", ".so", ".js", ".css", ".html", ".map", ".svg", ".h", ".c", ".pyx")


@dataclass(frozen=True)
class RealFile:
    """A file of an installed package that its format reads and that has leaves."""

    path: str
    data: bytes
    document: Document


@cache
def real_files() -> dict[str, tuple[RealFile, ...]]:
    """The files by format, always the same ones for the same packages."""
    found: dict[str, list[RealFile]] = defaultdict(list)
    root = Path(sysconfig.get_paths()["purelib"])
    for path in _candidates(root):
        name = path.relative_to(root).as_posix()
        # where the name does not tell the format, the file is read in any case
        if len(found[by_name(name) or ""]) < MOST_PER_FORMAT:
            file = _read(name, path.read_bytes())
            if file is not None:
                found[file.document.format].append(file)
    return {name: tuple(files) for name, files in found.items() if files}


def _candidates(root: Path) -> list[Path]:
    paths: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        paths.extend(Path(folder, name) for name in sorted(names) if not name.endswith(_CODE))
    return [path for path in paths if path.is_file() and path.stat().st_size <= MAX_BYTES]


def _read(name: str, data: bytes) -> RealFile | None:
    document = parse(name, data)
    if not isinstance(document, Document) or not document.leaves:
        return None
    return RealFile(name, data, document)
