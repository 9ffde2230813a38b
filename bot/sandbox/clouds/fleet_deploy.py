"""The deploy script of the Jenkins stand-in's job: one cloud, one commit, from the bare repository.

Decides the result of a build and what its log says. It must never deploy what is not a commit of
that repository, nor go on to the next server after one that did not come up.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.deployment import DeployError
from bot.sandbox.clouds.tree import BadTreeError
from bot.sandbox.github.git_repo import Bare, GitError
from bot.sandbox.jenkins import BuildContext

PARAMETERS = ("CLOUD", "COMMIT", "BUILD_IMAGES", "CFG_RUN")


def tree_of(repository: Path, commit: str) -> tuple[str, dict[str, bytes]]:
    """The full SHA that ``commit`` (SHA or branch) means, and its files. Raises GitError."""
    git = Bare(repository)
    sha = git.resolve(commit)
    if sha is None:
        raise GitError(f"{commit!r} is no commit of the repository")
    packed = git.run("archive", "--format=tar", sha)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = {
            member.name: found.read()
            for member in archive
            if member.isfile() and (found := archive.extractfile(member)) is not None
        }
    return sha, files


def deploy_script(repository: Path, clouds: Clouds) -> Callable[[BuildContext], str]:
    """The script of job fleet-deploy: parameters CLOUD, COMMIT and CFG_RUN, result as Jenkins says it.

    Images are always built from the commit, whatever BUILD_IMAGES says: there is no registry here.
    A build that is stopped leaves the server it is at with the new release and the next ones with
    the old, as on a real machine.
    """

    def script(build: BuildContext) -> str:
        cloud, run = build.parameters["CLOUD"], build.parameters.get("CFG_RUN", "")
        try:
            sha, files = tree_of(repository, build.parameters["COMMIT"] or "main")
            build.write(f"Checking out Revision {sha}\n")
            build.write(f"deploying {cloud}{f' for {run}' if run else ''}\n")
            clouds.deploy(
                cloud, files, sha, say=lambda line: build.write(f"{line}\n"), sleep=build.sleep
            )
        except (GitError, BadTreeError, DeployError) as error:
            build.write(f"ERROR: {error}\n")
            return "FAILURE"
        build.write(f"every server of {cloud} runs {sha[:12]}\n")
        return "SUCCESS"

    return script
