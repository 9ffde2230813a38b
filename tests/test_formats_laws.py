"""What must hold of every format, on generated files: nothing but what was asked for changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.formats import insert_after, insert_key, parse, remove, write
from bot.core.leaf import Document, Edit, Leaf, Unparsable, Unwritable
from tests.format_samples import SAMPLES, VALUES, Sample

COUNT = 40
law = settings(
    max_examples=COUNT,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
formats = pytest.mark.parametrize("name", SAMPLES)


def parsed(path: str, data: bytes) -> Document:
    """The document, which must parse."""
    document = parse(path, data)
    assert isinstance(document, Document), (document, data)
    return document


def apply(data: bytes, edit: Edit) -> bytes:
    """The bytes with the edit made."""
    return data[: edit.start] + edit.new + data[edit.end :]


def said(document: Document) -> list[tuple[object, ...]]:
    """All that a document says, without where it stands."""
    return [(leaf.key, leaf.value, leaf.kind, leaf.decoration) for leaf in document.leaves]


def remarks(document: Document) -> list[str]:
    """The comments of a document."""
    return [comment.text for comment in document.comments]


@formats
@law
@given(data=st.data())
def test_a_generated_file_says_what_it_was_made_of(name: str, data: st.DataObject) -> None:
    """Keys, values, lines and spans are those of the file, and no two spans overlap."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    assert document.format == name
    assert [(leaf.key, leaf.value) for leaf in document.leaves] == sample.leaves
    assert not document.duplicates
    check_spans(document, sample)


def check_spans(document: Document, sample: Sample) -> None:
    """Spans ascend, lines are right, comments are exact and outside of leaves.

    Between the lines of one INI value a comment may stand; writing that value keeps it.
    """
    spans = [(leaf.start, leaf.end, leaf.line) for leaf in document.leaves]
    within = [leaf for leaf in document.leaves if leaf.style == "lines"]
    spans += [
        (comment.start, comment.end, comment.line)
        for comment in document.comments
        if not any(leaf.start < comment.start < comment.end < leaf.end for leaf in within)
    ]
    end = 0
    for start, stop, line in sorted(spans):
        assert end <= start <= stop <= len(sample.data)
        assert line == sample.data.count(b"\n", 0, start) + 1
        end = stop
    for comment in document.comments:
        assert sample.data[comment.start : comment.end].decode() == comment.text


@formats
@law
@given(data=st.data())
def test_writing_a_leaf_changes_its_bytes_and_its_value_alone(
    name: str, data: st.DataObject
) -> None:
    """Whatever the value, the file then says it in that place, or the edit is refused."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    leaf, value = data.draw(st.sampled_from(document.leaves)), data.draw(VALUES)
    edit = write(document, sample.data, leaf, value)
    if isinstance(edit, Unwritable):
        assert edit.key == leaf.key
        return
    assert (edit.start, edit.end) == (leaf.start, leaf.end)
    check_written(document, parsed(sample.path, apply(sample.data, edit)), leaf, value)


def check_written(before: Document, after: Document, leaf: Leaf, value: str) -> None:
    """Only ``leaf`` differs, and it says ``value``; a string stays one."""
    assert remarks(before) == remarks(after)
    assert len(before.leaves) == len(after.leaves)
    for old, new in zip(before.leaves, after.leaves, strict=True):
        assert old.key == new.key
        if old is leaf:
            assert new.value == value
            assert new.decoration == old.decoration
            assert new.kind == old.kind or old.kind != "string"
        else:
            assert (old.value, old.kind, old.decoration) == (new.value, new.kind, new.decoration)


@formats
@law
@given(data=st.data())
def test_writing_the_same_value_keeps_what_the_file_says(name: str, data: st.DataObject) -> None:
    """Every leaf that has a value can be written as it is, and nothing changes."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    for leaf in document.leaves:
        edit = write(document, sample.data, leaf, leaf.value)
        if leaf.kind in {"empty", "reference"}:
            assert isinstance(edit, Unwritable)
            continue
        assert isinstance(edit, Edit), (leaf, edit)
        again = parsed(sample.path, apply(sample.data, edit))
        assert said(again) == said(document)


