"""Generated files of every format, each with the leaves it was made of.

The writers here know nothing of the code under test: they put texts together by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy

Key = tuple[str | int, ...]
Found = list[tuple[Key, str]]


@dataclass(frozen=True)
class Sample:
    """A file and the (key, value) of each of its leaves, in order."""

    path: str
    data: bytes
    leaves: Found


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True).filter(
    lambda name: name not in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)
WORDS = st.from_regex(r"[A-Za-z가-힣][A-Za-z0-9가-힣./-]{0,10}[A-Za-z0-9]", fullmatch=True).filter(
    lambda word: word.lower() not in {"yes", "no", "on", "off", "true", "false", "null"}
)
HOSTS = st.sampled_from(
    ["192.0.2.7", "198.51.100.0/24", "2001:db8::5", "edge.example.com", "https://a.example.com/x"]
)
NUMBERS = st.integers(0, 70_000).map(str)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=12
)
# JSON's escapes are YAML's and TOML's too, but for pairs of surrogates and for DEL.
ESCAPABLE = TEXTS.map(lambda text: "".join(c for c in text if c < "\ud800" and c != "\x7f"))
NEWLINES = st.sampled_from(["\n", "\n", "\r\n"])
VALUES = st.one_of(
    TEXTS,
    HOSTS,
    NUMBERS,
    WORDS,
    st.sampled_from(
        [
            "",
            "true",
            "null",
            "a: b",
            "# c",
            " lead",
            "trail ",
            "'",
            '"',
            "a # b",
            "- x",
            "[x]",
            "{",
            "{}",
            "22:22",
            "2024-01-01",
            "yes",
            "1e3",
            "~",
            "a\nb",
            "\\",
            "$x",
            "${x}",
            "k=v",
            "*a",
            "---",
            "!t",
            "%",
            "@",
            "|",
            ">",
            "a;b",
            "a,b",
            "0x1F",
            ".5",
            "a\tb",
            "\u2028",
            "\x85",
        ]
    ),
)


def finished(draw: DrawFn, path: str, lines: list[str], leaves: Found) -> Sample:
    """The lines as a file: LF or CRLF, with or without a byte order mark and a last line ending."""
    newline = draw(NEWLINES)
    text = newline.join(lines) + (newline if draw(st.booleans()) else "")
    return Sample(path, (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode(), leaves)


def noise(draw: DrawFn, mark: str = "#", indent: str = "") -> list[str]:
    """No line, a blank one, or a comment."""
    return draw(st.sampled_from([[], [], [""], [f"{indent}{mark} 설명 note: 1"]]))


@st.composite
def yaml_files(draw: DrawFn) -> Sample:
    """Block and flow collections, all quotings, anchors, comments, several documents."""
    lines: list[str] = []
    leaves: Found = []
    documents = draw(st.integers(1, 2))
    for number in range(documents):
        if documents > 1:
            lines.append("---")
        prefix: Key = (f"---{number}",) if documents > 1 else ()
        yaml_mapping(draw, lines, leaves, prefix, "")
    return finished(draw, "a.yml", lines, leaves)


def yaml_mapping(draw: DrawFn, lines: list[str], leaves: Found, key: Key, indent: str) -> None:
    """A block mapping of at least one entry."""
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        lines.extend(noise(draw, "#", indent))
        shape = draw(st.integers(0, 4 if len(indent) < 4 else 2))
        step = (*key, name)
        if shape == 3:
            lines.append(f"{indent}{name}:" + draw(st.sampled_from(["", "  # 설명"])))
            yaml_mapping(draw, lines, leaves, step, indent + "  ")
        elif shape == 4:
            lines.append(f"{indent}{name}:")
            yaml_list(draw, lines, leaves, step, indent + draw(st.sampled_from(["", "  "])))
        elif shape == 2:
            yaml_flow(draw, lines, leaves, step, f"{indent}{name}: ")
        else:
            source, value = yaml_scalar(draw)
            tail = draw(st.sampled_from(["", " # tail", "   "]))
            lines.append(f"{indent}{name}:{draw(st.sampled_from([' ', '   ']))}{source}{tail}")
            leaves.append((step, value))


def yaml_list(draw: DrawFn, lines: list[str], leaves: Found, key: Key, indent: str) -> None:
    """A block list of scalars."""
    for index in range(draw(st.integers(1, 3))):
        source, value = yaml_scalar(draw)
        lines.append(f"{indent}-{draw(st.sampled_from([' ', '  ']))}{source}")
        leaves.append(((*key, index), value))


def yaml_flow(draw: DrawFn, lines: list[str], leaves: Found, key: Key, lead: str) -> None:
    """A list in brackets, on one line."""
    pairs = draw(st.lists(st.tuples(NUMBERS, st.booleans()), max_size=3))
    items = [json.dumps(value) if quoted else value for value, quoted in pairs]
    lines.append(f"{lead}[{draw(st.sampled_from([', ', ',', ' , '])).join(items)}]")
    leaves.extend(((*key, index), value) for index, (value, _) in enumerate(pairs))
    if not pairs:
        leaves.append((key, "[]"))


def yaml_scalar(draw: DrawFn) -> tuple[str, str]:
    """A scalar's source and value."""
    anchor = draw(st.sampled_from(["", "", "", "&a1 ", "!!str "]))
    style = draw(st.integers(0, 2))
    if style == 0:
        value = draw(st.one_of(WORDS, NUMBERS, HOSTS))
        return anchor + value, value
    if style == 1:
        value = draw(st.text("ab 가'\"#:,", max_size=8))
        return anchor + "'" + value.replace("'", "''") + "'", value
    value = draw(ESCAPABLE)
    return anchor + json.dumps(value), value


