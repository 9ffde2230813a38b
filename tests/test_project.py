"""README, docs, lock and CI say what is true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema

from bot.core.report.as_json import SCHEMA
from bot.settings import _KNOWN
from tests.commands import cfg, fleet

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_documented() -> None:
    """docs/settings.md names each CFG_ variable, and none that does not exist."""
    documented = set(re.findall(r"`(CFG_[A-Z_]+)`", (ROOT / "docs/settings.md").read_text("utf-8")))
    assert documented == _KNOWN


def test_the_published_schema_is_the_code_s() -> None:
    """docs/outcome.schema.json is what ``cfg schema`` prints."""
    assert json.loads((ROOT / "docs/outcome.schema.json").read_text("utf-8")) == SCHEMA
    assert json.loads(cfg("schema").out) == SCHEMA


def test_what_is_printed_satisfies_the_schema(tmp_path: Path) -> None:
    """A merge that would be, a question and an error are all of the published shape."""
    repo = fleet(tmp_path / "fleet")
    for request, code in (("redis 이미지를 7.4.2로 올려줘", 0), ("set timeout to 45s", 1)):
        ran = cfg("change", request, "--repo", str(repo), "--plan", "--json")
        assert ran.code == code
        jsonschema.validate(ran.said, SCHEMA)
    ran = cfg("change", "x", "--repo", str(tmp_path / "nowhere"), "--json")
    assert ran.code == 2
    jsonschema.validate(ran.said, SCHEMA)


def test_the_readme_s_commands_are_the_ones_that_work() -> None:
    """Both commands stand in the README where CI reads them, and set up everything themselves."""
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"<!-- (demo|test) -->\n```sh\n(.*?)\n```\n<!-- end -->", readme, re.DOTALL)
    assert [name for name, _ in blocks] == ["demo", "test"]
    assert all("-m venv" in command and "constraints.txt" in command for _, command in blocks)


def test_every_link_of_the_docs_leads_somewhere() -> None:
    """No dead relative link in README, docs and CONTRIBUTING."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_the_lock_and_the_constraints_agree() -> None:
    """Plain pip installs what uv locks."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    versions = {package["name"]: package["version"] for package in locked if "version" in package}
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split(" ;")[0].split("==") for line in lines if not line.startswith("#"))
    assert len(pinned) > 50
    assert {name: versions[name] for name in pinned} == pinned


def test_types_and_style_hold() -> None:
    """Mypy strict and ruff find nothing."""
    for command in (["mypy"], ["ruff", "check"], ["ruff", "format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
