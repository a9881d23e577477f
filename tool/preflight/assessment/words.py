"""The assessment in words and cells, the same for a terminal and for Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.assessment import drift, plan
from preflight.model import Level
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.assessment.drift import Series
    from preflight.assessment.listing import Assessment
    from preflight.assessment.plan import Alternative, Proposal
    from preflight.assessment.stack import Share, Summary
    from preflight.assessment.state import Cost, Plan, Risk, Vendor
    from preflight.model import Verdict
    from preflight.tables import Cell

NOT_KNOWN = "not known"
NOTE = (
    "This is how today's records look from that day of each month, not what the records said then. A vendor counts "
    "from the day on which it was approved, signed or live; a review of which only a later one is recorded does not "
    "count."
)

MOST_NAMED = 12  # ids in one sentence
MOST_FINDINGS = 4  # rules of one domain in a plan


def in_short(found: Assessment) -> str:
    """Say how many vendors there are, and how many of them are elevated."""
    summary = found.summary
    return f"{counted(summary.vendors, 'vendor')} as of {found.as_of}, {summary.elevated:,} of them elevated."


def what_elevated_is(columns: Columns) -> str:
    """Say what is meant by elevated in this registry."""
    if columns.risk:
        return "Elevated is a red flag, or a risk that is high, critical or not known."
    return "Elevated is a red flag; how high the risk is, this registry does not compute."


def open_points(found: Assessment) -> Iterator[str]:
    """Yield the sentences below the figures."""
    summary = found.summary
    of = f" (of {counted(summary.flagged, 'vendor')})" if summary.flagged else ""
    yield f"Open: {counted(summary.red_flags, 'red flag')}{of}, {counted(summary.warnings, 'warning')}."
    if any(summary.registry):
        flags, warnings = summary.registry
        both = f"{counted(flags, 'red flag')}, {counted(warnings, 'warning')}"
        yield f"About no vendor alone: {both}; 'preflight check' lists them."
    if summary.without_plan is None:
        yield "Records here have no place for a plan."
    elif summary.without_plan:
        many, named = len(summary.without_plan), _and(summary.without_plan)
        yield f"Without a plan, though elevated: {counted(many, 'vendor')} ({named})."
    elif summary.elevated:
        yield "Every vendor that is elevated has a plan."
    if summary.late_plans:
        yield f"Plans that are overdue: {summary.late_plans:,}."
    if unknown := list(_unknown(summary)):
        yield f"Not known: {', '.join(unknown)}."
    if summary.unreadable:
        many, named = len(summary.unreadable), _and(summary.unreadable)
        yield f"Nothing is known of {counted(many, 'vendor')} ({named}): 'preflight check' says what is wrong."
    if summary.ended:
        yield f"Left out: {counted(summary.ended, 'vendor')} that ended."


def _unknown(summary: Summary) -> Iterator[str]:
    if summary.open and summary.asked:
        share = -(-100 * summary.open // summary.asked)  # rounded up: 0 means that all is answered
        yield f"{share} % of the checklist ({summary.open:,} of {summary.asked:,} questions)"
    if summary.unknown_risk:
        yield f"the risk of {counted(summary.unknown_risk, 'vendor')}"
    if summary.unknown_cost:
        yield f"the cost of {counted(summary.unknown_cost, 'vendor')}"


def _and(listed: Sequence[str]) -> str:
    more = f" and {len(listed) - MOST_NAMED:,} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


# ---- The cells of a row -------------------------------------------------------------------------


def level_of(share: Share) -> str:
    """Return the level of risk of a share of the vendors."""
    if share.level is not None:
        return share.level
    return NOT_KNOWN if share.at_least is None else f"{NOT_KNOWN} (at least {share.at_least})"


def spend(annual: float, unpriced: int) -> str:
    """Return what is paid in a year; ``unpriced``: of how many vendors not all is known."""
    if not unpriced:
        return f"{annual:,.0f}"
    return f"at least {annual:,.0f}" if annual else NOT_KNOWN


def cost_of(cost: Cost | None) -> str:
    """Return what is paid to a vendor in a year."""
    return NOT_KNOWN if cost is None else spend(cost.at_least, not cost.known)


def risk_of(risk: Risk) -> tuple[str, ...]:
    """Return the lines of a cell: the level of risk, and from where it comes."""
    level = plan.level_in_words(risk)
    return (level, risk.dimension.lower()) if risk.dimension else (level,)


def findings_of(vendor: Vendor) -> tuple[str, ...]:
    """Return the lines of a cell: findings and what is overdue, and how much is answered."""
    overdue = len(vendor.overdue or ())
    said = [counted(vendor.red_flags, "red flag")] if vendor.red_flags else []
    said += [counted(vendor.warnings, "warning")] if vendor.warnings else []
    said += [f"{overdue:,} overdue"] if overdue else []
    known = () if vendor.percent is None else (f"{vendor.percent} % answered",)
    return (*(said or ["no finding"]), *known)


def plan_of(stated: Plan | None) -> tuple[str, ...]:
    """Return the lines of a cell: what is to become of the vendor, until when, and how far it is."""
    if stated is None:
        return ("none",)
    until = (stated.due.isoformat(),) if stated.due else ()
    steps = (f"{stated.done}/{stated.steps} steps",) if stated.steps else ()
    return (stated.decision, *until, *(("overdue",) if stated.late else steps))


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns have something to show in this registry, with the currency."""

    risk: bool
    cost: bool
    plan: bool
    currency: str

    @classmethod
    def of(cls, found: Assessment) -> Columns:
        """Return the columns of an assessment."""
        vendors = found.vendors
        return cls(
            any(each.risk for each in vendors),
            any(each.cost for each in vendors),
            found.has_plans,
            found.summary.currency,
        )

    def chosen(self, risk: Cell, findings: Cell, cost: Cell, planned: Cell) -> list[Cell]:
        """Return the cells of those columns."""
        return [cell for there, cell in zip(self.there, (risk, findings, cost, planned), strict=True) if there]

    @property
    def there(self) -> tuple[bool, ...]:
        """Which of the columns there are."""
        return self.risk, True, self.cost, self.plan


