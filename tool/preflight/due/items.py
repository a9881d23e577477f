"""Gathers what falls due: from every vendor record, and from the policy documents that need care themselves."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from preflight.facts import due
from preflight.model import REGISTRY
from preflight.periods import add_days, add_months, days_until

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from preflight.model import Context, Json, JsonObject

RATE, COMMITTEE, ROLE = "rate", "committee", "role"
KINDS = (*due.KINDS, RATE, COMMITTEE, ROLE)
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:preflight:due")


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that falls due. ``date`` is the last day on which it is in time, ``days`` are those left.

    ``vendor`` is REGISTRY for what concerns no vendor alone; then ``pointer`` begins with the name of a policy
    document. ``owner`` and ``team`` are empty where nobody is known. ``id`` stays the same from run to run.
    """

    vendor: str
    name: str
    kind: str
    subject: str
    what: str
    date: date
    days: int
    pointer: str
    owner: str = ""
    owner_name: str = ""
    team: str = ""
    gone: bool = False
    path: str = ""
    line: int = 0
    id: str = ""

    @property
    def overdue(self) -> bool:
        """Whether its day has passed."""
        return self.days < 0


def collect(records: Mapping[str, JsonObject], context: Context, within: int | None = None) -> tuple[DueItem, ...]:
    """Return what falls due within so many days (None: ever), and what is overdue; the soonest first.

    ``records`` are those of the right form, by vendor id.
    """
    found = [item for vendor, record in records.items() for item in _of_vendor(vendor, record, context, within)]
    found += [each for each in _of_registry(context) if within is None or each.days <= within]
    found.sort(key=lambda each: (each.date, each.vendor, KINDS.index(each.kind), each.subject, each.pointer))
    people = {each["id"]: each for each in context.policies.get("people", {}).get("people", ())}
    return tuple(_completed(found, people))


def _completed(items: Iterable[DueItem], people: Mapping[str, JsonObject]) -> Iterator[DueItem]:
    """Add names, and an id that depends on what an item is about and not on where it stands in the file."""
    seen: Counter[tuple[str, ...]] = Counter()
    for item in items:
        person = people.get(item.owner, {})
        about = (item.vendor, item.kind, item.subject, item.date.isoformat())
        seen[about] += 1
        yield replace(
            item,
            owner_name=person.get("name", item.owner),
            team=item.team or person.get("team", ""),
            id=str(uuid.uuid5(_IDS, "\n".join([*about, str(seen[about])]))),
        )


def of_owner(items: Iterable[DueItem], who: str, context: Context) -> tuple[DueItem, ...]:
    """Return what a person has to see to, or a team: by itself, or by one of its people."""
    people = context.policies.get("people", {}).get("people", ())
    ours = {who} | {each["id"] for each in people if each.get("team") == who}
    return tuple(each for each in items if each.owner in ours or each.team == who)


def narrowed(items: Iterable[DueItem], vendors: Collection[str], kinds: Collection[str]) -> tuple[DueItem, ...]:
    """Return what concerns those vendors and is of those kinds; none given means all."""
    return tuple(
        each for each in items if (not vendors or each.vendor in vendors) and (not kinds or each.kind in kinds)
    )


# ---- Vendors ------------------------------------------------------------------------------------


def _of_vendor(vendor: str, record: JsonObject, context: Context, within: int | None) -> Iterator[DueItem]:
    for each in due.of(record, context)["items"]:
        if within is not None and each["days"] > within:
            break  # the rest is further off
        yield DueItem(
            vendor=vendor,
            name=record.get("name", vendor),
            kind=each["kind"],
            subject=each["subject"],
            what=each["what"],
            date=date.fromisoformat(each["date"]),
            days=each["days"],
            pointer=each["pointer"],
            owner=each.get("owner", ""),
            team=each.get("team", ""),
            gone=each.get("gone", False),
        )


# ---- The registry as a whole --------------------------------------------------------------------


def _of_registry(context: Context) -> Iterator[DueItem]:
    people = {each["id"]: each for each in context.policies.get("people", {}).get("people", ())}
    for found in (_rates(context), _committee(context), _roles(context)):
        for each in found:
            left = people.get(each.owner, {}).get("left")
            gone = left is not None and date.fromisoformat(left) < context.today
            yield replace(each, days=days_until(each.date, context.today), gone=gone)


_item = partial(DueItem, REGISTRY, REGISTRY, days=0)  # counted once, in _of_registry


def _rates(context: Context) -> Iterator[DueItem]:
    """Yield the day on which currency rates grow stale, one item for all that were entered together."""
    document = context.policies.get("rates")
    if document is None:
        return
    newest: dict[str, tuple[str, int]] = {}
    for index, rate in enumerate(document["rates"]):
        newest[rate["currency"]] = max(newest.get(rate["currency"], ("", 0)), (rate["from"], index))
    for day in sorted({day for day, _ in newest.values()}):
        currencies = sorted(name for name, (held, _) in newest.items() if held == day)
        pointer = f"/rates/rates/{newest[currencies[0]][1]}"
        stale = add_days(date.fromisoformat(day), document["stale_after_days"])
        what = f"Currency rates of {day} grow stale: {', '.join(currencies)}"
        yield _item(RATE, f"rates of {day}", what, stale, pointer=pointer)


def _committee(context: Context) -> Iterator[DueItem]:
    """Yield the next meeting of the committee; the member who is named first calls it."""
    committee = context.policies.get("ownership", {}).get("committee")
    if committee is None:
        return
    last = committee.get("last_met_on")
    day = add_months(date.fromisoformat(last), committee["meets_every_months"]) if last else context.today
    since = f"the last meeting was on {last}" if last else "nobody wrote down when it last met"
    what, pointer = f"Meeting of the {committee['name']}; {since}", "/ownership/committee/last_met_on"
    yield _item(COMMITTEE, committee["name"], what, day, pointer=pointer, owner=committee["members"][0]["person"])


@dataclass(frozen=True, slots=True)
class _Holding:
    """A role that somebody holds: from and until which day (date.max: no end is known)."""

    role: str
    person: JsonObject
    pointer: str
    begins: date
    ends: date

    def covers(self, day: date) -> bool:
        return self.begins <= day <= self.ends


def _roles(context: Context) -> Iterator[DueItem]:
    """Yield roles that end, and roles that approvals want and that nobody has held since they ended."""
    holdings = list(_holdings(context.policies.get("people")))
    wanted = {each["role"] for each in context.policies.get("approvals", {}).get("roles", ())}
    for held in holdings:
        if held.ends == date.max:
            continue
        later = [each for each in holdings if each.role == held.role and each.ends > held.ends]
        following = [each.person["name"] for each in later if each.covers(add_days(held.ends, 1))]
        ended = held.ends < context.today
        if ended and (later or held.role not in wanted):
            continue
        then = f"followed by {', '.join(following)}" if following else "nobody is named to follow"
        what = f"{held.person['name']} {'held' if ended else 'holds'} the role {held.role} until this day; {then}"
        subject = f"{held.role} · {held.person['id']}"
        yield _item(ROLE, subject, what, held.ends, pointer=held.pointer, owner=held.person["id"])


def _holdings(people: Json) -> Iterator[_Holding]:
    for number, person in enumerate((people or {}).get("people", ())):
        left = person.get("left", date.max.isoformat())
        for index, role in enumerate(person.get("roles", ())):
            ends = min(role.get("until", date.max.isoformat()), left)
            pointer = f"/people/people/{number}/roles/{index}"
            begins = date.fromisoformat(role["from"])
            yield _Holding(role["role"], person, pointer, begins, date.fromisoformat(ends))
