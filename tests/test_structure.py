"""The shape of the code: who may import whom, how long a function may be, what a module must say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "bot").rglob("*.py"))

# Each room may import those named, and itself; imports point downwards only.
MAY_IMPORT = {
    "bot.core": {"bot.core"},
    "bot.ports": {"bot.core"},
    "bot.prompts": set(),
    "bot.settings": set(),
    "bot.policy": {"bot.core", "bot.ports"},
    "bot.adapters": {"bot.core", "bot.ports", "bot.hub", "bot.desk"},
    "bot.gather": {"bot.core", "bot.ports"},
    "bot.judge": {"bot.core"},
    "bot.asking": {"bot.core", "bot.ports", "bot.prompts"},
    "bot.pipeline": {"bot.core", "bot.ports", "bot.gather", "bot.judge"},
    "bot.models": {
        *("bot.core", "bot.ports", "bot.adapters", "bot.asking"),
        *("bot.judge", "bot.pipeline", "bot.settings"),
    },
    # the duel of two models
    "bot.duel_table": {"bot.core", "bot.models", "bot.pipeline"},
    "bot.duelling": {
        *("bot.core", "bot.ports", "bot.asking", "bot.duel_table", "bot.judge", "bot.models"),
        *("bot.pipeline", "bot.settings"),
    },
    # games between models
    "bot.simulated": {"bot.core", "bot.ports"},
    "bot.arena": {
        *("bot.core", "bot.ports", "bot.adapters", "bot.duelling", "bot.models", "bot.pipeline"),
        "bot.simulated",
        "bot.settings",
    },
    "bot.arena_cli": {"bot.core", "bot.arena", "bot.simulated", "bot.settings"},
    # the App: what comes in, the way of a request, what makes it durable, what answers the web
    "bot.hub": {"bot.core"},
    "bot.signature": set(),
    "bot.events": {"bot.core"},
    "bot.commands": {"bot.core"},
    "bot.desk": {
        *("bot.core", "bot.ports", "bot.hub", "bot.policy", "bot.pipeline"),
        *("bot.events", "bot.commands"),
    },
    "bot.web": {"bot.core", "bot.desk"},
    "bot.telemetry": set(),
    "bot.sweeper": {"bot.core", "bot.hub"},
    "bot.durable": {"bot.desk", "bot.hub"},
    "bot.app": {"bot.events", "bot.signature", "bot.telemetry"},
    "bot.notice": {"bot.app", "bot.signature", "bot.telemetry"},
    "bot.server_settings": {"bot.core", "bot.settings"},
    "bot.wiring": {
        *(
            "bot.core",
            "bot.ports",
            "bot.adapters",
            "bot.choosing",
            "bot.duelling",
            "bot.judge",
            "bot.models",
        ),
        *("bot.pipeline", "bot.policy", "bot.settings"),
    },
    "bot.choosing": {"bot.core", "bot.policy", "bot.settings"},
    "bot.rollout_plan": {"bot.core", "bot.ports", "bot.policy"},
    "bot.policy_check": {
        "bot.core",
        "bot.ports",
        "bot.adapters",
        "bot.choosing",
        "bot.gather",
        "bot.policy",
        "bot.settings",
    },
}
# What a decision must not be able to reach.
IMPURE = {
    *("os", "subprocess", "socket", "time", "random", "threading", "logging", "requests", "httpx"),
    *("litellm", "dbos", "click", "rich", "githubkit", "fastapi", "shutil", "tempfile"),
}


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(name: str) -> str:
    """``bot.core.formats.yaml_format`` is in the room ``bot.core``."""
    return ".".join(name.split(".")[:2])


def imports_of(path: Path) -> set[str]:
    """Every module that ``path`` imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                f"{node.module}.{alias.name}" if node.module == "bot" else node.module
                for alias in node.names
            }
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    """A module imports only rooms below its own; core imports nothing of ours but core."""
    allowed = MAY_IMPORT.get(room_of(name_of(path)))
    if allowed is None:
        return
    ours = {room_of(name) for name in imports_of(path) if name.startswith("bot")}
    assert ours <= allowed | {room_of(name_of(path))}


@pytest.mark.parametrize(
    "path", [p for p in MODULES if name_of(p).startswith("bot.core")], ids=name_of
)
def test_decisions_reach_nothing_outside(path: Path) -> None:
    """Core opens no file, asks no clock, reads no environment, starts nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not {name.split(".")[0] for name in imports_of(path)} & IMPURE
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "open" not in {func.id for func in called if isinstance(func, ast.Name)}
    outward = {"now", "today", "read_text", "read_bytes", "write_text", "getenv"}
    assert not {func.attr for func in called if isinstance(func, ast.Attribute)} & outward
    pure_paths = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pathlib"
    ]
    assert {alias.name for node in pure_paths for alias in node.names} <= {"PurePosixPath"}


def test_only_one_module_knows_the_workflow_library() -> None:
    """DBOS is imported by ``bot.durable`` alone, githubkit and python-jenkins by adapters alone."""
    users = {
        library: {name_of(path) for path in MODULES if library in _tops(path)}
        for library in ("dbos", "githubkit", "jenkins")
    }
    assert users["dbos"] == {"bot.durable"}
    assert all(name.startswith("bot.adapters.") for name in users["githubkit"] | users["jenkins"])


def _tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports_of(path)}


def test_nothing_but_the_command_line_knows_the_sandbox() -> None:
    """The stand-ins never become part of the server."""
    users = {
        name_of(path)
        for path in MODULES
        if any(name.startswith("bot.sandbox") for name in imports_of(path))
    }
    assert {name for name in users if not name.startswith("bot.sandbox")} <= {"bot.cli"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_say_what_they_are_for_and_stay_small(path: Path) -> None:
    """A docstring, at most 500 lines, no function over 50, no grab-bag of a name."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert (ast.get_docstring(tree) or "").strip(". ")
    assert source.count("\n") <= 500
    assert not {"utils", "helpers", "common", "manager"} & set(path.stem.split("_"))
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > 50
    ]
    assert long == []


def test_only_settings_reads_the_environment() -> None:
    """``os.environ`` is read where processes start and in git's own process, and nowhere else."""
    readers = {
        name_of(path) for path in MODULES if "os.environ" in path.read_text(encoding="utf-8")
    }
    assert readers <= {
        *("bot.settings", "bot.cli", "bot.demo", "bot.adapters.git_process"),
        *("bot.adapters.git_library", "bot.adapters.git_forge", "bot.adapters.litellm_client"),
    }
