"""What a POST does: trigger, stop, cancel, enable.

Decides the status codes of a trigger, in the order in which Jenkins checks. It must never queue a
parameter that the job does not declare (Jenkins drops those since SECURITY-170).
Source: jenkins.model.ParameterizedJobMixIn and hudson.model.Queue of the Jenkins core.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.sandbox.jenkins.access import forbidden
from bot.sandbox.jenkins.beans import Beans
from bot.sandbox.jenkins.calls import Answer, Call, Caller, failure, redirect
from bot.sandbox.jenkins.models import Job, Run


def build(beans: Beans, call: Call, caller: Caller, job: Job) -> Answer:
    """``/build`` and ``/buildWithParameters``: 201 with the queue item's place."""
    if caller.name is None:
        return forbidden(caller, "hudson.model.Item.Build")
    if job.disabled:
        return failure(409, f"{job.full_name} is not buildable")
    if call.method != "POST":
        return failure(405, "Form post required", {"Allow": "POST"})
    given = _given(call, job)
    if isinstance(given, Answer):
        return given
    parameters = {name: given.get(name, "") for name in job.parameters}
    item = beans.queue.schedule(
        job, parameters, f"Started by user {caller.name}", _delay(call.given.get("delay"))
    )
    return redirect(beans.item_place(item), 201)


def _given(call: Call, job: Job) -> Mapping[str, str] | Answer:
    if call.parts[-1] == "buildWithParameters":
        return call.given if job.parameters else failure(400, "This build is not parameterized")
    if not job.parameters:
        return {}
    form = call.given.get("json")
    return failure(400, "Nothing is submitted") if form is None else _submitted(form)


def _submitted(form: str) -> Mapping[str, str] | Answer:
    try:
        found = json.loads(form)["parameter"]
        rows = found if isinstance(found, list) else [found]
        return {str(row["name"]): str(row["value"]) for row in rows}
    except (ValueError, KeyError, TypeError):
        return failure(400, "This page expects a form submission")


def _delay(text: str | None) -> float | None:
    match = re.fullmatch(r"(\d+)\s*(?:secs?)?", text or "")
    return float(match[1]) if match else None


def stop(beans: Beans, run: Run) -> Answer:
    """Stop a build; back to its page, also where it has ended."""
    beans.queue.stop(run)
    return redirect(beans.run_place(run))


def cancel(beans: Beans, number: str) -> Answer:
    """Take an item out of the queue."""
    item = beans.queue.item(int(number)) if number.isascii() and number.isdigit() else None
    if item is None or not beans.queue.cancel(item):
        return failure(404, f"Provided id ({number}) not found")
    return Answer(204)


def enable(beans: Beans, job: Job, *, on: bool) -> Answer:
    """Let a job build, or not."""
    job.disabled = not on
    return redirect(beans.place(job))
