"""The assessment as tables for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.assessment import drift, plan
from preflight.escaping import json_text, markdown
from preflight.model import Level
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from preflight.assessment.drift import Series
    from preflight.assessment.plan import Alternative, Proposal
    from preflight.assessment.state import Cost, Plan, Risk, Share, Summary, Vendor
    from preflight.model import JsonObject, Verdict
    from preflight.tables import Cell

SCHEMA = "preflight/assessment/v1"
MOST_ROWS = 50  # vendors in a table; JSON has all of them
MOST_NAMED = 12  # ids in one sentence
MOST_FINDINGS = 4  # rules of one domain in a plan
MOST_BYTES = 60_000  # of Markdown: the text of an issue may have 65,536 characters
LONGEST_CELL = 80  # characters of free text in a cell
NOT_KNOWN = "not known"
NOTE = (
    "This is how today's records look from that day of each month, not what the records said then. A vendor counts "
    "from the day on which it was approved, signed or live; a review of which only a later one is recorded does not "
    "count."
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is shown. ``proposals`` are by vendor; ``series`` is empty where drift was not asked for.

    ``has_plans`` says whether records have a place for a plan.
    """

    as_of: str
    summary: Summary
    vendors: Sequence[Vendor]
    proposals: Mapping[str, Proposal]
    series: Sequence[Series]
    has_plans: bool = True


# ---- Words --------------------------------------------------------------------------------------


def _verdict(found: Assessment) -> str:
    summary = found.summary
    return f"{counted(summary.vendors, 'vendor')} as of {found.as_of}, {summary.elevated:,} of them elevated."


def _elevated(columns: _Columns) -> str:
    if columns.risk:
        return "Elevated is a red flag, or a risk that is high, critical or not known."
    return "Elevated is a red flag; how high the risk is, this registry does not compute."


def _open(found: Assessment) -> Iterator[str]:
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


def _level(share: Share) -> str:
    if share.level is not None:
        return share.level
    return NOT_KNOWN if share.at_least is None else f"{NOT_KNOWN} (at least {share.at_least})"


def _spend(annual: float, unpriced: int) -> str:
    if not unpriced:
        return f"{annual:,.0f}"
    return f"at least {annual:,.0f}" if annual else NOT_KNOWN


def _cost(cost: Cost | None) -> str:
    return NOT_KNOWN if cost is None else _spend(cost.at_least, not cost.known)


def _risk(risk: Risk) -> tuple[str, ...]:
    level = plan.level_in_words(risk)
    return (level, risk.dimension.lower()) if risk.dimension else (level,)


def _findings(vendor: Vendor) -> tuple[str, ...]:
    overdue = len(vendor.overdue or ())
    said = [counted(vendor.red_flags, "red flag")] if vendor.red_flags else []
    said += [counted(vendor.warnings, "warning")] if vendor.warnings else []
    said += [f"{overdue:,} overdue"] if overdue else []
    known = () if vendor.percent is None else (f"{vendor.percent} % answered",)
    return (*(said or ["no finding"]), *known)


