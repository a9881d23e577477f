"""The assessment as JSON, described by schemas/assessment.schema.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.assessment import drift
from preflight.escaping import json_text
from preflight.model import Level

if TYPE_CHECKING:
    from preflight.assessment.drift import Series
    from preflight.assessment.listing import Assessment
    from preflight.assessment.plan import Proposal
    from preflight.assessment.stack import Summary
    from preflight.assessment.state import Vendor
    from preflight.model import JsonObject

SCHEMA = "preflight/assessment/v1"


def as_json(found: Assessment) -> str:
    """Return JSON, described by schemas/assessment.schema.json. Null: not known, or not offered here."""
    return json_text(
        {
            "schema": SCHEMA,
            "as_of": found.as_of,
            "summary": _summary(found.summary),
            "vendors": [_vendor(each, found.proposals.get(each.id)) for each in found.vendors],
            "drift": [_series(each) for each in found.series],
        }
    )


def _summary(summary: Summary) -> JsonObject:
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


def _vendor(vendor: Vendor, proposal: Proposal | None) -> JsonObject:
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
        "proposal": proposal and _proposal(proposal),
    }


def _proposal(proposal: Proposal) -> JsonObject:
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


def _series(series: Series) -> JsonObject:
    return {
        "name": series.name,
        "title": drift.TITLES[series.name],
        "points": [{"date": day.isoformat(), "count": count} for day, count in series.points],
        "not_known": series.unknown,
        "past": series.past or None,
        "ahead": series.ahead or None,
    }
