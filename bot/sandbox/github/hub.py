"""GitHub for tests and the sandbox: accounts, repositories and Apps to set up, an app to serve.

Decides what a new thing looks like. What happens later is decided where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import Response

from bot.sandbox.github import events, shapes_base, shapes_issue
from bot.sandbox.github.accounts import App, Installation
from bot.sandbox.github.faults import Faults
from bot.sandbox.github.git_repo import ZERO, Bare, edits_of
from bot.sandbox.github.hooks import Hooks
from bot.sandbox.github.moves import settle
from bot.sandbox.github.routes import load
from bot.sandbox.github.rows import ROLES, Protection, Repo
from bot.sandbox.github.serving import Door
from bot.sandbox.github.thread_text import thread
from bot.sandbox.github.traffic import Asked, Logged, of_app
from bot.sandbox.github.world import World, real_clock


class GitHub:
    """A GitHub of one's own; bare repositories live below ``folder``, everything else in memory.

    Serve ``app`` and set ``url`` to where it answers. Safe for use from many threads.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = real_clock) -> None:
        load()
        self.world = World(folder, clock)
        self.faults = Faults()
        self.world.hooks = self._hooks = Hooks(self.faults, clock, self.world.new_id)
        self._door = Door(self.world, self.faults)
        self.app: Starlette = self._door.application()

    @property
    def url(self) -> str:
        """Where it is served, without a slash at the end."""
        return self.world.url

    @url.setter
    def url(self, value: str) -> None:
        self.world.url = value.rstrip("/")

    @property
    def log(self) -> list[Logged]:
        """Every request answered so far."""
        return self._door.log

    @property
    def before(self) -> Callable[[Asked], Response | None] | None:
        """Called before a request is carried out; a Response it returns is the answer."""
        return self._door.before

    @before.setter
    def before(self, hook: Callable[[Asked], Response | None] | None) -> None:
        self._door.before = hook

    @property
    def after(self) -> Callable[[Logged], None] | None:
        """Called when the effect is stored and logged, before the answer is sent."""
        return self._door.after

    @after.setter
    def after(self, hook: Callable[[Logged], None] | None) -> None:
        self._door.after = hook

    def add_user(self, login: str, *, type: str = "User") -> str:  # noqa: A002 - GitHub's word
        """The person's token, also good as the password of git."""
        with self.world.lock:
            self.world.account(login, type)
            return self.world.token_for(login)

    def add_repo(
        self,
        full_name: str,
        files: Mapping[str, bytes],
        *,
        collaborators: Mapping[str, str] | None = None,
        default_branch: str = "main",
        modes: Mapping[str, str] | None = None,
        private: bool = True,
    ) -> None:
        """A repository with a first commit; ``modes`` are git's, such as "100755" or "120000".

        Raises ValueError for a role that GitHub does not know.
        """
        owner, name = full_name.split("/")
        roles = {login.lower(): role for login, role in (collaborators or {}).items()}
        if not set(roles.values()) <= set(ROLES):
            raise ValueError(f"unknown roles: {sorted(set(roles.values()) - set(ROLES))}")
        with self.world.lock:
            account = self.world.account(owner)
            for login in collaborators or {}:
                self.world.account(login)
            git = Bare(self.world.folder / owner / f"{name}.git")
            git.create(default_branch)
            tree = git.write_tree(None, edits_of(git, files, modes or {}))
            who = self.world.signature(account)
            sha = git.write_commit(tree, [], "Initial commit\n", who, who)
            git.move(f"refs/heads/{default_branch}", sha)
            now = self.world.now()
            repo = Repo(self.world.new_id(), account, name, default_branch, private, git, now, now)
            repo.roles = {**roles, owner.lower(): "admin"}
            repo.heads = {default_branch: sha}
            self.world.repos[full_name.lower()] = repo

    def add_app(
        self,
        slug: str,
        public_key_pem: str,
        *,
        webhook_url: str | None = None,
        secret: str | None = None,
        permissions: Mapping[str, str],
        events: Sequence[str],
        owner: str = "app-owner",
    ) -> int:
        """A GitHub App; its id. Where it has an address for webhooks it is pinged."""
        with self.world.lock:
            new_id, now = self.world.new_id, self.world.now()
            bot = self.world.account(f"{slug}[bot]", "Bot")
            app = App(
                new_id(),
                slug,
                self.world.account(owner),
                bot,
                public_key_pem,
                webhook_url,
                secret,
                dict(permissions),
                tuple(events),
                now,
                new_id(),
            )
            self.world.apps[app.id] = app
            self._ping(app)
            return app.id

    def set_webhook(self, app_id: int, url: str | None, secret: str | None) -> None:
        """Where the App's webhooks go from now on; the new address is pinged."""
        with self.world.lock:
            app = self.world.apps[app_id]
            app.webhook_url, app.secret = url, secret
            self._ping(app)

    def _ping(self, app: App) -> None:
        config = {"content_type": "json", "insecure_ssl": "0", "url": app.webhook_url or ""}
        hook = {"type": "App", "id": app.hook_id, "name": "web", "active": True}
        hook |= {"events": list(app.events), "config": config, "app_id": app.id}
        payload = {"zen": "Keep it logically awesome.", "hook_id": app.hook_id, "hook": hook}
        self._hooks.send(app, "ping", payload)

    def install(self, app_id: int, account: str, repos: Sequence[str]) -> int:
        """Install the App for repositories of an account; the installation's id.

        Raises KeyError for a repository or an App that does not exist.
        """
        with self.world.lock:
            names = [self.world.repo(name).full_name for name in repos]
            owner = self.world.account(account)
            found = Installation(
                self.world.new_id(), self.world.apps[app_id], owner, names, self.world.now()
            )
            self.world.installations[found.id] = found
            events.installed(self.world, found, "created", owner)
            return found.id

    def protect(
        self,
        full_name: str,
        branch: str,
        *,
        required_checks: Sequence[str] = (),
        approvals: int = 0,
        strict: bool = False,
    ) -> None:
        """Protect a branch from now on."""
        with self.world.lock:
            found = Protection(tuple(required_checks), approvals, strict)
            self.world.repo(full_name).protections[branch] = found

    def allow_merges(self, full_name: str, methods: Sequence[str]) -> None:
        """By which ways pull requests may be merged: some of merge, squash and rebase."""
        with self.world.lock:
            self.world.repo(full_name).merge_methods = frozenset(methods)

    def set_role(self, full_name: str, login: str, role: str) -> None:
        """What a person may do from now on; "none" takes them out."""
        with self.world.lock:
            roles = self.world.repo(full_name).roles
            roles.pop(login.lower(), None)
            if ROLES.index(role):
                roles[login.lower()] = role

    def delete_issue(self, full_name: str, number: int) -> None:
        """The issue is no more: whoever asks for it is told so (410)."""
        with self.world.lock:
            repo = self.world.repo(full_name)
            issue = repo.issues.pop(number)
            shape = shapes_issue.issue(self.world, repo, issue)
            repo.deleted.add(number)
            repo.comments = {k: c for k, c in repo.comments.items() if c.number != number}
            payload = {"action": "deleted", "issue": shape}
            events.tell(self.world, repo, repo.owner, "issues", payload)

    def uninstall(self, installation_id: int) -> None:
        """The App is taken out of the account; its tokens end at once."""
        with self.world.lock:
            found = self.world.installations.pop(installation_id)
            tokens = self.world.tokens
            for value in [v for v, token in tokens.items() if token.installation is found]:
                del tokens[value]
            events.installed(self.world, found, "deleted", found.account)

    def push(
        self,
        full_name: str,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        login: str,
    ) -> str:
        """Somebody pushes a commit (None deletes a file); its SHA. A new branch starts at the
        default branch."""  # noqa: D205, D209
        with self.world.lock:
            repo = self.world.repo(full_name)
            old = repo.heads.get(branch)
            parent = old or repo.heads[repo.default_branch]
            who = self.world.signature(self.world.account(login))
            tree = repo.git.write_tree(parent, edits_of(repo.git, files, {}))
            sha = repo.git.write_commit(tree, [parent], message, who, who)
            repo.git.move(f"refs/heads/{branch}", sha, old or ZERO)
            settle(self.world, repo, self.world.account(login))
            return sha

    def wait_idle(self, timeout: float = 30) -> None:
        """Wait until all deliveries have been made. Raises TimeoutError."""
        self._hooks.wait_idle(timeout)

    def thread(self, full_name: str, number: int) -> str:
        """An issue or pull request as text, the same each time. Raises KeyError."""
        with self.world.lock:
            repo = self.world.repo(full_name)
            return thread(self.world, repo, repo.issues[number])

    def head(self, full_name: str, branch: str) -> str | None:
        """The commit a branch is at."""
        with self.world.lock:
            return self.world.repo(full_name).heads.get(branch)

    def file(self, full_name: str, ref: str, path: str) -> bytes | None:
        """The bytes of a file at a branch or commit; None where there is none."""
        git = self.world.repo(full_name).git
        commit = git.resolve(ref)
        row = git.file(commit, path) if commit else None
        return git.read(row.sha) if row and row.type == "blob" else None

    def bot_login(self, app_id: int) -> str:
        """The login an App acts under."""
        return str(shapes_base.user(self.world, self.world.apps[app_id].bot)["login"])

    def requests_by(self, app_slug: str) -> tuple[Logged, ...]:
        """What the App asked, in order."""
        return of_app(list(self.log), app_slug)

    def writes_by(self, app_slug: str) -> tuple[Logged, ...]:
        """What the App changed or tried to, without tokens and git objects and refs."""
        return tuple(row for row in self.all_writes_by(app_slug) if not row.git_data)

    def all_writes_by(self, app_slug: str) -> tuple[Logged, ...]:
        """What the App changed or tried to, with git objects, refs and pushes."""
        return tuple(row for row in self.requests_by(app_slug) if row.writes)