# ---- A plan -------------------------------------------------------------------------------------


def proposed(vendor: Vendor, proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Yield label and text of what is proposed."""
    taking_over = f" by {proposal.replacement}" if proposal.replacement else ""
    yield "Proposed", f"{proposal.decision}{taking_over}, until {proposal.due}"
    yield "Carried through by", proposal.owner or "nobody is named who is with us"
    yield "Why", " ".join(proposal.why)
    if vendor.plan is not None:
        yield "Plan so far", ", ".join(plan_of(vendor.plan))
    if proposal.oversight is not None:
        oversight = proposal.oversight
        unsure = vendor.risk is not None and vendor.risk.level is None
        label = f"It takes at least ({oversight['title']}" if unsure else f"It takes ({oversight['title']}"
        yield f"{label})", f"{oversight['what']} {oversight['resources']}"
    if proposal.alternatives is None:
        yield "Alternatives in the stack", "not known, because it is not recorded what it is used for"
    else:
        told = "; ".join(_alternative(each) for each in proposal.alternatives)
        yield "Alternatives in the stack", told or "none that does any of its work for the same team"


def in_place_of(vendor: Vendor) -> str:
    """Say that a plan is there already, where one is."""
    return ", in place of the plan that is there" if vendor.plan else ""


def _alternative(each: Alternative) -> str:
    said = ["is said to take its place"] if each.successor else []
    if each.of:
        said.append(f"has {len(each.shares)} of its {counted(each.of, 'capability', 'capabilities')}")
        said += [] if each.sure else ["whether for the same team and region is not recorded"]
    return f"{each.vendor} ({', '.join(said)})"


def domain_title(name: str) -> str:
    """Return the name of a domain, as a title."""
    words = plan.domain_in_words(name)
    return words[:1].upper() + words[1:]


def counts_of(findings: Sequence[Verdict]) -> str:
    """Return how many findings there are, by level."""
    levels = [each.level for each in findings]
    flags, warnings = levels.count(Level.RED_FLAG), levels.count(Level.WARNING)
    said = [counted(flags, "red flag")] if flags else []
    return ", ".join([*said, *([counted(warnings, "warning")] if warnings else [])])


def heaviest(findings: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield what the heaviest rules say, and what to do about it."""
    for listed in list(plan.by_rule(findings).values())[:MOST_FINDINGS]:
        level = "Red flag" if listed[0].level is Level.RED_FLAG else "Warning"
        yield f"{level}: {plan.several(listed)}", listed[0].fix


# ---- Drift --------------------------------------------------------------------------------------


def moves(series: Sequence[Series]) -> Iterator[str]:
    """Yield the direction of what moves, what is counted for today alone, and what is not known."""
    for each in series:
        title, count = drift.TITLES[each.name], each.points[drift.NOW if each.dated else 0][1]
        unknown = f"; not known of {counted(each.unknown, 'vendor')}" if each.unknown else ""
        if not each.dated:
            yield f"{title}: {count:,} today{unknown}."
        elif each.name != drift.VENDORS and (unknown or any(number for _, number in each.points)):
            (first, before), (last, after) = each.points[0], each.points[-1]
            moved = f"({before:,} → {count:,})" if before != count else f"at {count:,}"
            past = f"{each.past} {moved} since {first}"
            ahead = f", {each.ahead} to {after:,} by {last} if nothing is done" if after != count else ""
            yield f"{title}: {past}{ahead}{unknown}."
