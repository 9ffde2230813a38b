"""Ciri's settings that are right and wrong (https://github.com/xlab-uiuc/ciri) → tasks.

Seen on disk, in ``icse25_data/datasets/synthesize_config`` (20,328 files in the repository): for
each of ten systems ``<system>/correct/<n>`` and ``<system>/erroneous/<n>``, small files of about
eight settings without a suffix, and ``ground_truth/<system>.tsv``, whose line n says of
``erroneous/<n>``: kind, kind of kind, the setting, its bad value, perhaps a second pair.

There is no request in it, and ``correct/<n>`` is another file than ``erroneous/<n>``. Decides that
a task is to *mend*: the base is the erroneous file, the sentence names the setting and a good value,
which is the first other one that the system's correct files have for it. That is the one direction
in which one change is right: to write the bad value would be right by such a request, and no gate
could know better. Every other diff, keeping the bad value or mending another setting, must not be
merged. Never invents a value: where no correct file has one, the item is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.arena.public.loaded import UNSUPPORTED, LeftOut, Loaded, gathered
from bot.arena.tasks import Task, TaskError

# Their files have no suffix. What stands in them says which of our formats reads them.
_FILES = {
    "alluxio": ("alluxio.properties", "="),
    "etcd": ("etcd.yml", ": "),
    "postgresql": ("postgresql.properties", "="),
    "redis": ("redis.properties", "="),
    "zookeeper": ("zookeeper.properties", "="),
}
_OTHERS = {
    "django": "Python",
    "hbase": "XML",
    "hcommon": "XML",
    "hdfs": "XML",
    "yarn": "XML",
}
_REAL = "real_world_config"
_SYNTHESIZED = "synthesize_config"


def load(top: Path, source: str) -> Loaded:
    """The tasks below ``top``: the repository, its ``datasets`` or ``synthesize_config``.

    Raises TaskError.
    """
    places = [path.parent for path in sorted(top.rglob("ground_truth")) if path.is_dir()]
    if not places:
        raise TaskError(f"{source}: no folder ground_truth with <system>.tsv below {top}")
    found = [one for place in places for one in _synthesized(place)]
    real = [path for place in places for path in (place.parent / _REAL).glob("*/*")]
    left = [LeftOut(path.name, "no good value is given (real_world_config)") for path in real]
    return gathered(source, [*found, *sorted(left, key=lambda one: one.item)])


def _synthesized(place: Path) -> Iterator[Task | LeftOut]:
    for truth in sorted((place / "ground_truth").glob("*.tsv")):
        system = truth.stem
        rows = [line.split("\t") for line in _text(truth).splitlines() if line.strip()]
        good = _good_values(place / system / "correct", system) if system in _FILES else {}
        for number, row in enumerate(rows, 1):
            yield _item(place, system, number, [one.strip() for one in row], good)


def _item(
    place: Path, system: str, number: int, row: list[str], good: dict[str, list[str]]
) -> Task | LeftOut:
    name = f"{system}-{number}"
    if system not in _FILES:
        return LeftOut(name, f"{UNSUPPORTED} ({_OTHERS.get(system, 'unknown system')})")
    if len(row) < 4:
        raise TaskError(f"{name}: a line of ground_truth has kind, kind of kind, setting and value")
    kind, _, key, bad, *more = row
    if any(more):
        return LeftOut(name, "two settings contradict each other, so more than one change is right")
    if kind == "Version":
        return LeftOut(name, "the setting itself is obsolete, so no value of it is right")
    other = next((value for value in good.get(key, ()) if value != bad), None)
    if other is None:
        return LeftOut(name, "no correct file has a good value for the setting")
    return _task(place / system / "erroneous" / str(number), name, system, row, other)


def _task(file: Path, name: str, system: str, row: list[str], good: str) -> Task | LeftOut:
    path, mark = _FILES[system]
    kind, finer, key, bad = row[:4]
    text = _text(file)
    lines = text.splitlines(keepends=True)
    at = [n for n, line in enumerate(lines) if line.rstrip() == f"{key}{mark}{bad}".rstrip()]
    if len(at) != 1:
        return LeftOut(name, "the bad value does not stand in the file exactly once")
    ending = lines[at[0]][len(lines[at[0]].rstrip()) :]
    mended = [*lines[: at[0]], f"{key}{mark}{good}{ending}", *lines[at[0] + 1 :]]
    return Task(
        f"ciri-{system}",
        name,
        "ciri",
        "en",
        (kind.lower(), finer.lower()),
        f"In {path}, set {key} to {good}.",
        {path: text.encode()},
        ({path: "".join(mended).encode()},),
    )


def _good_values(folder: Path, system: str) -> dict[str, list[str]]:
    """Setting → the values that the correct files have for it, in the order of their numbers."""
    _, mark = _FILES[system]
    found: dict[str, list[str]] = {}
    files = [path for path in folder.glob("*") if path.name.isdigit()]
    for file in sorted(files, key=lambda path: int(path.name)):
        for line in _text(file).splitlines():
            key, between, value = line.partition(mark)
            if between and value.strip():
                found.setdefault(key, []).append(value.strip())
    return found


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path}: {error}") from error