@formats
@law
@given(data=st.data())
def test_an_inserted_sibling_can_be_removed_again(name: str, data: st.DataObject) -> None:
    """Insert and remove leave what the file says, and its comments, as they were."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    index = data.draw(st.integers(0, len(document.leaves) - 1))
    leaf = document.leaves[index]
    edit = insert_after(document, sample.data, leaf, data.draw(st.sampled_from(["4", "192.0.2.9"])))
    if isinstance(edit, Unwritable) or leaf.kind == "empty":
        return
    changed = apply(sample.data, edit)
    after = parsed(sample.path, changed)
    assert remarks(after) == remarks(document)
    group = len(after.leaves) - len(document.leaves)
    new = next(other for other in after.leaves[index + 1 :] if other.start > edit.start)
    undo = remove(after, changed, new)
    assert isinstance(undo, Edit), (undo, changed)
    assert group >= 1
    restored = parsed(sample.path, apply(changed, undo))
    assert said(restored) == said(document)
    assert remarks(restored) == remarks(document)


@formats
@law
@given(data=st.data())
def test_a_removed_leaf_takes_nothing_else_with_it(name: str, data: st.DataObject) -> None:
    """Every other leaf stays; at most the comment on the same line goes."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    leaf = data.draw(st.sampled_from(document.leaves))
    edit = remove(document, sample.data, leaf)
    if isinstance(edit, Unwritable):
        return
    after = parsed(sample.path, apply(sample.data, edit))
    gone = len(document.leaves) - len(after.leaves)
    values = [other.value for other in document.leaves]
    assert gone == 1 or name in {"lines", "nginx"}
    assert [other.value for other in after.leaves] in (
        values[:start] + values[start + gone :] for start in range(len(values))
    )
    assert len(remarks(document)) - len(remarks(after)) in {0, 1}


@formats
@law
@given(data=st.data())
def test_a_new_key_joins_its_mapping_and_can_leave_again(name: str, data: st.DataObject) -> None:
    """insert_key adds exactly one leaf, under its parent; removing it restores the rest."""
    sample = data.draw(SAMPLES[name]())
    document = parsed(sample.path, sample.data)
    parent = data.draw(st.sampled_from(document.leaves)).key[:-1]
    edit = insert_key(document, sample.data, parent, "added_key", data.draw(VALUES))
    if isinstance(edit, Unwritable):
        return
    changed = apply(sample.data, edit)
    after = parsed(sample.path, changed)
    (new,) = [leaf for leaf in after.leaves if "added_key" in leaf.key]
    assert new.key[: len(parent)] == parent
    assert remarks(after) == remarks(document)
    undo = remove(after, changed, new)
    assert isinstance(undo, Edit), (undo, changed)
    assert said(parsed(sample.path, apply(changed, undo))) == said(document)


@formats
@law
@given(data=st.data())
def test_a_damaged_file_is_understood_exactly_or_not_at_all(name: str, data: st.DataObject) -> None:
    """After a random cut or insertion nothing raises, and any leaf can still be written safely."""
    sample = data.draw(SAMPLES[name]())
    start = data.draw(st.integers(0, len(sample.data)))
    stop = data.draw(st.integers(start, min(start + 3, len(sample.data))))
    scrap = data.draw(
        st.sampled_from([b"", b"'", b'"', b"{", b"]", b"\n", b"\r", b"#", b":", b"- "])
    )
    damaged = sample.data[:start] + scrap + sample.data[stop:]
    document = parse(sample.path, damaged)
    if isinstance(document, Unparsable) or not document.leaves:
        return
    check_spans(document, Sample(sample.path, damaged, []))
    leaf, value = data.draw(st.sampled_from(document.leaves)), data.draw(VALUES)
    edit = write(document, damaged, leaf, value)
    if isinstance(edit, Edit):
        assert (edit.start, edit.end) == (leaf.start, leaf.end)
        check_written(document, parsed(sample.path, apply(damaged, edit)), leaf, value)


@pytest.mark.parametrize(
    "path", ["a.yml", "a.json", "a.toml", ".env", "a.properties", "a.ini", "x.conf", "Dockerfile"]
)
@law
@given(text=st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode)))
def test_no_bytes_make_a_parser_raise(path: str, text: bytes) -> None:
    """Any bytes are a document or unparsable with a reason, never an exception."""
    document = parse(path, text)
    if isinstance(document, Unparsable):
        assert document.reason
    else:
        check_spans(document, Sample(path, text, []))
