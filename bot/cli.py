"""The ``cfg`` command: arguments in, an exit code out.

Decides nothing about a change; it reads arguments and the environment, runs the pipeline and
prints. Exit 0 good, 1 declined or rejected, 2 error, as ``bot.core.outcome`` says.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from bot.core.duel.units import Scope
from bot.core.gate import Mode
from bot.core.outcome import Outcome, Status, Trouble
from bot.core.report.neutral import visible
from bot.core.request import Language, Request, RequestError, language_of, read_request
from bot.policy import PolicyError
from bot.policy.inspection import Inspection
from bot.ports import BaseMoved, ModelError, RepositoryError
from bot.screen import Screen
from bot.settings import Settings, SettingsError, read_settings

_REPO = click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The repository (default: here).",
)
_MODE = click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default="blind",
    help="How the reviewer works.",
)
_JUDGING = click.option(
    "--mode",
    type=click.Choice([Mode.BLIND.value, Mode.REVIEW.value]),
    default="blind",
    help="How the reviewer works.",
)
_SCOPE = click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="Of a duel: what one game is about (default: CFG_DUEL_SCOPE).",
)
_ROUNDS = click.option("--rounds", type=click.IntRange(0, 20), help="Of a duel, or of revisions.")
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object (see cfg schema)."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cfgbot")
def cli() -> None:
    """Change configuration with one sentence; only a proven change is merged."""


@cli.command()
@click.argument("request")
@_REPO
@click.option("--base", help="The branch to merge into (default: the one checked out).")
@click.option("--plan", is_flag=True, help="Stop before the merge; change nothing.")
@_MODE
@_SCOPE
@_ROUNDS
@_JSON
def change(
    request: str,
    repo: Path,
    base: str | None,
    mode: str,
    scope: str | None,
    rounds: int | None,
    *,
    plan: bool,
    as_json: bool,
) -> None:
    """Carry out REQUEST: find the places, change them, judge the change, merge it."""

    def run(asked: Request, settings: Settings, screen: Screen) -> Outcome:
        from bot import pipeline, wiring  # noqa: PLC0415 - keeps cfg --help fast

        forge = wiring.open_forge(repo)
        branch, sha = forge.base_branch(base)
        if not plan:
            forge.ready(branch)
        library = wiring.open_library(repo, screen.indexing)
        wanted = replace(
            settings,
            rounds=settings.rounds if rounds is None else rounds,
            duel_scope=scope or settings.duel_scope,
        )
        work = wiring.assemble(library, wanted, Mode(mode), sha, screen.stage, programs=True)
        return pipeline.change(asked, branch, sha, forge, work, plan=plan)

    _run(request, repo, mode, as_json, run)


@cli.command()
@click.argument("request")
@_REPO
@click.option("--base", required=True, help="The commit before.")
@click.option("--head", required=True, help="The commit after.")
@_JUDGING
@_JSON
def verify(request: str, repo: Path, base: str, head: str, mode: str, *, as_json: bool) -> None:
    """Judge the difference from --base to --head, whoever made it, against REQUEST."""

    def run(asked: Request, settings: Settings, screen: Screen) -> Outcome:
        from bot import pipeline, wiring  # noqa: PLC0415

        library = wiring.open_library(repo, screen.indexing)
        sha = library.commit(base)
        work = wiring.assemble(library, settings, Mode(mode), sha, screen.stage, programs=True)
        return pipeline.verify(asked, base, head, work)

    _run(request, repo, mode, as_json, run)


@cli.command()
@click.argument("request", required=False)
@_REPO
@click.option("--base", default="HEAD", help="The commit to look at (default: HEAD).")
@click.option(
    "--outcome",
    "recorded",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Instead of a request: what cfg change --json printed; its duel is shown.",
)
@_JSON
def explain(
    request: str | None, repo: Path, base: str, recorded: Path | None, *, as_json: bool
) -> None:
    """Show which places REQUEST is understood to mean, and why; change nothing."""
    if (request is None) == (recorded is None):
        raise click.UsageError("give a request, or --outcome with a file")
    if request is None or recorded is not None:
        _explain_outcome(recorded or Path())
        return

    def run(asked: Request, settings: Settings, screen: Screen) -> Outcome:
        from bot.explaining import explain_request  # noqa: PLC0415

        return explain_request(asked, repo, base, settings, screen)

    _run(request, repo, "blind", as_json, run)


@cli.command()
@click.argument("rule", required=False)
@click.option(
    "--lang", type=click.Choice(["en", "ko"]), help="Language (default: CFG_LANG or LANG)."
)
@_JSON
def rules(rule: str | None, lang: str | None, *, as_json: bool) -> None:
    """Show every rule of the gate, or one with its reason and an example."""
    screen = Screen(Language(lang) if lang else _language(None), as_json=as_json)
    sys.exit(screen.rules(rule))


@cli.command()
@click.argument("of", type=click.Choice(["outcome", "policy"]), default="outcome")
def schema(of: str) -> None:
    """Print the JSON Schema of what --json prints, or of the policy file .cfgbot.yml."""
    from bot.core.report.as_json import SCHEMA as OUTCOME  # noqa: PLC0415
    from bot.policy.schema import SCHEMA as POLICY  # noqa: PLC0415

    Screen(Language.ENGLISH, as_json=True).json(POLICY if of == "policy" else OUTCOME)


@cli.group()
def policy() -> None:
    """Look at the repository's policy file, .cfgbot.yml."""