def _planned(stated: Plan | None) -> tuple[str, ...]:
    if stated is None:
        return ("none",)
    until = (stated.due.isoformat(),) if stated.due else ()
    steps = (f"{stated.done}/{stated.steps} steps",) if stated.steps else ()
    return (stated.decision, *until, *(("overdue",) if stated.late else steps))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns have something to show in this registry, with the currency."""

    risk: bool
    cost: bool
    plan: bool
    currency: str

    @classmethod
    def of(cls, found: Assessment) -> _Columns:
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


# ---- Terminal -----------------------------------------------------------------------------------


def as_table(found: Assessment) -> str:
    """Return the figures, the vendors, the plans and the drift."""
    lines = [*_heading("Summary")[1:], *wrapped(_verdict(found)), ""]
    lines += [*_figures(found), ""] if found.vendors else []
    lines += [line for each in _open(found) for line in wrapped(each, hanging="  ")]
    lines += [*_heading(f"Elevated risks first ({len(found.vendors):,})"), *_rows(found)] if found.vendors else []
    for vendor in found.vendors:
        if vendor.id in found.proposals:
            lines += [*_heading(f"Plan for {vendor.name} ({vendor.id})"), *_plan(vendor, found.proposals[vendor.id])]
    lines += [*_heading("Drift"), *_drift(found.series)] if found.series else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading(text: str) -> list[str]:
    [said, *_] = [*wrapped(text), ""]
    return ["", said, "-" * len(said)]


def _figures(found: Assessment) -> Iterator[str]:
    shares, columns = found.summary.levels, _Columns.of(found)
    header = ["risk", "vendors", *([f"{columns.currency} a year"] if columns.cost else [])]
    rows = [
        (_level(each), f"{each.vendors:,}", *([_spend(each.annual, each.unpriced)] if columns.cost else []))
        for each in shares
    ]
    return table(rows, header, (30, 10, 30)[: len(header)])


def _rows(found: Assessment) -> Iterator[str]:
    columns = _Columns.of(found)
    headers = ["vendor", *columns.chosen("risk", "open", f"{columns.currency} a year", "plan")]
    widths = [22, *(width for there, width in zip(columns.there, (13, 14, 12, 10), strict=True) if there)]
    rows = [
        [
            (vendor.name, *([vendor.id] if vendor.id != vendor.name else []), vendor.status or "status not known"),
            *columns.chosen(
                _risk(vendor.risk) if vendor.risk else NOT_KNOWN,
                _findings(vendor),
                _cost(vendor.cost),
                _planned(vendor.plan),
            ),
        ]
        for vendor in found.vendors[:MOST_ROWS]
    ]
    yield from table(rows, [str(each) for each in headers], widths)
    yield from _left_out(len(found.vendors) - MOST_ROWS, "vendor")
    yield from ("", *wrapped(_elevated(columns)))


def _left_out(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"… and {counted(count, f'more {noun}')}; --format json lists them all."


def _plan(vendor: Vendor, proposal: Proposal) -> Iterator[str]:
    for label, text in _told(vendor, proposal):
        yield from wrapped(f"{label}: {text}", hanging="  ")
    for group in proposal.groups:
        yield ""
        yield from wrapped(f"{_domain(group.domain)}: {_counts(group.findings)}")
        for what, fix in _shown(group.findings):
            yield from wrapped(f"{what} · {fix}", indent="  - ", hanging="    ")
        if (rest := len(plan.by_rule(group.findings)) - MOST_FINDINGS) > 0:
            yield from wrapped(f"… and {rest} more: preflight explain {vendor.id}", indent="  ", hanging="  ")
    yield ""
    if proposal.remediation is None:
        yield from wrapped("The schema of this registry has no section that takes this plan.")
        return
    yield from wrapped(f"To paste into {vendor.path}{_instead(vendor)}:")
    yield ""
    yield from plan.as_yaml(proposal.remediation).splitlines()


def _instead(vendor: Vendor) -> str:
    return ", in place of the plan that is there" if vendor.plan else ""


def _told(vendor: Vendor, proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Yield label and text of what is proposed."""
    taking_over = f" by {proposal.replacement}" if proposal.replacement else ""
    yield "Proposed", f"{proposal.decision}{taking_over}, until {proposal.due}"
    yield "Carried through by", proposal.owner or "nobody is named who is with us"
    yield "Why", " ".join(proposal.why)
    if vendor.plan is not None:
        yield "Plan so far", ", ".join(_planned(vendor.plan))
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


def _alternative(each: Alternative) -> str:
    said = ["is said to take its place"] if each.successor else []
    if each.of:
        said.append(f"has {len(each.shares)} of its {counted(each.of, 'capability', 'capabilities')}")
        said += [] if each.sure else ["whether for the same team and region is not recorded"]
    return f"{each.vendor} ({', '.join(said)})"


def _domain(name: str) -> str:
    words = plan.domain_in_words(name)
    return words[:1].upper() + words[1:]


def _counts(findings: Sequence[Verdict]) -> str:
    levels = [each.level for each in findings]
    flags, warnings = levels.count(Level.RED_FLAG), levels.count(Level.WARNING)
    said = [counted(flags, "red flag")] if flags else []
    return ", ".join([*said, *([counted(warnings, "warning")] if warnings else [])])


