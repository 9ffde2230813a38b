"""``cfg policy check``: the policy held against the files as they are.

Gathers what the look needs and changes nothing. A validator is run only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from bot.adapters.git_process import Git
from bot.adapters.native_validator import NativeValidator
from bot.choosing import chosen
from bot.core.change import FileChange
from bot.core.checks.validators_pass import shown_output
from bot.core.formats import parse
from bot.core.gate import Mode
from bot.core.index import Index
from bot.core.invariants import kept_promises, patterns_of
from bot.core.leaf import Document
from bot.core.masking import mask_documents
from bot.core.policy import PROTECTED, Policy
from bot.core.scope import matches
from bot.core.validation import Ended, NativeCheck
from bot.gather import REGULAR, promised
from bot.policy import FILES, PolicyError, parse_policy, policy_file
from bot.policy.faults import fault
from bot.policy.inspection import Inspection, Note, note
from bot.ports import Library, RepositoryError
from bot.settings import Settings


def inspect(
    repo: Path,
    ref: str | None,
    library: Library,
    settings: Settings,
    validator: NativeValidator,
    *,
    run: bool,
) -> Inspection:
    """The policy of commit ``ref``; without one, of the work tree, against the files of HEAD.

    ``run`` also runs the validators. Raises RepositoryError.
    """
    sha = library.commit(ref or "HEAD")
    path: str | None = None
    try:
        committed = policy_file(library, sha)
        found = committed if ref else (_in_work_tree(repo) or committed)
        if found is None:
            return Inspection(None, sha)
        path, data = found
        policy = parse_policy(path, data)
    except PolicyError as error:
        return Inspection(error.path, sha, in_work_tree=ref is None, faults=error.faults)
    notes = _notes(policy, library, sha, settings, validator, run=run)
    return Inspection(path, sha, found != committed, (), tuple(notes))


def _in_work_tree(repo: Path) -> tuple[str, bytes] | None:
    """The policy file as it stands on disk, committed or not. Raises PolicyError."""
    try:
        root = Path(Git(repo).text("rev-parse", "--show-toplevel"))
    except RepositoryError:
        return None  # a bare repository has no work tree
    standing = [name for name in FILES if (root / name).is_file()]
    if len(standing) > 1:
        raise PolicyError(FILES[0], [fault("two-files", other=FILES[1])])
    return (standing[0], (root / standing[0]).read_bytes()) if standing else None


def _notes(
    policy: Policy,
    library: Library,
    sha: str,
    settings: Settings,
    validator: NativeValidator,
    *,
    run: bool,
) -> Iterator[Note]:
    paths = [entry.path for entry in library.tree(sha) if entry.mode in REGULAR]
    yield from _broken(policy, library, sha)
    yield from _unmatched(policy, paths)
    yield from _models(policy, settings)
    yield from _validators(policy.validators, validator)
    if run:
        yield from _failing(policy.validators, library, sha, validator, paths)
    yield from _overlapping(policy, paths)


def _broken(policy: Policy, library: Library, sha: str) -> Iterator[Note]:
    """Promises that do not hold now, or cannot be evaluated."""
    data = promised(patterns_of(policy.invariants), library, sha, Index({}, frozenset()))
    documents = {path: parse(path, content) for path, content in data.items()}
    for finding in kept_promises(policy.invariants, {}, documents):
        yield Note(f"invariant-{finding.variant}", problem=True, finding=finding)


def _unmatched(policy: Policy, paths: Sequence[str]) -> Iterator[Note]:
    for where, patterns, problem in _globs(policy):
        for pattern in patterns:
            if not pattern.startswith("!") and not any(matches(p, (pattern,)) for p in paths):
                yield note("glob-matches-nothing", problem=problem, where=where, pattern=pattern)


def _globs(policy: Policy) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Where patterns stand; what is protected may well not exist yet."""
    if policy.allowed != Policy().allowed:
        yield "allowed", policy.allowed, True
    yield "protected", tuple(one for one in policy.protected if one not in PROTECTED), False
    for environment in policy.environments:
        yield f"environments.{environment.name}.paths", environment.paths, True
    for check in policy.validators:
        yield f"validators.{check.name}.files", check.files, True


def _models(policy: Policy, settings: Settings) -> Iterator[Note]:
    try:
        chosen(settings, policy.models, Mode.BLIND)
    except PolicyError as error:
        for one in error.faults:
            yield Note(one.code, problem=True, fault=one)


def _validators(checks: Sequence[NativeCheck], validator: NativeValidator) -> Iterator[Note]:
    for check in checks:
        ended = validator.available(check)
        if ended is not Ended.PASSED:
            facts = {"name": check.name, "program": check.run[0]}
            yield note(f"validator-{ended.value}", problem=not check.optional, **facts)


def _failing(
    checks: Sequence[NativeCheck],
    library: Library,
    sha: str,
    validator: NativeValidator,
    paths: Sequence[str],
) -> Iterator[Note]:
    """Run each on all its files, as if all of them had changed."""
    for check in checks:
        if validator.available(check) is not Ended.PASSED:
            continue
        mine = library.read(sha, [path for path in paths if matches(path, check.files)])
        files = [FileChange(path, content, content) for path, content in sorted(mine.items())]
        for said in validator.validate([check], sha, files) if files else ():
            if said.ended is not Ended.PASSED:
                parsed = {path: parse(path, content) for path, content in mine.items()}
                mask = mask_documents({p: d for p, d in parsed.items() if isinstance(d, Document)})
                detail = said.detail or "∅"
                if said.output:
                    detail = shown_output(said.output, check.output, mask)
                facts = {"name": check.name, "program": check.run[0], "detail": detail}
                yield note(f"validator-{said.ended.value}", problem=True, **facts)


def _overlapping(policy: Policy, paths: Sequence[str]) -> Iterator[Note]:
    for one, other in combinations(policy.environments, 2):
        both = [p for p in paths if matches(p, one.paths) and matches(p, other.paths)]
        if both:
            yield note(
                "environments-overlap",
                problem=False,
                count=str(len(both)),
                one=one.name,
                other=other.name,
                path=both[0],
            )
