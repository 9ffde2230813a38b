"""The formats' common doors: which format a file is, what is refused, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from bot.core.formats import MAX_DEPTH, MAX_PARSE_BYTES, format_of, insert_after, parse, write
from bot.core.leaf import Document, Edit, Kind, Unparsable, Unwritable

NGINX = b"server { listen 80; }\n"
INI = b"[a]\nb = 1\n"
FORMATS = (
    ("a/compose.yml", b"", "yaml"),
    ("application-prod.yaml", b"", "yaml"),
    ("README.yml", b"", "yaml"),
    ("a.json", b"", "json"),
    ("tsconfig.jsonc", b"", "json"),
    ("pyproject.toml", b"", "toml"),
    ("uv.lock", b"", "toml"),
    (".env", b"", "env"),
    ("a/.env.prod", b"", "env"),
    ("prod.env", b"", "env"),
    ("application.properties", b"", "properties"),
    ("Dockerfile", b"", "dockerfile"),
    ("Dockerfile.prod", b"", "dockerfile"),
    ("app.dockerfile", b"", "dockerfile"),
    ("README.md", b"", "prose"),
    ("docs/x.rst", b"", "prose"),
    ("LICENSE", b"", "prose"),
    ("CHANGELOG.txt", b"", "prose"),
    ("notes.txt", INI, "lines"),
    ("changes.sh", b"", "lines"),
    ("main.tf", b"", "lines"),
    ("deploy.sh", b"", "lines"),
    ("Jenkinsfile", b"", "lines"),
    ("pom.xml", b"", "lines"),
    ("haproxy.cfg", b"global\n", "lines"),
    ("hosts.ini", INI, "lines"),
    ("inventory.ini", INI, "lines"),
    ("nftables.conf", NGINX, "lines"),
    ("values.yml.j2", b"", "lines"),
    ("a.ini", INI, "ini"),
    ("a.ini", b"no section\n", "lines"),
    ("setup.cfg", INI, "ini"),
    ("app.service", INI, "ini"),
    ("app.conf", INI, "ini"),
    ("app.conf", NGINX, "nginx"),
    ("app.conf", b"port 6379\n", "lines"),
    ("nginx/nginx.conf", NGINX, "nginx"),
    ("sites-enabled/default", NGINX, "nginx"),
    ("nginx/nginx.conf", b"server {\n", "lines"),
)
REFUSED = (
    ("a.yml", b"a: \xff\n", "not UTF-8", 1),
    ("a.yml", b"a: 1\nb: \x00\n", "NUL byte", None),
    ("a.json", b" " * (MAX_PARSE_BYTES + 1), "too large", None),
    ("a.yml", b"? [a]\n: b\n", "complex key", 1),
    ("a.yml", b"a: *b\n", "undefined alias", 1),
    ("a.yml", b"a: [1\n", "YAML syntax", 2),
    ("a.json", b'{"a": 1,}', "JSON syntax", 1),
    ("a.json", b'{"a": NaN}', "JSON syntax", None),
    ("a.json", b'{"a": "\\ud800"}', "lone surrogate", 1),
    ("a.toml", b"a = 1\na = 2\n", "TOML syntax", 2),
    (".env", b"A='x\n", "env syntax", 1),
    ("a.properties", b"a=\\u12\n", "properties syntax", None),
    ("Dockerfile", b"FROM a\nFOO b\n", "Dockerfile syntax", 2),
)
DEEP = (
    ("a.json", b"[" * 100_000),
    ("a.json", b'{"a":' * 100_000),
    ("a.yml", b"[" * 100_000),
    ("a.yml", b"- " * 100_000),
    ("a.toml", b"a = " + b"[" * 100_000),
    ("a.toml", b"a." * 100_000 + b"a = 1"),
)
GIANT = (
    ("a.json", b'{"a": "' + b'x\\"' * 300_000),
    ("a.toml", b'a = """' + b'x""' * 300_000),
    ("a.properties", b"a=b\\\n" * 200_000),
    ("a.ini", b"[a]\nb =" + b" " * 1_000_000 + b"c"),
    (".env", b"A=" + b" " * 1_000_000 + b"c"),
    ("nginx.conf", b"${" * 500_000),
    ("a.txt", b"1." * 500_000),
    ("a.txt", b'"' + b" # " * 300_000),
    ("a.yml", b"a" * 1_000_000),
)


@pytest.mark.parametrize(("path", "data", "name"), FORMATS)
def test_a_file_has_one_format(path: str, data: bytes, name: str) -> None:
    """The name decides; where it means many formats, the content does."""
    assert format_of(path, data) == name


