"""Where the findings about the registry as a whole point: into the policy documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight import pointers
from preflight.model import Position

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from preflight.policy import PolicyDocument


class PolicyPositions:
    """Places in policy documents, by a pointer that begins with a document's name: ``/systems/records/0``."""

    def __init__(self, documents: Mapping[str, PolicyDocument]) -> None:
        self.documents = documents

    def placed(self, pointer: str) -> tuple[Position, str, str]:
        """Return the place, the path of the document, and the pointer within it."""
        name, *rest = pointers.parts(pointer) or ("",)
        if name not in self.documents:
            return Position(), "policies", pointer
        inside = pointers.pointer(rest)
        return self.documents[name].positions.position(inside), self.documents[name].path, inside

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""
        return self.placed(pointer)[0]

    def part(self, members: Collection[str]) -> PolicyPositions:
        """Return the places in those documents only."""
        return PolicyPositions({name: each for name, each in self.documents.items() if name in members})
