"""``preflight assess``: the current state of a stack, for somebody who takes it over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import click

from preflight import engine, facts
from preflight.assessment import drift, listing, plan, stack, state
from preflight.commands.completion import complete_vendor
from preflight.commands.options import format_option
from preflight.commands.rounds import case_of
from preflight.commands.session import Session
from preflight.errors import CannotJudge
from preflight.facts import graph, overlap, references, risk
from preflight.model import REGISTRY
from preflight.pointers import get
from preflight.schema import Shape
from preflight.shell import terminal, workers
from preflight.shell.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from preflight.engine import Judged
    from preflight.model import Context, JsonObject, RegistryFact
    from preflight.policy import Policy
    from preflight.shell.files import Entry

SECTION = "remediation"  # of a record, that a plan stands in
COMPARED: tuple[RegistryFact, ...] = (graph, overlap)  # what has to be known of all vendors for the plan of one


@click.command(short_help="Assess an existing stack: elevated risks first, plans, and drift.")
@click.argument("vendors", nargs=-1, metavar="[ID]...", shell_complete=complete_vendor)
@format_option(listing.FORMATS)
@click.option(
    "--plan/--no-plan",
    "planning",
    default=None,
    help="Propose a plan for each elevated vendor that has none in force. Default: only for vendors that are named.",
)
@click.option(
    "--drift/--no-drift",
    "drifting",
    default=None,
    help="Count what is overdue or out of date as seen from several days. Default: unless vendors are named.",
)
@click.pass_obj
def command(
    session: Session, *, vendors: tuple[str, ...], output: str, planning: bool | None, drifting: bool | None
) -> int:
    """Assess the stack as it is: what should worry most first, with cost, gaps and plans, and which way things go.

    With an ID or several: only those, each with a plan to begin with, ready to paste into its record. The exit code
    is 0 whatever is found: this is a view, not a gate.
    """
    wanted = frozenset(entry.path for entry in session.chosen(vendors))
    planned = bool(vendors) if planning is None else planning
    counting = not vendors if drifting is None else drifting
    looks = _unique(_looked_at(session, drifting=counting))
    judged = {each.path: each for each in session.judge(session.chosen(vendors))}
    shown = _shown(looks, judged, wanted, named=bool(vendors))
    has_plans = get(session.policy.shape.schema, f"/properties/{SECTION}") is not None
    summary = stack.summarise(
        shown,
        plans=has_plans,
        ended=sum(each.vendor is not None and not each.vendor.governed for each in looks if each.path in wanted)
        if not vendors
        else 0,
        unreadable=[each.id for each in looks if each.vendor is None and each.path in wanted],
        registry=[verdict for each in judged.values() if each.vendor == REGISTRY for verdict in each.verdicts],
    )
    proposals = _proposals(session, looks, _unplanned(shown, everyone=bool(vendors))) if planned else {}
    series = _series(session, looks, shown) if counting else []
    found = listing.Assessment(session.today.isoformat(), summary, shown, proposals, series, has_plans)
    terminal.show(listing.FORMATS[output](found))
    return 0


def _shown(
    looks: Iterable[Look], judged: Mapping[str, Judged], wanted: Collection[str], *, named: bool
) -> list[state.Vendor]:
    """Return the vendors to show, in order. One that ended is shown where it was asked for by name."""
    return stack.ordered(
        state.with_findings(each.vendor, judged[each.path].verdicts)
        for each in looks
        if each.vendor is not None and each.path in wanted and (named or each.vendor.governed)
    )


# ---- One look at each file, on all cores --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What one vendor file tells; ``vendor`` is None where it is not of the right form.

    ``extracts`` are what COMPARED have to know of it, ``replaces`` the ids that it replaces, ``seen`` its part of the
    drift.
    """

    id: str
    path: str
    vendor: state.Vendor | None = None
    extracts: JsonObject | None = None
    replaces: tuple[str, ...] = ()
    seen: drift.Seen | None = None


Spec = tuple[int, "Path", "date", str | None]
_open: dict[int, Session] = {}


