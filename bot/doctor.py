"""``cfg doctor``: does this Jenkins keep the contract that a deployment relies on?

Decides which check holds. Without ``trial`` it changes nothing; with it, the job is built for runs
that begin with ``cfg-doctor-``, which a Jenkinsfile can tell from real ones. What cannot be looked
at, because something before it does not hold, is skipped and never called good. Whether a build
exists once is counted in Jenkins, not believed of the deployer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.adapters.jenkins_inspection import JenkinsInspection
from bot.core.report import doctor_words as words
from bot.core.request import Language
from bot.ports import Build, BuildState, DeployError

TRIAL = "cfg-doctor-"
_NEEDED = ("CFG_RUN", "COMMIT")
_TOKEN = re.compile(r"11[0-9a-f]{32}")
_LINES = 20
_ENDED = frozenset({BuildState.SUCCEEDED, BuildState.FAILED})
_UNDER_WAY = frozenset({BuildState.QUEUED, BuildState.RUNNING})


@dataclass(frozen=True, slots=True)
class Patient:
    """A Jenkins and a job of it; ``timeout`` in seconds a request, ``wait`` in seconds a build."""

    url: str
    user: str
    token: str = field(repr=False)
    job: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    wait: float = 120.0
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """One check: ``state`` is good, bad, doubt or skipped; ``code`` names what was seen."""

    check: str
    state: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, language: Language) -> dict[str, Any]:
        """With its sentences."""
        return {
            "check": self.check,
            "state": self.state,
            "code": self.code,
            "what": words.CHECKS[self.check].say(language),
            "evidence": words.evidence(self.code, self.facts, language),
            "remedy": None if self.state == "good" else words.remedy(self.code, language),
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Every check, in order."""

    checks: tuple[Checked, ...]

    @property
    def exit_code(self) -> int:
        """0 all that was looked at holds, 1 something does not."""
        return int(any(one.state == "bad" for one in self.checks))

    def as_json(self, language: Language) -> dict[str, Any]:
        """One object for machines."""
        rows = [one.as_json(language) for one in self.checks]
        return {"good": self.exit_code == 0, "verdict": self._verdict(language), "checks": rows}

    def lines(self, language: Language) -> Iterator[str]:
        """As people read it."""
        for row in (one.as_json(language) for one in self.checks):
            yield f"{words.MARKS[row['state']]} {row['what']}: {row['evidence']}"
            if row["remedy"]:
                yield f"    → {row['remedy']}"
        yield self._verdict(language)

    def _verdict(self, language: Language) -> str:
        bad = sum(one.state == "bad" for one in self.checks)
        if bad:
            return words.VERDICTS["wanting"].say(language, {"count": str(bad)})
        tried = not any(one.state == "skipped" for one in self.checks)
        return words.VERDICTS["good" if tried else "good-untried"].say(language)


_Look = Callable[[Patient], Iterator[Checked]]


def diagnose(patient: Patient, *, trial: bool) -> Diagnosis:
    """Look at everything; raises ValueError for a URL that is not http or https."""
    checks: list[Checked] = []
    looks: list[tuple[tuple[str, ...], _Look]] = [
        (("reachable",), _reachable),
        (("token",), _token),
        (("auth",), _auth),
        (("job", "buildable", "parameters"), _job),
    ]
    if trial:
        looks += [(("once", "found", "log"), _once), (("cancel",), _cancel)]
    for names, look in looks:
        bad = any(one.state == "bad" for one in checks)
        seen = [] if bad else list(_guarded(names, look, patient))
        done = {one.check for one in seen}
        checks += seen
        checks += [Checked(name, "skipped", "not-tried") for name in names if name not in done]
    if not trial:
        rest = ("once", "found", "log", "cancel")
        checks += [Checked(name, "skipped", "not-tried") for name in rest]
    return Diagnosis(tuple(checks))


def _guarded(names: tuple[str, ...], look: _Look, patient: Patient) -> Iterator[Checked]:
    """What a look finds; trouble of Jenkins is what the check that met it found."""
    left = list(names)
    try:
        for one in look(patient):
            left.remove(one.check)
            yield one
    except DeployError as error:
        yield Checked(left[0], "bad", error.code, error.facts)


