"""The page of one vendor: first what a leader asks, then all that the record, the rules and the log tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from preflight import briefing
from preflight.facts import completeness, risk
from preflight.inventory import story
from preflight.inventory.dossier import around, dangers, findings, gaps, plain, prices, questions, said
from preflight.inventory.frame import first
from preflight.model import Level
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Detail
    from preflight.model import JsonObject

MOST_DUE = 40
MOST_COMMITS = 60
MOST_EDITS = 400  # fields of all commits together; 'preflight audit log' has all
# Members of a record that sections of their own tell of.
TOLD = frozenset(
    {
        *("id", "name", "summary", "lifecycle", "ownership", "contract", "cost", "data", "integrations"),
        *("approvals", "evidence", "risk", "not_applicable"),
        *("integration", "security", "governance", "scalability", "stability"),
    }
)
MILESTONES = ("proposed_on", "it_involved_on", "approved_on", "signed_on", "live_on", "deprecated_on", "retired_on")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page: the fragment of its address, its title, and the template that lays it out."""

    id: str
    title: str
    template: str


# Sections that are left out where no record of the registry speaks of such things.
SPOKEN_OF = (
    (frozenset({"contract", "cost"}), Section("money", "Money", "money")),
    (frozenset({"ownership"}), Section("owners", "Owners and roles", "owners")),
    (frozenset({"data"}), Section("data", "Data", "data")),
    (frozenset({"integrations"}), Section("integrations", "Integrations", "integrations")),
)
APPROVALS = frozenset({"approvals"})
NAMED = frozenset({"id", "name", "summary"})


def files(site: Site, card: Card, detail: Detail) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    values = _judged(site, card, detail) if site.stock.judged else _plain(site, detail)
    commits, older = first(list(story.entries(site.index.events.get(card.id, ()))), MOST_COMMITS)
    values |= {"commits": commits, "older": older, "room": MOST_EDITS}
    yield site.page(
        site.vendor(card.id),
        "vendor.html",
        card.name,
        card=card,
        detail=detail,
        sections=tuple(_sections(site, values)),
        **values,
    )


def _plain(site: Site, detail: Detail) -> dict[str, Any]:
    """Return what the page of a record of any shape shows."""
    return {"laid": plain.laid_out(detail.record, site.labels, detail.record)}


def _judged(site: Site, card: Card, detail: Detail) -> dict[str, Any]:
    """Return what the page of a vendor shows, as far as the registry has the facts and policies for it."""
    stock, record, facts = site.stock, detail.record, detail.facts
    rows = site.index.decided.get(card.id, ())
    roles = said.titles(stock.policies)
    asked = completeness.NAME in facts and "checklist" in stock.policies
    weighed = risk.NAME in facts and "risk" in stock.policies
    groups = findings.groups(detail.verdicts, site.index.rules, rows, site.labels)
    return {
        "groups": groups,
        "flags": [each for group in groups if group.title == "Red flags" for each in group.findings],
        "waived": [each for group in groups if group.title == findings.WAIVED for each in group.findings],
        "passed": detail.passed,
        "gaps": gaps.gaps(card, detail, site.index.members),
        "domains": questions.domains(record, stock.policies["checklist"], stock.as_of, site.labels) if asked else (),
        "breakdown": dangers.breakdown(record, stock.policies["risk"], stock.as_of) if weighed else None,
        "prices": prices.prices(record, facts),
        "partners": around.partners(card.id, record, stock.landscape),
        "facts": facts,
        "roles": around.roles(record, site.labels),
        "tasks": around.responsibilities(record, site.labels),
        "controls": list(around.controls(record, site.labels)),
        "signers": list(briefing.signers(facts)),
        "decisions": first([*said.signed(rows, roles), *said.recorded(record, rows, roles)], said.MOST),
        "due": first(site.index.due.get(card.id, ()), MOST_DUE),
        "data": record.get("data") or {},
        "milestones": _milestones(site, record),
        "alternatives": get(record, "/lifecycle/alternatives") or (),
        "build": get(record, "/lifecycle/build_option"),
        "laid": plain.laid_out(record, site.labels, _rest(record)),
        "level": Level,
    }


def _milestones(site: Site, record: JsonObject) -> list[tuple[str, str]]:
    lived = record.get("lifecycle") or {}
    return [(site.labels.way(f"/lifecycle/{name}")[-1], lived[name]) for name in MILESTONES if name in lived]


def _rest(record: JsonObject) -> list[str]:
    """Return the members of a record that no section tells of, in the order of the record."""
    return [name for name in record if name not in TOLD]


def _sections(site: Site, values: Mapping[str, Any]) -> Iterator[Section]:
    """Yield the sections that have something to show."""
    if not site.stock.judged:
        yield Section("record", "Record", "record")
    else:
        yield Section("summary", "Summary", "summary")
        yield Section("findings", "Findings", "findings")
        if values["breakdown"]:
            yield Section("risk", "Risk", "risk")
        yield from (section for names, section in SPOKEN_OF if names & site.index.members)
        if values["domains"]:
            yield Section("checklist", "Checklist", "checklist")
        if values["decisions"][0] or values["signers"] or APPROVALS & site.index.members:
            yield Section("decisions", "Decisions", "decisions")
        if values["due"][0]:
            yield Section("due", "What falls due", "due")
        if values["milestones"] or values["alternatives"] or values["build"]:
            yield Section("life", "Life cycle", "life")
        if values["laid"].fields:
            told = bool(TOLD & site.index.members - NAMED)
            yield Section("record", "More from the record" if told else "Record", "record")
    if values["commits"]:
        yield Section("history", "History", "history")
    yield Section("file", "The file", "file")
