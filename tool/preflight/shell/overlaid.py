"""Files as they would be: a source with some more files on top, before they are written anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.shell.files import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.shell.files import Source


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The files of ``below``, and ``above`` by their paths. A Source."""

    below: Source
    above: Mapping[str, bytes]

    def entries(self, folder: str) -> list[Entry]:
        """Return everything below ``folder``, sorted by path."""
        prefix = f"{folder}/" if folder else ""
        there = [each for each in self.below.entries(folder) if each.path not in self.above]
        more = [Entry(path, Kind.FILE) for path in self.above if path.startswith(prefix)]
        return sorted([*there, *more], key=lambda entry: entry.path)

    def kind(self, path: str) -> Kind | None:
        """Return what lies at ``path``."""
        return Kind.FILE if path in self.above else self.below.kind(path)

    def read(self, path: str, most: int) -> bytes:
        """Return at most ``most + 1`` bytes of a file. Raises OSError."""
        return self.above[path][: most + 1] if path in self.above else self.below.read(path, most)