@policy.command("check")
@_REPO
@click.option("--ref", help="The commit to look at (default: HEAD, and the policy on disk).")
@click.option("--run", is_flag=True, help="Also run the validators, on a copy of the files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def policy_check(repo: Path, ref: str | None, *, run: bool, as_json: bool) -> None:
    """Say what is wrong with the policy, and what of it does not hold now.

    Exit codes: 0 good, 1 something does not hold, 2 the policy cannot be used.
    """
    screen = Screen(_language(None), as_json=as_json)
    try:
        with screen:
            found = _inspect(repo, ref, run=run)
    except (RepositoryError, SettingsError) as error:
        outcome = _without_pipeline(
            Status.ERROR, "", error.code, {"path": str(repo), **error.facts}
        )
        screen.outcome(outcome)
        sys.exit(outcome.exit_code)
    if as_json:
        screen.json(found.as_json(screen.language))
    else:
        click.echo("\n".join(visible(line) for line in found.lines(screen.language)))
    sys.exit(found.exit_code)


@cli.group()
def rollout() -> None:
    """Look at how a change reaches the environments of the policy."""


@rollout.command("plan")
@_REPO
@click.option("--base", default="main", help="The commit before (default: main).")
@click.option("--head", default="HEAD", help="The commit after (default: HEAD).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rollout_plan(repo: Path, base: str, head: str, *, as_json: bool) -> None:
    """Show in which stages and waves the difference would be deployed, by which jobs, and why.

    Exit codes: 0 good, 1 nothing to deploy, 2 the repository or its policy cannot be used.
    """
    screen = Screen(_language(None), as_json=as_json)
    try:
        with screen:
            from bot import wiring  # noqa: PLC0415
            from bot.rollout_plan import preview  # noqa: PLC0415

            with contextlib.closing(wiring.open_library(repo)) as library:
                found = preview(library, base, head)
    except (RepositoryError, PolicyError) as error:
        facts = {"path": str(repo), **error.facts}
        outcome = _without_pipeline(Status.ERROR, "", error.code, facts)
        screen.outcome(outcome)
        sys.exit(outcome.exit_code)
    if as_json:
        screen.json(found.as_json(screen.language))
    else:
        click.echo("\n".join(visible(line) for line in found.lines(screen.language)))
    sys.exit(found.exit_code)


def _inspect(repo: Path, ref: str | None, *, run: bool) -> Inspection:
    from bot import wiring  # noqa: PLC0415
    from bot.policy_check import inspect  # noqa: PLC0415

    settings = read_settings(os.environ)
    with contextlib.closing(wiring.open_library(repo)) as library:
        validator = wiring.open_validator(library, settings, programs=True)
        return inspect(repo, ref, library, settings, validator, run=run)


@cli.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    help="Where to make the sample fleet (default: a new temporary folder).",
)
@click.option("--request", help="What to ask for (default: the config server moves, in Korean).")
def demo(into: Path | None, request: str | None) -> None:
    """Make the sample fleet, move its config server with one Korean sentence, show the merged diff."""
    from bot.demo import run_demo  # noqa: PLC0415

    sys.exit(run_demo(into, request))


@cli.command()
def serve() -> None:
    """Serve the GitHub App (settings: docs/settings.md)."""
    from bot.starting import serve as run  # noqa: PLC0415 - the server's libraries take time

    sys.exit(run(os.environ, _language(None)))


@cli.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def arena(arguments: tuple[str, ...]) -> None:
    """How many rounds help? Games between models (cfg arena --help)."""
    from bot.arena_cli import arena as group  # noqa: PLC0415 - everything behind it takes time

    group(list(arguments), prog_name="cfg arena")


@cli.command()
@click.option("--once", is_flag=True, help="End after the first change instead of staying open.")
@click.option("--port", default=0, help="Port of the pages (default: a free one).")
@click.option("--request", help="What to ask for first (default: the config server moves).")
@click.option("--quiet-start", is_flag=True, help="Ask for nothing; only open the sandbox.")
def sandbox(port: int, request: str | None, *, once: bool, quiet_start: bool) -> None:
    """Try the GitHub App without an account: GitHub, Jenkins, a fleet and the bot on loopback."""
    from bot.sandbox.play import play  # noqa: PLC0415

    sys.exit(play(os.environ, port=port, request=request, once=once, quiet=quiet_start))


@cli.command()
@click.option("--jenkins", help="The root of Jenkins (default: CFG_JENKINS_URL).")
@click.option("--job", required=True, help="The job that deploys, such as team/fleet-deploy.")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="What the job is given as well.")
@click.option("--trigger", is_flag=True, help="Build the job twice (CFG_RUN=cfg-doctor-…).")
@click.option("--wait", default=120.0, help="Seconds a build may take (default: 120).")
@click.option(
    "--lang", type=click.Choice(["en", "ko"]), help="Language (default: CFG_LANG or LANG)."
)
@_JSON
def doctor(
    jenkins: str | None,
    job: str,
    param: tuple[str, ...],
    wait: float,
    lang: str | None,
    *,
    trigger: bool,
    as_json: bool,
) -> None:
    """Look whether a Jenkins does what a deployment relies on; user and token as in the settings.

    Exit codes: 0 all holds, 1 something does not, 2 it could not be looked at.
    """
    from bot.examining import examine  # noqa: PLC0415 - the deployer's libraries take time

    screen = Screen(Language(lang) if lang else _language(None), as_json=as_json)
    try:
        found = examine(os.environ, jenkins, job, param, wait, trial=trigger)
    except SettingsError as error:
        outcome = _without_pipeline(Status.ERROR, "", error.code, error.facts)
        screen.outcome(outcome)
        sys.exit(outcome.exit_code)
    if as_json:
        screen.json(found.as_json(screen.language))
    else:
        click.echo("\n".join(visible(line) for line in found.lines(screen.language)))
    sys.exit(found.exit_code)


