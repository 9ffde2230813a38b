"""Edits as people would make them by hand: before, the edit, after."""

from __future__ import annotations

import pytest

from bot.core.formats import insert_after, insert_key, parse, remove, write
from bot.core.leaf import Document, Edit, KeyPath, Unwritable

WRITES: tuple[tuple[str, str, KeyPath, str, str], ...] = (
    # YAML: the quoting stays; a plain text that would read as another type is quoted
    ("a.yml", "a: 1 # one\n", ("a",), "45", "a: 45 # one\n"),
    ("a.yml", "a: 'x'\n", ("a",), "it's", "a: 'it''s'\n"),
    ("a.yml", 'a: "x"\n', ("a",), "y", 'a: "y"\n'),
    ("a.yml", "a: text\n", ("a",), "45", 'a: "45"\n'),
    ("a.yml", "a: text\n", ("a",), "yes", 'a: "yes"\n'),
    ("a.yml", "a: 8080:80\n", ("a",), "22:22", 'a: "22:22"\n'),
    ("a.yml", "a: 2024-01-01\n", ("a",), "2024-02-01", "a: 2024-02-01\n"),
    ("a.yml", "a: 192.0.2.7:8888\n", ("a",), "192.0.2.9:8888", "a: 192.0.2.9:8888\n"),
    ("a.yml", "a: text\n", ("a",), "b: c", 'a: "b: c"\n'),
    ("a.yml", "a: [x, y]\n", ("a", 1), "p,q", 'a: [x, "p,q"]\n'),
    ("a.yml", "a:\r\n  b: 한\r\n", ("a", "b"), "글", "a:\r\n  b: 글\r\n"),
    ("a.yml", "a: &x 1\nb: *x\n", ("a",), "2", "a: &x 2\nb: *x\n"),
    ("a.yml", "a:\nb: 1\n", ("a",), "2", "a: 2\nb: 1\n"),
    ("a.yml", "a: |\n  x 1\n  y\nb: 1\n", ("a",), "x 2\ny\n", "a: |\n  x 2\n  y\nb: 1\n"),
    ("a.yml", "a: >-\n  x\n  y\n", ("a",), "x z", "a: >-\n  x\n  z\n"),
    ("a.yml", "---\na: 1\n---\na: 1\n", ("---1", "a"), "2", "---\na: 1\n---\na: 2\n"),
    ("a.json", '{"a": 1}', ("a",), "45", '{"a": 45}'),
    ("a.json", '{"a": "1"}', ("a",), "45", '{"a": "45"}'),
    ("a.json", '{"a": null}', ("a",), "x", '{"a": "x"}'),
    ("a.json", '\ufeff{"a": "x"} // c\n', ("a",), "한", '\ufeff{"a": "한"} // c\n'),
    ("a.toml", "a = 1_000 # c\n", ("a",), "45", "a = 45 # c\n"),
    ("a.toml", "a = 'C:\\x'\n", ("a",), "D:\\y", "a = 'D:\\y'\n"),
    ("a.toml", "a = 'x'\n", ("a",), "it's", 'a = "it\'s"\n'),
    ("a.toml", "[[t]]\na = 1\n[[t]]\na = 1\n", ("t", 1, "a"), "2", "[[t]]\na = 1\n[[t]]\na = 2\n"),
    (".env", "export A=1 # c\n", ("A",), "2", "export A=2 # c\n"),
    (".env", "A='x'", ("A",), "y z", "A='y z'"),
    (".env", "A=\n", ("A",), "y #z", 'A="y #z"\n'),
    ("a.properties", "a.b = x\n", ("a.b",), "한", "a.b = \\uD55C\n"),
    ("a.properties", "# 한\na.b = x\n", ("a.b",), "글", "# 한\na.b = 글\n"),
    ("a.ini", "[s]\na = 1 ; c\n", ("s", "a"), "2", "[s]\na = 2 ; c\n"),
    ("a.ini", '[s]\na="x"\n', ("s", "a"), "y", '[s]\na="y"\n'),
    ("a.ini", "[s]\na =\n  x\n  y\n", ("s", "a"), "\nx\nz", "[s]\na =\n  x\n  z\n"),
    ("nginx.conf", "listen 80; # c\n", ("listen", 0, 0), "81", "listen 81; # c\n"),
    ("nginx.conf", "root /a;", ("root", 0, 0), "/a b", 'root "/a b";'),
    ("Dockerfile", "FROM a:1 AS b\n", ("FROM", 0, "image"), "a:2", "FROM a:2 AS b\n"),
    ("Dockerfile", "FROM a\nENV A=1\n", ("ENV", "A"), "x y", 'FROM a\nENV A="x y"\n'),
    (
        "rules.sh",
        "ufw allow from 192.0.2.7 # 192.0.2.7\n",
        ("ufw allow from ‹host›", 0, 0),
        "edge.example.com",
        "ufw allow from edge.example.com # 192.0.2.7\n",
    ),
)
REFUSED_WRITES: tuple[tuple[str, str, KeyPath, str], ...] = (
    ("a.yml", "a: &x 1\nb: *x\n", ("b",), "2"),
    ("a.yml", "a: []\n", ("a",), "2"),
    ("a.yml", "a: |\n  x\n", ("a",), "x\ny\n"),
    ("a.yml", "a: x\n", ("a",), "\ud800"),
    ("a.json", '{"a": {}}', ("a",), "2"),
    (".env", "A\n", ("A",), "2"),
    ("a.ini", "[s]\na = 1\n", ("s", "a"), "2 ; c"),
    ("a.ini", "[s]\na = 1 ; c\n", ("s", "a"), ""),
    ("app.service", "[s]\na=1\n", ("s", "a"), "2\\"),
    ("nginx.conf", "internal;", ("internal", 0), "2"),
    ("nginx.conf", "listen 80;", ("listen", 0, 0), "a\\"),
    ("Dockerfile", "FROM a\n", ("FROM", 0, "image"), "a b"),
    ("Dockerfile", "FROM a\nRUN x\n", ("RUN", 0), "x\nRUN y"),
    ("a.txt", "port 80\n", ("port ‹number›", 0, 0), "word"),
    ("a.txt", "port 80\n", ("port ‹number›", 0, 0), "80 81"),
)
INSERTS: tuple[tuple[str, str, KeyPath, str, str], ...] = (
    ("a.yml", "a:\n- x # c\n- z\n", ("a", 0), "w", "a:\n- x # c\n- w\n- z\n"),
    ("a.yml", "a:\n  - 'x'", ("a", 0), "y", "a:\n  - 'x'\n  - 'y'"),
    ("a.yml", "a:\r\n-   1\r\n", ("a", 0), "2", "a:\r\n-   1\r\n-   2\r\n"),
    ("a.yml", "- - a\n  - b\n", (0, 0), "x", "- - a\n  - x\n  - b\n"),
    ("a.yml", "a: [x, y]\n", ("a", 1), "z", "a: [x, y, z]\n"),
    ("a.yml", "a: []\n", ("a",), "x y", "a: [x y]\n"),
    ("a.json", '{"a": ["x"]}', ("a", 0), "y", '{"a": ["x", "y"]}'),
    ("a.json", '{"a": []}', ("a",), "y", '{"a": ["y"]}'),
    ("a.json", '{"a": [\n  1,\n  2\n]}', ("a", 1), "3", '{"a": [\n  1,\n  2,\n  3\n]}'),
    ("a.json", '{"a": [\n  1,\n  2\n]}', ("a", 0), "3", '{"a": [\n  1,\n  3,\n  2\n]}'),
    ("a.toml", "a = [1,2]\n", ("a", 0), "3", "a = [1,3,2]\n"),
    ("a.toml", "a = [\n  1, # c\n]\n", ("a", 0), "2", "a = [\n  1, # c\n  2,\n]\n"),
    ("a.toml", "a = [\n  1 # c\n]\n", ("a", 0), "2", "a = [\n  1, # c\n  2\n]\n"),
    ("app.service", "[s]\nA=x\n[t]\n", ("s", "A"), "y", "[s]\nA=x\nA=y\n[t]\n"),
    (
        "nginx.conf",
        "location / {\n  allow 192.0.2.7; # c\n  deny all;\n}\n",
        ("location /", "allow", 0, 0),
        "192.0.2.8",
        "location / {\n  allow 192.0.2.7; # c\n  allow 192.0.2.8;\n  deny all;\n}\n",
    ),
    (
        "nginx.conf",
        "server_name a.example.com;",
        ("server_name", 0, 0),
        "b.example.com",
        "server_name a.example.com b.example.com;",
    ),
    ("Dockerfile", "FROM a\nEXPOSE 80\n", ("EXPOSE", 0, 0), "81", "FROM a\nEXPOSE 80 81\n"),
    (
        "rules.sh",
        "\tufw allow from 192.0.2.7 port 22 # c\ntrue\n",
        ("ufw allow from ‹host› port ‹number›", 0, 0),
        "192.0.2.8",
        "\tufw allow from 192.0.2.7 port 22 # c\n\tufw allow from 192.0.2.8 port 22\ntrue\n",
    ),
)
KEYS: tuple[tuple[str, str, KeyPath, str, str, str], ...] = (
    ("a.yml", "a:\n  b: 1 # c\nd: 1\n", ("a",), "e", "x y", "a:\n  b: 1 # c\n  e: x y\nd: 1\n"),
    ("a.yml", "a: {b: 1}\n", ("a",), "c", "2", "a: {b: 1, c: 2}\n"),
    ("a.yml", "a: {}\n", ("a",), "b", "true", "a: {b: true}\n"),
    ("a.json", '{"a":1}', (), "b", "x", '{"a":1,"b":"x"}'.replace(",", ", ")),
    ("a.json", '{\n  "a": 1\n}', (), "b", "2", '{\n  "a": 1,\n  "b": 2\n}'),
    (
        "a.toml",
        "[t]\na = 1\n\n[u]\nb = 1\n",
        ("t",),
        "c",
        "x",
        '[t]\na = 1\nc = "x"\n\n[u]\nb = 1\n',
    ),
    ("a.toml", "t = { a = 1 }\n", ("t",), "b", "2", "t = { a = 1, b = 2 }\n"),
    (".env", "export A=1", (), "B", "2", "export A=1\nexport B=2"),
    ("a.properties", "a: 1\r\n", (), "b", "2", "a: 1\r\nb: 2\r\n"),
    ("a.ini", "[s]\na = 1\n\n[t]\nb = 1\n", ("s",), "c", "2", "[s]\na = 1\nc = 2\n\n[t]\nb = 1\n"),
    (
        "Dockerfile",
        "FROM a\nENV A=1\nRUN x\n",
        ("ENV",),
        "B",
        "2",
        "FROM a\nENV A=1\nENV B=2\nRUN x\n",
    ),
)
REMOVALS: tuple[tuple[str, str, KeyPath, str], ...] = (
    ("a.yml", "a: 1 # c\n# d\nb: 2\n", ("a",), "# d\nb: 2\n"),
    ("a.yml", "a: 1\nb: 2", ("b",), "a: 1"),
    ("a.yml", "a:\n- x\n- y # c\nb: 1\n", ("a", 1), "a:\n- x\nb: 1\n"),
    ("a.yml", "- a: 1\n  b: 2\n", (0, "a"), "- b: 2\n"),
    ("a.yml", "a: [x, y, z]\n", ("a", 1), "a: [x, z]\n"),
    ("a.yml", "a: |\n  x\n  y\nb: 1\n", ("a",), "b: 1\n"),
    ("a.json", '{"a": 1, "b": 2}', ("b",), '{"a": 1}'),
    ("a.json", "[\n  1,\n  2\n]\n", (1,), "[\n  1\n]\n"),
    ("a.json", "[\n  1, // c\n  2 // d\n]\n", (1,), "[\n  1 // c\n]\n"),
    ("a.toml", "a = [\n  1, # c\n  2,\n]\n", ("a", 0), "a = [\n  2,\n]\n"),
    ("a.toml", "a = 1\n\n[t]\nb = 2\nc = 3\n", ("t", "b"), "a = 1\n\n[t]\nc = 3\n"),
    (".env", "A=1\nB='x\ny' # c\n", ("B",), "A=1\n"),
    ("a.properties", "a=1\nb=x\\\n y\n", ("b",), "a=1\n"),
    ("a.ini", "[s]\na=1\nb=\n  x\n  y\n[t]\n", ("s", "b"), "[s]\na=1\n[t]\n"),
    (
        "nginx.conf",
        "allow 192.0.2.7;\n# c\ndeny all; # d\n",
        ("deny", 0, 0),
        "allow 192.0.2.7;\n# c\n",
    ),
    ("nginx.conf", "server_name a b;\n", ("server_name", 0, 0), "server_name b;\n"),
    ("Dockerfile", "FROM a\nEXPOSE 80 81\n", ("EXPOSE", 0, 0), "FROM a\nEXPOSE 81\n"),
    ("rules.sh", "a 192.0.2.1\r\nb 192.0.2.2\r\n", ("a ‹host›", 0, 0), "b 192.0.2.2\r\n"),
)
REFUSED_REMOVALS: tuple[tuple[str, str, KeyPath], ...] = (
    ("a.yml", "a:\n- x\n", ("a", 0)),
    ("a.yml", "a: 1\n", ("a",)),
    ("a.yml", "a: &x 1\nb: *x\n", ("a",)),
    ("a.json", '{"a": [1]}', ("a", 0)),
    ("a.toml", "[t]\na = 1\n", ("t", "a")),
    ("a.ini", "[s]\na = 1\n[t]\nb = 1\n", ("s", "a")),
    (".env", "A=1\n", ("A",)),
    ("nginx.conf", "server {\n  listen 80;\n}\n", ("server", "listen", 0, 0)),
    ("Dockerfile", "FROM a\nRUN x\n", ("FROM", 0, "image")),
)


