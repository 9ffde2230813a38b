"""Endpoints of repositories, branches, protection, files and commits.

Decides nothing about git: what stands where is git's word.
Sources: GitHub REST, "Repositories", "Branches", "Commits".
"""

from __future__ import annotations

from urllib.parse import quote

from bot.sandbox.github import shapes_base, shapes_git
from bot.sandbox.github.calls import Answer, Call, Json, Refused, missing, route
from bot.sandbox.github.git_diff import files_between
from bot.sandbox.github.rows import Protection, Repo

_FILES = 300  # of a comparison, as GitHub bounds it
_LARGE = 1 << 20


@route("GET", "/repos/{owner}/{repo}")
def get_repo(call: Call) -> object:
    """The repository."""
    shape = shapes_base.full_repo(call.world, call.repo)
    if call.caller.kind == "user":
        shape["permissions"] = shapes_base.permissions(call.repo, call.actor.login)
    return shape


def _role(call: Call, login: str) -> str:
    account = call.world.accounts.get(login.lower())
    if account is None or account.type != "User":
        raise Refused(404, f"{login} is not a user")
    return call.repo.role(login)


@route("GET", "/repos/{owner}/{repo}/collaborators/{login}/permission")
def permission(call: Call) -> object:
    """What a person may do; ``permission`` knows four levels, ``role_name`` all."""
    login = call.params["login"]
    role = _role(call, login)
    legacy = {"maintain": "write", "triage": "read"}.get(role, role)
    return {"permission": legacy, "role_name": role, "user": _collaborator(call, login, role)}


def _collaborator(call: Call, login: str, role: str) -> Json:
    return {
        **shapes_base.user(call.world, call.world.accounts[login.lower()]),
        "permissions": shapes_base.permissions(call.repo, login),
        "role_name": role,
    }


@route("GET", "/repos/{owner}/{repo}/collaborators", role="write")
def list_collaborators(call: Call) -> object:
    """Everybody with a role."""
    rows = call.page(sorted(call.repo.roles.items()))
    return [_collaborator(call, login, role) for login, role in rows]


@route("GET", "/repos/{owner}/{repo}/collaborators/{login}", role="write")
def is_collaborator(call: Call) -> object:
    """204 for somebody with a role."""
    return Answer(204) if call.params["login"].lower() in call.repo.roles else missing()


@route("GET", "/repos/{owner}/{repo}/branches", app="contents:read")
def list_branches(call: Call) -> object:
    """Every branch."""
    return [
        {
            "name": name,
            "commit": {"sha": sha, "url": f"{_home(call)}/commits/{sha}"},
            "protected": name in call.repo.protections,
        }
        for name, sha in call.page(sorted(call.repo.heads.items()))
    ]


def _home(call: Call) -> str:
    return shapes_git.home(call.world, call.repo)


def _summary(found: Protection | None) -> Json:
    """What anybody who can read the code sees of a protection."""
    names = list(found.checks) if found else []
    return {
        "enabled": found is not None,
        "required_status_checks": {
            "enforcement_level": "non_admins" if names else "off",
            "contexts": names,
            "checks": [{"context": name, "app_id": None} for name in names],
        },
    }


@route(
    "GET",
    "/repos/{owner}/{repo}/branches/{branch:path}/protection",
    app="administration:read",
    role="admin",
)
def get_protection(call: Call) -> object:
    """Everything a branch asks for."""
    found = call.repo.protections.get(call.params["branch"])
    if found is None:
        raise Refused(404, "Branch not protected")
    url = f"{_home(call)}/branches/{quote(call.params['branch'])}/protection"
    shape: Json = {
        "url": url,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": False},
        "required_linear_history": {"enabled": False},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
        "required_conversation_resolution": {"enabled": False},
    }
    if found.checks:
        checks = f"{url}/required_status_checks"
        shape["required_status_checks"] = {
            "url": checks,
            "strict": found.strict,
            "contexts": list(found.checks),
            "contexts_url": f"{checks}/contexts",
            "checks": [{"context": name, "app_id": None} for name in found.checks],
        }
    if found.approvals:
        shape["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "required_approving_review_count": found.approvals,
            "require_last_push_approval": False,
        }
    return shape


@route("GET", "/repos/{owner}/{repo}/branches/{branch:path}", app="contents:read")
def get_branch(call: Call) -> object:
    """A branch, its commit, and in short what protects it."""
    name = call.params["branch"]
    sha = call.repo.heads.get(name)
    if sha is None:
        raise Refused(404, "Branch not found")
    url = f"{_home(call)}/branches/{quote(name)}"
    found = call.repo.protections.get(name)
    page = f"{call.world.url}/{call.repo.full_name}/tree/{quote(name)}"
    return {
        "name": name,
        "commit": shapes_git.commit(call.world, call.repo, call.repo.git.commit(sha)),
        "_links": {"self": url, "html": page},
        "protected": found is not None,
        "protection": _summary(found),
        "protection_url": f"{url}/protection",
    }