@pytest.mark.parametrize(("path", "data", "reason", "line"), REFUSED)
def test_a_file_its_format_cannot_read_is_unparsable(
    path: str, data: bytes, reason: str, line: int | None
) -> None:
    """The reason is named, with the line where it is known; nothing is repaired."""
    found = parse(path, data)
    assert isinstance(found, Unparsable)
    assert found.reason.startswith(reason)
    assert found.line == line


@pytest.mark.parametrize(("path", "data"), DEEP, ids=range(len(DEEP)))
def test_deep_nesting_is_refused_at_once(path: str, data: bytes) -> None:
    """No recursion error and no long work, however deep the brackets go."""
    start = time.perf_counter()
    found = parse(path, data)
    assert isinstance(found, Unparsable)
    assert found.reason == "nested too deeply"
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("path", "depth", "readable"), [("a.json", 100, True), ("a.json", 101, False)]
)
def test_the_limit_of_nesting_is_exact(path: str, depth: int, *, readable: bool) -> None:
    """MAX_DEPTH brackets are read, one more is not."""
    assert depth - MAX_DEPTH in {0, 1}
    found = parse(path, b"[" * depth + b"]" * depth)
    assert isinstance(found, Document) is readable


@pytest.mark.parametrize(("path", "data"), GIANT, ids=range(len(GIANT)))
def test_giant_lines_do_not_hang(path: str, data: bytes) -> None:
    """One line of a megabyte takes seconds at most, whatever stands in it."""
    start = time.perf_counter()
    parse(path, data)
    assert time.perf_counter() - start < 10


def test_a_yaml_bomb_costs_no_more_than_its_bytes() -> None:
    """Aliases are leaves of their own; nothing is expanded."""
    lines = ["a0: &a0 lol"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    document = parse("bomb.yml", "\n".join(lines).encode())
    assert isinstance(document, Document)
    assert len(document.leaves) == 1 + 29 * 9
    assert {leaf.kind for leaf in document.leaves[1:]} == {Kind.REFERENCE}


def test_an_alias_is_never_edited() -> None:
    """What it means stands at its anchor."""
    data = b"a: &x 1\nb: *x\n"
    document = parse("a.yml", data)
    assert isinstance(document, Document)
    alias = document.by_key["b",]
    assert (alias.value, alias.kind) == ("*x", Kind.REFERENCE)
    assert isinstance(write(document, data, alias, "2"), Unwritable)
    assert isinstance(write(document, data, document.by_key["a",], "2"), Edit)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.yml", b"a: 1\na: 2\n"),
        ("a.json", b'{"a": 1, "a": 2}'),
        (".env", b"a=1\na=2\n"),
        ("a.properties", b"a=1\n\na=2"),
        ("a.ini", b"[s]\na=1\na=2\n"),
    ],
)
def test_a_key_that_stands_twice_is_told(path: str, data: bytes) -> None:
    """Both leaves stay, the later one is the duplicate and the one that counts."""
    document = parse(path, data)
    assert isinstance(document, Document)
    (duplicate,) = document.duplicates
    assert duplicate.key[-1] == "a"
    assert document.by_key[duplicate.key].value == "2"
    assert duplicate.line == document.leaves[-1].line


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("app.service", b"[Service]\nEnvironment=A=1\nEnvironment=A=2\n"),
        ("nginx.conf", b"allow 192.0.2.1;\nallow 192.0.2.2;\n"),
        ("Dockerfile", b"FROM a\nENV A=1\nFROM b\nENV A=2\n"),
        ("a.txt", b"allow 192.0.2.1\nallow 192.0.2.2\n"),
    ],
)
def test_what_may_repeat_has_keys_of_its_own(path: str, data: bytes) -> None:
    """No duplicate is told, and no two leaves share a key."""
    document = parse(path, data)
    assert isinstance(document, Document)
    assert not document.duplicates
    assert len({leaf.key for leaf in document.leaves}) == len(document.leaves)


def test_prose_has_comments_and_no_leaves() -> None:
    """Documentation is seen line by line and never edited through a leaf."""
    data = "# 제목\r\n\r\nport 8888".encode()
    document = parse("README.md", data)
    assert isinstance(document, Document)
    assert document.leaves == ()
    assert [(c.text, c.line) for c in document.comments] == [("# 제목", 1), ("port 8888", 3)]


def test_an_edit_of_a_file_that_does_not_parse_is_refused() -> None:
    """A leaf of another version of the file leads nowhere."""
    document = parse("a.json", b'{"a": [1]}')
    assert isinstance(document, Document)
    edit = insert_after(document, b'{"a": [1', document.leaves[0], "2")
    assert isinstance(edit, Unwritable)


def test_importing_the_formats_loads_no_parser_library() -> None:
    """Each library is loaded when a file of its format is first read."""
    libraries = {"yaml", "tree_sitter", "tomllib", "dotenv", "javaproperties", "crossplane"}
    code = f"import sys, bot.core.formats; print({libraries!r} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "set()"
