"""The checklist of one vendor: every question with its answer, what backs it, and what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import checklist
from preflight.checklist import State
from preflight.inventory.dossier.labels import spoken
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from preflight.checklist import Answer, Evidence
    from preflight.inventory.dossier.labels import Labels
    from preflight.model import Json, JsonObject

MOST = 12  # values, or pieces of evidence, of one answer


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is shown. ``values`` are pairs of name (empty: the question is name enough) and text."""

    id: str
    title: str
    state: State
    values: tuple[tuple[str, str], ...]
    open: tuple[str, ...]
    reason: str
    evidence: tuple[tuple[str, bool], ...]  # a sentence, and whether it has run out
    more: int = 0


@dataclass(frozen=True, slots=True)
class Domain:
    """The questions of one domain. ``percent`` leaves out what does not apply."""

    id: str
    title: str
    questions: tuple[Question, ...]
    answered: int
    applicable: int
    percent: int


def domains(record: JsonObject, policy: JsonObject, today: date, labels: Labels) -> tuple[Domain, ...]:
    """Return the checklist of a record by policies/checklist.yaml."""
    return tuple(
        Domain(
            section.id,
            section.title,
            tuple(_question(answer, labels) for answer in section.answers),
            section.answered,
            section.applicable,
            section.percent,
        )
        for section in checklist.questionnaire(record, policy, today)
    )


def _question(answer: Answer, labels: Labels) -> Question:
    if answer.state is State.NOT_APPLICABLE:
        return Question(answer.id, answer.title, answer.state, (), (), answer.reason, ())
    known = [(pointer, value) for pointer, value in answer.values if value is not None]
    alone = len(answer.values) == 1
    return Question(
        answer.id,
        answer.title,
        answer.state,
        tuple(
            ("" if alone and not _bare(value) else labels.short(pointer), spoken(value))
            for pointer, value in known[:MOST]
        ),
        tuple(_open(answer, labels)),
        "",
        tuple((_evidence(each), (each.days_left or 0) < 0) for each in answer.evidence[:MOST]),
        max(0, len(known) - MOST),
    )


def _bare(value: Json) -> bool:
    """Whether a value says nothing without the name of its field, which has the unit: a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _open(answer: Answer, labels: Labels) -> Iterator[str]:
    if answer.state is State.OPEN:
        yield from (labels.short(pointer) for pointer, value in answer.values if value is None)


def _evidence(evidence: Evidence) -> str:
    age = f"{counted(evidence.age_days, 'day')} old" if evidence.age_days is not None else "of unknown age"
    if evidence.days_left is None:
        return f"{evidence.text} ({age})"
    if evidence.days_left < 0:
        return f"{evidence.text} ({age}, ran out {counted(-evidence.days_left, 'day')} ago)"
    return f"{evidence.text} ({age}, valid for {counted(evidence.days_left, 'more day')})"