def _looked_at(session: Session, *, drifting: bool) -> list[Look]:
    """Look at all vendor files; of those that are left out a note on stderr tells nothing, the summary does."""
    _ = session.policy  # compiled before processes are forked
    spec = (session.number, session.root, session.today, session.at)
    _open[session.number] = session
    try:
        with Progress("Assessing vendors", len(session.entries), quiet=session.quiet) as progress:
            return workers.spread(partial(_look_chunk, spec, drifting), session.entries, progress.advance)
    finally:
        _open.pop(session.number, None)


def _look_chunk(
    spec: Spec,
    drifting: bool,  # noqa: FBT001 - bound by partial
    entries: Sequence[Entry],
) -> list[Look]:
    number, root, today, at = spec
    session = _open.setdefault(number, Session(root, today, at, quiet=True, number=number))
    glass = _Glass.over(session.policy, session.context, drifting=drifting)
    # One at a time: a document is large beside what is kept of it.
    return [_look(session, glass, entry) for entry in entries]


@dataclass(frozen=True, slots=True)
class _Glass:
    """What records are looked at through: the facts that are wanted, for today and for each day of the drift."""

    today: Context
    days: tuple[Context, ...]
    state: Policy
    drift: Policy
    compared: tuple[RegistryFact, ...]
    people: bool

    @classmethod
    def over(cls, policy: Policy, today: Context, *, drifting: bool) -> _Glass:
        known = {fact.NAME for fact in policy.facts}
        days = [today if day == today.today else policy.context(day) for day in drift.days(today.today)]
        return cls(
            today,
            tuple(days if drifting else ()),
            _only(policy, state.READS),
            _only(policy, drift.READS),
            tuple(fact for fact in COMPARED if fact.NAME in known),
            references.NAME in known,
        )

    def again(self, case: engine.Case, day: Context) -> JsonObject:
        """Return what the drift needs to know, as of another day."""
        if any(fact.NAME == risk.NAME for fact in self.state.facts):  # which no day changes
            day.once_for(case.record, risk.NAME, lambda: risk.known(case.record, self.today))
        return engine.facts_of(case, self.drift, {}, day)


def _only(policy: Policy, names: Collection[str]) -> Policy:
    return replace(policy, facts=tuple(fact for fact in policy.facts if fact.NAME in names))


def _look(session: Session, glass: _Glass, entry: Entry) -> Look:
    file = session.file(entry)
    if not session.sound(file):
        return Look(file.id, file.path)
    case = case_of(file)
    known = engine.facts_of(case, glass.state, {}, glass.today)
    days = [known if day is glass.today else glass.again(case, day) for day in glass.days]
    try:
        return Look(
            file.id,
            file.path,
            state.stand(file.id, file.path, case.record, known, glass.today),
            facts.extracts(glass.compared, case.record, glass.today),
            tuple(_ids(get(case.record, "/lifecycle/replaces"))),
            drift.seen(case.record, days, glass.days, people=glass.people) if days else None,
        )
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"vendor {file.id} cannot be assessed: {type(error).__name__}: {error}"
        fix = "The schema lets values through that are not expected there; narrow the schema."
        raise CannotJudge(message, path=file.path, fix=fix) from error


def _ids(listed: object) -> Iterator[str]:
    if isinstance(listed, list):
        yield from (each for each in listed if isinstance(each, str))


def _unique(looks: Sequence[Look]) -> list[Look]:
    """Two files with one id are two stories of one vendor: neither is believed."""
    count = Counter(each.id for each in looks)
    return [each if count[each.id] == 1 else Look(each.id, each.path) for each in looks]


# ---- Plans --------------------------------------------------------------------------------------


def _unplanned(shown: Iterable[state.Vendor], *, everyone: bool) -> list[state.Vendor]:
    """Return the vendors to propose a plan for: those that need one and have none in force; or all."""
    return [
        each
        for each in shown
        if each.governed
        and (everyone or each.lacks_plan or (each.elevated and each.plan is not None and each.plan.late))
    ]


