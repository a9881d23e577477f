"""The report as tables for the terminal, or as Markdown; JSON is written by ``anonymous``, with names or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.alignment import DRIFT, IN_TIME, MEDIANS, REVIEWERS, SHARES, STAGES
from preflight.alignment.anonymous import as_json
from preflight.alignment.levels import lacks
from preflight.escaping import markdown
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.alignment import Vendor
    from preflight.alignment.measures import Measure
    from preflight.alignment.report import Group, Past, Report

SHORT = 12  # characters of a commit's name
COLUMNS = 4  # quarters beside each other
MOST = 12  # vendors that are named
CAVEAT = (
    "Who took part is told by the authors of commits, as they claim, and by the records' word; a share is of all, "
    "those included of which nobody can say."
)
SIDES = {"it": "IT", "not-known": "not known"}


def _headline(report: Report) -> str:
    group = report.whole
    step = group.standing.step
    return (
        f"Step {step.number} of {len(report.scale)}: {step.title} · {counted(group.vendors, 'vendor')} as of "
        f"{report.as_of}, up to commit {report.head[:SHORT]}"
    )


def _lacking(group: Group) -> Iterator[str]:
    for need in group.standing.lacking:
        yield lacks(need, group.measures[need.measure])


def _next(group: Group) -> str:
    above = group.standing.next
    return f"For step {above.number}, {above.title}, there lacks:" if above else "There is no higher step."


def _shown(found: Measure | None) -> str:
    if found is None or found.value is None:
        return "–"
    return f"{found.value}%" if found.is_share else str(found.value)


def _whole_number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _trend(past: Sequence[Past]) -> Iterator[tuple[str, list[str]]]:
    """Yield what is counted at the end of each quarter, a row each."""
    yield "Step on the scale", [str(each.group.standing.step.number) if each.group else "–" for each in past]
    for name, title in SHARES.items():
        yield title, [_shown(each.group.measures[name] if each.group else None) for each in past]
    yield "Days to decision, median", [_whole_number(each.decision_days) for each in past]
    yield "Days to going live, median", [_whole_number(each.value_days) for each in past]
    yield "Waivers granted", [_whole_number(None if each.snapshot.missing else each.snapshot.granted) for each in past]
    for side in REVIEWERS:
        held = [each.snapshot.reviews.get(side, 0) for each in past]
        if any(held):
            title = f"Reviews and approvals by {SIDES.get(side, side)}"
            yield (
                title,
                [
                    _whole_number(None if each.snapshot.missing else count)
                    for each, count in zip(past, held, strict=True)
                ],
            )
    for name, title in DRIFT.items():
        yield title, [_whole_number(each.drift.get(name)) for each in past]


def _direction(past: Sequence[Past]) -> Iterator[str]:
    """Say which way things drift between the first and the last quarter of which one knows."""
    known = [each for each in past if not each.snapshot.missing]
    if len(known) > 1:
        for name, title in DRIFT.items():
            first, last = known[0].drift.get(name), known[-1].drift.get(name)
            if first is not None and last is not None and first != last:
                way = "rising" if last > first else "falling"
                yield f"{title}: {way}, from {first:,} in {known[0].snapshot.quarter.name} to {last:,}"


def _stages(report: Report) -> Iterator[tuple[str, int, str]]:
    for stage, title in STAGES.items():
        named = [each.id for each in report.vendors if each.stage == stage]
        more = ", …" if len(named) > MOST else ""
        yield title, report.stages[stage], "" if stage in IN_TIME else ", ".join(named[:MOST]) + more


def _successes(report: Report) -> Iterator[str]:
    if report.fixed is None:
        yield "Findings repaired before the signature: the log tells of no vendor's way from proposal to signature"
    else:
        told = sum(each.fixed is not None for each in report.vendors)
        yield f"Findings repaired before the signature: {report.fixed:,}, of {counted(told, 'vendor')}"
    for name in MEDIANS:
        found = report.whole.measures[name]
        what = "nothing in the last year" if found.value is None else f"{found.value:,} at the median of {found.of}"
        yield f"{MEDIANS[name]}: {what}"


def _missing(report: Report) -> Iterator[str]:
    for each in report.past:
        if each.snapshot.missing:
            yield f"{each.snapshot.quarter.name} cannot be told: {each.snapshot.missing}"


def as_table(report: Report) -> str:
    """Return tables of eighty columns; the last quarters, all of which JSON has."""
    lines = [*wrapped(_headline(report)), *wrapped(report.whole.standing.step.what), ""]
    lines += wrapped(_next(report.whole))
    for text in _lacking(report.whole):
        lines += wrapped(text, indent="  ", hanging="    ")
    past = report.past[-COLUMNS:]
    rows = [(title, *cells) for title, cells in _trend(past)]
    names = [each.snapshot.quarter.name for each in past]
    lines += ["", *table(rows, ("At the end of", *names), (36, *[8] * len(past)))]
    for text in (*_missing(report), *_direction(report.past)):
        lines += wrapped(text, indent="  ", hanging="    ")
    stages = [(title, f"{count:,}", named) for title, count, named in _stages(report)]
    lines += ["", *table(stages, ("IT first took part", "Vendors", "Which"), (30, 7, 38))]
    if report.teams:
        teams = [_team(each) for each in report.teams]
        lines += ["", *table(teams, ("Team", "Step", "Vendors", "Lacks for the next"), (22, 4, 7, 37))]
    lines.append("")
    for text in _successes(report):
        lines += wrapped(text, hanging="  ")
    return "\n".join([*lines, "", *wrapped(CAVEAT)]) + "\n"


def _team(group: Group) -> tuple[str, str, str, str | tuple[str, ...]]:
    named = f"{group.name} ({SIDES.get(group.side, group.side)})"
    lacking = tuple(_lacking(group)) or (_next(group),)
    first, *more = lacking
    shown = (first, f"and {len(more)} more") if more else (first,)
    return named, str(group.standing.step.number), f"{group.vendors:,}", shown


def as_markdown(report: Report) -> str:
    """Return the report for an issue, or the minutes of a committee."""
    lines = ["## Alignment of marketing and IT", "", f"**{markdown(_headline(report))}**", ""]
    lines += [markdown(report.whole.standing.step.what), "", markdown(_next(report.whole)), ""]
    lines += [f"- {markdown(text)}" for text in _lacking(report.whole)]
    names = [each.snapshot.quarter.name for each in report.past]
    lines += ["", "### By quarter", "", *_rows(("At the end of", *names), [(a, *b) for a, b in _trend(report.past)])]
    notes = [f"- {markdown(text)}" for text in (*_missing(report), *_direction(report.past))]
    lines += ["", *notes] if notes else []
    stages = [(title, f"{count:,}", named) for title, count, named in _stages(report)]
    lines += ["", "### When IT first took part", "", *_rows(("IT first took part", "Vendors", "Which"), stages)]
    if report.teams:
        teams = [
            (f"{each.name} ({SIDES.get(each.side, each.side)})", *_of_team(each), "; ".join(_lacking(each)))
            for each in report.teams
        ]
        lines += ["", "### By team", "", *_rows(("Team", "Step", "Vendors", "Lacks for the next"), teams)]
    late = [each for each in report.vendors if each.stage not in IN_TIME]
    if late:
        lines += ["", "### Vendors in which IT was late, absent or not known", ""]
        rows = [_vendor(each) for each in late]
        lines += _rows(("Vendor", "Status", "IT first took part", "Told by"), rows)
    lines += ["", "### Successes", "", *(f"- {markdown(text)}" for text in _successes(report))]
    return "\n".join([*lines, "", CAVEAT]) + "\n"


def _of_team(group: Group) -> tuple[str, str]:
    step = group.standing.step
    return f"{step.number}, {step.title}", f"{group.vendors:,}"


def _vendor(vendor: Vendor) -> tuple[str, str, str, str]:
    told = {"log": "the log", "record": "the record's word"}.get(vendor.basis, "")
    return vendor.id, vendor.status, STAGES[vendor.stage], told


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(markdown(each) for each in head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(markdown(each) for each in row)} |"


FORMATS: dict[str, Callable[[Report], str]] = {"table": as_table, "json": as_json, "markdown": as_markdown}
