"""The faults: what each does to a rollout that is under way, and how it must end all the same.

Decides when a fault comes: between the merge and the end, at a moment of chance. ``lasts`` faults
go on until the way back has begun, those that disturb the way back until the end was told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.responses import JSONResponse, Response

from bench.rollout_faults.asked import SILENCES
from bench.rollout_faults.world import CLOUDS, STAGES, TRIGGER, World
from bot.sandbox.github import Asked
from bot.sandbox.jenkins import Build, Dropped, Request
from bot.sandbox.stage import JOB

DEPLOYED, BACK, FROZEN = "deployed", "taken back", "frozen"
ENDINGS = (DEPLOYED, BACK, FROZEN)
BOUNDARIES = 150  # a rollout that nothing disturbs has about so many begins and ends of steps


@dataclass
class Play:
    """One rollout as a fault sees it; ``marker`` is what its runs begin with."""

    world: World
    chance: random.Random
    marker: str
    turned: Callable[[], bool]  # whether the way back has begun
    over: Callable[[], bool]  # whether the thread tells of an end

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Return when it is so, when the rollout is over, or when it takes too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until() and not self.over():
            time.sleep(0.03)

    def merged(self) -> bool:
        """Whether the rollout has begun."""
        return self.world.merged(self.marker)

    def builds(self) -> list[Build]:
        """Those of this rollout."""
        found = self.world.arena.stage.jenkins.builds(JOB)
        return [one for one in found if one.parameters["CFG_RUN"].startswith(f"{self.marker}-")]

    def building(self) -> bool:
        """Whether one is at work."""
        return any(one.building for one in self.builds())

    def run(self) -> str:
        """Some run of the way there."""
        return f"{self.marker}-{self.chance.choice(STAGES)}-{self.chance.choice(CLOUDS)}"


Act = Callable[[Play], None]


@dataclass(frozen=True)
class Fault:
    """``act`` returns once the trouble is over or will go on by itself; ``ends`` is what must be.

    Two faults of one ``kind`` do not go together.
    """

    name: str
    kind: str
    ends: str
    act: Act


def _merged(play: Play, *, builds: int = 0) -> None:
    """From the merge on, or from a later build on: never so late that the fault meets nothing."""
    play.wait(play.merged)
    at_least = play.chance.randint(builds, 4)
    play.wait(lambda: len(play.builds()) >= at_least)


def kill(play: Play, *, times: int) -> None:
    """SIGKILL at the n-th boundary of a step from now; the next one while it picks itself up."""
    arena, armed = play.world.arena, play.world.arena.folder / "armed"
    play.wait(play.merged)
    for number in range(times):
        armed.write_text(str(play.chance.randint(1, BOUNDARIES if number == 0 else 60)))
        play.wait(lambda: arena.died(0.05))
        armed.unlink(missing_ok=True)
        if arena.process and arena.process.poll() is not None:
            arena.start()


def kill_anywhere(play: Play) -> None:
    """SIGKILL in the midst of whatever it does."""
    _merged(play)
    play.world.arena.stop()
    play.world.arena.kills += 1
    play.world.arena.start()


def away(play: Play) -> None:
    """Killed, and nobody starts it for longer than a build may take."""
    _merged(play)
    play.world.arena.stop()
    play.world.arena.kills += 1
    time.sleep(6.5)
    play.world.arena.start()


def restart(play: Play) -> None:
    """Jenkins restarts, three times, with items in its queue: those are forgotten, no build runs."""
    jenkins = play.world.arena.stage.jenkins
    jenkins.quiet_period = 0.4

    def queue_only() -> bool:
        return jenkins.queued(JOB) > 0 and not play.building()

    for _ in range(3):
        play.wait(queue_only)
        if queue_only():
            jenkins.restart(forget_queue=True)
        time.sleep(play.chance.uniform(0.3, 1.0))
    jenkins.quiet_period = 0.0


def restart_midst(play: Play) -> None:
    """Jenkins restarts while it builds: a build that was cut off counts as failed."""
    _hang(play)
    play.world.arena.stage.jenkins.restart(forget_queue=True)


def _hang(play: Play) -> None:
    """Some build hangs; returns once it does."""
    run = play.run()
    play.world.arena.stage.jenkins.faults.hang(JOB, where={"CFG_RUN": run})
    play.wait(lambda: any(one.parameters["CFG_RUN"] == run for one in play.builds()))


def forget(play: Play) -> None:
    """What was just queued is forgotten, twice in a rollout."""
    _merged(play)
    play.world.arena.stage.jenkins.faults.forget_next(JOB, 2)


def drop(play: Play, *, path: str, carried_out: bool) -> None:
    """The connection breaks, before or after Jenkins did what was asked."""
    faults = play.world.arena.stage.jenkins.faults
    play.wait(play.merged)
    for _ in range(3):
        faults.drop_connection(path, carried_out=carried_out)
        time.sleep(play.chance.uniform(0.1, 0.6))


def jenkins_away(play: Play) -> None:
    """Nobody is there; it is back well before a build would have taken too long."""
    _merged(play)
    jenkins, until = play.world.arena.stage.jenkins, time.monotonic() + play.chance.uniform(0.5, 2)

    def before(_: Request) -> None:
        if time.monotonic() < until:
            raise Dropped

    jenkins.before = before
    play.wait(lambda: time.monotonic() > until)
    jenkins.before = None


def build(play: Play, *, result: str | None) -> None:
    """A build of a stage and cloud of chance ends badly, or (None) never."""
    faults, where = play.world.arena.stage.jenkins.faults, {"CFG_RUN": play.run()}
    if result is None:
        faults.hang(JOB, where=where)
    else:
        faults.fail_next(JOB, result, where=where)


def silent(play: Play, *, seconds: float | None = None, back: bool = False) -> None:
    """Prometheus is down: for so long, until the way back begins, or until the end was told."""
    _merged(play, builds=int(back))
    play.world.prometheus.fall_silent(play.chance.choice(SILENCES))
    _lasting(play, seconds, back=back)
    play.world.prometheus.speak()


def ill(play: Play, *, seconds: float | None = None, back: bool = False) -> None:
    """The clouds' page says 503, for as long."""
    _merged(play, builds=int(back))
    play.world.page.ill = True
    _lasting(play, seconds, back=back)
    play.world.page.ill = False