def _inspection(patient: Patient) -> JenkinsInspection:
    return JenkinsInspection(patient.url, patient.user, patient.token, timeout=patient.timeout)


def _deployer(patient: Patient) -> JenkinsDeployer:
    """A deployer that remembers nothing, as after a crash of the bot."""
    return JenkinsDeployer(patient.url, patient.user, patient.token, timeout=patient.timeout)


def _reachable(patient: Patient) -> Iterator[Checked]:
    version = _inspection(patient).version()
    facts = {"url": patient.url, "version": version or ""}
    if version is None:
        yield Checked("reachable", "bad", "not-jenkins", facts)
    else:
        yield Checked("reachable", "good", "version", facts)


def _token(patient: Patient) -> Iterator[Checked]:
    if _TOKEN.fullmatch(patient.token):
        yield Checked("token", "good", "token-form")
    else:
        yield Checked("token", "doubt", "token-other")


def _auth(patient: Patient) -> Iterator[Checked]:
    user = _inspection(patient).user()
    if user and user != "anonymous":
        yield Checked("auth", "good", "user", {"user": user})
    else:
        yield Checked("auth", "bad", "no-user")


def _job(patient: Patient) -> Iterator[Checked]:
    now = _inspection(patient).job(patient.job)
    yield Checked("job", "good", "job-url", {"url": now.url})
    if now.buildable:
        yield Checked("buildable", "good", "buildable")
    else:
        yield Checked("buildable", "bad", "disabled", {"job": patient.job})
    missing = [one for one in (*_NEEDED, *patient.parameters) if one not in now.declared]
    facts = {"declared": ", ".join(sorted(now.declared)) or "-", "missing": ", ".join(missing)}
    if missing:
        yield Checked("parameters", "bad", "undeclared", facts)
    else:
        yield Checked("parameters", "good", "declared", facts)


def _once(patient: Patient) -> Iterator[Checked]:
    run = TRIAL + token_hex(6)
    first = _deployer(patient)
    for deployer in (first, first, _deployer(patient)):
        deployer.trigger(patient.job, run, patient.parameters)
    found = _settled(patient, run, _ENDED)
    count = _inspection(patient).copies(patient.job, run)
    facts = {"run": run, "count": str(count)}
    if count == 1:
        yield Checked("once", "good", "one-build", facts)
    else:
        code = "many-builds" if count else "no-build"
        yield Checked("once", "bad", code, {**facts, **_late(patient, found)})
    if found.number is None:
        yield Checked("found", "bad", "no-build", _late(patient, found))
        return
    seen = {"url": found.url or str(found.number), "result": found.result or found.state.value}
    yield Checked("found", "good", "build", seen)
    yield _log(patient, run)


def _log(patient: Patient, run: str) -> Checked:
    tail = _deployer(patient).log_tail(patient.job, run, _LINES)
    if not tail.lines:
        return Checked("log", "bad", "no-lines")
    return Checked("log", "good", "lines", {"count": str(len(tail.lines)), "last": tail.lines[-1]})


def _cancel(patient: Patient) -> Iterator[Checked]:
    run = TRIAL + token_hex(6)
    deployer = _deployer(patient)
    deployer.trigger(patient.job, run, patient.parameters)
    found = deployer.cancel(patient.job, run)
    if found.state in _UNDER_WAY:
        found = _settled(patient, run, _ENDED | {BuildState.GONE})
    facts = {**_late(patient, found), "run": run, "state": found.result or found.state.value}
    if found.state in _UNDER_WAY:
        yield Checked("cancel", "bad", "not-cancelled", facts)
    elif found.state is BuildState.GONE or found.result == "ABORTED":
        yield Checked("cancel", "good", "cancelled", facts)
    else:
        yield Checked("cancel", "doubt", "too-quick", facts)


def _late(patient: Patient, found: Build) -> dict[str, str]:
    return {"seconds": f"{patient.wait:g}", "state": found.state.value}


def _settled(patient: Patient, run: str, states: frozenset[BuildState]) -> Build:
    """The build of ``run`` once it is in one of the states, or as it is when the time is up."""
    deployer, until = _deployer(patient), time.monotonic() + patient.wait
    while True:
        found = deployer.build(patient.job, run)
        if found.state in states or time.monotonic() > until:
            return found
        time.sleep(patient.pause)
