"""Accounts, repositories, Apps and installations as GitHub's JSON.

Decides nothing but form. Fields are those of GitHub's OpenAPI description.
"""

from __future__ import annotations

from bot.sandbox.github.accounts import Account, App, Installation
from bot.sandbox.github.calls import Json
from bot.sandbox.github.rows import ROLES, Repo
from bot.sandbox.github.world import World, node_id, stamp

_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPO_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def user(world: World, account: Account) -> Json:
    """A "simple user"."""
    url = f"{world.api}/users/{account.login}"
    slug = account.login.removesuffix("[bot]")
    page = f"apps/{slug}" if account.type == "Bot" else account.login
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("BOT" if account.type == "Bot" else "U", account.id),
        "avatar_url": f"{world.url}/avatars/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.url}/{page}",
        "type": account.type,
        "user_view_type": "public",
        "site_admin": False,
        **{name: url + tail for name, tail in _USER_LINKS.items()},
    }


def public_user(world: World, account: Account) -> Json:
    """A user with a profile."""
    nothing = ("company", "blog", "location", "email", "hireable", "bio", "twitter_username")
    return {
        **user(world, account),
        "name": account.login,
        **dict.fromkeys(nothing),
        "public_repos": sum(1 for repo in world.repos.values() if repo.owner is account),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": stamp(account.created_at),
        "updated_at": stamp(account.created_at),
    }


def private_user(world: World, account: Account) -> Json:
    """The user that asks, as it sees itself."""
    counts = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage")
    return {
        **public_user(world, account),
        **dict.fromkeys(counts, 0),
        "collaborators": 0,
        "two_factor_authentication": True,
    }


def permissions(repo: Repo, login: str) -> Json:
    """What somebody may do, level by level."""
    named = zip(ROLES[1:], ("pull", "triage", "push", "maintain", "admin"), strict=True)
    return {name: repo.allows(login, role) for role, name in named}


def minimal_repo(world: World, repo: Repo) -> Json:
    """A repository with what every description of one has."""
    url = f"{world.api}/repos/{repo.full_name}"
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "visibility": "private" if repo.private else "public",
        "owner": user(world, repo.owner),
        "html_url": f"{world.url}/{repo.full_name}",
        "description": None,
        "fork": False,
        "url": url,
        **{name: url + tail for name, tail in _REPO_LINKS.items()},
    }


def full_repo(world: World, repo: Repo) -> Json:
    """A repository with everything."""
    page = f"{world.url}/{repo.full_name}"
    is_open = sum(1 for issue in repo.issues.values() if issue.state == "open")
    counts = ("forks_count", "stargazers_count", "watchers_count", "forks", "watchers")
    offers = ("has_projects", "has_wiki", "has_pages", "has_discussions", "has_downloads")
    return {
        **minimal_repo(world, repo),
        "git_url": page.replace("http", "git", 1) + ".git",
        "ssh_url": f"git@127.0.0.1:{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        **dict.fromkeys(counts, 0),
        "size": 0,
        "subscribers_count": 0,
        "network_count": 0,
        "default_branch": repo.default_branch,
        "open_issues_count": is_open,
        "open_issues": is_open,
        "has_issues": True,
        **dict.fromkeys(offers, False),
        "archived": False,
        "disabled": False,
        "is_template": False,
        "topics": [],
        "web_commit_signoff_required": False,
        "allow_forking": True,
        "allow_merge_commit": "merge" in repo.merge_methods,
        "allow_squash_merge": "squash" in repo.merge_methods,
        "allow_rebase_merge": "rebase" in repo.merge_methods,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "pushed_at": stamp(repo.pushed_at),
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.pushed_at),
    }


def app(world: World, found: App) -> Json:
    """A GitHub App ("integration")."""
    return {
        "id": found.id,
        "client_id": found.client_id,
        "slug": found.slug,
        "node_id": node_id("A", found.id),
        "owner": user(world, found.owner),
        "name": found.slug,
        "description": "",
        "external_url": world.url,
        "html_url": f"{world.url}/apps/{found.slug}",
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "permissions": {"metadata": "read", **found.permissions},
        "events": list(found.events),
    }


def maybe_app(world: World, found: App | None) -> Json | None:
    """The App a thing was made through, if any."""
    return app(world, found) if found else None


def installation(world: World, found: Installation) -> Json:
    """An App in an account."""
    url = f"{world.api}/app/installations/{found.id}"
    return {
        "id": found.id,
        "account": user(world, found.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{world.api}/installation/repositories",
        "html_url": f"{world.url}/settings/installations/{found.id}",
        "app_id": found.app.id,
        "app_slug": found.app.slug,
        "target_id": found.account.id,
        "target_type": found.account.type,
        "permissions": {"metadata": "read", **found.app.permissions},
        "events": list(found.app.events),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": None,
    }
