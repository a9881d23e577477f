"""Which decisions were taken back, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from preflight.decisions import statement as statements
from preflight.decisions.court import DECIDE_ANEW, at, has_ended_trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from preflight.decisions import Decision
    from preflight.decisions.court import Court, Fault
    from preflight.decisions.statement import Statement
    from preflight.decisions.strict_json import Text

AHEAD = 14  # days by which a statement may be dated later than it was signed: whoever prepares it writes the day
Named: TypeAlias = tuple[str, str]  # vendor and id of a decision, which need not be here


class History(Protocol):
    """What is known of when decisions came, as ``court.Terms`` has it."""

    @property
    def arrived(self) -> Mapping[str, date]:
        """The day on which a decision came, by its path."""

    @property
    def landed(self) -> frozenset[str] | None:
        """The decisions that the protected history has; None: that is not known."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The first day on which a decision counts no more, and whether what took it back has landed."""

    on: date
    landed: bool


def taken_back(court: Court, sound: list[tuple[Decision, Text]]) -> tuple[dict[Named, Ended], list[Fault]]:
    """Return what was taken back, and the faults of revocations that may not do so."""
    revocations, faults = _revocations(court, sound)
    ended: dict[Named, Ended] = {}
    final = {(each.statement.vendor, each.id) for each in revocations}
    for each in (each for each in revocations if each.in_force):
        named, said = (each.statement.vendor, each.statement.revokes), each.statement.decided_on
        # Until it came, what it takes back went on to count.
        this = Ended(max(said, court.terms.arrived.get(each.path, said)), court.terms.is_landed(each.path))
        for one in {named, *_left_over(court, sound, each.statement)} - final:
            before = ended.get(one, this)
            ended[one] = Ended(min(this.on, before.on), this.landed or before.landed)
    return ended, faults


def _revocations(court: Court, sound: list[tuple[Decision, Text]]) -> tuple[list[Decision], list[Fault]]:
    """Return the revocations that may revoke what they name, and the faults of the others.

    What they name tells its role by its id: it may not be here yet, or somebody else could land what its signer has
    long taken back; and something else may come under that id.
    """
    found: list[Decision] = []
    faults: list[Fault] = []
    for each, text in sound:
        said = each.statement
        if said.kind != "revoke":
            continue
        if _may_revoke(court, each, role := statements.role_of(said.revokes)):
            found.append(each)
        else:
            message = f"the role {said.role} may not revoke what the role {role} decided"
            faults.append(at(each.path, text, "/role", "revoker", message, DECIDE_ANEW).fault)
    return found, faults


def _left_over(court: Court, sound: list[tuple[Decision, Text]], said: Statement) -> Iterator[Named]:
    """Yield vendor and id of what goes with that which was taken back, though the revocation does not name it.

    An amendment that has landed is spent: it lets nobody change anything again, and stays what it was for the audit.
    """
    there = [each for each, _ in sound if each.statement.kind != "amend" or court.terms.is_new(each.path)]
    stays = said.listed(statements.STAYS)
    terms, day = court.terms, said.decided_on
    known = {statements.reference(each.statement) for each in there if was_there(terms, each.path, day)}
    for other in along((each.statement for each in there), said):
        if statements.reference(other) not in stays & known:
            yield other.vendor, other.id


def was_there(terms: History, path: str, day: date) -> bool:
    """Whether a decision had surely landed before something was signed that gives itself that day.

    A clone may have a branch on which something is committed that is not merged; so what a revocation says that stays
    has to have come before it was signed, though it was dated ahead, and though commits claim to be older than their
    push. Where no history tells, it is believed.
    """
    if terms.landed is None:
        return True
    return path in terms.landed and path in terms.arrived and (day - terms.arrived[path]).days > AHEAD


def along(others: Iterable[Statement], said: Statement) -> list[Statement]:
    """Return what goes with that which a revocation takes back: all that was decided in that role before it.

    Whoever signed twice, because the first mail seemed lost, takes back both. It rests on ids and days that were signed
    alone: when a decision comes, and beside what, whoever pushes it chooses; and how it is told of, who prepares it.
    """
    role = statements.role_of(said.revokes)
    same = (each for each in others if each.vendor == said.vendor and each.role == role and each.kind != "revoke")
    return [each for each in same if not _comes_after(each, said)]


def _comes_after(other: Statement, said: Statement) -> bool:
    """Whether something was surely signed after a revocation: it says so, and is of no earlier day.

    By its day alone it may have been signed before: whoever prepares a statement writes that.
    """
    return other.decided_on >= said.decided_on and statements.reference(said) in other.listed(statements.AFTER)


def _may_revoke(court: Court, one: Decision, role: str | None) -> bool:
    may = one.statement.role in {role, *court.terms.revokers}
    return may or has_ended_trust(court, one.path, one.statement)
