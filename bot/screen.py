"""What people see of a run: a live line per stage, then the coloured result; or one JSON object.

Decides layout only; every sentence comes from ``bot.core.report``. With --json nothing but the
object goes to standard output, and progress goes nowhere.
"""

from __future__ import annotations

import json
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.core.outcome import Outcome
from bot.core.report.as_json import as_json as outcome_as_json
from bot.core.report.sentences import say_stage
from bot.core.request import Language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status as Spinner


class Screen:
    """One run's terminal. Use as a context manager around the work for the live line."""

    def __init__(self, language: Language, *, as_json: bool) -> None:
        self.language = language
        self._as_json = as_json
        self._spinner: Spinner | None = None
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """The terminal; made on first use, since rich takes time to import."""
        if self._console is None:
            from rich.console import Console  # noqa: PLC0415

            # legacy_windows and wrapping of paths stay rich's own business; emoji codes and
            # markup in repository text must not be interpreted
            self._console = Console(highlight=False, emoji=False, markup=False)
        return self._console

    def __enter__(self) -> Self:
        if not self._as_json and sys.stdout.isatty():
            self._spinner = self.console.status("")
            self._spinner.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._spinner:
            self._spinner.stop()
            self._spinner = None

    def stage(self, name: str) -> None:
        """``name`` begins now."""
        if self._as_json:
            return
        sentence = say_stage(name, self.language)
        if self._spinner:
            self._spinner.update(f"{sentence} …")
        self._line("· " + sentence)

    def indexing(self, done: int, total: int) -> None:
        """Told while a large repository is indexed for the first time."""
        if self._spinner:
            self._spinner.update(f"{say_stage('understand', self.language)}: {done:,} / {total:,}")

    def _line(self, text: str) -> None:
        self.console.print(text, style="dim")

    def json(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """``value`` as indented JSON on standard output."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def outcome(self, outcome: Outcome) -> None:
        """The result."""
        if self._as_json:
            self.json(outcome_as_json(outcome, self.language))
            return
        from bot.tables import print_outcome  # noqa: PLC0415 - rich only where people read

        print_outcome(self.console, outcome, self.language)

    def rules(self, rule: str | None) -> int:
        """All rules, or one of them; exit code 2 for one that does not exist."""
        from bot.core.report.findings import RULE_TEXTS  # noqa: PLC0415

        if rule is not None and rule not in RULE_TEXTS:
            from difflib import get_close_matches  # noqa: PLC0415

            near = get_close_matches(rule, RULE_TEXTS, 1)
            sys.stderr.write(
                f"no rule {rule!r}"
                + (f"; did you mean {near[0]!r}?" if near else "; run cfg rules")
                + "\n"
            )
            return 2
        from bot.tables import print_rule, print_rules, rule_as_json  # noqa: PLC0415

        chosen = [rule] if rule else list(RULE_TEXTS)
        if self._as_json:
            self.json([rule_as_json(one, self.language) for one in chosen])
        elif rule:
            print_rule(self.console, rule, self.language)
        else:
            print_rules(self.console, self.language)
        return 0
