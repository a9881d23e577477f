"""At which stage IT first took part in a vendor, and how long its way was: from the log, and from the record's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from preflight.pointers import get
from preflight.staff import IT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from preflight.alignment import Stage
    from preflight.landing import Act
    from preflight.model import Json
    from preflight.staff import Staff

STATUS = "/lifecycle/status"
UNSIGNED = frozenset({"proposed", "approved", "rejected"})  # states in which no signature is wanted yet


@dataclass(frozen=True, slots=True)
class Way:
    """The days of a vendor, as far as they are known. ``entered`` is the day on which its record came as a proposal.

    ``decided`` is the day on which its status left ``proposed``, by the log, or else by the record.
    """

    status: str
    proposed: date | None = None
    involved: date | None = None
    signed: date | None = None
    live: date | None = None
    decided: date | None = None
    entered: date | None = None

    @property
    def begun(self) -> date | None:
        """The day of the proposal."""
        return self.proposed or self.entered

    @property
    def decision_days(self) -> int | None:
        """Days from proposal to decision; None: one of the two is not known, or they are the wrong way round."""
        return _between(self.begun, self.decided)

    @property
    def value_days(self) -> int | None:
        """Days from proposal to going live."""
        return _between(self.begun, self.live)

    @property
    def contracted(self) -> bool:
        """Whether there is, or was, a contract, so that IT could have come too late for it."""
        return self.signed is not None or self.status not in UNSIGNED


@dataclass(frozen=True, slots=True)
class Part:
    """Who took part in a record's history: the first day of somebody of IT, and whether a stranger wrote in it."""

    first: date | None = None
    strangers: bool = False


def part(acts: Iterable[Act], staff: Staff) -> Part:
    """Return when IT first took part in a vendor, by its record's history."""
    first, strangers = None, False
    for act in acts:
        if not act.record:
            continue
        found = [staff.known_as(email) or staff.known_as(name) for name, email in act.writers]
        strangers |= any(each is None or not each.side for each in found)
        if first is None and any(each is not None and each.side == IT for each in found):
            first = act.landing.day
    return Part(first, strangers)


def way(record: Json, acts: Sequence[Act], day: date) -> Way:
    """Return the days of a vendor that had come by a day."""
    days = {name: _day(record, name, day) for name in ("proposed_on", "it_involved_on", "signed_on", "live_on")}
    entered, left = None, None
    for act in acts:
        for change in act.record:
            if not change.field and change.before is None and change.kind in {"added", "readable"}:
                came = get(change.after, STATUS) == "proposed"
                entered, left = (act.landing.day if came else None), None
            elif change.field == STATUS and change.before == "proposed":
                left = act.landing.day
    status = get(record, STATUS)
    named = status if isinstance(status, str) else ""
    return Way(
        named,
        days["proposed_on"],
        days["it_involved_on"],
        days["signed_on"],
        days["live_on"],
        left or (_day(record, "approved_on", day) if entered is None else None),
        entered,
    )


def stage(part: Part, way: Way) -> tuple[Stage, str]:
    """Return at which stage IT first took part, and what tells it: ``log``, ``record``, or nothing."""
    told = [(each, basis) for each, basis in ((part.first, "log"), (way.involved, "record")) if each is not None]
    if not told:
        return ("not-known" if part.strangers else "never"), ""
    first, basis = min(told)
    return _placed(first, way), basis


def _placed(first: date, way: Way) -> Stage:
    if way.begun is not None and first <= way.begun:
        return "before-proposal"
    if way.signed is not None and first <= way.signed:
        return "before-signature"
    if way.live is not None and first > way.live:
        return "after-go-live"
    if way.signed is not None:
        return "after-signature"
    return "before-signature" if way.status in UNSIGNED else "not-known"


def _day(record: Json, name: str, until: date) -> date | None:
    try:
        found = date.fromisoformat(get(record, f"/lifecycle/{name}") or "")
    except (TypeError, ValueError):  # a schema of somebody else may let anything through
        return None
    return found if found <= until else None


def _between(first: date | None, last: date | None) -> int | None:
    return (last - first).days if first is not None and last is not None and first <= last else None