def _shown(findings: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield what the heaviest rules say, and what to do about it."""
    for listed in list(plan.by_rule(findings).values())[:MOST_FINDINGS]:
        level = "Red flag" if listed[0].level is Level.RED_FLAG else "Warning"
        yield f"{level}: {plan.several(listed)}", listed[0].fix


def _drift(series: Sequence[Series]) -> Iterator[str]:
    yield from wrapped(NOTE)
    yield ""
    dated = [each for each in series if each.dated]
    days = [f"{day:%Y-%m}" for day, _ in dated[0].points] if dated else []
    rows = [[drift.TITLES[each.name], *(f"{count:,}" for _, count in each.points)] for each in dated]
    yield from table(rows, ["", *days], [25, *([9] * len(days))]) if rows else []
    yield ""
    for each in _told_drift(series):
        yield from wrapped(each, hanging="  ")


def _told_drift(series: Sequence[Series]) -> Iterator[str]:
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


# ---- JSON ---------------------------------------------------------------------------------------


def as_json(found: Assessment) -> str:
    """Return JSON, described by schemas/assessment.schema.json. Null: not known, or not offered here."""
    return json_text(
        {
            "schema": SCHEMA,
            "as_of": found.as_of,
            "summary": _summary_json(found.summary),
            "vendors": [_vendor_json(each, found.proposals.get(each.id)) for each in found.vendors],
            "drift": [_series_json(each) for each in found.series],
        }
    )


def _summary_json(summary: Summary) -> JsonObject:
    flags, warnings = summary.registry
    asked = summary.asked is not None and summary.open is not None
    return {
        "vendors": summary.vendors,
        "elevated": summary.elevated,
        "levels": [
            {
                "level": each.level,
                "at_least": each.at_least,
                "vendors": each.vendors,
                "annual": each.annual if summary.currency else None,
                "unpriced": each.unpriced,
            }
            for each in summary.levels
        ],
        "currency": summary.currency or None,
        "red_flags": summary.red_flags,
        "warnings": summary.warnings,
        "registry": {"red_flags": flags, "warnings": warnings},
        "without_plan": None if summary.without_plan is None else list(summary.without_plan),
        "late_plans": summary.late_plans,
        "not_known": {
            "questions": {"open": summary.open, "asked": summary.asked} if asked else None,
            "risk": summary.unknown_risk,
            "cost": summary.unknown_cost,
        },
        "ended": summary.ended,
        "unreadable": list(summary.unreadable),
    }


def _vendor_json(vendor: Vendor, proposal: Proposal | None) -> JsonObject:
    risk, cost, stated = vendor.risk, vendor.cost, vendor.plan
    return {
        "id": vendor.id,
        "name": vendor.name,
        "path": vendor.path,
        "status": vendor.status or None,
        "elevated": vendor.elevated,
        "risk": risk
        and {
            "level": risk.level,
            "at_least": risk.at_least,
            "dimension": risk.dimension or None,
        },
        "red_flags": vendor.red_flags,
        "warnings": vendor.warnings,
        "advice": vendor.count(Level.ADVICE),
        "waived": vendor.waived,
        "cost": cost
        and {"currency": cost.currency, "annual": cost.at_least if cost.known else None, "at_least": cost.at_least},
        "completeness": vendor.percent,
        "overdue": None
        if vendor.overdue is None
        else [
            {"kind": each.kind, "what": each.what, "date": each.date.isoformat(), "days": each.days}
            for each in vendor.overdue
        ],
        "plan": stated
        and {
            "decision": stated.decision,
            "owner": stated.owner or None,
            "due": stated.due.isoformat() if stated.due else None,
            "replacement": stated.replacement or None,
            "steps": stated.steps,
            "done": stated.done,
            "overdue": stated.late,
        },
        "proposal": proposal and _proposal_json(proposal),
    }


def _proposal_json(proposal: Proposal) -> JsonObject:
    return {
        "decision": proposal.decision,
        "why": list(proposal.why),
        "owner": proposal.owner or None,
        "due": proposal.due.isoformat(),
        "replacement": proposal.replacement or None,
        "oversight": proposal.oversight
        and {"level": proposal.level, **{name: proposal.oversight[name] for name in ("title", "what", "resources")}},
        "alternatives": None
        if proposal.alternatives is None
        else [
            {
                "vendor": each.vendor,
                "name": each.name,
                "shares": list(each.shares),
                "of": each.of,
                "sure": each.sure,
                "successor": each.successor,
            }
            for each in proposal.alternatives
        ],
        "findings": [
            {
                "domain": group.domain,
                "rule": each.rule,
                "level": each.level.value,
                "known": each.known,
                "message": each.message,
                "fix": each.fix,
                "pointer": each.pointer,
            }
            for group in proposal.groups
            for each in group.findings
        ],
        "remediation": proposal.remediation,
    }


def _series_json(series: Series) -> JsonObject:
    return {
        "name": series.name,
        "title": drift.TITLES[series.name],
        "points": [{"date": day.isoformat(), "count": count} for day, count in series.points],
        "not_known": series.unknown,
        "past": series.past or None,
        "ahead": series.ahead or None,
    }


# ---- Markdown -----------------------------------------------------------------------------------


def as_markdown(found: Assessment) -> str:
    """Return tables for an issue or the summary of a CI job; what does not fit is counted."""
    lines = ["## Current state of the stack", "", markdown(_verdict(found)), "", *_figures_markdown(found)]
    lines += [*(f"- {markdown(each)}" for each in _open(found)), ""]
    ending = [*_drift_markdown(found.series), _elevated(_Columns.of(found)), ""]
    room = _Room(MOST_BYTES - sum(len(line.encode()) + 1 for line in (*lines, *ending)))
    if found.vendors:
        lines += ["### Elevated risks first", "", *_rows_markdown(found, room), ""]
    lines += _plans_markdown(found, room)
    return "\n".join([*lines, *ending])


@dataclass
class _Room:
    """How many bytes are left."""

    left: int

    def takes(self, lines: Sequence[str]) -> bool:
        size = sum(len(line.encode()) + 1 for line in lines)
        if size > self.left:
            return False
        self.left -= size
        return True


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return "<br>".join(markdown(each) for each in ((cell,) if isinstance(cell, str) else cell))


def _figures_markdown(found: Assessment) -> Iterator[str]:
    columns = _Columns.of(found)
    header = ["Risk", "Vendors", *([f"{markdown(columns.currency)} a year"] if columns.cost else [])]
    yield from (_row(header), _row(["---"] * len(header)))
    for each in found.summary.levels:
        spend = [_spend(each.annual, each.unpriced)] if columns.cost else []
        yield _row([_level(each), f"{each.vendors:,}", *spend])
    yield ""


def _rows_markdown(found: Assessment, room: _Room) -> Iterator[str]:
    columns = _Columns.of(found)
    header = ["Vendor", *columns.chosen("Risk", "Open", f"{columns.currency} a year", "Plan")]
    yield from (_row([_cell(each) for each in header]), _row(["---"] * len(header)))
    shown = 0
    for vendor in found.vendors:
        risk, findings = _risk(vendor.risk) if vendor.risk else NOT_KNOWN, _findings(vendor)
        cells = columns.chosen(risk, findings, _cost(vendor.cost), _planned(vendor.plan))
        who = f"**{markdown(_cut(vendor.name))}**<br>{markdown(vendor.status or 'status not known')}"
        row = _row([who, *(_cell(each) for each in cells)])
        if not room.takes([row]):
            break
        shown += 1
        yield row
    if shown < len(found.vendors):
        yield from ("", f"{counted(len(found.vendors) - shown, 'more vendor')} left out for length.")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _plans_markdown(found: Assessment, room: _Room) -> Iterator[str]:
    left_out = 0
    for vendor in found.vendors:
        if vendor.id in found.proposals:
            lines = list(_plan_markdown(vendor, found.proposals[vendor.id]))
            if room.takes(lines):
                yield from lines
            else:
                left_out += 1
    if left_out:
        yield from (f"{counted(left_out, 'more plan')} left out for length; name the vendors one by one.", "")


def _plan_markdown(vendor: Vendor, proposal: Proposal) -> Iterator[str]:
    yield from (f"### Plan for {markdown(_cut(vendor.name))}", "")
    yield from (f"- **{markdown(label)}**: {markdown(text)}" for label, text in _told(vendor, proposal))
    yield ""
    for group in proposal.groups:
        yield from (f"**{markdown(_domain(group.domain))}** ({_counts(group.findings)})", "")
        yield from (f"- {markdown(what)} · {markdown(fix)}" for what, fix in _shown(group.findings))
        if (rest := len(plan.by_rule(group.findings)) - MOST_FINDINGS) > 0:
            yield f"- … and {rest} more"
        yield ""
    if proposal.remediation is not None:
        text = plan.as_yaml(proposal.remediation)
        fence = "`" * max(3, _longest_run(text) + 1)
        yield f"<details><summary>To paste into the record{_instead(vendor)}</summary>"
        yield from ("", f"{fence}yaml", *text.splitlines(), fence, "", "</details>", "")


def _longest_run(text: str) -> int:
    return max((len(each) for each in re.findall("`+", text)), default=0)


def _drift_markdown(series: Sequence[Series]) -> Iterator[str]:
    dated = [each for each in series if each.dated]
    if not series:
        return
    yield from ("### Drift", "", NOTE, "")
    if dated:
        yield from (
            _row(["", *(day.isoformat() for day, _ in dated[0].points)]),
            _row(["---"] * (1 + len(drift.MONTHS))),
        )
        for each in dated:
            yield _row([drift.TITLES[each.name], *(f"{count:,}" for _, count in each.points)])
        yield ""
    yield from (f"- {markdown(each)}" for each in _told_drift(series))
    yield ""


FORMATS: dict[str, Callable[[Assessment], str]] = {"table": as_table, "json": as_json, "markdown": as_markdown}
