"""Whether a pull request can be merged, and if not why.

Decides mergeability from real git and the branch's protection. It must never call something
mergeable that git could not merge.
Source: GitHub, "About protected branches"; ``mergeable_state`` as GraphQL's MergeStateStatus
describes its values.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.github.git_merge import merged_tree
from bot.sandbox.github.git_repo import ZERO
from bot.sandbox.github.rows import Issue, Pull, Repo
from bot.sandbox.github.world import World

GOOD = {"success", "neutral", "skipped"}


@dataclass(frozen=True, slots=True)
class Merging:
    """``mergeable`` None: not known; ``state`` in GitHub's words; ``why`` where it is refused."""

    mergeable: bool | None
    state: str
    why: str = ""


UNKNOWN = Merging(None, "unknown")


def diff_base(repo: Repo, pull: Pull) -> str:
    """Where the diff of a pull request begins: what both branches last shared."""
    return repo.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha


def latest_checks(repo: Repo, sha: str) -> dict[str, list[str | None]]:
    """Every check and status of the commit by name, with its newest conclusions."""
    runs: dict[tuple[int, str], str | None] = {}
    for run in repo.checks.values():
        if run.head_sha == sha:
            runs[run.app.id, run.name] = run.conclusion if run.status == "completed" else None
    statuses: dict[str, str | None] = {}
    for row in repo.statuses:
        if row.sha == sha:
            statuses[row.context] = None if row.state == "pending" else row.state
    found: dict[str, list[str | None]] = {}
    for name, conclusion in [*((key[1], c) for key, c in runs.items()), *statuses.items()]:
        found.setdefault(name, []).append(conclusion)
    return found


def opinions(repo: Repo, number: int) -> dict[str, str]:
    """The standing opinion of every reviewer who may write."""
    found: dict[str, str] = {}
    for review in repo.reviews.values():
        if review.number != number or review.state not in {"APPROVED", "CHANGES_REQUESTED"}:
            continue
        if review.user.type == "Bot" or repo.allows(review.user.login, "write"):
            found[review.user.login] = review.state
    return found


def unmet(repo: Repo, issue: Issue, pull: Pull) -> str:
    """What the protection of the base still misses, in GitHub's words; empty where nothing."""
    protection = repo.protections.get(pull.base_ref)
    if protection is None:
        return ""
    checks = latest_checks(repo, pull.head_sha)
    for name in protection.checks:
        if name not in checks:
            return f'Required status check "{name}" is expected.'
        if not set(checks[name]) <= GOOD:
            waits = None in checks[name]
            return f'Required status check "{name}" is {"in progress" if waits else "failing"}.'
    given = opinions(repo, issue.number)
    if protection.approvals and "CHANGES_REQUESTED" in given.values():
        return "Changes were requested by a reviewer with write access."
    if list(given.values()).count("APPROVED") < protection.approvals:
        count = protection.approvals
        noun = "review is" if count == 1 else "reviews are"
        return f"At least {count} approving {noun} required by reviewers with write access."
    return ""


def merging(world: World, repo: Repo, issue: Issue, pull: Pull) -> Merging:
    """Whether it can be merged now, tried with git on the branches as they are."""
    base = repo.heads.get(pull.base_ref)
    if issue.state != "open" or base is None:
        return UNKNOWN
    if _trial(world, repo, issue, pull, base) is None:
        return Merging(mergeable=False, state="dirty", why="Pull Request has merge conflicts")
    if pull.draft:
        return Merging(mergeable=True, state="draft", why="Pull Request is still a draft")
    if why := unmet(repo, issue, pull):
        return Merging(mergeable=True, state="blocked", why=why)
    protection = repo.protections.get(pull.base_ref)
    if protection and protection.strict and not repo.git.is_ancestor(base, pull.head_sha):
        why = "The head branch is not up to date with the base branch"
        return Merging(mergeable=True, state="behind", why=why)
    found = latest_checks(repo, pull.head_sha).values()
    clean = all(set(conclusions) <= GOOD for conclusions in found)
    return Merging(mergeable=True, state="clean" if clean else "unstable")


def _trial(world: World, repo: Repo, issue: Issue, pull: Pull, base: str) -> str | None:
    """The trial merge that GitHub keeps at ``refs/pull/N/merge``, or None on conflict."""
    if pull.tested is None or pull.tested[:2] != (base, pull.head_sha):
        tree = merged_tree(repo.git, base, pull.head_sha)
        ref = f"refs/pull/{issue.number}/merge"
        trial = None
        if tree:
            message = f"Merge {pull.head_sha} into {base}"
            signed = world.web_signature()
            trial = repo.git.write_commit(tree, [base, pull.head_sha], message, signed, signed)
        if trial or ref in repo.git.refs("refs/pull/"):
            repo.git.move(ref, trial or ZERO)
        pull.tested = (base, pull.head_sha, trial)
    return pull.tested[2]
