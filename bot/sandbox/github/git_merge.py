"""Merging, squashing and rebasing without a work tree.

Decides nothing: whether branches merge is git's word (``git merge-tree --write-tree``). It must
never move a ref.
"""

from __future__ import annotations

from bot.sandbox.github.git_repo import Bare, GitError, Person


def merged_tree(git: Bare, ours: str, theirs: str) -> str | None:
    """The tree of both together, or None where they conflict or share no history."""
    done = git.attempt("merge-tree", "--write-tree", "--no-messages", ours, theirs)
    if done.returncode == 1:
        return None
    if done.returncode:
        if b"unrelated histories" in done.stderr:
            return None
        raise GitError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode().split("\n", 1)[0].strip()


def picked_tree(git: Bare, onto: str, commit: str) -> str | None:
    """The tree of ``onto`` with what ``commit`` changed, or None where that conflicts.

    git 2.38 cannot be told the merge base, so ``onto``'s tree is given the picked commit's parent.
    """
    picked = git.commit(commit)
    moved = git.commit(onto)
    if not picked.parents:
        return None
    who = picked.committer
    stand_in = git.write_commit(moved.tree, picked.parents[:1], "", who, who)
    return merged_tree(git, stand_in, commit)


def rebased(git: Bare, onto: str, base: str, head: str, committer: Person) -> str | None:
    """The tip of the commits of ``head`` that ``base`` lacks, replayed on ``onto``."""
    tip = onto
    for commit in reversed(git.commits("--topo-order", "--no-merges", head, f"^{base}")):
        tree = picked_tree(git, tip, commit.sha)
        if tree is None:
            return None
        tip = git.write_commit(tree, [tip], commit.message, commit.author, committer)
    return tip
