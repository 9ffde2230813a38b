"""Endpoints of pull requests: open, read, change, merge.

Decides in which order a merge is refused: closed, head moved, conflict, draft, protection.
Source: GitHub REST, "Pull requests".
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_git, shapes_pull
from bot.sandbox.github.calls import Answer, Call, Json, Refused, invalid, missing, route
from bot.sandbox.github.git_diff import files_between
from bot.sandbox.github.git_merge import merged_tree, rebased
from bot.sandbox.github.git_repo import GitError
from bot.sandbox.github.moves import merged, settle
from bot.sandbox.github.pulls import Merging, diff_base, merging, unmet
from bot.sandbox.github.routes_issues import edit_issue
from bot.sandbox.github.routes_repos import diff_answer
from bot.sandbox.github.rows import Issue, Pull
from bot.sandbox.github.writing import checked_text, may_edit, pull_of

_READ, _WRITE = "pull_requests:read", "pull_requests:write"
_PAGE = "/repos/{owner}/{repo}/pulls"
_ONE = _PAGE + "/{number:int}"


def _now_merging(call: Call, issue: Issue, pull: Pull) -> Merging:
    return merging(call.world, call.repo, issue, pull)


def _shape(call: Call, issue: Issue, pull: Pull) -> Json:
    state = _now_merging(call, issue, pull)
    return shapes_pull.full_pull(call.world, call.repo, issue, pull, state)


def _branch(call: Call, name: str) -> str:
    own = f"{call.repo.owner.login.lower()}:"
    return name[len(own) :] if name.lower().startswith(own) else name


@route("POST", _PAGE, app=_WRITE, role="write")
def create_pull(call: Call) -> object:
    """A pull request between two branches of the repository."""
    head, base = _branch(call, call.text("head")), _branch(call, call.text("base"))
    title, heads = call.text("title"), call.repo.heads
    for field, name in (("head", head), ("base", base)):
        if name not in heads:
            invalid("PullRequest", field, "invalid")
    checked_text(call, "PullRequest")
    _refuse_pointless(call, head, base)
    now, number = call.world.now(), call.repo.next_number()
    pull = Pull(head, base, heads[head], heads[base], draft=call.flag("draft"))
    issue = Issue(
        call.world.new_id(),
        call.actor,
        call.maybe("body"),
        now,
        now,
        call.caller.app,
        number=number,
        title=title,
        pull=pull,
    )
    call.repo.issues[number] = issue
    call.repo.git.move(f"refs/pull/{number}/head", pull.head_sha)
    events.issue_happened(call.world, call.repo, issue, "opened", call.actor)
    shape = _shape(call, issue, pull)
    return Answer(201, shape, {"Location": shape["url"]})


def _refuse_pointless(call: Call, head: str, base: str) -> None:
    for issue, pull in call.repo.pulls():
        if issue.state == "open" and (pull.head_ref, pull.base_ref) == (head, base):
            label = f"{call.repo.owner.login}:{head}"
            _custom(f"A pull request already exists for {label}.")
    heads = call.repo.heads
    if call.repo.git.is_ancestor(heads[head], heads[base]):
        _custom(f"No commits between {base} and {head}")


def _custom(message: str) -> None:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    raise Refused(422, "Validation Failed", errors=[error])


@route("GET", _PAGE, app=_READ)
def list_pulls(call: Call) -> object:
    """Pull requests, newest first."""
    state, head = call.query.get("state", "open"), call.query.get("head")
    base = call.query.get("base")
    rows = [
        (issue, pull)
        for issue, pull in call.repo.pulls()
        if state in {"all", issue.state}
        and head in {None, "", f"{call.repo.owner.login}:{pull.head_ref}"}
        and base in {None, "", pull.base_ref}
    ]
    by_update = call.query.get("sort") == "updated"
    direction = call.query.get("direction", "asc" if "sort" in call.query else "desc")
    rows.sort(
        key=lambda row: (row[0].updated_at if by_update else row[0].created_at, row[0].number),
        reverse=direction == "desc",
    )
    return [shapes_pull.simple_pull(call.world, call.repo, *row) for row in call.page(rows)]


@route("GET", _ONE, app=_READ)
def get_pull(call: Call) -> object:
    """A pull request; as a diff or as mails where the media type asks for them."""
    issue, pull = pull_of(call)
    media = call.headers.get("accept", "")
    if ".diff" in media or ".patch" in media:
        return diff_answer(call, diff_base(call.repo, pull), pull.head_sha)
    return _shape(call, issue, pull)


@route("PATCH", _ONE, app=_WRITE)
def update_pull(call: Call) -> object:
    """Title, body, state and base."""
    issue, pull = pull_of(call)
    base = call.maybe("base")
    if base is not None and base != pull.base_ref:
        may_edit(call, issue)
        if base not in call.repo.heads:
            invalid("PullRequest", "base", "invalid")
        changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
        pull.base_ref, pull.base_sha = base, call.repo.heads[base]
        events.issue_happened(call.world, call.repo, issue, "edited", call.actor, changes=changes)
    edit_issue(call, issue)
    return _shape(call, issue, pull)


@route("GET", _ONE + "/files", app=_READ)
def list_files(call: Call) -> object:
    """What the pull request changes."""
    _, pull = pull_of(call)
    rows = call.page(files_between(call.repo.git, diff_base(call.repo, pull), pull.head_sha))
    return [shapes_git.diff_entry(call.world, call.repo, row, pull.head_sha) for row in rows]


@route("GET", _ONE + "/commits", app=_READ)
def list_commits(call: Call) -> object:
    """Its commits, oldest first."""
    _, pull = pull_of(call)
    git, base = call.repo.git, diff_base(call.repo, pull)
    names = git.text("rev-list", "--reverse", "--topo-order", pull.head_sha, f"^{base}", "--")
    rows = call.page(names.split())
    return [shapes_git.commit(call.world, call.repo, git.commit(row)) for row in rows]


@route("GET", _ONE + "/merge", app=_READ)
def is_merged(call: Call) -> object:
    """204 where it was merged, 404 where not."""
    return Answer(204) if pull_of(call)[1].merged_at else missing()


@route("PUT", _ONE + "/update-branch", app=_WRITE, role="write")
def update_branch(call: Call) -> object:
    """Merge the base into the head."""
    issue, pull = pull_of(call)
    expected = call.maybe("expected_head_sha")
    if expected and expected != pull.head_sha:
        raise Refused(422, "expected_head_sha does not match current head ref.")
    git, base = call.repo.git, call.repo.heads[pull.base_ref]
    tree = merged_tree(git, pull.head_sha, base)
    if tree is None or issue.state != "open":
        raise Refused(422, "merge conflict between base and head")
    if git.is_ancestor(base, pull.head_sha):
        raise Refused(422, "There are no new commits on the base branch.")
    message = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    signed = call.world.signature(call.actor)
    new = git.write_commit(tree, [pull.head_sha, base], message, signed, call.world.web_signature())
    git.move(f"refs/heads/{pull.head_ref}", new, pull.head_sha)
    settle(call.world, call.repo, call.actor)
    url = f"{call.world.url}/{call.repo.full_name}/pull/{issue.number}"
    return Answer(202, {"message": "Updating pull request branch.", "url": url})


@route("PUT", _ONE + "/merge", app="contents:write", role="write")
def merge(call: Call) -> object:
    """Merge, if the head is what the body says it is."""
    issue, pull = pull_of(call)
    if issue.state != "open":
        raise Refused(405, "Pull Request is not mergeable")
    sha = call.maybe("sha")
    if sha is not None and sha != pull.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    _refuse_unmergeable(call, issue, pull)
    _refuse_method(call)
    method = call.text("merge_method", default="merge")
    base = call.repo.heads[pull.base_ref]
    commit = _METHODS[method](call, issue, pull, base)
    try:
        call.repo.git.move(f"refs/heads/{pull.base_ref}", commit, base)
    except GitError:
        raise Refused(405, "Base branch was modified. Review and try the merge again.") from None
    merged(call.world, call.repo, issue, pull, commit, call.actor)
    settle(call.world, call.repo, call.actor)
    return {"sha": commit, "merged": True, "message": "Pull Request successfully merged"}


def _refuse_method(call: Call) -> None:
    method = call.text("merge_method", default="merge")
    if method not in _METHODS:
        invalid("PullRequest", "merge_method", "invalid")
    if method not in call.repo.merge_methods:
        names = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}
        raise Refused(405, f"{names[method]} are not allowed on this repository.")


def _refuse_unmergeable(call: Call, issue: Issue, pull: Pull) -> None:
    """405 with the reason; an administrator passes protection, but neither conflict nor draft."""
    found = _now_merging(call, issue, pull)
    admin = call.caller.kind == "user" and call.repo.allows(call.actor.login, "admin")
    if not found.why or (found.state in {"blocked", "behind"} and admin):
        return
    why = unmet(call.repo, issue, pull) or found.why if found.state == "blocked" else found.why
    raise Refused(405, why)


def _message(call: Call, title: str, message: str) -> str:
    head = call.maybe("commit_title")
    text = call.maybe("commit_message")
    body = message if text is None else text
    return (title if head is None else head) + (f"\n\n{body}" if body else "")


def _by_merge(call: Call, issue: Issue, pull: Pull, base: str) -> str:
    title = f"Merge pull request #{issue.number} from {call.repo.owner.login}/{pull.head_ref}"
    tree = merged_tree(call.repo.git, base, pull.head_sha) or missing()
    message = _message(call, title, issue.title)
    author = call.world.signature(call.actor)
    web = call.world.web_signature()
    return call.repo.git.write_commit(tree, [base, pull.head_sha], message, author, web)


def _by_squash(call: Call, issue: Issue, pull: Pull, base: str) -> str:
    git = call.repo.git
    commits = git.commits("--reverse", "--no-merges", pull.head_sha, f"^{base}")
    only = commits[0].message if len(commits) == 1 else ""
    first, _, rest = only.partition("\n\n")
    listed = "\n\n".join(f"* {row.message.strip()}" for row in commits)
    title = f"{first.strip() or issue.title} (#{issue.number})"
    message = _message(call, title, rest.strip() if only else listed)
    tree = merged_tree(git, base, pull.head_sha) or missing()
    author = call.world.signature(issue.user)
    return git.write_commit(tree, [base], message, author, call.world.web_signature())


def _by_rebase(call: Call, _: Issue, pull: Pull, base: str) -> str:
    signed = call.world.web_signature()
    found = rebased(call.repo.git, base, base, pull.head_sha, signed)
    if found is None:
        raise Refused(405, "This branch can't be rebased")
    return found


_METHODS = {"merge": _by_merge, "squash": _by_squash, "rebase": _by_rebase}