def _proposals(session: Session, looks: Sequence[Look], wanted: Sequence[state.Vendor]) -> dict[str, plan.Proposal]:
    extracts = {each.id: each.extracts for each in looks if each.extracts is not None}
    compared = [fact for fact in COMPARED if any(fact.NAME in each for each in extracts.values())]
    context = session.policy.context(session.today, frozenset(extracts))
    known = facts.gather(compared, extracts, context) if wanted else {}
    candidates = _Candidates.among(looks, known)
    around, takes = _around(session), _section(session)
    found: dict[str, plan.Proposal] = {}
    for vendor in wanted:
        dependants = known[vendor.id].get(graph.NAME, {}).get("dependants", ())
        proposal = plan.propose(vendor, around, candidates.of(vendor.id), dependants)
        fits = takes is not None and takes.fits({SECTION: proposal.remediation})
        found[vendor.id] = proposal if fits else replace(proposal, remediation=None)
    return found


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Who could take whose place: by what records say they replace, and by capabilities."""

    names: Mapping[str, str]
    successors: Mapping[str, Sequence[str]]
    extracts: Mapping[str, JsonObject]
    known: Mapping[str, JsonObject]

    @classmethod
    def among(cls, looks: Sequence[Look], known: Mapping[str, JsonObject]) -> _Candidates:
        staying = {
            each.id: each
            for each in looks
            if each.vendor is not None and each.vendor.governed and each.vendor.status != "deprecated"
        }
        return cls(
            {name: each.vendor.name for name, each in staying.items() if each.vendor},
            stack.successors({name: each.replaces for name, each in staying.items()}),
            {each.id: each.extracts for each in looks if each.extracts is not None},
            known,
        )

    def of(self, vendor: str) -> list[plan.Alternative] | None:
        """Return the alternatives to one vendor, those that are said to take its place first; None: not known."""
        following = self.successors.get(vendor, ())
        mine = self.extracts[vendor].get(overlap.NAME, {}).get("capabilities")
        if mine is None and not following:
            return None
        mine = mine or ()
        found = [self._successor(each, mine) for each in following if each != vendor]
        for each in self.known[vendor].get(overlap.NAME, {}).get("capabilities", ()):
            if each["vendor"] in self.names and each["vendor"] not in following:
                name, sure = self.names[each["vendor"]], each["same_team"] and each["same_region"]
                found.append(plan.Alternative(each["vendor"], name, tuple(each["shared"]), len(mine), sure))
        return found

    def _successor(self, vendor: str, wanted: Sequence[str]) -> plan.Alternative:
        theirs = self.extracts[vendor].get(overlap.NAME, {}).get("capabilities", ())
        shares = tuple(each for each in wanted if each in theirs)
        return plan.Alternative(vendor, self.names[vendor], shares, len(wanted), sure=True, successor=True)


def _around(session: Session) -> plan.Around:
    policies = session.context.policies
    states = policies.get("lifecycle", {}).get("states", ())
    retired = next((each["demands"] for each in states if each["state"] == "retired"), ())
    people = policies.get("people")
    return plan.Around(
        today=session.today,
        horizon=policies.get("calendar", {}).get("horizon_days", plan.DAYS),
        oversight=policies.get("risk", {}).get("oversight", {}),
        farewell=tuple(each["title"] for each in retired if each.get("is")),
        titles={each.rule.id: each.rule.title for each in session.policy.rules},
        left=None if people is None else {each["id"]: each.get("left") for each in people["people"]},
    )


def _section(session: Session) -> Shape | None:
    """Return the shape of the section that a plan stands in, or None where records have none."""
    schema = session.policy.shape.schema
    section = get(schema, f"/properties/{SECTION}")
    if section is None:
        return None
    return Shape({**schema, "properties": {SECTION: section}, "required": []}, session.layout.schema)


# ---- Drift --------------------------------------------------------------------------------------


def _series(session: Session, looks: Iterable[Look], shown: Iterable[state.Vendor]) -> list[drift.Series]:
    """Return the drift of the vendors that are shown, and of those that ended since."""
    by_id = {each.id: each for each in shown}
    has_graph = any(fact.NAME == graph.NAME for fact in session.policy.facts)
    found = []
    for each in looks:
        if each.seen is not None and each.vendor is not None and (each.id in by_id or not each.vendor.governed):
            connections = (each.extracts or {}).get(graph.NAME) if has_graph else None
            today = drift.now(by_id[each.id], connections) if each.id in by_id else ({}, set())
            found.append((each.seen, today))
    return drift.trend(found, session.today)
