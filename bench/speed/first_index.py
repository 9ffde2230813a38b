"""The child process that indexes a repository: ``python -m bench.speed.first_index REPO WORD``."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.adapters.git_library import GitLibrary


def main() -> None:
    """Print how many files hold the literal."""
    library = GitLibrary(Path(sys.argv[1]))
    print(len(library.holding("main", sys.argv[2])))


if __name__ == "__main__":
    main()