@route("GET", "/repos/{owner}/{repo}/rules/branches/{branch:path}")
def branch_rules(call: Call) -> object:
    """Rules of rulesets; classic protection is none, so there are none here."""
    return call.page([]) if call.params["branch"] in call.repo.heads else missing()


def commit_at(call: Call, name: str) -> str:
    """The commit that a branch, tag or SHA of a request means; 404 or 422 where there is none."""
    found = call.repo.git.resolve(
        name.removeprefix("refs/") if name.startswith("refs/heads/") else name
    )
    if found is None:
        found = call.repo.git.resolve(name.removeprefix("heads/"))
    if found is None:
        raise Refused(422 if len(name) == 40 else 404, f"No commit found for SHA: {name}")
    return found


@route("GET", "/repos/{owner}/{repo}/commits", app="contents:read")
def list_commits(call: Call) -> object:
    """Commits, newest first."""
    sha = commit_at(call, call.query.get("sha") or call.repo.default_branch)
    flags = [f"--{name}={call.query[name]}" for name in ("since", "until") if name in call.query]
    paths = [f":(literal){call.query['path']}"] if call.query.get("path") else []
    names = call.repo.git.text("rev-list", *flags, sha, "--", *paths).split()
    return _commits(call, call.page(names))


def _commits(call: Call, names: list[str]) -> list[Json]:
    git = call.repo.git
    return [shapes_git.commit(call.world, call.repo, git.commit(name)) for name in names]


@route("GET", "/repos/{owner}/{repo}/commits/{sha}/pulls", app="pull_requests:read|contents:read")
def pulls_of_commit(call: Call) -> object:
    """Pull requests whose head is the commit, or that it merged."""
    from bot.sandbox.github.shapes_pull import simple_pull  # noqa: PLC0415

    sha = commit_at(call, call.params["sha"])
    rows = [(i, p) for i, p in call.repo.pulls() if sha in {p.head_sha, p.merge_sha}]
    return [simple_pull(call.world, call.repo, i, p) for i, p in call.page(rows)]


@route("GET", "/repos/{owner}/{repo}/commits/{sha:path}", app="contents:read")
def get_commit(call: Call) -> object:
    """A commit with what it changed."""
    sha = commit_at(call, call.params["sha"])
    found = call.repo.git.commit(sha)
    first = found.parents[0] if found.parents else _empty(call.repo)
    if ".diff" in call.headers.get("accept", ""):
        raw = call.repo.git.run("diff", first, sha)
        return Answer(200, raw, media="application/vnd.github.diff; charset=utf-8")
    files = files_between(call.repo.git, first, sha)
    added, removed = sum(f.additions for f in files), sum(f.deletions for f in files)
    return {
        **shapes_git.commit(call.world, call.repo, found),
        "stats": {"total": added + removed, "additions": added, "deletions": removed},
        "files": [shapes_git.diff_entry(call.world, call.repo, f, sha) for f in files],
    }


def _empty(repo: Repo) -> str:
    return repo.git.run("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()


@route("GET", "/repos/{owner}/{repo}/compare/{basehead:path}", app="contents:read")
def compare(call: Call) -> object:
    """What ``head`` has that ``base`` has not, from where they last met."""
    left, dots, right = call.params["basehead"].partition("...")
    if not dots:
        missing()
    own = f"{call.repo.owner.login}:"
    base = commit_at(call, left.removeprefix(own))
    head = commit_at(call, right.removeprefix(own))
    git = call.repo.git
    middle = git.merge_base(base, head)
    if middle is None:
        raise Refused(404, f"No common ancestor between {left} and {right}.")
    media = call.headers.get("accept", "")
    if ".diff" in media or ".patch" in media:
        return diff_answer(call, middle, head)
    ahead, behind = git.apart(base, head)
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind"
    names = git.text("rev-list", "--reverse", head, f"^{base}", "--").split()
    files = files_between(git, middle, head)[:_FILES]
    page = f"{call.world.url}/{call.repo.full_name}/compare/{quote(left)}...{quote(right)}"
    shown_base, shown_middle = _commits(call, [base, middle])
    return {
        "url": f"{_home(call)}/compare/{quote(left)}...{quote(right)}",
        "html_url": page,
        "permalink_url": f"{call.world.url}/{call.repo.full_name}/compare/{base[:7]}...{head[:7]}",
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": shown_base,
        "merge_base_commit": shown_middle,
        "status": status if ahead or behind else "identical",
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": len(names),
        "commits": _commits(call, call.page(names)),
        "files": [shapes_git.diff_entry(call.world, call.repo, f, head) for f in files],
    }


def diff_answer(call: Call, base: str, head: str) -> Answer:
    """The difference as text: a diff, or mails where ``.patch`` was asked for."""
    git = call.repo.git
    if ".patch" in call.headers.get("accept", ""):
        raw = git.run("format-patch", "--stdout", f"{base}..{head}")
        return Answer(200, raw, media="application/vnd.github.patch; charset=utf-8")
    raw = git.run("diff", "--find-renames", base, head)
    return Answer(200, raw, media="application/vnd.github.diff; charset=utf-8")
