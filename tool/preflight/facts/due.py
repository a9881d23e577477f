"""Everything of one vendor that falls due: what, by when, and who has to see to it.

``date`` is the last day on which it is still in time; from the day after it is overdue. Of things that are renewed
(certifications, evidence, approvals, reviews) only the newest counts. What nobody can do any more is not listed: a
last day to cancel that has passed gives way to the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import cadence, lifecycle, renewal
from preflight.periods import add_days, days_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.model import Context, Json, JsonObject

NAME = "due"
INPUTS = ("/lifecycle/status", "/contract/subscriptions", "/security/certifications", "/evidence", "/reviews")
POLICIES = ("calendar", "limits")
KINDS = (
    "notice",
    "term",
    "certification",
    "findings",
    "evidence",
    "approval",
    "review",
    "performance-review",
    "penetration-test",
    "incident-exercise",
    "recovery-test",
    "control",
    "remediation",
    "action",
    "milestone",
)
EXERCISE_AGE_DAYS = 365  # where policies/limits.yaml says nothing of its own
LONGEST = 160  # characters of free text in a sentence
OF_IT = frozenset({"security", "architecture", "privacy", "access"})  # kinds of review; marketing leads the others
DECISIONS = {
    "keep": "The decision to keep it is to be looked at again",
    "remediate": "What is wrong is to be put right",
    "replace": "It is to be replaced",
    "retire": "It is to be switched off for good",
}
PLANNED = {  # steps of the life cycle that may be planned with a date, by the status before them
    "proposed": (("approved_on", "Planned to be approved"),),
    "approved": (("signed_on", "Planned to be signed"), ("live_on", "Planned to go live")),
    "live": (("deprecated_on", "Planned to be given up"), ("retired_on", "Planned to be switched off")),
    "deprecated": (("retired_on", "Planned to be switched off"),),
}

_TEXT = {
    "pointer": "The field that says so.",
    "subject": "What it is about: a product, a standard, a kind of review.",
    "what": "What falls due, in a sentence.",
    "date": "The last day on which it is in time.",
    "owner": "The person who has to see to it.",
    "team": "The team that it is about, or that has to see to it.",
}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "description": "Everything that falls due, however far ahead, the soonest first.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    **{name: {"type": "string", "description": text} for name, text in _TEXT.items()},
                    "kind": {"enum": list(KINDS), "description": "What kind of thing it is."},
                    "days": {"type": "integer", "description": "Days left; negative where it is overdue."},
                    "near": {"type": "boolean", "description": "Whether it is time for a reminder by the calendar."},
                    "gone": {"type": "boolean", "description": "Whether that person has left."},
                },
            },
        },
        "overdue": {"type": "integer", "description": "How many of them are overdue."},
    },
}


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that falls due. ``by`` are ids of people and teams, the first that is known has to see to it."""

    kind: str
    pointer: str
    subject: str
    what: str
    day: str
    by: tuple[str | None, ...] = ()
    side: str = "it"  # whose owner has to see to it where nobody is named


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return all that falls due for a vendor that the rules apply to."""
    if not lifecycle.of(record, context)["governed"]:
        return {"items": [], "overdue": 0}
    who = _directory(context.policies.get("people"))
    items = [_told(item, record, who, context) for source in SOURCES for item in source(record, context)]
    items.sort(key=lambda each: (each["date"], KINDS.index(each["kind"]), each["subject"], each["pointer"]))
    return {"items": items, "overdue": sum(each["days"] < 0 for each in items)}


def _told(item: _Item, record: JsonObject, who: _Directory, context: Context) -> JsonObject:
    days = days_until(date.fromisoformat(item.day), context.today)
    ahead = context.policies["calendar"]["reminders"].get(item.kind.replace("-", "_"), 0)
    told: JsonObject = {"pointer": item.pointer, "kind": item.kind, "subject": item.subject, "what": item.what}
    told |= {"date": item.day, "days": days, "near": days <= ahead}
    return told | who.responsible((*item.by, *_owners(record, item.side)), context.today)


# ---- Who has to see to it -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Directory:
    """People and team leads by id."""

    people: dict[str, JsonObject] = field(default_factory=dict)
    leads: dict[str, str | None] = field(default_factory=dict)

    def responsible(self, named: Iterable[str | None], today: date) -> JsonObject:
        """Return ``owner``, ``team`` and ``gone`` as far as they are known. A team answers by its lead."""
        found: JsonObject = {}
        for name in named:
            if name in self.leads:
                found.setdefault("team", name)
                name = self.leads[name]  # noqa: PLW2901 - from here on, the person
            if name is not None:
                left = self.people[name].get("left") if name in self.people else None
                gone = {"gone": left is not None and date.fromisoformat(left) < today} if name in self.people else {}
                return found | {"owner": name} | gone
        return found


_read: list[tuple[Json, _Directory]] = []  # the last document and what it says: the same for thousands of records


def _directory(people: Json) -> _Directory:
    if people is None:
        return _Directory()
    if not _read or _read[0][0] is not people:
        leads = {team["id"]: team.get("lead") for team in people["teams"]}
        _read[:] = [(people, _Directory({each["id"]: each for each in people["people"]}, leads))]
    return _read[0][1]


def _owners(record: JsonObject, side: str) -> tuple[str | None, str | None]:
    ownership = record.get("ownership", {})
    other = "it" if side == "marketing" else "marketing"
    first, second = (ownership.get(each, {}).get("owner") for each in (side, other))
    return first, second


# ---- What falls due -----------------------------------------------------------------------------


def _contract(record: JsonObject, context: Context) -> Iterator[_Item]:
    subscriptions = record.get("contract", {}).get("subscriptions", ())
    for term in renewal.of(record, context).get("terms", ()):
        entry = subscriptions[int(term["pointer"].rpartition("/")[2])]
        subject = " · ".join([term["product"], *(entry[name] for name in ("team", "region") if name in entry)])
        by, renews = (term.get("team"),), term.get("auto_renews")
        if "next_day" in term:
            after = add_days(date.fromisoformat(term["next_day"]), entry["notice_days"]).isoformat()
            verb = "renews" if renews else "may renew"
            what = f"Last day to cancel {term['product']}; it {verb} by itself after {after}"
            yield _Item("notice", term["pointer"], subject, what, term["next_day"], by, "marketing")
        if "ends" in term and (not renews or term.get("days_left", -1) < 0):
            what = f"{term['product']} {_at_the_end(term, record, context)}"
            yield _Item("term", term["pointer"], subject, what, term["ends"], by, "marketing")


def _at_the_end(term: JsonObject, record: JsonObject, context: Context) -> str:
    """Say what happens when a term ends, behind the name of the product."""
    over = date.fromisoformat(term["ends"]) < context.today
    if term.get("auto_renews"):
        when = (
            f"the last day to cancel was {term['last_day']}" if "last_day" in term else "by when to cancel is not known"
        )
        return f"renews by itself after this day; {when}"
    if "auto_renews" not in term:
        return f"{'ended' if over else 'ends'}; whether it renews by itself is not known"
    return f"ended, and the vendor is still {record['lifecycle']['status']}" if over else "ends and does not renew"


def _certifications(record: JsonObject, context: Context) -> Iterator[_Item]:
    newest: dict[str, tuple[str, int]] = {}
    for index, entry in enumerate(record.get("security", {}).get("certifications", ())):
        day = _good_until(entry, context)
        if day is not None:
            newest[entry["standard"]] = max(newest.get(entry["standard"], ("", 0)), (day, index))
        findings, pointer = entry.get("findings", {}), f"/security/certifications/{index}/findings/due"
        if "due" in findings and findings.get("open") != 0:
            what = f"Open findings of the {entry['standard']} assessment are to be closed"
            yield _Item("findings", pointer, entry["standard"], what, findings["due"])
    for standard, (day, index) in newest.items():
        ends = record["security"]["certifications"][index].get("valid_until") == day
        what = (
            f"The {standard} certification ends" if ends else f"The {standard} report counts as out of date after this"
        )
        yield _Item("certification", f"/security/certifications/{index}", standard, what, day)


def _good_until(entry: JsonObject, context: Context) -> str | None:
    """Return the last day of a certification that is held; a SOC 2 report also grows too old."""
    issued = entry.get("issued")
    if not entry["held"] or (issued is not None and _ahead(issued, context.today)):
        return None
    days = [entry["valid_until"]] if "valid_until" in entry else []
    if entry["standard"].startswith("soc2") and issued is not None:
        days.append(_later(issued, context.policies["limits"]["certification_age_days"]))
    return min(days, default=None)


def _evidence(record: JsonObject, context: Context) -> Iterator[_Item]:  # noqa: ARG001 - one signature for all
    certified = {
        (f"/security/certifications/{index}", entry.get("valid_until"))
        for index, entry in enumerate(record.get("security", {}).get("certifications", ()))
    }
    newest: dict[str, tuple[str, int]] = {}
    for index, entry in enumerate(record.get("evidence", ())):
        told = any((pointer, entry.get("valid_until")) in certified for pointer in _ways(entry["for"]))
        if "valid_until" in entry and not told:  # the end of a certification is told once
            newest[entry["for"]] = max(newest.get(entry["for"], ("", 0)), (entry["valid_until"], index))
    for about, (day, index) in newest.items():
        what = f"The evidence for {_short(about)} ends"
        yield _Item("evidence", f"/evidence/{index}/valid_until", about, what, day)


def _ways(pointer: str) -> list[str]:
    """Return a pointer and all that it lies below."""
    parts = pointer.split("/")
    return ["/".join(parts[: end + 1]) for end in range(1, len(parts))]


def _approvals(record: JsonObject, context: Context) -> Iterator[_Item]:
    newest: dict[str, tuple[str, int]] = {}
    for index, entry in enumerate(record.get("approvals", ())):
        if not _ahead(entry["date"], context.today):
            until = entry.get("bounds", {}).get("valid_until", date.max.isoformat())
            newest[entry["role"]] = max(newest.get(entry["role"], ("", 0)), (until, index))
    for role, (day, index) in newest.items():
        if day != date.max.isoformat():
            what = f"The approval by the {role} ends"
            yield _Item("approval", f"/approvals/{index}/bounds/valid_until", role, what, day, (), "marketing")


def _reviews(record: JsonObject, context: Context) -> Iterator[_Item]:
    planned = record.get("ownership", {}).get("performance_review", {})
    sides = {each["kind"]: each["owner"] for each in context.policies["calendar"]["cadences"]}
    for kind, each in (_unplanned(record, context) | _cadences(record, context)).items():
        name, by = ("performance-review", (planned.get("owner"),)) if kind == cadence.PERFORMANCE else ("review", ())
        side = "it" if sides.get(kind, "it" if kind in OF_IT else "") == "it" else "marketing"
        yield _Item(name, each["pointer"], kind, each["title"] + _since(each.get("last")), each["due"], by, side)


def _cadences(record: JsonObject, context: Context) -> dict[str, JsonObject]:
    """Return the next review of each kind that the calendar plans, or the record for its performance."""
    found = {each["kind"]: each for each in reversed(cadence.all_of(record, context))}  # the soonest wins
    own = record.get("ownership", {}).get("performance_review", {}).get("every_months")
    if own and cadence.PERFORMANCE not in found and lifecycle.of(record, context)["contracted"]:
        following = cadence.next_review(cadence.PERFORMANCE, own, record, context.today)
        found[cadence.PERFORMANCE] = {"title": "Vendor performance review", **following}
    return found


def _unplanned(record: JsonObject, context: Context) -> dict[str, JsonObject]:
    """Return the next review of each kind for which a review itself names the day."""
    found: dict[str, JsonObject] = {}
    for kind in sorted({each["kind"] for each in record.get("reviews", ())}):
        last, pointer = cadence.last_held(kind, record, context.today)
        days = cadence.stated(kind, record, last, context.today)
        if days and not (kind == "access" and _access_months(record)):
            found[kind] = {"title": f"Next {kind} review", "pointer": pointer, "due": min(days)}
            found[kind] |= {"last": last} if last else {}
    return found


def _since(last: str | None) -> str:
    return f", last on {last}" if last else ", never held so far"


def _access_months(record: JsonObject) -> int:
    months: int = record.get("ownership", {}).get("controls", {}).get("access", {}).get("every_months", 0)
    return months


def _controls(record: JsonObject, context: Context) -> Iterator[_Item]:
    """Yield the next look at who has access; of other controls the record does not say when one last looked."""
    months = _access_months(record)
    if months and lifecycle.of(record, context)["contracted"]:
        following = cadence.next_review("access", months, record, context.today)
        by = (record["ownership"]["controls"]["access"].get("by"),)
        what = f"Look at who has access{_since(following.get('last'))}"
        yield _Item("control", "/ownership/controls/access", "access", what, following["due"], by)


def _tests(record: JsonObject, context: Context) -> Iterator[_Item]:
    limits = context.policies["limits"]
    exercise = limits.get("incident_exercise_age_days", EXERCISE_AGE_DAYS)
    recovery = limits.get("recovery_test_age_days", EXERCISE_AGE_DAYS)
    security, scalability = record.get("security", {}), record.get("scalability", {})
    tested = security.get("testing", {}).get("penetration_test", {}).get("date")
    exercised = security.get("incident_response", {}).get("exercised_on")
    recovered = scalability.get("disaster_recovery", {}).get("tested_on")
    fallen_back = scalability.get("redundancy", {}).get("tested_on")
    for kind, pointer, title, last, age in (
        ("penetration-test", "/security/testing/penetration_test/date", "Penetration test", tested, None),
        ("incident-exercise", "/security/incident_response/exercised_on", "Incident exercise", exercised, exercise),
        ("recovery-test", "/scalability/disaster_recovery/tested_on", "Disaster recovery test", recovered, recovery),
        ("recovery-test", "/scalability/redundancy/tested_on", "Trial of the fallback", fallen_back, recovery),
    ):
        if last is None:
            continue
        if _ahead(last, context.today):
            yield _Item(kind, pointer, title, f"{title} is planned", last)
        else:
            days = limits["penetration_test_age_days"] if age is None else age
            yield _Item(kind, pointer, title, f"{title}{_since(last)}", _later(last, days))


def _remediation(record: JsonObject, context: Context) -> Iterator[_Item]:
    plan = record.get("remediation", {})
    steps, by = plan.get("steps", ()), (plan.get("owner"),)
    if "due" in plan and not (steps and all(_done(step, context.today) for step in steps)):
        what = DECISIONS[plan["decision"]] + (f" by {plan['replacement']}" if "replacement" in plan else "")
        yield _Item("remediation", "/remediation/due", plan["decision"], what, plan["due"], by)
    for index, step in enumerate(steps):
        if "due" in step and not _done(step, context.today):
            name, pointer = _short(step["what"]), f"/remediation/steps/{index}"
            what = f"Step of the plan: {name}"
            yield _Item("remediation", pointer, name, what, step["due"], (step.get("owner"), *by))


def _actions(record: JsonObject, context: Context) -> Iterator[_Item]:
    for number, incident in enumerate(record.get("incidents", ())):
        for index, action in enumerate(incident.get("actions", ())):
            if "due" in action and not _done(action, context.today):
                name, pointer = _short(action["what"]), f"/incidents/{number}/actions/{index}"
                what = f"After the {incident['kind']} of {incident['date']}: {name}"
                yield _Item("action", pointer, name, what, action["due"], (action.get("owner"),))


def _milestones(record: JsonObject, context: Context) -> Iterator[_Item]:
    """Yield the next steps of the life cycle that have a date, also where it passed and the status stayed."""
    for name, what in PLANNED.get(record["lifecycle"]["status"], ()):
        day = record["lifecycle"].get(name)
        signed = name == "signed_on" and day is not None and not _ahead(day, context.today)  # and still approved
        if day is not None and not signed:
            yield _Item("milestone", f"/lifecycle/{name}", name, what, day, (), "marketing")


SOURCES = (
    _contract,
    _certifications,
    _evidence,
    _approvals,
    _reviews,
    _controls,
    _tests,
    _remediation,
    _actions,
    _milestones,
)


def _done(entry: JsonObject, today: date) -> bool:
    return "done_on" in entry and not _ahead(entry["done_on"], today)


def _ahead(day: str, today: date) -> bool:
    return date.fromisoformat(day) > today


def _later(day: str, count: int) -> str:
    return add_days(date.fromisoformat(day), count).isoformat()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
