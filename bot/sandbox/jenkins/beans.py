"""Jobs, builds, queue items and computers as the remote API shows them.

Decides names and visibilities of properties, as Jenkins' ``@Exported`` annotations have them. It
must never copy a log or a secret into JSON.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bot.sandbox.jenkins.exported import ALWAYS, Bean, Property, bean, inline
from bot.sandbox.jenkins.models import PERMALINKS, Folder, Item, Job, Revision, Run, newest
from bot.sandbox.jenkins.running import Queue

HIDDEN = -9  # shown by tree= only
_NODE = "Built-In Node"
PUSHED = "Started by an SCM change"


@dataclass(frozen=True, slots=True)
class Beans:
    """Makes beans; ``root`` is the URL everything is under, with a slash at the end."""

    root: str
    top: Folder
    queue: Queue

    def place(self, what: Folder | Job) -> str:
        """Where a job or folder is, with a slash at the end."""
        parts = [part for part in what.full_name.split("/") if part]
        return self.root + "".join(f"job/{quote(part, safe='')}/" for part in parts)

    def run_place(self, run: Run) -> str:
        """Where a build is, with a slash at the end."""
        return f"{self.place(run.job)}{run.number}/"

    def item_place(self, item: Item) -> str:
        """Where a queue item is, with a slash at the end."""
        return f"{self.root}queue/item/{item.id}/"

    def hudson(self) -> Bean:
        """The top of everything."""
        return bean(
            "hudson.model.Hudson",
            (1, {"assignedLabels": lambda: [_label()], "mode": "NORMAL"}),
            (1, {"nodeDescription": "the Jenkins controller's built-in node", "nodeName": ""}),
            (1, {"numExecutors": len(self.queue.executors), "description": None}),
            (1, {"jobs": lambda: self._children(self.top)}),
            (1, {"primaryView": self._view, "quietDownReason": None, "quietingDown": False}),
            (1, {"slaveAgentPort": -1, "url": self.root, "useCrumbs": True, "useSecurity": True}),
            (1, {"views": lambda: [self._view()]}),
        )

    def folder(self, folder: Folder) -> Bean:
        """A folder and what is in it."""
        return bean(
            "com.cloudbees.hudson.plugins.folder.Folder",
            (1, {"actions": list, "description": None, "displayName": folder.name}),
            (1, {"fullDisplayName": folder.full_name.replace("/", " » ")}),
            (1, {"fullName": folder.full_name}),
            (ALWAYS, {"name": folder.name, "url": self.place(folder)}),
            (1, {"healthReport": list, "jobs": lambda: self._children(folder)}),
            (1, {"primaryView": self._view, "views": lambda: [self._view()]}),
        )

    def _children(self, folder: Folder) -> list[Bean]:
        found = [child for _, child in sorted(folder.children.items())]
        return [self.job(one) if isinstance(one, Job) else self.folder(one) for one in found]

    def _view(self) -> Bean:
        return bean("hudson.model.AllView", (ALWAYS, {"name": "all", "url": self.root}))

    def job(self, job: Job) -> Bean:
        """A job, its newest 100 builds, its parameters and permalinks."""
        return bean(
            "hudson.model.FreeStyleProject",
            (1, {"actions": list, "description": "", "displayName": job.name}),
            (1, {"displayNameOrNull": None, "fullName": job.full_name}),
            (1, {"fullDisplayName": job.full_name.replace("/", " » ")}),
            (ALWAYS, {"name": job.name, "url": self.place(job)}),
            (1, {"buildable": not job.disabled, "builds": lambda: self._runs(job, 100)}),
            (HIDDEN, {"allBuilds": lambda: self._runs(job, None)}),
            (2, {"color": job.color}),
            (1, {"healthReport": list, "inQueue": lambda: self._queued(job) is not None}),
            (1, {"keepDependencies": False}),
            (1, {name: self._permalink(job, name) for name in PERMALINKS}),
            (1, {"nextBuildNumber": job.next_number}),
            (1, {"property": inline(lambda: _properties(job))}),
            (1, {"queueItem": lambda: self._queued(job), "concurrentBuild": job.concurrent}),
            (1, {"disabled": job.disabled, "downstreamProjects": list, "labelExpression": None}),
            (1, {"scm": lambda: bean("hudson.scm.NullSCM"), "upstreamProjects": list}),
        )

    def _runs(self, job: Job, limit: int | None) -> list[Bean]:
        return [self.run(run) for run in newest(job.runs, limit)]

    def _permalink(self, job: Job, name: str) -> Property:
        return Property(1, lambda: self._maybe(job.permalink(name)))

    def _maybe(self, run: Run | None) -> Bean | None:
        return None if run is None else self.run(run)

    def _queued(self, job: Job) -> Bean | None:
        found = next((item for item in self.queue.items() if item.job is job), None)
        return None if found is None else self.item(found)

    def run(self, run: Run) -> Bean:
        """A build."""
        job, executor = run.job, run.executor
        return bean(
            "hudson.model.FreeStyleBuild",
            (1, {"actions": lambda: _actions(run.parameters, run.item.causes, run.item.revision)}),
            (1, {"artifacts": list, "building": run.building, "description": None}),
            (1, {"displayName": f"#{run.number}", "duration": run.duration}),
            (1, {"estimatedDuration": _estimate(job)}),
            (1, {"executor": lambda: self._executor(executor) if run.building else None}),
            (1, {"fullDisplayName": f"{job.full_name.replace('/', ' » ')} #{run.number}"}),
            (1, {"id": str(run.number), "inProgress": run.building, "keepLog": False}),
            (2, {"number": run.number, "url": self.run_place(run)}),
            (1, {"queueId": run.item.id, "result": run.result, "timestamp": run.started}),
            (1, {"builtOn": "", "changeSet": lambda: bean("hudson.scm.EmptyChangeLogSet")}),
            (1, {"culprits": list}),
            (1, {"nextBuild": lambda: self._maybe(job.run(run.number + 1))}),
            (1, {"previousBuild": lambda: self._maybe(job.run(run.number - 1))}),
        )

    def item(self, item: Item) -> Bean:
        """A queue item, of the class that its state asks for."""
        state = self.queue.state(item)
        properties: dict[str, object] = {
            "actions": lambda: _actions(item.parameters, item.causes),
            "blocked": state == "Blocked",
            "buildable": state == "Buildable",
            "id": item.id,
            "inQueueSince": item.since,
            "params": "".join(f"\n{name}={value}" for name, value in item.parameters.items()),
            "stuck": False,
            "task": lambda: self.job(item.job),
            "url": f"queue/item/{item.id}/",
            "why": _why(item, state),
        }
        if state == "Left":
            properties["cancelled"] = item.cancelled
            properties["executable"] = lambda: self._maybe(item.run)
        elif state == "Waiting":
            properties["timestamp"] = int((time.time() + item.due - time.monotonic()) * 1000)
        else:
            properties["buildableStartMilliseconds"] = item.since
        return bean(f"hudson.model.Queue${state}Item", (ALWAYS, properties))

    def queue_bean(self) -> Bean:
        """What waits."""
        return bean(
            "hudson.model.Queue",
            (1, {"discoverableItems": list}),
            (1, {"items": inline(lambda: [self.item(item) for item in self.queue.items()])}),
        )

    def computers(self) -> Bean:
        """The only computer, in its list."""
        total = len(self.queue.executors)
        busy = sum(run is not None for run in self.queue.executors)
        return bean(
            "hudson.model.ComputerSet",
            (1, {"busyExecutors": busy, "computer": inline(lambda: [self.computer()])}),
            (1, {"displayName": "Nodes", "totalExecutors": total}),
        )

    def computer(self) -> Bean:
        """The built-in node and its executors."""
        total = len(self.queue.executors)
        return bean(
            "hudson.model.Hudson$MasterComputer",
            (1, {"actions": list, "assignedLabels": lambda: [_label()]}),
            (1, {"description": "the Jenkins controller's built-in node", "displayName": _NODE}),
            (1, {"executors": lambda: [self._executor(index) for index in range(total)]}),
            (1, {"icon": "symbol-computer", "iconClassName": "symbol-computer"}),
            (1, {"idle": not any(self.queue.executors), "jnlpAgent": False}),
            (1, {"launchSupported": True, "manualLaunchAllowed": True, "monitorData": dict}),
            (1, {"numExecutors": total, "offline": False, "offlineCause": None}),
            (1, {"offlineCauseReason": "", "oneOffExecutors": list}),
            (1, {"temporarilyOffline": False}),
        )

    def _executor(self, index: int) -> Bean:
        run = self.queue.executors[index]
        return bean(
            "hudson.model.Executor",
            (1, {"currentExecutable": lambda: self._maybe(run), "idle": run is None}),
            (1, {"likelyStuck": False, "number": index, "progress": -1}),
        )

    def user(self, name: str) -> Bean:
        """A person."""
        return bean(
            "hudson.model.User",
            (1, {"absoluteUrl": f"{self.root}user/{quote(name, safe='')}", "description": None}),
            (ALWAYS, {"fullName": name, "id": name}),
            (1, {"property": list}),
        )


def _label() -> Bean:
    return bean("hudson.model.labels.LabelAtom", (2, {"name": "built-in"}))


def _estimate(job: Job) -> int:
    ended = [run.duration for run in job.runs[-3:] if not run.building]
    return sum(ended) // len(ended) if ended else -1


def _why(item: Item, state: str) -> str | None:
    if state == "Waiting":
        left = max(0.0, item.due - time.monotonic())
        return f"In the quiet period. Expires in {left:.1f} sec"
    if state == "Blocked":
        running = next((run.number for run in item.job.runs if run.building), 0)
        return f"Build #{running} is already in progress (ETA: N/A)"
    return "Waiting for next available executor" if state == "Buildable" else None


def _actions(
    parameters: Mapping[str, str], causes: list[str], revision: Revision | None = None
) -> list[Bean]:
    found = [bean("hudson.model.CauseAction", (2, {"causes": lambda: [*map(_cause, causes)]}))]
    if parameters:
        values = [_value(name, value) for name, value in parameters.items()]
        found.insert(0, bean("hudson.model.ParametersAction", (2, {"parameters": values})))
    if revision is not None:
        found.append(_build_data(revision))
    return found


def _build_data(revision: Revision) -> Bean:
    # the Git plugin's hudson.plugins.git.util.BuildData; its properties are visible at any depth
    branch = bean(
        "hudson.plugins.git.Branch",
        (ALWAYS, {"SHA1": revision.sha, "name": f"refs/remotes/origin/{revision.branch}"}),
    )
    last = bean(
        "hudson.plugins.git.Revision",
        (ALWAYS, {"SHA1": revision.sha, "branch": [branch]}),
    )
    return bean(
        "hudson.plugins.git.util.BuildData",
        (ALWAYS, {"lastBuiltRevision": last, "remoteUrls": [], "scmName": ""}),
    )


def _cause(words: str) -> Bean:
    if words == PUSHED:
        return bean("hudson.triggers.SCMTrigger$SCMTriggerCause", (3, {"shortDescription": words}))
    name = words.rpartition(" ")[2]
    return bean(
        "hudson.model.Cause$UserIdCause",
        (3, {"shortDescription": words, "userId": name, "userName": name}),
    )


def _value(name: str, value: str) -> Bean:
    return bean("hudson.model.StringParameterValue", (3, {"name": name, "value": value}))


def _properties(job: Job) -> list[Bean]:
    if not job.parameters:
        return []
    definitions = [
        bean(
            "hudson.model.StringParameterDefinition",
            (3, {"defaultParameterValue": _value(name, ""), "description": "", "name": name}),
            (3, {"type": "StringParameterDefinition"}),
        )
        for name in job.parameters
    ]
    return [
        bean(
            "hudson.model.ParametersDefinitionProperty", (1, {"parameterDefinitions": definitions})
        )
    ]
