"""``cfg rollout plan``: how the difference of two commits would reach the environments.

Gathers what the plan is made of and changes nothing. The policy is that of the commit before, as
everywhere: a change cannot order its own way out.
"""

from __future__ import annotations

from bot.core.change import build_change
from bot.core.policy import Policy
from bot.core.report.rollout_text import Preview, Reached
from bot.core.rollout.plan import Deployment, PlannedStage, make_plan, rendered
from bot.core.rollout.stages import make_stages
from bot.core.scope import matches
from bot.policy import read_policy
from bot.ports import Library

# What is not known before the rollout begins is shown as the placeholder that stands for it.
_REQUEST, _COMMIT = "{request}", "{commit}"


def preview(library: Library, base: str, head: str) -> Preview:
    """The plan for what differs between ``base`` and ``head``. Raises RepositoryError, PolicyError."""
    before, after = library.commit(base), library.commit(head)
    policy = read_policy(library, before)
    change = build_change(library.difference(before, after))
    staging = make_stages(change, policy.rollout)
    plan = make_plan(policy, staging.stages, _REQUEST)
    reached = tuple(
        _reached(policy, stage, deployment)
        for stage in plan.stages
        for deployment in stage.deployments
    )
    return Preview(before, after, staging, plan, reached, len(policy.environments))


def _reached(policy: Policy, stage: PlannedStage, deployment: Deployment) -> Reached:
    """Why it is deployed: its files that differ in this stage."""
    patterns = {one.name: one.paths for one in policy.environments}[deployment.environment]
    paths = tuple(path for path in stage.paths if matches(path, patterns))
    return Reached(rendered(deployment, _COMMIT), paths)
