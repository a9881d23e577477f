"""The checklist as a questionnaire: what a record answers, with which evidence, and what stays open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.facts import completeness
from preflight.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from preflight.model import Json, JsonObject, Rule, Verdict


class State(Enum):
    """How a question stands. OPEN is neither yes nor no."""

    ANSWERED = "answered"
    OPEN = "open"
    NOT_APPLICABLE = "not applicable"


class Screen(Enum):
    """What one line of the quick reference says."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What backs a field, and how old it is. ``days_left`` is negative once it has run out."""

    pointer: str
    text: str
    age_days: int | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with the values that answer it, by pointer; None: not known."""

    id: str
    title: str
    state: State
    values: tuple[tuple[str, Json], ...]
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One domain. ``percent`` leaves out what does not apply and is rounded down."""

    id: str
    title: str
    answers: tuple[Answer, ...]
    answered: int
    applicable: int
    percent: int


def questionnaire(record: JsonObject, checklist: JsonObject, today: date) -> tuple[Section, ...]:
    """Return the answers of a record, domain by domain."""
    excused = completeness.excuses(record)
    backing = tuple(_evidence(entry, today) for entry in record.get("evidence", ()))
    return tuple(_section(record, domain, excused, backing) for domain in checklist["domains"])


def _section(
    record: JsonObject, domain: JsonObject, excused: Mapping[str, str], backing: Sequence[Evidence]
) -> Section:
    answers = tuple(_answer(record, question, excused, backing) for question in domain["questions"])
    applicable = [answer for answer in answers if answer.state is not State.NOT_APPLICABLE]
    answered = sum(answer.state is State.ANSWERED for answer in applicable)
    percent = 100 * answered // len(applicable) if applicable else 100
    return Section(domain["id"], domain["title"], answers, answered, len(applicable), percent)


def _answer(
    record: JsonObject, question: JsonObject, excused: Mapping[str, str], backing: Sequence[Evidence]
) -> Answer:
    state = State.ANSWERED if completeness.answered(record, question) else State.OPEN
    if question["id"] in excused:
        state = State.NOT_APPLICABLE
    values = tuple(found for field in question["fields"] for found in pointers.matches(record, field))
    evidence = tuple(each for each in backing if any(_backs(each, pointer) for pointer, _ in values))
    return Answer(question["id"], question["title"], state, values, excused.get(question["id"], ""), evidence)


def _backs(evidence: Evidence, pointer: str) -> bool:
    return pointers.covers(pointer, evidence.pointer) or pointers.covers(evidence.pointer, pointer)


def _evidence(entry: JsonObject, today: date) -> Evidence:
    issued, until = entry.get("issued"), entry.get("valid_until")
    text = ", ".join(str(entry[key]) for key in ("issuer", "note", "url") if key in entry)
    return Evidence(
        entry["for"],
        text or "no source given",
        (today - date.fromisoformat(issued)).days if issued else None,
        (date.fromisoformat(until) - today).days if until else None,
    )


@dataclass(frozen=True, slots=True)
class ScreeningLine:
    """One line of the initial screening, and the rules that answer it."""

    id: str
    title: str
    screen: Screen
    rules: tuple[str, ...]


def screening(checklist: JsonObject, rules: Iterable[Rule], verdicts: Iterable[Verdict]) -> tuple[ScreeningLine, ...]:
    """Return the quick reference. A line says yes only where every rule that answers it passes."""
    said: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.rule, []).append(verdict)
    known = list(rules)
    lines = []
    for line in checklist["quick_reference"]:
        names = tuple(rule.id for rule in known if line["id"] in rule.answers)
        lines.append(
            ScreeningLine(
                line["id"], line["title"], _screen([each for name in names for each in said.get(name, ())]), names
            )
        )
    return tuple(lines)


def _screen(verdicts: Sequence[Verdict]) -> Screen:
    failed = [verdict for verdict in verdicts if verdict.outcome in (Outcome.FAIL, Outcome.WAIVED)]
    if any(verdict.known for verdict in failed):
        return Screen.NO
    if failed or not verdicts:
        return Screen.UNKNOWN
    applies = any(verdict.outcome is Outcome.PASS for verdict in verdicts)
    return Screen.YES if applies else Screen.NOT_APPLICABLE
