"""An issue made with the form for proposals → one candidate.

A forge writes the answers as ``### Question``, an empty line and the answer. Nothing keeps an answer from holding
such a line itself, or an issue from being written without the form. So the body has to hold exactly the
questions of the form, each once and in their order; with one question too many, it is not told which is the real one.

Takes the body as Markdown, or JSON with the issue: the event that a workflow gets, or what the forge's command line
gives. The title of an issue is not read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from preflight import intake_form
from preflight.breaches import did_you_mean
from preflight.errors import UsageError
from preflight.escaping import visible
from preflight.importers.candidates import Candidate
from preflight.intake_form import SUBSCRIPTION, Kind, Question
from preflight.pointers import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from preflight.importers.candidates import Background
    from preflight.intake_form import Option
    from preflight.model import Json, JsonObject

NAME = "issue-form"
MOST_BYTES = 1024 * 1024  # of the file; an event says much beside the issue
MOST_CHARACTERS = 65_536  # of the body: as many as the forge takes
MOST_SHOWN = 60  # characters of somebody's text in a message
NO_ANSWER = "_No response_"
HEADING = re.compile(r" {0,3}###(?:[ \t].*)?")
AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?", re.ASCII)
WHOLE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
EDIT = "Edit the issue, or let the proposer fill in the form anew."


@dataclass(frozen=True, slots=True)
class Issue:
    """What is read of an issue."""

    body: str
    login: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The text below one heading, and the line of the heading."""

    question: Question
    text: str
    line: int


def read(data: bytes, background: Background) -> tuple[Candidate, ...]:
    """Return the one candidate of an issue. Raises UsageError with the line in the body."""
    issue = _issue(data)
    asked = intake_form.questions(background.schema, background.policies)
    record: JsonObject = {}
    lines: dict[str, int] = {}
    unknown: dict[str, str] = {}
    for answer in _answers(issue.body, asked):
        if not answer.text:
            _demand(answer)
            unknown[answer.question.id] = answer.question.label
            continue
        for pointer, value in _values(answer):
            _put(record, pointer, value)
            lines[pointer] = answer.line
    _complete_price(record, lines)
    return (Candidate(record, lines, unknown, issue.login, issue.number),)


# ---- The issue ----------------------------------------------------------------------------------


def _issue(data: bytes) -> Issue:
    if len(data) > MOST_BYTES:
        message = f"more than {MOST_BYTES:,} bytes; an issue is smaller"
        raise UsageError(message, fix="Give the body of one issue, or the JSON of one.")
    try:
        text = data.decode("utf-8-sig")  # some shells write a mark in front
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1:,} is not UTF-8"
        raise UsageError(message, fix="Write the file again as UTF-8.") from None
    issue = _from_json(text) if text.lstrip().startswith("{") else Issue(text)
    if len(issue.body) > MOST_CHARACTERS:
        message = f"the body has {len(issue.body):,} characters; at most {MOST_CHARACTERS:,} are read"
        raise UsageError(message, fix=EDIT)
    return issue


def _from_json(text: str) -> Issue:
    """Read the issue of an event, or an issue by itself."""
    fix = "Give what 'gh issue view NUMBER --json number,title,body,author' writes, or the event of a workflow."
    try:
        found = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        message = f"this is not JSON: {getattr(error, 'msg', 'it cannot be read')}"
        raise UsageError(message, fix=fix, line=getattr(error, "lineno", 0)) from None
    issue = found.get("issue", found)
    body = issue.get("body") if isinstance(issue, dict) else None
    if not isinstance(body, str):
        message = "there is no issue with a body in this JSON"
        raise UsageError(message, fix=fix)
    number = issue.get("number")
    by = issue.get("user") or issue.get("author")
    login = by.get("login") if isinstance(by, dict) else None
    return Issue(body, login if isinstance(login, str) else "", number if type(number) is int and number > 0 else None)


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice in one object of this JSON"
        raise UsageError(message, fix="Take the JSON as the forge gave it.")
    return found


# ---- The answers --------------------------------------------------------------------------------


def _answers(body: str, asked: Sequence[Question]) -> Iterator[Answer]:
    """Yield what stands below each question, in the order of the form."""
    lines = body.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        _refuse_invisible(line, number)
    headings = [(number, line[3:].strip()) for number, line in _headings(lines, asked)]
    _refuse_other_order(headings, asked, len(body.rstrip().splitlines()) or 1)
    before = next((number for number, line in enumerate(lines, 1) if line.strip()), 0)
    if before and before < headings[0][0]:
        message = "text stands before the first question"
        raise UsageError(message, fix="Take it out; the form begins with its first question.", line=before)
    ends = [number - 1 for number, _ in headings[1:]] + [len(lines)]
    for question, (start, _), end in zip(asked, headings, ends, strict=True):
        text = "\n".join(lines[start:end]).strip()
        yield Answer(question, "" if text == NO_ANSWER else text, start)


def _refuse_invisible(line: str, number: int) -> None:
    if visible(line) == line:
        return
    character = next(each for each in line if visible(each) != each)
    message = f"the character U+{ord(character):04X} cannot be seen, so nobody knows that it is there"
    raise UsageError(message, fix="Take it out, or type the answer instead of pasting it.", line=number)


def _headings(lines: Sequence[str], asked: Sequence[Question]) -> Iterator[tuple[int, str]]:
    """Yield the lines that look like a question. One that is none of the form is refused."""
    known = {f"### {question.label}" for question in asked}
    for number, line in enumerate(lines, 1):
        if line.rstrip() in known:
            yield number, line
        elif HEADING.fullmatch(line):
            label = line.strip(" #")
            message = f"{label[:MOST_SHOWN]!r} is not a question of the form"
            labels = [question.label for question in asked]
            guess = did_you_mean(label[:MOST_SHOWN], labels)
            fix = guess or "Inside an answer, begin no line with ###. If the form has changed since, fill it in anew."
            raise UsageError(message, fix=fix, line=number)


