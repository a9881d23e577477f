"""Where a vendor stands today: risk, findings, cost, what is known, what is overdue, and whether there is a plan.

What is not known is never safe: a vendor whose level of risk is not known should have a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import cadence, completeness, cost, due, lifecycle, renewal, risk
from preflight.levels import LEVELS, rank
from preflight.model import Level, Outcome
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.model import Context, Json, JsonObject, Verdict

ELEVATED = "high"  # from this level of risk on, a vendor should have a plan
IN_USE = frozenset({"live", "deprecated"})
# The facts that are read here, by NAME; each may be missing where the registry lacks what it is made of.
READS = frozenset(each.NAME for each in (cadence, completeness, cost, due, lifecycle, renewal, risk))


@dataclass(frozen=True, slots=True)
class Risk:
    """The level of risk: None while it is not known, then ``at_least``.

    ``dimension`` is the one that is above all others; empty where none is known to be higher than low. ``open`` are
    the signals without which the level is not known, with the fields that hold them.
    """

    level: str | None
    at_least: str
    dimension: str
    dimension_level: str
    open: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What is paid in a year, in the base currency: at least so much, and exactly that where all of it is known."""

    currency: str
    at_least: float
    known: bool


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that is overdue, since so many days; 0: nobody can say since when."""

    kind: str
    what: str
    date: date
    days: int


@dataclass(frozen=True, slots=True)
class Term:
    """One subscription, with the next last day to cancel it where that is known."""

    product: str
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the record says is to become of the vendor; ``done`` of so many ``steps``."""

    decision: str
    owner: str = ""
    due: date | None = None
    replacement: str = ""
    steps: int = 0
    done: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """How many work with it, of how many seats; ``least`` is the share of the seats that is wanted, in percent.

    None: not known, or that no limit is set.
    """

    active: int | None = None
    seats: int | None = None
    least: int | None = None

    @property
    def unused(self) -> bool:
        """Whether it is known to be used by nobody, or by fewer than is wanted."""
        if self.active == 0:
            return True
        if self.active is None or not self.seats or self.least is None:
            return False
        return 100 * self.active < self.least * self.seats

    @property
    def known(self) -> bool:
        """Whether one can say if it is used."""
        return self.unused or (self.active is not None and (self.seats is not None or self.least is None))


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor and all that is said of it. What the registry has no fields or policies for is None.

    ``answered`` are questions of the checklist with an answer, of those that apply. ``notice_days`` are the days to
    the next last day to cancel, ``exit_days`` to the next day on which one could leave.
    """

    id: str
    name: str
    path: str
    status: str
    governed: bool
    risk: Risk | None = None
    cost: Cost | None = None
    answered: tuple[int, int] | None = None
    overdue: tuple[Late, ...] | None = None
    plan: Plan | None = None
    owners: tuple[str, ...] = ()
    outlook: str = ""
    usage: Usage = Usage()
    terms: tuple[Term, ...] = ()
    notice_days: int | None = None
    exit_days: int | None = None
    findings: tuple[Verdict, ...] = ()
    waived: int = 0

    def count(self, level: Level) -> int:
        """Return how many findings there are of one level."""
        return sum(each.level is level for each in self.findings)

    @property
    def red_flags(self) -> int:
        """The findings that block."""
        return self.count(Level.RED_FLAG)

    @property
    def warnings(self) -> int:
        """The findings that warn."""
        return self.count(Level.WARNING)

    @property
    def elevated(self) -> bool:
        """Whether it should have a plan: a red flag, a high level of risk, or one that nobody knows."""
        unsure = self.risk is not None and self.risk.level is None
        high = self.risk is not None and rank(self.risk.at_least) >= rank(ELEVATED)
        return self.red_flags > 0 or unsure or high

    @property
    def lacks_plan(self) -> bool:
        """Whether it should have a plan and has none."""
        return self.elevated and self.plan is None

    @property
    def percent(self) -> int | None:
        """The share of the checklist that is answered, rounded down: 100 means all."""
        if self.answered is None:
            return None
        known, asked = self.answered
        return 100 * known // asked if asked else 100


# ---- From a record and its facts ----------------------------------------------------------------


def stand(vendor: str, path: str, record: JsonObject, known: JsonObject, context: Context) -> Vendor:
    """Return where a vendor stands, its findings apart. ``known`` are those of its facts that READS names."""
    name, status = record.get("name"), get(record, "/lifecycle/status")
    terms = known.get("renewal", {})
    return Vendor(
        id=vendor,
        name=name if isinstance(name, str) else vendor,
        path=path,
        status=status if isinstance(status, str) else "",
        governed=known.get("lifecycle", {}).get("governed", True),
        risk=_risk(record, context) if "risk" in known else None,
        cost=_cost(known["cost"]) if "cost" in known else None,
        answered=_answered(known["completeness"]) if "completeness" in known else None,
        overdue=tuple(_overdue(known)) if {"due", "cadence"} & known.keys() else None,
        plan=_plan(record.get("remediation"), context.today),
        owners=_texts([get(record, f"/ownership/{side}/owner") for side in ("it", "marketing")]),
        outlook=str(get(record, "/stability/finances/outlook") or ""),
        usage=_usage(record.get("usage"), context),
        terms=tuple(_term(each) for each in terms.get("terms", ())),
        notice_days=terms.get("next_notice_days"),
        exit_days=_exit_days(terms),
    )


def _risk(record: JsonObject, context: Context) -> Risk:
    found = risk.known(record, context)
    highest = max(found.dimensions, key=lambda each: (rank(each.at_least), bool(each.open)))
    unknown = {signal.field: signal.title for each in found.dimensions for signal in each.open}
    open_ = tuple((title, where) for where, title in unknown.items())
    raised = highest.at_least != LEVELS[0]
    return Risk(found.level, found.at_least, highest.title if raised else "", highest.at_least, open_)


def _cost(known: JsonObject) -> Cost:
    exact = "annual" in known
    return Cost(known["currency"], known["annual"] if exact else known["at_least"], exact)


def _answered(known: JsonObject) -> tuple[int, int]:
    domains = [known[name] for name in completeness.DOMAINS if name in known]
    return sum(each["answered"] for each in domains), sum(each["applicable"] for each in domains)


def _overdue(known: JsonObject) -> Iterator[Late]:
    """Yield what is overdue, and the reviews of which nobody can say since when: those are due today, every day."""
    for each in known.get("due", {}).get("items", ()):
        if each["days"] < 0:
            yield Late(each["kind"], each["what"], date.fromisoformat(each["date"]), -each["days"])
    for each in known.get("cadence", {}).get("overdue", ()):
        if each["days"] == 0 or "due" not in known:
            since = f"last on {each['last']}" if "last" in each else "never held so far"
            yield Late("review", f"{each['title']}, {since}", date.fromisoformat(each["due"]), each["days"])


def _texts(values: Iterable[Json]) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str))


def _plan(stated: Json, today: date) -> Plan | None:
    if not isinstance(stated, dict) or not isinstance(stated.get("decision"), str):
        return None
    listed = stated.get("steps")
    steps = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    done = sum((day := _day(each.get("done_on"))) is not None and day <= today for each in steps)
    until = _day(stated.get("due"))
    finished = bool(steps) and done == len(steps)
    return Plan(
        decision=stated["decision"],
        owner=str(stated.get("owner", "")),
        due=until,
        replacement=str(stated.get("replacement", "")),
        steps=len(steps),
        done=done,
        late=until is not None and until < today and not finished,
    )


def _day(text: Json) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):  # a schema of somebody else may let anything through
        return None


def _usage(stated: Json, context: Context) -> Usage:
    least = context.policies.get("limits", {}).get("usage_percent")
    if not isinstance(stated, dict):
        return Usage(least=least)
    measured = _day(stated.get("measured_on"))
    if measured is not None and measured > context.today:
        return Usage(least=least)  # a count that is still to come counts nothing
    active, seats = (stated.get(each) for each in ("active_users", "seats"))
    return Usage(active if isinstance(active, int) else None, seats if isinstance(seats, int) else None, least)


def _term(known: JsonObject) -> Term:
    return Term(known["product"], _day(known.get("next_day")))


def _exit_days(terms: JsonObject) -> int | None:
    """Return the days to the next day on which one could leave; 0 where a term ended and nothing came after it."""
    if terms.get("ended"):
        return 0
    days = [each["next_days"] for each in terms.get("terms", ()) if "next_days" in each]
    fixed = [each for each in terms.get("terms", ()) if each.get("auto_renews") is False]
    days += [each["days_left"] for each in fixed if each.get("days_left", -1) >= 0]
    return min(days, default=None)


def with_findings(vendor: Vendor, verdicts: Iterable[Verdict]) -> Vendor:
    """Add what the rules say."""
    listed = list(verdicts)
    failed = tuple(each for each in listed if each.outcome is Outcome.FAIL)
    return replace(vendor, findings=failed, waived=sum(each.outcome is Outcome.WAIVED for each in listed))