def ids(rows: tuple[tuple[object, ...], ...]) -> list[str]:
    """A short name for each row."""
    return [f"{row[0]}-{index}" for index, row in enumerate(rows)]


def read(path: str, text: str) -> tuple[Document, bytes]:
    """The document, which must parse, and its bytes."""
    data = text.encode()
    document = parse(path, data)
    assert isinstance(document, Document), document
    return document, data


def edited(data: bytes, edit: Edit | Unwritable) -> str:
    """The text with the edit made."""
    assert isinstance(edit, Edit), edit
    return (data[: edit.start] + edit.new + data[edit.end :]).decode()


@pytest.mark.parametrize(("path", "before", "key", "value", "after"), WRITES, ids=ids(WRITES))
def test_a_value_is_written_in_the_style_of_the_old_one(
    path: str, before: str, key: KeyPath, value: str, after: str
) -> None:
    """Quotes, comments, line endings and spacing are those of the file."""
    document, data = read(path, before)
    assert edited(data, write(document, data, document.by_key[key], value)) == after


@pytest.mark.parametrize(
    ("path", "before", "key", "value"), REFUSED_WRITES, ids=ids(REFUSED_WRITES)
)
def test_a_value_that_cannot_be_exact_is_not_written(
    path: str, before: str, key: KeyPath, value: str
) -> None:
    """Nothing is guessed: the edit is refused with a reason."""
    document, data = read(path, before)
    edit = write(document, data, document.by_key[key], value)
    assert isinstance(edit, Unwritable)
    assert edit.reason