_Run = Callable[[Request, Settings, Screen], Outcome]


def _explain_outcome(recorded: Path) -> None:
    from bot.explaining import explain_outcome  # noqa: PLC0415

    try:
        lines = explain_outcome(recorded, _language(None))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo("\n".join(lines))


def _run(text: str, repo: Path, mode: str, as_json: bool, run: _Run) -> None:  # noqa: FBT001
    """Run one command, print its outcome, leave with its exit code; nothing escapes as a traceback."""
    screen = Screen(_language(text), as_json=as_json)
    try:
        asked = _request(text)
    except RequestError as error:
        outcome = _without_pipeline(Status.DECLINED, mode, error.code, error.facts)
    else:
        outcome = _guarded(asked, repo, mode, run, screen)
    screen.outcome(outcome)
    sys.exit(outcome.exit_code)


def _guarded(asked: Request, repo: Path, mode: str, run: _Run, screen: Screen) -> Outcome:
    try:
        with screen:
            return run(asked, read_settings(os.environ), screen)
    except (RepositoryError, ModelError, SettingsError, PolicyError) as error:
        return _without_pipeline(
            Status.ERROR, mode, error.code, {"path": str(repo), **error.facts}, asked
        )
    except BaseMoved:
        return _without_pipeline(Status.ERROR, mode, "base-moved", {}, asked)
    except Exception as error:  # noqa: BLE001 - a crash must read as an error (2), never as a verdict (1)
        traceback.print_exc(file=sys.stderr)
        return _without_pipeline(
            Status.ERROR, mode, "internal", {"detail": f"{type(error).__name__}: {error}"}, asked
        )


def _request(text: str) -> Request:
    """The argument as a request; bytes that are no UTF-8 arrive as lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise RequestError("request-unreadable") from None
    return read_request(text)


def _without_pipeline(
    status: Status, mode: str, code: str, facts: dict[str, str], request: Request | None = None
) -> Outcome:
    trouble = Trouble(code, tuple(sorted(facts.items())))
    return Outcome(
        status=status, request=request, mode=mode, author="", reviewer="", trouble=trouble
    )


def _language(text: str | None) -> Language:
    """The request's language; without one CFG_LANG, else the terminal's."""
    if text is not None and text.strip():
        return language_of(text)
    said = os.environ.get("CFG_LANG") or os.environ.get("LANG", "")
    return Language.KOREAN if said.lower().startswith("ko") else Language.ENGLISH


def main() -> None:
    """The entry point of ``cfg``."""
    cli(prog_name="cfg")


if __name__ == "__main__":
    main()
