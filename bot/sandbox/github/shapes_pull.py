"""Pull requests, reviews and comments on lines as GitHub's JSON.

Decides nothing but form. Fields are those of GitHub's OpenAPI description.
"""

from __future__ import annotations

from bot.sandbox.github.calls import Json
from bot.sandbox.github.git_diff import files_between
from bot.sandbox.github.pulls import Merging, diff_base
from bot.sandbox.github.rows import Issue, LineComment, Pull, Repo, Review
from bot.sandbox.github.shapes_base import full_repo, user
from bot.sandbox.github.shapes_git import home
from bot.sandbox.github.shapes_issue import association, labels, page_of, rollup
from bot.sandbox.github.world import World, node_id, stamp


def _side(world: World, repo: Repo, ref: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(world, repo.owner),
        "repo": full_repo(world, repo),
    }


def _links(url: str, issue_url: str, page: str, statuses: str) -> Json:
    return {
        "self": {"href": url},
        "html": {"href": page},
        "issue": {"href": issue_url},
        "comments": {"href": f"{issue_url}/comments"},
        "review_comments": {"href": f"{url}/comments"},
        "review_comment": {"href": f"{url.rpartition('/')[0]}/comments{{/number}}"},
        "commits": {"href": f"{url}/commits"},
        "statuses": {"href": statuses},
    }


def simple_pull(world: World, repo: Repo, issue: Issue, pull: Pull) -> Json:
    """A pull request as lists give it."""
    base = home(world, repo)
    url, page = f"{base}/pulls/{issue.number}", page_of(world, repo, issue)
    issue_url, statuses = f"{base}/issues/{issue.number}", f"{base}/statuses/{pull.head_sha}"
    trial = pull.tested[2] if pull.tested else None
    return {
        "url": url,
        "id": issue.id + 500_000_000,
        "node_id": node_id("PR", issue.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue_url,
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{base}/pulls/comments{{/number}}",
        "comments_url": f"{issue_url}/comments",
        "statuses_url": statuses,
        "number": issue.number,
        "state": issue.state,
        "locked": False,
        "active_lock_reason": None,
        "title": issue.title,
        "body": issue.body,
        "user": user(world, issue.user),
        "labels": labels(world, repo, issue.labels),
        "milestone": None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": pull.draft,
        "auto_merge": None,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "merged_at": stamp(pull.merged_at),
        "merge_commit_sha": pull.merge_sha or trial,
        "author_association": association(repo, issue.user),
        "head": _side(world, repo, pull.head_ref, pull.head_sha),
        "base": _side(world, repo, pull.base_ref, pull.base_sha),
        "_links": _links(url, issue_url, page, statuses),
    }


def full_pull(world: World, repo: Repo, issue: Issue, pull: Pull, merging: Merging) -> Json:
    """A pull request with everything; ``merging`` is whether it can be merged now."""
    base = diff_base(repo, pull)
    files = files_between(repo.git, base, pull.head_sha)
    commits = repo.git.text("rev-list", "--count", pull.head_sha, f"^{base}", "--")
    number = issue.number
    return {
        **simple_pull(world, repo, issue, pull),
        "merged": pull.merged_at is not None,
        "mergeable": merging.mergeable,
        "mergeable_state": merging.state,
        "rebaseable": merging.mergeable,
        "merged_by": user(world, pull.merged_by) if pull.merged_by else None,
        "comments": sum(1 for c in repo.comments.values() if c.number == number),
        "review_comments": sum(1 for c in repo.line_comments.values() if c.number == number),
        "maintainer_can_modify": False,
        "commits": int(commits),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def minimal_pull(world: World, repo: Repo, issue: Issue, pull: Pull) -> Json:
    """A pull request as checks give it."""
    own = {"id": repo.id, "url": home(world, repo), "name": repo.name}
    return {
        "id": issue.id + 500_000_000,
        "number": issue.number,
        "url": f"{home(world, repo)}/pulls/{issue.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": own},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": own},
    }


def review(world: World, repo: Repo, found: Review) -> Json:
    """A review of a pull request."""
    url = f"{home(world, repo)}/pulls/{found.number}"
    page = f"{page_of(world, repo, repo.issues[found.number])}#pullrequestreview-{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("PRR", found.id),
        "user": user(world, found.user),
        "body": found.body or "",
        "state": found.state,
        "html_url": page,
        "pull_request_url": url,
        "commit_id": found.commit_id,
        "author_association": association(repo, found.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        **({"submitted_at": stamp(found.submitted_at)} if found.submitted_at else {}),
    }


def line_comment(world: World, repo: Repo, found: LineComment) -> Json:
    """A comment on a line; ``line`` is null once the line has changed."""
    url = f"{home(world, repo)}/pulls/comments/{found.id}"
    pull_url = f"{home(world, repo)}/pulls/{found.number}"
    page = f"{page_of(world, repo, repo.issues[found.number])}#discussion_r{found.id}"
    position = found.diff_hunk.count("\n") or 1
    return {
        "id": found.id,
        "node_id": node_id("PRRC", found.id),
        "url": url,
        "html_url": page,
        "pull_request_url": pull_url,
        "pull_request_review_id": found.review,
        "diff_hunk": found.diff_hunk,
        "path": found.path,
        "position": None if found.line is None and not found.whole_file else position,
        "original_position": position,
        "commit_id": found.commit_id,
        "original_commit_id": found.original_commit_id,
        "user": user(world, found.user),
        "body": found.body,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "author_association": association(repo, found.user),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "pull_request": {"href": pull_url},
        },
        "reactions": rollup(url, found.reactions),
        "side": found.side,
        "line": found.line,
        "original_line": found.original_line,
        "start_line": found.start_line,
        "original_start_line": found.original_start_line,
        "start_side": found.start_side,
        "subject_type": "file" if found.whole_file else "line",
        **({"in_reply_to_id": found.reply_to} if found.reply_to else {}),
    }