@st.composite
def json_files(draw: DrawFn) -> Sample:
    """Any JSON object, compact or indented."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, HOSTS)
    trees = st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)
        ),
        max_leaves=8,
    )
    tree = draw(st.dictionaries(TEXTS, trees, min_size=1, max_size=4))
    leaves: Found = []
    flatten(tree, (), leaves)
    text = json.dumps(
        tree, indent=draw(st.sampled_from([None, 2, "\t"])), ensure_ascii=draw(st.booleans())
    )
    return finished(draw, "a.json", text.split("\n"), leaves)


def flatten(tree: Any, key: Key, leaves: Found) -> None:  # noqa: ANN401 - any JSON
    """The leaves of parsed JSON."""
    if isinstance(tree, dict) and tree:
        for name, value in tree.items():
            flatten(value, (*key, name), leaves)
    elif isinstance(tree, list) and tree:
        for index, value in enumerate(tree):
            flatten(value, (*key, index), leaves)
    else:
        leaves.append((key, tree if isinstance(tree, str) else json.dumps(tree)))


@st.composite
def toml_files(draw: DrawFn) -> Sample:
    """Root keys, tables, dotted keys, arrays on one or several lines."""
    lines: list[str] = []
    leaves: Found = []
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    toml_pairs(draw, lines, leaves, ())
    for name in names:
        name = f"t_{name}"  # noqa: PLW2901 - never the name of a root key
        lines.extend(noise(draw))
        lines.append(f"[{name}]")
        toml_pairs(draw, lines, leaves, (name,))
    return finished(draw, "a.toml", lines, leaves)


def toml_pairs(draw: DrawFn, lines: list[str], leaves: Found, key: Key) -> None:
    """Pairs under a header."""
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        lines.extend(noise(draw))
        step = (*key, name)
        shape = draw(st.integers(0, 3))
        source, value = toml_scalar(draw)
        if shape == 0:
            lines.extend([f"{name} = [", f"  {source}, # own", f"  {source}", "]"])
            leaves.extend([((*step, 0), value), ((*step, 1), value)])
        elif shape == 1:
            lines.append(f"{name} = {{ x = {source}, y.z = {source} }}")
            leaves.extend([((*step, "x"), value), ((*step, "y", "z"), value)])
        elif shape == 2:
            lines.append(f"{name}.dotted = {source}")
            leaves.append(((*step, "dotted"), value))
        else:
            lines.append(f"{name}={source}" + draw(st.sampled_from(["", " # tail"])))
            leaves.append((step, value))


def toml_scalar(draw: DrawFn) -> tuple[str, str]:
    """A scalar's source and value."""
    style = draw(st.integers(0, 3))
    if style == 0:
        value = draw(st.one_of(NUMBERS, st.sampled_from(["true", "1.5", "2024-01-02"])))
        return value, value
    if style == 1:
        value = draw(st.text('ab 가"#\\', max_size=8))
        return f"'{value}'", value
    if style == 2:
        value = draw(st.text("ab 가'#", max_size=8))
        return f'"""{value}"""', value
    value = draw(ESCAPABLE)
    return json.dumps(value, ensure_ascii=not value.isprintable()), value


@st.composite
def env_files(draw: DrawFn) -> Sample:
    """Assignments with and without quotes and ``export``."""
    lines: list[str] = []
    leaves: Found = []
    for name in draw(st.lists(NAMES, min_size=2, max_size=5, unique=True)):
        lines.extend(noise(draw))
        style = draw(st.integers(0, 2))
        value = draw(st.one_of(WORDS, NUMBERS, HOSTS, st.just("")))
        if style:
            value = draw(st.text("ab 가#=$", max_size=8))
        source = [value, f"'{value}'", f'"{value}"'][style]
        lead = draw(st.sampled_from(["", "", "export "]))
        lines.append(f"{lead}{name.upper()}={source}" + draw(st.sampled_from(["", " # tail"])))
        leaves.append(((name.upper(),), value))
    return finished(draw, ".env", lines, leaves)


