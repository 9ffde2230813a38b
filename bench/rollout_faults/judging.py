"""What must hold once a rollout has ended, whatever was done to it.

Decides nothing about which end is right. It asks git, Jenkins and GitHub, never the bot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.rollout_faults.faults import BACK, DEPLOYED
from bench.rollout_faults.world import CLOUDS, STAGES, World
from bot.sandbox.jenkins import Build
from bot.sandbox.stage import JOB

_GOING_ON = ("later", "queued", "running", "checking health", "being stopped")
_FINAL = frozenset({"success", "failure", "inactive"})


@dataclass(frozen=True)
class Asked:
    """A request: its issue, what its runs begin with, and main as it was before."""

    issue: int
    marker: str
    before: dict[str, bytes | None]


def problems(world: World, asked: Asked, end: str) -> list[str]:
    """Everything that is not as it must be."""
    found = [*_builds(world, asked, end), *_main(world, asked, end), *_told(world, asked)]
    return [*found, *(_clouds(world) if end in {DEPLOYED, BACK} else ())]


def _builds(world: World, asked: Asked, end: str) -> Iterator[str]:
    """One build a run; each stage in each cloud; whatever was begun is deployed again behind it."""
    runs = Counter(run for run in map(_run, _all(world)) if run.startswith(f"{asked.marker}-"))
    yield from (f"{run} was built {n} times" for run, n in runs.items() if n > 1)
    there = {f"{asked.marker}-{stage}-{cloud}" for stage in STAGES for cloud in CLOUDS}
    if end == DEPLOYED and set(runs) != there:
        yield f"deployed, by the builds {sorted(runs)}"
    if end == BACK:
        begun = there & set(runs)
        undone = {run.replace(f"{asked.marker}-", f"{asked.marker}-undo-") for run in begun}
        missing = undone - set(runs)
        yield from (f"taken back without {run}" for run in sorted(missing))


def _all(world: World) -> tuple[Build, ...]:
    return world.arena.stage.jenkins.builds(JOB)


def _run(build: Build) -> str:
    return build.parameters["CFG_RUN"]


def _main(world: World, asked: Asked, end: str) -> Iterator[str]:
    """All of it, or nothing, byte for byte."""
    now = world.main()
    after = {
        path: data.replace(world.old.encode() + b"\n", world.new.encode() + b"\n").replace(
            world.old.encode() + b"/", world.new.encode() + b"/"
        )
        for path, data in asked.before.items()
        if data is not None
    }
    if (end == DEPLOYED and now != after) or (end == BACK and now != asked.before):
        yield f"{end}, but main is not as it must be: {now}"
    new = {world.new.encode() in (data or b"") for data in now.values()}
    if len(new) > 1:
        yield f"{end}, and main is half changed: {now}"


def _clouds(world: World) -> Iterator[str]:
    """What each cloud was given last is what main holds of it."""
    main = world.git("rev-parse", "main")
    for cloud in CLOUDS:
        mine = [one for one in _all(world) if one.parameters["CLOUD"] == cloud]
        good = [one for one in mine if one.result == "SUCCESS"]
        if not good:
            continue
        commit = good[-1].parameters["COMMIT"]
        if world.git("rev-parse", f"{commit}:{cloud}") != world.git("rev-parse", f"{main}:{cloud}"):
            yield f"{cloud} runs {commit}, which is not what main holds"
        if mine[-1].building:
            yield f"{cloud} is still being built"


def _told(world: World, asked: Asked) -> Iterator[str]:
    """One status comment that speaks of an end, and no deployment that seems to go on."""
    dana = world.arena.dana
    comments = dana.get(f"/issues/{asked.issue}/comments?per_page=100")
    said = [one["body"] for one in comments if "<!-- cfgbot:status:" in one["body"]]
    if len(said) != 1:
        yield f"{len(said)} status comments"
    for words in _GOING_ON:
        if any(f"{words} |" in body for body in said):
            yield f"the status comment still says {words!r}"
    for one in dana.get("/deployments?per_page=100"):
        if str((one["payload"] or {}).get("cfgbot", "")).startswith(f"{asked.marker}-"):
            states = [row["state"] for row in dana.get(f"/deployments/{one['id']}/statuses")]
            if not states or states[0] not in _FINAL:
                yield f"the deployment to {one['environment']} is {states[:1]}"
