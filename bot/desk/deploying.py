"""Deploy: tell Jenkins of a merge, once for each environment it touches, and watch the builds.

Decides when to look again. It must never trigger a job twice for one task, nor call a deployment
done before every build of it has ended well.
"""

from __future__ import annotations

from functools import partial

from bot.desk.office import Do, Errand, Json, Lane, Office
from bot.desk.saying import load, say
from bot.desk.task import State, Task
from bot.ports import Build, BuildState, DeployError

MAX_LOOKS = 400
_ENDED = frozenset({"succeeded", "failed", "gone", "error"})
_RETRY = frozenset({"deploy-unreachable"})


def begin_deploy(office: Office, do: Do, key: str) -> list[Errand]:
    """What comes after the merge: builds to trigger, or a word on why there are none."""
    plan = do("plan-deploy", lambda: plan_deploy(office, key))
    if plan["why"] is not None:
        notes = ([plan["why"], {}],)
        do("status:merged", lambda: say(office, key, State.DEPLOYED, notes))
        return []
    if not plan["said"]:
        do("status:deploying", lambda: say(office, key, State.MERGED))
    return [_errand(key, 0, 0.0)]


def plan_deploy(office: Office, key: str) -> Json:
    """The builds to come go to the ledger; or the reason why there are none."""
    task = load(office, key)
    environments = task.judged.environments if task.judged else ()
    if not environments:
        return {"why": "no-environment", "said": False}
    if office.deployer is None:
        return {"why": "no-jenkins", "said": False}
    if not task.builds:
        builds = tuple(
            {
                "environment": one["name"],
                "job": one["job"],
                "parameters": [list(pair) for pair in one["parameters"]],
                "run": f"{task.marker}-{one['name']}",
                "state": "queued",
            }
            for one in environments
        )
        office.ledger.change(key, builds=builds)
    return {"why": None, "said": task.state is State.MERGED}


def deploy(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """Trigger what is not triggered, look at what runs; once all have ended, say so."""
    key, n = str(payload["task"]), int(payload["n"])
    if n == 0:
        names = do("environments", lambda: [one["run"] for one in load(office, key).builds])
        for run in names:
            do(f"trigger:{run}", partial(trigger, office, key, run))
    left = do(f"watch:{n}", lambda: watch(office, key, last=n >= MAX_LOOKS))
    if left:
        return [_errand(key, n + 1, office.pace * min(30.0, 0.5 * 1.3 ** min(n, 16)))]
    good = do(
        "result", lambda: all(one["state"] == "succeeded" for one in load(office, key).builds)
    )
    state = State.DEPLOYED if good else State.DEPLOY_FAILED
    do("status:deployed", lambda: say(office, key, state, ()))
    return []


def _errand(key: str, n: int, delay: float) -> Errand:
    return Errand("deploy", f"deploy:{key}:{n}", {"task": key, "n": n}, Lane.DEPLOYS, None, delay)


def trigger(office: Office, key: str, run: str) -> None:
    """Queue one build; trouble that will not pass is that environment's result."""
    task = load(office, key)
    build = next(one for one in task.builds if one["run"] == run)
    if office.deployer is None or build["state"] != "queued":
        return
    parameters = {**dict(build["parameters"]), "COMMIT": task.merged or ""}
    try:
        office.deployer.trigger(build["job"], run, parameters)
    except DeployError as error:
        if error.code not in _RETRY:
            _update(office, key, run, _trouble(error))
            return
        _update(office, key, run, {"untold": True})
        return
    office.ledger.note(key, "triggered", run)
    _update(office, key, run, {"untold": False})


def watch(office: Office, key: str, *, last: bool) -> bool:
    """Note where every build is; True while one has not ended. The ``last`` look ends them all."""
    for build in load(office, key).builds:
        if build["state"] in _ENDED:
            continue
        if build.get("untold"):
            trigger(office, key, build["run"])
        _update(office, key, build["run"], _look(office, build))
        if last:
            _give_up(office, key, build["run"])
    return any(one["state"] not in _ENDED for one in load(office, key).builds)


def _look(office: Office, build: Json) -> dict[str, Json]:
    if office.deployer is None:
        return {}
    try:
        found: Build = office.deployer.build(build["job"], build["run"])
    except DeployError as error:
        return {} if error.code in _RETRY else _trouble(error)
    if found.state is BuildState.GONE and build.get("untold"):
        return {}
    return {
        "state": found.state.value,
        "number": found.number,
        "url": found.url,
        "result": found.result,
    }


def _give_up(office: Office, key: str, run: str) -> None:
    build = next(one for one in load(office, key).builds if one["run"] == run)
    if build["state"] not in _ENDED:
        _update(office, key, run, {"state": "error", "code": "deploy-endless", "detail": ""})


def _trouble(error: DeployError) -> dict[str, Json]:
    detail = " ".join(error.facts.values())[:300]
    return {"state": "error", "code": error.code, "detail": detail}


def _update(office: Office, key: str, run: str, what: dict[str, Json]) -> None:
    task: Task = load(office, key)
    builds = tuple({**one, **what} if one["run"] == run else one for one in task.builds)
    if builds != task.builds:
        office.ledger.change(key, builds=builds)
