"""Real files of real packages: one leaf is edited and only its bytes differ."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from bot.core.formats import parse, write
from bot.core.formats.yaml_tree import LOADERS, Node, read_tree
from bot.core.leaf import Document, Edit, Kind, Leaf
from tests.corpus import RealFile, real_files
from tests.format_samples import flatten

if TYPE_CHECKING:
    from collections.abc import Iterator

FEWEST_FILES = 300
FEWEST_FORMATS = 8
# Tried in turn: not every leaf can say each of them (a literal stays a literal of its kind).
VALUES = ("45", "192.0.2.99", "off", "edge-7.example.com")


def test_one_leaf_of_each_real_file_is_edited_and_nothing_else() -> None:
    """In at least 300 real files of at least 8 formats the edit is exact and reads back."""
    edited = {name: sum(map(edit_is_exact, files)) for name, files in real_files().items()}
    counts = {name: count for name, count in edited.items() if count}
    assert sum(counts.values()) >= FEWEST_FILES, counts
    assert len(counts) >= FEWEST_FORMATS, counts


def edit_is_exact(file: RealFile) -> bool:
    """True where a leaf in the middle of the file was edited, exactly; False where none can be."""
    for leaf, value in attempts(file.document):
        edit = write(file.document, file.data, leaf, value)
        if isinstance(edit, Edit):
            check(file, leaf, value, edit)
            return True
    return False


def attempts(document: Document) -> Iterator[tuple[Leaf, str]]:
    """Leaves from the middle of the file on, each with values it does not have yet."""
    leaves = [leaf for leaf in document.leaves if leaf.kind not in {Kind.EMPTY, Kind.REFERENCE}]
    middle = len(leaves) // 2
    for leaf in (leaves[middle:] + leaves[:middle])[:50]:
        yield from ((leaf, value) for value in VALUES if value != leaf.value)


def check(file: RealFile, leaf: Leaf, value: str, edit: Edit) -> None:
    """Every byte outside the leaf is as before; the file now says ``value`` there, and no more."""
    head = file.data[: edit.start] + edit.new + file.data[edit.end :]
    assert (edit.start, edit.end) == (leaf.start, leaf.end)
    after = parse(file.path, head)
    assert isinstance(after, Document), (file.path, after)
    assert after.format == file.document.format
    pairs = list(zip(file.document.leaves, after.leaves, strict=True))
    changed = [(old, new) for old, new in pairs if (old.key, old.value) != (new.key, new.value)]
    assert [old for old, _ in changed] == [leaf], (file.path, changed[:3])
    assert [new.value for _, new in changed] == [value]
    assert [c.text for c in file.document.comments] == [c.text for c in after.comments]


def test_real_json_and_yaml_say_what_their_own_loaders_read() -> None:
    """Every scalar that ``json`` and ``yaml`` load stands in the leaves under the same key."""
    for file in (*real_files()["json"], *real_files()["yaml"]):
        loaded = json.loads(file.data) if file.document.format == "json" else load_yaml(file.data)
        if loaded is None:
            continue
        wanted: list[tuple[tuple[str | int, ...], str]] = []
        flatten(loaded, (), wanted)
        texts = {leaf.key: leaf.value for leaf in file.document.leaves}
        strings = [(key, value) for key, value in wanted if key in texts]
        assert len(strings) == len(wanted) or file.document.format == "yaml", file.path
        assert all(texts[key] == value for key, value in strings if is_text(value)), file.path


def load_yaml(data: bytes) -> object:
    """One document without aliases or merge keys, its scalars all as text; else None."""
    if b"&" in data or b"\n---" in data:
        return None
    loaded: object = yaml.load(data, yaml.BaseLoader)  # the point is PyYAML's own reading
    return loaded


@pytest.mark.skipif(len(LOADERS) == 1, reason="PyYAML was built without libyaml")
def test_both_yaml_parsers_place_every_scalar_alike() -> None:
    """Without libyaml the leaves are the same, byte for byte."""
    for file in real_files()["yaml"]:
        text = file.data.decode("utf-8-sig")
        fast, slow = (read_tree(text, loader) for loader in LOADERS)
        assert list(map(places, fast.documents)) == list(map(places, slow.documents)), file.path
        assert fast.solid == slow.solid


def places(node: Node) -> list[object]:
    """Where a node and all below it stand, and what they say."""
    below = [places(part) for entry in node.entries for part in entry if part is not None]
    return [node.type, node.style, node.begin, node.last, node.value, node.decoration, below]


def is_text(value: str) -> bool:
    """Numbers may be spelled in several ways; words may not."""
    return (
        not value.lower().lstrip("-").replace(".", "").replace("e", "").replace("+", "").isdigit()
    )


def test_dockerfiles_have_the_images_and_variables_that_dockerfile_parse_reads() -> None:
    """An independent parser sees the same stages and ENV values."""
    for file in real_files()["dockerfile"]:
        other = DockerfileParser(fileobj=BytesIO(file.data), env_replace=False)
        leaves = file.document.leaves
        images = [leaf.value for leaf in leaves if leaf.key[0] == "FROM" and "image" in leaf.key]
        assert images == other.parent_images, file.path
        runs = [leaf for leaf in leaves if leaf.key[0] == "RUN"]
        assert len(runs) == sum(entry["instruction"] == "RUN" for entry in other.structure)
