"""Explanations in plain text: of a rule, of a vendor, and of how one fares by the other."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import yaml

from preflight.checklist import Screen, State
from preflight.escaping import terminal
from preflight.model import Level, Outcome
from preflight.pointers import get, matches, pointer
from preflight.rules import shown
from preflight.wording import asked, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.checklist import Answer, Evidence, ScreeningLine, Section
    from preflight.facts.risk import Risk
    from preflight.model import Json, JsonObject, Rule, Verdict
    from preflight.rules import CompiledRule

WIDTH = 80
LEVELS = {
    Level.RED_FLAG: "red flag: blocks the merge",
    Level.WARNING: "warning: does not block",
    Level.ADVICE: "advice: does not block",
}


def _wrapped(text: str, indent: str, width: int, hanging: str = "") -> Iterator[str]:
    room = max(width, 40) - len(hanging or indent)
    lines = textwrap.wrap(terminal(text), room, break_on_hyphens=False)
    # Made safe twice: a word may begin a line only once the text is wrapped.
    yield from ((hanging or indent if index else indent) + terminal(line) for index, line in enumerate(lines))


def _heading(text: str) -> list[str]:
    return ["", terminal(text), "-" * len(text)]


# ---- A rule -------------------------------------------------------------------------------------


def of_rule(rule: Rule, titles: Mapping[str, str], width: int) -> Iterator[str]:
    """Explain why a rule exists, what it asks and how it is tested. ``titles`` names the requirements."""
    width = width or WIDTH
    yield terminal(rule.title)
    yield f"{rule.id} · {LEVELS[rule.level]}{'' if rule.waivable else ' · cannot be waived'}"
    yield from _heading("Why")
    yield from _wrapped(rule.why, "", width)
    yield from _heading("How to fix it")
    yield from _wrapped(rule.fix, "", width)
    yield from _heading("What it asks")
    for line in asked(rule):
        yield from _wrapped(line, "  ", width)
    yield from _wrapped(f"else    {rule.message}", "  ", width)
    yield from _heading("What it answers") if rule.answers else ()
    for answer in rule.answers:
        yield from _wrapped(f"{answer}  {titles.get(answer, '')}".rstrip(), "  ", width)
    yield from _heading(f"Examples, as of {rule.examples.as_of}")
    for word, overlays in (("passes", rule.examples.passing), ("fails", rule.examples.failing)):
        for overlay in overlays:
            yield f"  {word}:{' the example record as it is' if not overlay else ''}"
            yield from (f"    {line}" for line in _yaml(overlay)) if overlay else ()
    yield ""
    yield f"Defined in {rule.path}"


def _yaml(value: Json) -> list[str]:
    return [terminal(line) for line in yaml.safe_dump(value, sort_keys=False, allow_unicode=True).splitlines()]


# ---- A vendor -----------------------------------------------------------------------------------


def of_vendor(record: JsonObject, identifier: str, path: str, as_of: str, width: int = 0) -> Iterator[str]:
    """Say who the vendor is. ``width`` 0: in lines as long as they are."""
    status, category = get(record, "/lifecycle/status"), get(record, "/category")
    about = " · ".join(str(each) for each in (identifier, category, status) if isinstance(each, str))
    yield from _fitted(f"{record.get('name', path)}", width)
    yield from _fitted(f"{about} · {path} · as of {as_of}", width)
    owners = [(side, get(record, f"/ownership/{side}/owner")) for side in ("marketing", "it")]
    if any(owner for _, owner in owners):
        yield from _fitted("Owners: " + ", ".join(f"{side} {owner or 'not known'}" for side, owner in owners), width)


def _fitted(text: str, width: int) -> Iterator[str]:
    yield from _wrapped(text, "", width) if width else [terminal(text)]


def of_screening(lines: Sequence[ScreeningLine]) -> Iterator[str]:
    """Show the twenty lines of the quick reference."""
    counts = {screen: sum(line.screen is screen for line in lines) for screen in Screen}
    said = ", ".join(f"{count} {screen.value}" for screen, count in counts.items() if count)
    yield from _heading(f"Initial screening: {said}")
    for line in lines:
        yield f"  {line.screen.value:<8} {line.id:<5} {terminal(line.title)}"


def of_questionnaire(sections: Sequence[Section], width: int) -> Iterator[str]:
    """Show every question with its answer, its evidence and the age of that."""
    width = width or WIDTH
    for section in sections:
        yield from _heading(
            f"{section.id} {section.title}: {section.answered} of {section.applicable} answered ({section.percent} %)"
        )
        for answer in section.answers:
            yield from _answer(answer, width)


def _answer(answer: Answer, width: int) -> Iterator[str]:
    yield from _wrapped(f"{answer.id:<6} {answer.title}", "  ", width, " " * 9)
    if answer.state is State.NOT_APPLICABLE:
        yield from _wrapped(f"not applicable: {answer.reason}", " " * 9, width)
        return
    known = [f"{_short_name(pointer)}: {shown(value)}" for pointer, value in answer.values if value is not None]
    missing = [pointer for pointer, value in answer.values if value is None]
    if known:
        yield from _wrapped(" · ".join(known), " " * 9, width)
    if answer.state is State.OPEN:
        yield from _wrapped(f"open: {', '.join(missing) or 'nothing is known yet'}", " " * 9, width)
    for each in answer.evidence:
        yield from _wrapped(f"evidence: {_evidence(each)}", " " * 9, width)


def _short_name(pointer: str) -> str:
    named = (f"#{int(part) + 1}" if part.isdecimal() else part for part in pointer.split("/")[2:])
    return " ".join(named).replace("_", " ") or pointer


def _evidence(evidence: Evidence) -> str:
    age = f"{counted(evidence.age_days, 'day')} old" if evidence.age_days is not None else "of unknown age"
    if evidence.days_left is None:
        return f"{evidence.text} ({age})"
    left = (
        f"valid for {counted(evidence.days_left, 'more day')}"
        if evidence.days_left >= 0
        else f"ran out {counted(-evidence.days_left, 'day')} ago"
    )
    return f"{evidence.text} ({age}, {left})"


def of_findings(verdicts: Iterable[Verdict], width: int) -> Iterator[str]:
    """Show what fails, worst first."""
    width = width or WIDTH
    failed = sorted((v for v in verdicts if v.outcome is Outcome.FAIL), key=lambda v: (v.level.rank, v.line, v.rule))
    yield from _heading(f"Findings: {len(failed) or 'none'}")
    for verdict in failed:
        yield terminal(f"  {verdict.level.value}  {verdict.rule}  {verdict.path}:{verdict.line}:{verdict.column}")
        yield from _wrapped(verdict.message, "    ", width)


# ---- Why a vendor's risk is what it is ----------------------------------------------------------


def of_risk(risk: Risk, policy: JsonObject, width: int) -> Iterator[str]:
    """Show the four dimensions, the signals behind each, and how they add up."""
    width = width or WIDTH
    level = risk.level or f"not known, at least {risk.at_least}"
    yield from _heading(f"Risk: {level}")
    for dimension in risk.dimensions:
        points = policy["points"][dimension.at_least]
        unsure = "at least " if dimension.open else ""
        yield terminal(f"  {dimension.title}: {unsure}{dimension.at_least} ({counted(points, 'point')})")
        for signal in dimension.signals:
            told = "not known" if signal.value is None else shown(signal.value)
            says = signal.level or ("says nothing" if signal.optional else "not known")
            yield from _wrapped(f"{signal.title}: {told} → {says}", "      ", width)
        if dimension.stated is not None:
            yield from _wrapped(f"Stated in the record: {dimension.stated}", "      ", width)
    reached = policy["totals"][risk.summed]
    yield from _wrapped(f"Together {counted(risk.points, 'point')}: {risk.summed} (from {reached} on)", "  ", width)
    if risk.lifted_by:
        yield from _wrapped(f"Lifted to {risk.at_least}, because one dimension is {risk.lifted_by}", "  ", width)
    oversight = policy["oversight"][risk.at_least]
    for text in (f"{oversight['title']}: {oversight['what']}", oversight.get("resources", "")):
        yield from _wrapped(text, "  ", width)


def of_section(title: str, lines: Iterable[str], width: int) -> Iterator[str]:
    """Show sentences under a heading."""
    yield from _heading(title)
    for line in lines:
        yield from _wrapped(line, "  ", width or WIDTH)


# ---- A vendor by a rule -------------------------------------------------------------------------


def of_case(
    compiled: CompiledRule, verdicts: Sequence[Verdict], known: Mapping[str, Json], width: int
) -> Iterator[str]:
    """Say how one vendor fares by one rule, with every value that the rule looked at."""
    width, rule = width or WIDTH, compiled.rule
    yield terminal(f"{rule.id}: {rule.title}")
    for verdict in verdicts:
        place = f" at {verdict.path}:{verdict.line}:{verdict.column}" if verdict.outcome is Outcome.FAIL else ""
        yield terminal(f"{verdict.vendor}: {verdict.outcome.value}{place}")
        if verdict.outcome is Outcome.FAIL:
            yield from _wrapped(verdict.message, "  ", width)
    yield from _heading("Values seen")
    for read in compiled.reads:
        if read.root == "item":
            whole = known["facts"] if rule.faults else known["vendor"]
            yield from _items(pointer(compiled.faults) if rule.faults else rule.each, read.path, whole)
        else:
            found = [value for _, value in matches(known[read.root], read.pointer)]
            yield from _wrapped(f"{read} = {', '.join(map(shown, found)) or 'not known'}", "  ", width)
    yield from _heading("What it asks")
    for line in asked(rule):
        yield from _wrapped(line, "  ", width)
    yield from _heading("Why")
    yield from _wrapped(rule.why, "", width)
    yield from _heading("How to fix it")
    yield from _wrapped(rule.fix, "", width)


def _items(each: str, path: tuple[str, ...], record: Json) -> Iterator[str]:
    for place, value in matches(record, "/".join((each, "*", *path))):
        yield terminal(f"  {place} = {shown(value)}")
