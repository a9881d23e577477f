"""What every command is given, before anything is loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from preflight.commands.session import Session


@dataclass
class Given:
    """The options before the command's name. A session, with all that judges, is made only when somebody asks."""

    root: Path
    today: date
    at: str | None = None
    quiet: bool = False
    color: bool = True

    @cached_property
    def session(self) -> Session:
        """One run over the registry."""
        from preflight.commands.session import Session  # noqa: PLC0415 - loads schemas, rules and their engine

        return Session(self.root, self.today, self.at, quiet=self.quiet, color=self.color)
