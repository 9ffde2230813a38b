"""``python -m bench.mutation``: copy, mutate, hunt, sum up; ends with 1 below the least share.

Also ends with 1 where a survivor has no explanation. Writes ``results.json`` and the page.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bench.mutation.mutants import mutate
from bench.mutation.page import page_of
from bench.mutation.results import explain, place_of, renewed, summed_up

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_RESULTS = _HERE / "results.json"
_SKIPPED = shutil.ignore_patterns("__pycache__", ".hypothesis", "*.pyc")


def main() -> int:
    """Run as the command line says."""
    options = _options()
    config: dict[str, Any] = tomllib.loads((_HERE / "config.toml").read_text(encoding="utf-8"))
    kept = json.loads(_RESULTS.read_text(encoding="utf-8")) if _RESULTS.exists() else None
    with tempfile.TemporaryDirectory(prefix="cfgbot-mutation-") as scratch:
        outcomes = _hunted(Path(scratch), config, options, kept)
    results = summed_up(outcomes)
    if kept and (options.again or options.only):
        results = renewed(kept, results, again=options.again)
    explain(results, _HERE / "survivors.yml")
    if not options.look:
        text = json.dumps(results, ensure_ascii=False, indent=1)
        _RESULTS.write_text(text + "\n", encoding="utf-8")
        (_ROOT / "docs" / "mutation.md").write_text(page_of(results), encoding="utf-8")
    return _verdict(results, config["least"])


def _verdict(results: dict[str, Any], least: float) -> int:
    """The exit status, with what is not explained yet."""
    unexplained = [one for one in results["survivors"] if not one["group"]]
    for one in unexplained:
        print(f"{one['module']}:{one['line']} {one['function']}")
        print(f"  - {one['was']}\n  + {one['now']}")
    print(json.dumps(results["total"]))
    return int(results["total"]["score"] < least or bool(unexplained))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("--only", nargs="*", help="patterns of modules; the others stay as known")
    parser.add_argument(
        "--again",
        action="store_true",
        help="only survivors not explained: right where tests were added and nothing else changed",
    )
    parser.add_argument("--tests", nargs="*", help="patterns of tests instead of the usual ones")
    parser.add_argument("--look", action="store_true", help="write nothing")
    return parser.parse_args()


def _hunted(
    scratch: Path,
    config: dict[str, Any],
    options: argparse.Namespace,
    kept: dict[str, Any] | None,
) -> list[dict[str, Any]]:
    for name in config["copy"]:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, scratch / name, ignore=_SKIPPED)
        else:
            shutil.copy(source, scratch / name)
    # mutmut reads its own settings from where it runs
    (scratch / "setup.cfg").write_text("[mutmut]\nsource_paths = bot\n", encoding="utf-8")
    with contextlib.chdir(scratch):
        mutants = [
            mutant
            for path in _matching(scratch, config["mutate"])
            if any(fnmatch(path.stem, pattern) for pattern in options.only or ["*"])
            for mutant in mutate(scratch, path)
        ]
    if options.again and kept:
        living = {place_of(one) for one in kept["survivors"] if not one["group"]}
        mutants = [one for one in mutants if place_of(asdict(one)) in living]
    tests = options.tests or config["tests"]
    plan = {
        "mutants": [asdict(mutant) for mutant in mutants],
        "tests": [str(path.relative_to(scratch)) for path in _matching(scratch, tests)],
        "report": str(scratch / "outcomes.jsonl"),
        "factor": config["timeout_factor"],
        "seconds": config["timeout_seconds"],
    }
    (scratch / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    _run(scratch)
    report = (scratch / "outcomes.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in report.splitlines()]


def _matching(root: Path, patterns: list[str]) -> list[Path]:
    found = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    return list(dict.fromkeys(found))


def _run(scratch: Path) -> None:
    # CI=true: hypothesis tries the same examples every time; the copy comes before the checkout
    surroundings = {**os.environ, "CI": "true", "PYTHONPATH": str(scratch), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "bench.mutation.hunt", "plan.json"]
    subprocess.run(command, cwd=scratch, env=surroundings, check=True)


if __name__ == "__main__":
    sys.exit(main())
