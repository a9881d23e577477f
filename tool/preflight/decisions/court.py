"""What decisions are held against, and how it is told that one does not hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preflight.model import EMPTY, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from preflight.decisions.signers import Signers
    from preflight.decisions.statement import Statement
    from preflight.decisions.strict_json import Text
    from preflight.model import JsonObject

SIGNATURE = ".sig"
DECIDE_ANEW = "Have it decided anew, by somebody who may."

Fault = tuple[str, Problem]  # the path that it is about


@dataclass(frozen=True, slots=True)
class Terms:
    """What policy asks of decisions beyond a good signature, and what history knows of them.

    ``touch`` and ``identify`` are the roles that have to touch a hardware key, and to unlock it. ``revokers`` are the
    roles that may revoke what other roles decided. ``arrived`` is the day on which a decision (by the path of its
    statement) came into the protected history: where it is known, key and role had to be good on that day, too, so
    that nobody who lost them can still sign for a day long past. ``former`` are the keys that were listed when it
    came, where they are others than now: taking a key off the list ends what it may sign, not what it signed.
    ``leaked`` are fingerprints, each with the day from which on nothing counts that came with that key. ``landed`` are
    the decisions that the protected history has, and those beside them are new; None: that is not known. ``claimed``
    is for new ones the day of which history will say that they came on it.
    """

    touch: frozenset[str] = frozenset()
    identify: frozenset[str] = frozenset()
    revokers: frozenset[str] = frozenset()
    arrived: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    former: Mapping[str, Signers] = field(default_factory=lambda: EMPTY)
    leaked: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    landed: frozenset[str] | None = None
    claimed: Mapping[str, date] = field(default_factory=lambda: EMPTY)

    def is_landed(self, path: str) -> bool:
        """Whether a decision is known to be in the protected history."""
        return self.landed is not None and path in self.landed

    def is_new(self, path: str) -> bool:
        """Whether a decision is known to come with the change."""
        return self.landed is not None and path not in self.landed


@dataclass(frozen=True, slots=True)
class Court:
    """What all decisions are held against."""

    files: Mapping[str, bytes]
    signers: Signers
    people: Mapping[str, JsonObject]
    repository: str
    today: date
    terms: Terms


class RefusedError(Exception):
    """The first check that a file fails."""

    def __init__(self, path: str, problem: Problem) -> None:
        super().__init__(problem.message)
        self.fault = (path, problem)


def has_ended_trust(court: Court, path: str, statement: Statement) -> bool:
    """Whether it is a revocation that landed: all of it was held against the keys and people of then.

    Whatever becomes of them later, of a key that ends as of a day before or of a person who had left, and whatever day
    its commit claims, it goes on to count: what takes trust away from somebody gives none back to others.
    """
    return statement.kind == "revoke" and court.terms.is_landed(path)


def refused(path: str, check: str, message: str, fix: str) -> RefusedError:
    """Return what to raise where a file does not hold, by the name of the check that it fails."""
    return RefusedError(path, Problem(f"decision/{check}", message, fix))


def at(  # noqa: PLR0913, PLR0917 - the place, and the parts of a problem
    path: str, text: Text, pointer: str, check: str, message: str, fix: str
) -> RefusedError:
    """Return the same with the place in the statement."""
    return RefusedError(path, Problem(f"decision/{check}", message, fix, pointer, text.position(pointer)))
