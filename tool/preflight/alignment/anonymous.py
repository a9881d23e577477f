"""The report as published JSON, with names or without.

Without: teams are a side and a number, vendors a category and a number; nothing is dated finer than a quarter; no ids,
names, addresses, commits, reasons or words of the scale. Numbers follow what was measured, so that no order of names
shows through. There are no amounts in either.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from preflight.alignment import DRIFT, REVIEWERS, SCHEMA
from preflight.escaping import json_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from preflight.alignment import Vendor
    from preflight.alignment.levels import Need, Standing
    from preflight.alignment.measures import Measure
    from preflight.alignment.report import Group, Past, Report
    from preflight.model import JsonObject

STATES = frozenset({"proposed", "approved", "live", "deprecated", "retired", "rejected"})
UNNAMED = "vendor"  # where a category is not one of those that everybody has


def as_json(report: Report) -> str:
    """Return the report with names."""
    return json_text(_document(report, {}, {}, named=True))


def without_names(report: Report, categories: Collection[str]) -> str:
    """Return the report without names. ``categories`` are those that the schema of records lists, for everybody."""
    teams = _numbered((each.name, each.side, _weight(each.measures)) for each in report.teams)
    kinds = (
        (each.id, each.category if each.category in categories else UNNAMED, _content(each)) for each in report.vendors
    )
    return json_text(_document(report, teams, _numbered(kinds), named=False))


def _numbered(known: Iterable[tuple[str, str, Any]]) -> dict[str, str]:
    """Return a kind and a number for each name; ``known`` are name, kind and content, by which they are ordered."""
    counts: Counter[str] = Counter()
    found = {}
    for name, kind, _ in sorted(known, key=lambda each: (each[1], each[2])):
        counts[kind] += 1
        found[name] = f"{kind} {counts[kind]}"
    return found


def _weight(measures: Mapping[str, Measure]) -> list[tuple[int, int]]:
    return [(-1 if each.value is None else each.value, each.of) for each in measures.values()]


def _content(vendor: Vendor) -> tuple[str, str, int, int]:
    days = (-1 if each is None else each for each in (vendor.decision_days, vendor.value_days))
    decision, value = days
    return vendor.stage, vendor.status, decision, value


def _document(report: Report, teams: Mapping[str, str], vendors: Mapping[str, str], *, named: bool) -> JsonObject:
    listed = [_vendor(each, teams, vendors, named=named) for each in report.vendors]
    groups = [
        {"team": teams.get(each.name, each.name), "side": each.side, **_group(each, named=named)}
        for each in report.teams
    ]
    if not named:
        listed.sort(key=lambda each: _order(each["vendor"]))
        groups.sort(key=lambda each: _order(each["team"]))
    return {
        "schema": SCHEMA,
        "anonymous": not named,
        "as_of": report.as_of if named else report.past[-1].snapshot.quarter.name,
        "head": report.head if named else None,
        "scale": [
            {
                "step": each.number,
                "id": each.id if named else None,
                "title": each.title if named else None,
                "needs": [_need(need) for need in each.needs],
            }
            for each in report.scale
        ],
        "whole": _group(report.whole, named=named),
        "teams": groups,
        "stages": dict(report.stages),
        "fixed_before_signature": report.fixed,
        "quarters": [_past(each, named=named) for each in report.past],
        "vendors": listed,
    }


def _order(name: str) -> tuple[str, int]:
    kind, _, number = name.rpartition(" ")
    return kind, int(number)


def _need(need: Need) -> JsonObject:
    return {"measure": need.measure, "at_least": need.at_least, "at_most": need.at_most}


def _standing(standing: Standing, *, named: bool) -> JsonObject:
    return {
        "step": standing.step.number,
        "title": standing.step.title if named else None,
        "lacking": [_need(need) for need in standing.lacking],
    }


def _measures(measures: Mapping[str, Measure]) -> JsonObject:
    return {
        name: {"value": each.value, "good": each.good, "of": each.of, "unknown": each.unknown}
        for name, each in measures.items()
    }


def _group(group: Group, *, named: bool) -> JsonObject:
    about = {"vendors": group.vendors, **_standing(group.standing, named=named)}
    return {**about, "measures": _measures(group.measures)}


def _past(past: Past, *, named: bool) -> JsonObject:
    snapshot = past.snapshot
    return {
        "quarter": snapshot.quarter.name,
        "date": snapshot.day.isoformat() if named else None,
        "commit": (snapshot.commit or None) if named else None,
        "told": not snapshot.missing,
        "missing": (snapshot.missing or None) if named else None,
        "step": past.group.standing.step.number if past.group else None,
        "vendors": past.group.vendors if past.group else None,
        "measures": _measures(past.group.measures) if past.group else None,
        "drift": {name: past.drift.get(name) for name in DRIFT},
        "waivers_granted": snapshot.granted,
        "reviews": {side: snapshot.reviews.get(side, 0) for side in REVIEWERS},
        "decided": past.decided,
        "decision_days": past.decision_days,
        "went_live": past.went_live,
        "value_days": past.value_days,
    }


def _vendor(vendor: Vendor, teams: Mapping[str, str], names: Mapping[str, str], *, named: bool) -> JsonObject:
    own = vendor.teams if named else sorted(teams[each] for each in vendor.teams if each in teams)
    return {
        "vendor": names.get(vendor.id, vendor.id),
        "category": vendor.category if named else names[vendor.id].rpartition(" ")[0],
        "status": vendor.status if vendor.status and (named or vendor.status in STATES) else None,
        "teams": list(own),
        "stage": vendor.stage,
        "basis": vendor.basis or None,
        "decision_days": vendor.decision_days,
        "decided_in": vendor.decided or None,
        "value_days": vendor.value_days,
        "live_in": vendor.live or None,
        "fixed_before_signature": vendor.fixed,
    }
