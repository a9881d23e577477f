"""``preflight audit alignment``: how marketing and IT work together, from the log and the people directory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import engine
from preflight.alignment import (
    IN_TIME,
    REVIEWERS,
    SHARES,
    Quarter,
    Snapshot,
    Vendor,
    anonymous,
    quarters,
    stages,
    views,
)
from preflight.alignment.levels import scale
from preflight.alignment.report import gather
from preflight.assessment import drift, state
from preflight.commands.options import format_option
from preflight.commands.rounds import case_of
from preflight.commands.session import Session
from preflight.errors import CannotJudge, PreflightError, UsageError
from preflight.facts import graph
from preflight.landing import acts
from preflight.model import Level, Outcome
from preflight.pointers import get
from preflight.shell import branches, history, registry, terminal
from preflight.shell.files import Entry, Kind, write
from preflight.shell.git import GitTree
from preflight.shell.terminal import Progress
from preflight.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.alignment.report import Report
    from preflight.alignment.stages import Way
    from preflight.commands.given import Given
    from preflight.commands.session import Survey
    from preflight.landing import Act, Landing
    from preflight.model import Json
    from preflight.policy import PolicyDocument
    from preflight.shell.history import History

MOST_QUARTERS = 40
SIDES = ("marketing", "it")
REVIEWS, APPROVALS = "reviews", "approvals"
WAIVER = "waiver/"  # begins the rule of what the gate says of a waiver that covers nothing
NEEDED = ("people", "alignment")


@click.command("alignment", short_help="Measure how marketing and IT work together, by quarter and team.")
@format_option(views.FORMATS)
@click.option(
    "--quarters",
    "count",
    type=click.IntRange(1, MOST_QUARTERS),
    default=4,
    show_default=True,
    metavar="N",
    help="How many quarters, that of today included.",
)
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JSON to FILE.")
@click.option("--anonymous", "unnamed", is_flag=True, help="Take all names out of JSON, to compare organisations.")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    given: Given, *, output: str, count: int, export: Path | None, unnamed: bool, no_cache: bool
) -> int:
    """Measure how marketing and IT work together: when IT first took part in each vendor, how long decisions take, who
    reviews, which exceptions there are, and what drifts; for the whole, for each team, and at the end of each quarter.

    The steps of the scale and their conditions are in policies/alignment.yaml, who is who in policies/people.yaml. Each
    quarter is judged on the records, and by the rules, of its last day. What is not known is not good. The exit code
    is 0 whatever is found: this is a view, not a gate.
    """  # noqa: D205 - the first sentence is as long as it is
    if unnamed and export is None and output != "json":
        message = "only JSON is written without names"
        raise UsageError(message, fix="Add --export FILE, or --format json.")
    gauge = _Gauge.over(given, cached=not no_cache)
    report = gauge.report(count)
    without = unnamed and (export is not None or output == "json")
    categories = gauge.categories()
    if export is not None:
        write(export, anonymous.without_names(report, categories) if without else anonymous.as_json(report))
        terminal.note(f"written to {export}", quiet=given.quiet)
    if without and output == "json":
        terminal.show(anonymous.without_names(report, categories))
    else:
        terminal.show(views.FORMATS[output](report))
    return 0


def measured(
    given: Given, count: int = 4, *, cached: bool = True, known: tuple[Session, History] | None = None
) -> Report:
    """Measure the last quarters. Raises PreflightError where there is no log, no directory or no scale.

    ``known``: a session over just what the newest commit holds, which may have judged it already, and the history.
    """
    return _Gauge.over(given, cached=cached, known=known).report(count)


def _documents(session: Session) -> dict[str, PolicyDocument]:
    """Return the policy documents. Raises CannotJudge where one is missing that nothing can be measured without."""
    found = registry.policy_documents(session.source, session.layout)
    for name in NEEDED:
        if name not in found:
            what = {"people": "which commits are of IT and which of marketing", "alignment": "which step is reached"}[
                name
            ]
            message = f"there is no {session.layout.policies}/{name}.yaml, so it cannot be told {what}"
            raise CannotJudge(message, fix="'preflight init' writes one into a new folder; copy it and adapt it.")
    return found


@dataclass
class _Gauge:
    """What is measured with: the log, the directory, and the session of the newest commit."""

    root: Path
    today: date
    quiet: bool
    head: str
    landings: list[Landing]
    acts: Mapping[str, list[Act]]
    session: Session
    staff: Staff
    policies: Mapping[str, PolicyDocument]

    @classmethod
    def over(cls, given: Given, *, cached: bool, known: tuple[Session, History] | None = None) -> _Gauge:
        """Read the log and the directory. Raises PreflightError."""
        session = known[0] if known else Session(given.root, given.today, given.at or "HEAD", quiet=True)
        policies = _documents(session)
        found = known[1] if known else history.read(given.root, given.at or "HEAD", cached=cached, quiet=given.quiet)
        landings = branches.landings(given.root, found)
        staff = Staff.of(policies["people"].value)
        happened = acts(landings)
        return cls(given.root, given.today, given.quiet, found.head, landings, happened, session, staff, policies)

    def report(self, count: int) -> Report:
        """Measure the last quarters. Raises PreflightError where the newest cannot be judged."""
        steps = scale(self.policies["alignment"].value)
        _ = self.session.policy
        found: list[Snapshot] = []
        wanted = quarters(self.today, count)
        with Progress("Judging quarters", len(wanted), quiet=self.quiet) as progress:
            for quarter in wanted:
                found.append(self._snapshot(quarter, newest=quarter == wanted[-1]))
                progress.advance(1)
        return gather(self.today.isoformat(), self.head, steps, found, self.staff.sides)

    def categories(self) -> frozenset[str]:
        """Return the categories that the schema of records lists; what a record says beyond that is its own name."""
        listed = get(self.session.policy.shape.schema, "/properties/category/enum")
        return frozenset(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else frozenset()

    # ---- One quarter --------------------------------------------------------------------------------

    def _snapshot(self, quarter: Quarter, *, newest: bool) -> Snapshot:
        day = self.today if newest else quarter.last
        if newest:
            return self._judged(quarter, day, self.head, self.session)
        before = [each for each in self.landings if each.day <= day]
        if not before:
            return Snapshot(quarter, day, "", "the registry did not exist yet")
        commit = before[-1].commit.id
        try:
            return self._judged(quarter, day, commit, Session(self.root, day, commit, quiet=True))
        except PreflightError as error:
            return Snapshot(quarter, day, commit, error.message)

    def _judged(self, quarter: Quarter, day: date, commit: str, session: Session) -> Snapshot:
        survey = session.survey
        last = max((each.number for each in self.landings if each.commit.id == commit), default=0)
        looked = [self._vendor(session, survey, name, day, last) for name in sorted(survey.cases)]
        strangers = [Vendor(name, "", "", (), "not-known", good=_unknown()) for name in _unread(session, survey)]
        stale = sum(each.drift.get("stale-waivers", 0) for each in looked if each is not None)
        idle = len(session.verified.idle)
        return Snapshot(
            quarter,
            day,
            commit,
            vendors=(*(each for each in looked if each is not None), *strangers),
            granted=sum(1 for on in self._granted(session) if Quarter.of(on) == quarter),
            reviews=self._reviews(session, survey, quarter, day),
            drift={"stale-waivers": idle} if idle or stale else {},
        )

    def _granted(self, session: Session) -> Iterator[date]:
        verified = session.verified
        for each in verified.decisions:
            if each.statement.kind == "waive":
                yield verified.arrived.get(each.path, each.statement.decided_on)

    def _reviews(self, session: Session, survey: Survey, quarter: Quarter, day: date) -> dict[str, int]:
        """Count reviews and approvals of a quarter by the side of who gave them.

        An approval that was signed and stands in the record, too, is one.
        """
        given = [(name, *each) for name, case in survey.cases.items() for each in _given(case.record)]
        signed = (each.statement for each in session.verified.decisions)
        given += [(each.vendor, APPROVALS, each.by, each.decided_on) for each in signed if each.kind == "approve"]
        found: Counter[str] = Counter()
        for _, _, who, on in dict.fromkeys(given):
            if on <= day and Quarter.of(on) == quarter:
                found[self._side(who)] += 1
        return dict(found)

    def _side(self, person: str) -> str:
        side = self.staff.side(person)
        return side if side in REVIEWERS else "not-known"

    # ---- One vendor ---------------------------------------------------------------------------------

    def _vendor(self, session: Session, survey: Survey, name: str, day: date, last: int) -> Vendor | None:
        """Return one vendor; None where the rules do not apply to it any more."""
        record = survey.cases[name].record
        known = survey.facts(name)
        if not known.get("lifecycle", {}).get("governed", True):
            return None
        happened = [act for act in self.acts.get(name, ()) if act.landing.number <= last]
        way = stages.way(record, happened, day)
        stage, basis = stages.stage(stages.part(happened, self.staff), way)
        verdicts = survey.verdicts(name, everything=False)
        category = get(record, "/category")
        teams = (get(record, f"/ownership/{side}/team") for side in SIDES)
        standing = state.stand(name, survey.cases[name].path, record, known, survey.context)
        counts, unknown = drift.now(standing, survey.extracts[name].get(graph.NAME))
        counted = {"waivers": sum(each.outcome is Outcome.WAIVED for each in verdicts)}
        counted["red-flags"] = sum(each.blocks for each in verdicts)
        counted["stale-waivers"] = sum(each.rule.startswith(WAIVER) for each in verdicts)
        if "cadence" in known:
            counted["overdue-reviews"] = len(known["cadence"]["overdue"])
        if "references" in known:
            counted["owners-gone"] = len(known["references"]["left"])
        for each in (drift.UNDOCUMENTED, drift.UNUSED):
            if each in counts and each not in unknown:
                counted[each] = counts[each]
        decision, value = way.decision_days, way.value_days
        return Vendor(
            id=name,
            category=category if isinstance(category, str) else "",
            status=way.status,
            teams=tuple(dict.fromkeys(each for each in teams if isinstance(each, str))),
            stage=stage,
            basis=basis,
            good={**_participation(stage, way), **self._owned(record, day), **_clean(counted, standing)}
            | {"reviewed-by-both": self._by_both(session, name, record, happened)},
            drift=counted,
            decision_days=decision,
            decided=Quarter.of(way.decided).name if way.decided and decision is not None else "",
            value_days=value,
            live=Quarter.of(way.live).name if way.live and value is not None else "",
            fixed=self._fixed(session, name, happened, way) if session is self.session else None,
        )

    def _owned(self, record: Json, day: date) -> dict[str, bool | None]:
        named = [get(record, f"/ownership/{side}/owner") for side in SIDES]
        owners = [each for each in named if isinstance(each, str)]
        if len(owners) < len(SIDES):
            return {"owned-by-both": False}
        people = [self.staff.people.get(each) for each in owners]
        if any(each is None for each in people):
            return {"owned-by-both": None}
        return {"owned-by-both": all(each is not None and (each.left or "9999") >= day.isoformat() for each in people)}

    def _by_both(self, session: Session, vendor: str, record: Json, happened: Sequence[Act]) -> bool:
        """Whether people of both sides reviewed or approved it, by record, signed decision or trailer."""
        found = {self.staff.side(who) for _, who, _ in _given(record)}
        for each in session.verified.decisions:
            if each.statement.vendor == vendor and each.statement.kind == "approve":
                found.add(self.staff.side(each.statement.by))
        for act in happened:
            for name, email in act.reviewers:
                person = self.staff.known_as(email) or self.staff.known_as(name)
                found.add(person.side if person else "")
        return set(SIDES) <= found

    # ---- Findings that were repaired before the signature -------------------------------------------

    def _fixed(self, session: Session, vendor: str, happened: Sequence[Act], way: Way) -> int | None:
        """Count findings that the record came with and that were gone by the signature; None: the log does not tell.

        Both versions are judged by the rules of today, those that compare vendors left out, as of their own days.
        """
        if way.entered is None or (way.signed is not None and way.signed < way.entered):
            return None
        until = [each for each in happened if each.record and (way.signed is None or each.landing.day <= way.signed)]
        births = [at for at, act in enumerate(until) if any(each.kind == "added" for each in act.record)]
        if not births or until[-1] is until[births[-1]]:
            return 0 if births else None
        first, last = (self._findings(session, vendor, act) for act in (until[births[-1]], until[-1]))
        return None if first is None or last is None else len(first - last)

    def _findings(self, session: Session, vendor: str, act: Act) -> set[tuple[str, str]] | None:
        source = GitTree(self.root, act.landing.commit.id)
        file = registry.read_record(source, Entry(act.record[-1].path, Kind.FILE), session.layout)
        if file.id != vendor or not session.sound(file):
            return None
        context = session.policy.context(act.landing.day, session.context.vendors)
        read = engine.read(case_of(file), session.policy, context)
        verdicts = read.judged.verdicts if read.judged else ()
        failed = (each for each in verdicts if each.outcome is Outcome.FAIL and each.level is not Level.ADVICE)
        return {(each.rule, each.about) for each in failed}


def _unread(session: Session, survey: Survey) -> list[str]:
    """Return the names of the vendor files that are not of the right form; read again only where there are some."""
    if len(session.entries) == len(survey.cases):
        return []
    return [registry.stem(each.path) for each in session.entries if session.file(each).id not in survey.cases]


def _unknown() -> dict[str, bool | None]:
    """Return what is known of a record that cannot be read."""
    return dict.fromkeys(SHARES)


def _participation(stage: str, way: Way) -> dict[str, bool | None]:
    known = stage != "not-known"
    found: dict[str, bool | None] = {"it-involved": stage != "never" if known else None}
    found["it-before-proposal"] = stage == "before-proposal" if known else None
    if way.contracted:
        found["it-before-signature"] = stage in IN_TIME if known else None
    return found


def _clean(counted: Mapping[str, int], standing: state.Vendor) -> dict[str, bool | None]:
    """Say of each kind of drift whether a vendor is free of it; usage counts where the vendor is in use."""
    names = {
        "reviews-in-time": "overdue-reviews",
        "owners-in-office": "owners-gone",
        "integrations-documented": drift.UNDOCUMENTED,
        "without-red-flags": "red-flags",
        "without-waivers": "waivers",
    }
    found = {name: counted[kind] == 0 if kind in counted else None for name, kind in names.items()}
    if standing.status in state.IN_USE:
        found["in-use"] = counted[drift.UNUSED] == 0 if drift.UNUSED in counted else None
    return found


def _given(record: Json) -> Iterator[tuple[str, str, date]]:
    """Yield reviews and approvals that the record lists: which of the two, by whom, and when.

    A schema of somebody else may let anything stand there; what has another form says nothing.
    """
    for name in (REVIEWS, APPROVALS):
        listed = get(record, f"/{name}")
        for each in listed if isinstance(listed, list) else ():
            who, on = (get(each, f"/{member}") for member in ("by", "date"))
            try:
                day = date.fromisoformat(on or "")
            except (TypeError, ValueError):
                continue
            if isinstance(who, str):
                yield f"{name}/{get(each, '/kind')}" if name == REVIEWS else name, who, day
