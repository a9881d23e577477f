"""Which decisions were taken back, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from preflight.decisions import FOLDER, Decision
from preflight.decisions import statement as statements
from preflight.decisions.court import DECIDE_ANEW, at, has_ended_trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from preflight.decisions.court import Court, Fault
    from preflight.decisions.statement import Statement
    from preflight.decisions.strict_json import Text

Named: TypeAlias = tuple[str, str]  # vendor and id of a decision, which need not be here


@dataclass(frozen=True, slots=True)
class Ended:
    """The first day on which a decision counts no more, and whether what took it back has landed."""

    on: date
    landed: bool


def taken_back(court: Court, sound: list[tuple[Decision, Text]]) -> tuple[dict[Named, Ended], list[Fault]]:
    """Return what was taken back, and the faults of revocations that may not do so."""
    revocations, faults = _revocations(court, sound)
    ended: dict[Named, Ended] = {}
    for each in (each for each in revocations if each.in_force):
        named, said = (each.statement.vendor, each.statement.revokes), each.statement.decided_on
        # Until it came, what it takes back went on to count.
        this = Ended(max(said, court.terms.arrived.get(each.path, said)), court.terms.is_landed(each.path))
        for one in (named, *_left_over(court, sound, each.statement)):
            before = ended.get(one, this)
            ended[one] = Ended(min(this.on, before.on), this.landed or before.landed)
    return ended, faults


def _revocations(court: Court, sound: list[tuple[Decision, Text]]) -> tuple[list[Decision], list[Fault]]:
    """Return the revocations that may revoke what they name, and the faults of the others.

    A decision that has a fault of its own may be revoked by anybody: it has no effect anyway. One that is not here yet
    may be revoked before it comes, or somebody else could land what its signer has long taken back.
    """
    by_id = {(each.statement.vendor, each.id): each for each, _ in sound}
    found: list[Decision] = []
    faults: list[Fault] = []
    revoking = [(each, text) for each, text in sound if each.statement.kind == "revoke"]
    # Those that name a revocation come last: by then it is known whether that one has a fault of its own.
    names = {(each.statement.vendor, each.id) for each, _ in revoking}
    revoking.sort(key=lambda pair: (pair[0].statement.vendor, pair[0].statement.revokes) in names)
    for each, text in revoking:
        said = each.statement
        mistaken = {path for path, _ in faults}
        other = by_id.get((said.vendor, said.revokes))
        if other and other.path in mistaken:
            other = None
        if other and other.statement.kind == "revoke":
            if not has_ended_trust(court, each.path, said):
                message = f"{said.revokes} is a revocation, which cannot be taken back"
                faults.append(at(each.path, text, "/revokes", "revocation", message, "Have it approved anew.").fault)
        elif (role := _revoked_role(court, said, other)) and not _may_revoke(court, each, role):
            message = f"the role {said.role} may not revoke what the role {role} decided"
            faults.append(at(each.path, text, "/role", "revoker", message, DECIDE_ANEW).fault)
        else:
            found.append(each)
    return found, faults


def _left_over(court: Court, sound: list[tuple[Decision, Text]], said: Statement) -> Iterator[Named]:
    """Yield vendor and id of what goes with that which was taken back, though the revocation does not name it.

    An amendment that has landed is spent: it lets nobody change anything again, and stays what it was for the audit.
    """
    there = (each.statement for each, _ in sound if each.statement.kind != "amend" or court.terms.is_new(each.path))
    yield from ((other.vendor, other.id) for other in along(there, said))


def along(others: Iterable[Statement], said: Statement) -> list[Statement]:
    """Return what goes with that which a revocation takes back.

    Whoever signed twice, because the first mail seemed lost, takes back both. It rests on what was signed alone: when a
    decision comes, and beside what, whoever pushes it chooses.
    """
    same = [each for each in others if each.vendor == said.vendor and each.kind != "revoke"]
    gone = next((each for each in same if each.id == said.revokes), None)
    stays = said.listed(statements.STAYS)
    return [
        other
        for other in same
        if _is_by_then(other, said)
        and (_is_alike(other, said, gone) or _is_older(other, said))
        and statements.reference(other) not in stays
    ]


def _is_by_then(other: Statement, said: Statement) -> bool:
    """Whether something was signed before a revocation. Of its day it is not known, unless it says so."""
    anew = other.decided_on == said.decided_on and statements.reference(said) in other.listed(statements.AFTER)
    return other.decided_on <= said.decided_on and not anew


def _is_alike(other: Statement, said: Statement, gone: Statement | None) -> bool:
    """Whether something is a word of the same person on the same as what was taken back.

    That is told by the revocation itself where its signer saw it. The amounts of an approval, the place of an entry
    that a waiver is for, and the state that an amendment begins with are others every day.
    """
    told = dict(said.facts)
    seen = tuple(str(told.get(name, "")) for name in statements.WHOSE)
    return _gist(other) in {seen, _gist(gone) if gone else seen}


def _is_older(other: Statement, said: Statement) -> bool:
    """Whether it is, or is before, what was taken back, as far as its signer knew: its id alone tells role and day."""
    by_its_day = other.decided_on.isoformat() <= said.revokes[: len("2026-11-22")]
    return not said.seen and by_its_day and other.role == statements.role_of(said.revokes)


def _gist(said: Statement) -> tuple[str, ...]:
    return said.kind, said.role, said.by, said.rule


def _revoked_role(court: Court, said: Statement, other: Decision | None) -> str | None:
    """Return the role that decided what is revoked; None where that has a fault.

    Where it is not here yet, its id tells: it may be on its way, and who signed it takes it back before it comes.
    """
    if other:
        return other.statement.role
    there = f"{FOLDER}/{said.vendor}/{said.revokes}.json" in court.files
    return None if there else statements.role_of(said.revokes)


def _may_revoke(court: Court, one: Decision, role: str) -> bool:
    may = one.statement.role in {role, *court.terms.revokers}
    return may or has_ended_trust(court, one.path, one.statement)