@pytest.mark.parametrize(("path", "before", "key", "value", "after"), INSERTS, ids=ids(INSERTS))
def test_a_sibling_joins_in_the_shape_of_its_neighbour(
    path: str, before: str, key: KeyPath, value: str, after: str
) -> None:
    """Indentation, commas and line endings follow; the neighbour's comment is not copied."""
    document, data = read(path, before)
    assert edited(data, insert_after(document, data, document.by_key[key], value)) == after


@pytest.mark.parametrize(
    ("path", "before", "parent", "name", "value", "after"), KEYS, ids=ids(KEYS)
)
def test_a_key_joins_at_the_end_of_its_mapping(
    path: str, before: str, parent: KeyPath, name: str, value: str, after: str
) -> None:
    """Numbers and booleans become such in typed formats, all else text."""
    document, data = read(path, before)
    assert edited(data, insert_key(document, data, parent, name, value)) == after


@pytest.mark.parametrize(("path", "before", "key", "after"), REMOVALS, ids=ids(REMOVALS))
def test_a_removed_entry_leaves_no_trace(path: str, before: str, key: KeyPath, after: str) -> None:
    """Its own comment goes with it, its comma too; other comments stay."""
    document, data = read(path, before)
    assert edited(data, remove(document, data, document.by_key[key])) == after


@pytest.mark.parametrize(("path", "before", "key"), REFUSED_REMOVALS, ids=ids(REFUSED_REMOVALS))
def test_nothing_is_removed_that_others_rest_on(path: str, before: str, key: KeyPath) -> None:
    """The last entry of a collection stays, as does an anchor in use and a build stage."""
    document, data = read(path, before)
    assert isinstance(remove(document, data, document.by_key[key]), Unwritable)


def test_a_key_that_exists_is_not_added_again() -> None:
    """insert_key never makes a duplicate, and never invents a parent."""
    document, data = read("a.yml", "a: 1\nb:\n  c: 1\n")
    assert isinstance(insert_key(document, data, (), "a", "2"), Unwritable)
    assert isinstance(insert_key(document, data, ("a",), "x", "2"), Unwritable)
    assert isinstance(insert_key(document, data, ("z",), "x", "2"), Unwritable)