def _refuse_other_order(headings: Sequence[tuple[int, str]], asked: Sequence[Question], last: int) -> None:
    """Refuse questions that stand twice, are missing or have changed places."""
    first: dict[str, int] = {}
    for number, label in headings:
        if label in first:
            message = f"the question {label!r} stands here again; it was first in line {first[label]}"
            fix = "An answer must not hold a question. Take the line out that is not the form's own."
            raise UsageError(message, fix=fix, line=number)
        first[label] = number
    for question in asked:
        if question.label not in first:
            message = f"the question {question.label!r} is missing"
            raise UsageError(
                message, fix=f"The form asks it, and writes {NO_ANSWER} where it is left open. {EDIT}", line=last
            )
    for question, (number, label) in zip(asked, headings, strict=True):
        if question.label != label:
            message = f"the question {label!r} stands where {question.label!r} belongs"
            raise UsageError(message, fix=f"Keep the order of the form. {EDIT}", line=number)


def _demand(answer: Answer) -> None:
    if answer.question.required:
        message = f"{answer.question.label!r} has no answer, and is needed"
        raise UsageError(message, fix=EDIT, line=answer.line)


# ---- From answers to values ---------------------------------------------------------------------


def _values(answer: Answer) -> Iterator[tuple[str, Json]]:
    if answer.question.kind is Kind.CHOICE:
        yield from _chosen(answer).items()
    else:
        yield answer.question.pointer, _READ[answer.question.kind](answer)


def _chosen(answer: Answer) -> dict[str, Json]:
    """Return the values of the options that were chosen. Raises UsageError where two of them contradict."""
    options = {option.label: option for option in answer.question.options}
    found: dict[str, Json] = {}
    seen: set[str] = set()
    for label in answer.text.split(", ") if answer.question.several else [answer.text]:
        option = options.get(label)
        if option is None:
            raise _refused(
                answer, label, did_you_mean(label[:MOST_SHOWN], options) or "Choose one of the answers of the form."
            )
        if label in seen or _contradicts(option, found):
            message = f"{answer.question.label!r} has two answers that do not go together"
            raise UsageError(message, fix=f"Keep one of the two. {EDIT}", line=answer.line)
        seen.add(label)
        found[option.pointer] = [*found.get(option.pointer, ()), option.value] if option.adds else option.value
    return found


def _contradicts(option: Option, found: Mapping[str, Json]) -> bool:
    there = found.get(option.pointer)
    return there is not None and (not option.adds or there == [])


def _text(answer: Answer) -> Json:
    return answer.text


def _codes(answer: Answer) -> Json:
    return [each for each in re.split(r"[,;\s]+", answer.text) if each]


def _rows(answer: Answer) -> Json:
    rows = [line.strip().partition(": ") for line in answer.text.split("\n") if line.strip()]
    return [{"name": name, **({"why_not": why.strip()} if why.strip() else {})} for name, _, why in rows]


def _amount(answer: Answer) -> Json:
    if not AMOUNT.fullmatch(answer.text):
        raise _refused(answer, answer.text, "Write digits only, and at most two behind a point: 48000 or 1250.50.")
    value = float(answer.text)
    return int(value) if value.is_integer() else value


def _whole(answer: Answer) -> Json:
    if not WHOLE.fullmatch(answer.text):
        raise _refused(answer, answer.text, "Write a whole number, digits only: 12000.")
    return int(answer.text)


def _day(answer: Answer) -> Json:
    try:
        if DAY.fullmatch(answer.text):
            return date.fromisoformat(answer.text).isoformat()
    except ValueError:
        pass
    raise _refused(answer, answer.text, "Write a date that exists, as YYYY-MM-DD.")


def _refused(answer: Answer, text: str, fix: str) -> UsageError:
    shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    message = f"{shown!r} is no answer to {answer.question.label!r}"
    return UsageError(message, fix=fix, line=answer.line)


_READ: Mapping[Kind, Callable[[Answer], Json]] = {
    Kind.TEXT: _text,
    Kind.CODES: _codes,
    Kind.ROWS: _rows,
    Kind.AMOUNT: _amount,
    Kind.WHOLE: _whole,
    Kind.DATE: _day,
}


def _put(record: JsonObject, pointer: str, value: Json) -> None:
    """Set a value; ``0`` in a pointer is the one entry of a list. What several questions add to a list is joined."""
    *way, last = parts(pointer)
    inside: Json = record
    for part, following in zip(way, [*way, last][1:], strict=True):
        fresh: Json = [] if following == "0" else {}
        if part != "0":
            inside = inside.setdefault(part, fresh)
            continue
        if not inside:
            inside.append(fresh)
        inside = inside[0]
    there = inside.get(last)
    inside[last] = [*there, *value] if isinstance(there, list) else value


def _complete_price(record: JsonObject, lines: dict[str, int]) -> None:
    """Give what is bought the vendor's name where no product was named; refuse half a price."""
    bought = record.get("contract", {}).get("subscriptions")
    if not bought:
        return
    if "product" not in bought[0]:
        bought[0]["product"] = record["name"]
    price = bought[0].get("price", {})
    for has, lacks, word in (("amount", "currency", "currency"), ("currency", "amount", "price")):
        if has in price and lacks not in price:
            message = f"the price is given by half: its {word} is missing"
            fix = f"Answer both questions, or leave both open. {EDIT}"
            raise UsageError(message, fix=fix, line=lines[f"{SUBSCRIPTION}/price/{has}"])
