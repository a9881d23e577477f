"""What every importer gives, and what it may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from preflight.model import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Background:
    """The schema of vendor records, the policy documents by name, and the day."""

    schema: JsonObject
    policies: Mapping[str, Json]
    today: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that somebody brings in, still without an id and not yet held against the schema.

    ``lines`` says in which line of the source each pointer was found, ``unknown`` which questions have no answer, by
    their id and their words. ``login`` is who brought it in, as the forge says; ``number`` that of the issue.
    """

    record: JsonObject
    lines: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    login: str = ""
    number: int | None = None

    def line(self, pointer: str) -> int:
        """Return the line of what ``pointer`` is about, or 0 where the source does not have it."""
        near = [
            at for at in self.lines if at == pointer or at.startswith(pointer + "/") or pointer.startswith(at + "/")
        ]
        return self.lines[max(near, key=len)] if near else 0


class Importer(Protocol):
    """A module that turns bytes into candidates; listed in ``importers.IMPORTERS``."""

    NAME: str

    def read(self, data: bytes, background: Background) -> Sequence[Candidate]:
        """Return the candidates. Raises UsageError with the line of what cannot be taken, and how to put it right."""