@st.composite
def properties_files(draw: DrawFn) -> Sample:
    """All three separators, escapes and continued lines."""
    lines: list[str] = []
    leaves: Found = []
    for name in draw(st.lists(NAMES, min_size=2, max_size=5, unique=True)):
        lines.extend(noise(draw, draw(st.sampled_from(["#", "!"]))))
        key = f"server.{name}"
        separator = draw(st.sampled_from(["=", ": ", " = ", " "]))
        value = draw(st.one_of(WORDS, NUMBERS, HOSTS))
        if draw(st.booleans()):
            lines.extend([f"{key}{separator}{value},\\", f"    {value}"])
            value = f"{value},{value}"
        else:
            lines.append(f"{key}{separator}{value}")
        leaves.append(((key,), value))
    return finished(draw, "a.properties", lines, leaves)


@st.composite
def ini_files(draw: DrawFn) -> Sample:
    """Sections, both delimiters, quotes, values of several lines, comments after values."""
    lines: list[str] = []
    leaves: Found = []
    for section in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        lines.append(f"[{section}]")
        for name in draw(st.lists(NAMES, min_size=2, max_size=3, unique=True)):
            lines.extend(noise(draw, draw(st.sampled_from(["#", ";"]))))
            gap = draw(st.sampled_from(["=", " = ", ": "]))
            value = draw(st.one_of(WORDS, NUMBERS, HOSTS))
            shape = draw(st.integers(0, 3))
            if shape == 0:
                lines.extend([f"{name}{gap}{value}", f"  {value}"])
                leaves.append(((section, name), f"{value}\n{value}"))
                continue
            source = f'"{value}"' if shape == 1 else value
            lines.append(f"{name}{gap}{source}" + draw(st.sampled_from(["", " ; tail", " # tail"])))
            leaves.append(((section, name), value))
    return finished(draw, "a.ini", lines, leaves)


@st.composite
def nginx_files(draw: DrawFn) -> Sample:
    """Blocks in blocks, quotes, directives that repeat, comments."""
    lines: list[str] = []
    leaves: Found = []
    for block in draw(st.lists(NAMES, min_size=1, max_size=2, unique=True)):
        lines.append(f"upstream {block} {{")
        directives = draw(st.lists(st.sampled_from(["server", "allow", "deny"]), min_size=2))
        for index, name in enumerate(directives):
            lines.extend(noise(draw, "#", "    "))
            value, quote = draw(st.tuples(st.one_of(WORDS, HOSTS), st.sampled_from(["", '"', "'"])))
            more = draw(st.sampled_from(["", " weight=5"]))
            tail = draw(st.sampled_from(["", " # tail"]))
            lines.append(f"    {name} {quote}{value}{quote}{more};{tail}")
            key = (f"upstream {block}", name, directives[:index].count(name))
            leaves.append(((*key, 0), value))
            if more:
                leaves.append(((*key, 1), "weight=5"))
        lines.append("}")
    return finished(draw, "nginx/nginx.conf", lines, leaves)


@st.composite
def dockerfiles(draw: DrawFn) -> Sample:
    """Stages, variables, ports and commands, some over several lines."""
    image, stage = draw(WORDS), draw(NAMES)
    lines, leaves = [f"FROM {image} AS {stage}"], [(("FROM", 0, "image"), image)]
    found: Found = [*leaves, (("FROM", 0, "as"), stage)]
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        lines.extend(noise(draw))
        value = draw(st.one_of(WORDS, NUMBERS))
        quote = draw(st.sampled_from(["", '"', "'"]))
        lines.append(f"ENV {name}={quote}{value}{quote}")
        found.append((("ENV", name), value))
    ports = draw(st.lists(NUMBERS, min_size=1, max_size=3))
    lines.append("EXPOSE " + " ".join(ports))
    found.extend((("EXPOSE", 0, index), port) for index, port in enumerate(ports))
    lines.append("RUN echo 192.0.2.7 && true")
    found.append((("RUN", 0), "echo 192.0.2.7 && true"))
    return finished(draw, "Dockerfile", lines, found)


@st.composite
def line_files(draw: DrawFn) -> Sample:
    """Commands with addresses and ports in them."""
    lines: list[str] = []
    leaves: Found = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        lines.extend(noise(draw))
        host, port = draw(st.sampled_from(["192.0.2.7", "2001:db8::5"])), draw(NUMBERS)
        tail = draw(st.sampled_from(["", " # from 203.0.113.1", "  "]))
        lines.append(f"set {name} host {host} port {port} ;end{tail}")
        skeleton = f"set {name} host ‹host› port ‹number› ;end"
        leaves.extend([((skeleton, 0, 0), host), ((skeleton, 0, 1), port)])
    return finished(draw, "rules.txt", lines, leaves)


SAMPLES: dict[str, Callable[[], SearchStrategy[Sample]]] = {
    "yaml": yaml_files,
    "json": json_files,
    "toml": toml_files,
    "env": env_files,
    "properties": properties_files,
    "ini": ini_files,
    "nginx": nginx_files,
    "dockerfile": dockerfiles,
    "lines": line_files,
}
