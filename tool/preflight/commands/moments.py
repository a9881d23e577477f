"""How the stack stood at the end of each of the last quarters, read from the commits that were in force then.

Records are those of their day, judged by the rules and the rates of today: the line shows the stack, not the rules.
Every version of a record is read once, however many quarters it was in force.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from preflight.alignment import quarters
from preflight.commands import rounds
from preflight.errors import CannotJudge, DocumentError, PreflightError
from preflight.facts import cost, lifecycle, risk
from preflight.inventory.stock import Moment
from preflight.landing import claimed
from preflight.money import Rates
from preflight.shell import documents, git_objects, registry
from preflight.shell.files import Kind
from preflight.shell.git import GitTree
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from preflight.alignment import Quarter
    from preflight.commands.rounds import Whose
    from preflight.commands.session import Session
    from preflight.inventory.stock import Card
    from preflight.model import Context, JsonObject
    from preflight.shell.history import Step

MOST = 8  # quarters, that of today included
FEWEST = 2  # of fewer there is no line
UNREADABLE = ""
FROM_EVER = "0001-01-01"


@dataclass(frozen=True, slots=True)
class _Version:
    """One content of a vendor file, and the ends of the quarters at which it was in force."""

    blob: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a vendor stood on a day: its level of risk (None: nobody can read the record), and its cost a year."""

    risk: str | None = None
    annual: float = 0.0
    governed: bool = True


def quarterly(session: Session, steps: Sequence[Step], cards: Sequence[Card], broken: int) -> tuple[Moment, ...]:
    """Return how the stack stood, the oldest first and today last; nothing where that is fewer than two moments.

    ``steps`` are the history of what is shown, ``cards`` and ``broken`` its vendors of today. Where git cannot tell,
    there is no trend, and stderr says so.
    """
    try:
        return _quarterly(session, steps, cards, broken)
    except PreflightError as error:
        note(f"without a trend: {error.message}", quiet=session.quiet)
        return ()


def _quarterly(session: Session, steps: Sequence[Step], cards: Sequence[Card], broken: int) -> tuple[Moment, ...]:
    if not {risk.NAME, cost.NAME, lifecycle.NAME} <= {fact.NAME for fact in session.policy.facts}:
        return ()
    *earlier, now = quarters(session.today, MOST)
    past = dict(_in_force(steps, earlier))
    files = {quarter: blobs for quarter, commit in past.items() if (blobs := _blobs(session, commit))}
    if len(files) + 1 < FEWEST:
        return ()
    seen = _read(session, files)
    found = [_moment(quarter, [seen[blob, quarter.last] for blob in blobs]) for quarter, blobs in files.items()]
    return (*found, _of_today(now, session.today, cards, broken))


def _moment(quarter: Quarter, standing: Sequence[_Standing]) -> Moment:
    governed = [each for each in standing if each.governed]
    risks = Counter(UNREADABLE if each.risk is None else each.risk for each in governed)
    known = [each.annual for each in governed if each.risk is not None]
    return Moment(quarter.name, quarter.last, dict(sorted(risks.items())), round(sum(known), 2) if known else None)


def _of_today(quarter: Quarter, today: date, cards: Sequence[Card], broken: int) -> Moment:
    standing = [_Standing(each.risk, each.at_least or 0.0) for each in cards if each.governed]
    return replace(_moment(quarter, [*standing, *[_Standing()] * broken]), day=today)


def _in_force(steps: Sequence[Step], wanted: Iterable[Quarter]) -> Iterable[tuple[Quarter, str]]:
    """Yield for each quarter the last commit that had landed by its end; nothing from before the first."""
    landed: list[tuple[date, str]] = []
    for step in steps:
        day = claimed(step.commit)
        landed.append((max(landed[-1][0], day) if landed else day, step.id))
    for quarter in wanted:
        before = [commit for day, commit in landed if day <= quarter.last]
        if before:
            yield quarter, before[-1]


def _blobs(session: Session, commit: str) -> list[str]:
    """Return the contents of the vendor files of a commit; none where it had none, or they lay elsewhere."""
    tree = GitTree(session.root, commit)
    try:
        entries = registry.record_entries(tree, session.layout)
    except CannotJudge:
        return []
    return [tree.name(entry.path) for entry in entries if entry.kind is Kind.FILE]


# ---- Every version once ---------------------------------------------------------------------------


def _read(session: Session, files: Mapping[Quarter, Sequence[str]]) -> dict[tuple[str, date], _Standing]:
    """Return how each version stood at the end of each quarter that it was in force at."""
    days: dict[str, list[date]] = {}
    for quarter, blobs in files.items():
        for blob in dict.fromkeys(blobs):
            days.setdefault(blob, []).append(quarter.last)
    versions = [_Version(blob, tuple(on)) for blob, on in days.items()]
    work = partial(_looked_at, rounds.Whose.of(session))
    told = rounds.spread([session], work, versions, "Reading past quarters")
    return {
        (version.blob, day): standing
        for version, of_days in zip(versions, told, strict=True)
        for day, standing in zip(version.days, of_days, strict=True)
    }


def _looked_at(whose: Whose, versions: Sequence[_Version]) -> list[list[_Standing]]:
    session = whose.session
    contexts = {day: _context(session.context, day) for day in {day for each in versions for day in each.days}}
    opened = git_objects.Objects(session.root)
    try:
        contents = opened.fetch([each.blob for each in versions], documents.MAX_BYTES)
    finally:
        opened.close()
    return [_stood(session, contents[each.blob], [contexts[day] for day in each.days]) for each in versions]


def _context(context: Context, day: date) -> Context:
    """Return the context of a day of the past: the policies of today, and the rates of today as if of ever."""
    today = Rates.of(context.policies["rates"])
    held = {name: rate for name in today.by_currency if (rate := today.rate(name, context.today)) is not None}
    fixed = [{"currency": name, "from": FROM_EVER, "rate": str(rate)} for name, rate in sorted(held.items())]
    rates = {**context.policies["rates"], "rates": fixed}
    return replace(context, today=day, policies={**context.policies, "rates": rates}, memory={})


def _stood(session: Session, content: bytes, contexts: Sequence[Context]) -> list[_Standing]:
    """Return how one version stood on each of its days. What cannot be read by the schema of today says nothing."""
    record = _record(session, content)
    if record is None:
        return [_Standing()] * len(contexts)
    return [
        _Standing(
            risk.known(record, context).at_least,
            cost.of(record, context)["at_least"],
            lifecycle.of(record, context)["governed"],
        )
        for context in contexts
    ]


def _record(session: Session, content: bytes) -> JsonObject | None:
    try:
        document = documents.parse(content)
    except DocumentError:
        return None
    known: JsonObject = document.known
    return known if session.policy.shape.fits(document.value) else None