def _lasting(play: Play, seconds: float | None, *, back: bool) -> None:
    if seconds is not None:
        time.sleep(seconds)
    else:
        play.wait(play.over if back else play.turned)


def back_fails(play: Play) -> None:
    """A build fails, and then those that take it back."""
    play.world.back_fails = True
    build(play, result="FAILURE")


def changed_since(play: Play) -> None:
    """Somebody changes one of the files while a build that will fail is at work."""
    _hang(play)
    play.world.touch("one/app.yml")


def github_away(play: Play) -> None:
    """GitHub answers the bot with 502, while Jenkins goes on."""
    _merged(play)
    until = time.monotonic() + play.chance.uniform(1.0, 4.0)

    def before(asked: Asked) -> Response | None:
        ours = asked.app is not None and time.monotonic() < until
        return JSONResponse({"message": "Bad gateway"}, 502) if ours else None

    play.world.arena.stage.github.before = before
    play.wait(lambda: time.monotonic() > until)


FAULTS = (
    Fault("nothing", "nothing", DEPLOYED, lambda _: None),
    Fault("bot killed", "process", DEPLOYED, partial(kill, times=1)),
    Fault("bot killed three times", "process", DEPLOYED, partial(kill, times=3)),
    Fault("bot killed amid a step", "process", DEPLOYED, kill_anywhere),
    Fault("bot away for long", "process", DEPLOYED, away),
    Fault("Jenkins restarts, queue forgotten", "queue", DEPLOYED, restart),
    Fault("queue item forgotten", "queue", DEPLOYED, forget),
    Fault("trigger lost", "wire", DEPLOYED, partial(drop, path=TRIGGER, carried_out=False)),
    Fault(
        "answer to trigger lost", "wire", DEPLOYED, partial(drop, path=TRIGGER, carried_out=True)
    ),
    Fault("any answer lost", "wire", DEPLOYED, partial(drop, path="", carried_out=True)),
    Fault("Jenkins away for a while", "wire", DEPLOYED, jenkins_away),
    Fault("GitHub away for a while", "hub", DEPLOYED, github_away),
    Fault("Prometheus down shortly", "health", DEPLOYED, partial(silent, seconds=1.0)),
    Fault("clouds ill shortly", "health", DEPLOYED, partial(ill, seconds=1.0)),
    Fault("Jenkins restarts amid a build", "queue", BACK, restart_midst),
    Fault("build fails", "build", BACK, partial(build, result="FAILURE")),
    Fault("build unstable", "build", BACK, partial(build, result="UNSTABLE")),
    Fault("build hangs", "build", BACK, partial(build, result=None)),
    Fault("Prometheus down for long", "health", BACK, silent),
    Fault("clouds ill for long", "health", BACK, ill),
    Fault("way back fails", "build", FROZEN, back_fails),
    Fault("clouds ill on the way back too", "health", FROZEN, partial(ill, back=True)),
    Fault("Prometheus down on the way back too", "health", FROZEN, partial(silent, back=True)),
    Fault("files changed by hand meanwhile", "build", FROZEN, changed_since),
)
