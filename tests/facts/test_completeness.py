"""Completeness: an open question never counts as answered, and one that does not apply does not count."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import completeness
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

REASON = "It has no interface at all."


def question(*fields: str, identifier: str = "C1.1") -> JsonObject:
    return {"id": identifier, "title": "?", "fields": list(fields)}


def facts(record: JsonObject, *questions: JsonObject) -> JsonObject:
    domains = [{"name": "integration", "questions": list(questions)}]
    return completeness.of(record, Context(date(2026, 6, 1), {"checklist": {"domains": domains}}))


@pytest.mark.parametrize(
    ("fields", "record", "wanted"),
    [
        pytest.param(["/a"], {}, False, id="absent"),
        pytest.param(["/a"], {"a": None}, False, id="null"),
        pytest.param(["/a"], {"a": False}, True, id="false is an answer"),
        pytest.param(["/a"], {"a": 0}, True, id="zero is an answer"),
        pytest.param(["/a"], {"a": []}, True, id="an empty list is an answer: there are none"),
        pytest.param(["/a/b"], {"a": {}}, False, id="absent from its group"),
        pytest.param(["/a", "/b"], {"a": 1}, False, id="one of two fields"),
        pytest.param(["/a", "/b"], {"a": 1, "b": 2}, True, id="both fields"),
        pytest.param(["/l/*/x"], {}, False, id="a field of items, and no list"),
        pytest.param(["/l/*/x"], {"l": []}, True, id="a field of items, and none"),
        pytest.param(["/l/*/x"], {"l": [{"x": 1}]}, True, id="a field of the one item"),
        pytest.param(["/l/*/x"], {"l": [{"x": 1}, {}]}, False, id="a field that the second item lacks"),
        pytest.param(["/l/*/x"], {"l": [{}, {"x": 1}]}, False, id="a field that the first item lacks"),
        pytest.param(["/l/*"], {"l": ["a"]}, True, id="the items themselves"),
        pytest.param(["/l/*/m/*/x"], {"l": [{"m": [{"x": 1}]}]}, True, id="items of items"),
        pytest.param(["/l/*/m/*/x"], {"l": [{"m": []}]}, True, id="items without items"),
        pytest.param(["/l/*/m/*/x"], {"l": [{}]}, False, id="items whose list is not known"),
        pytest.param(["/l/*/m/*/x"], {"l": [{"m": [{"x": 1}]}, {}]}, False, id="one item whose list is not known"),
    ],
)
def test_a_question_is_answered_when_all_its_fields_are_known(
    fields: list[str],
    record: JsonObject,
    wanted: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    assert completeness.answered(record, question(*fields)) is wanted


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        pytest.param({}, {"answered": 0, "applicable": 3, "percent": 0, "open": ["A", "B", "C"]}, id="nothing"),
        pytest.param({"a": 1}, {"answered": 1, "applicable": 3, "percent": 33, "open": ["B", "C"]}, id="a third"),
        pytest.param(
            {"a": 1, "b": 1},
            {"answered": 2, "applicable": 3, "percent": 66, "open": ["C"]},
            id="two thirds, rounded down",
        ),
        pytest.param(
            {"a": 1, "b": 1, "c": 1}, {"answered": 3, "applicable": 3, "percent": 100, "open": []}, id="everything"
        ),
        pytest.param(
            {"a": 1, "not_applicable": [{"question": "C", "reason": REASON}]},
            {"answered": 1, "applicable": 2, "percent": 50, "open": ["B"]},
            id="a question that does not apply counts neither as answered nor as open",
        ),
        pytest.param(
            {"a": 1, "not_applicable": [{"question": "A", "reason": REASON}]},
            {"answered": 0, "applicable": 2, "percent": 0, "open": ["B", "C"]},
            id="nor does its answer count when there is one",
        ),
        pytest.param(
            {"not_applicable": [{"question": each, "reason": REASON} for each in "ABC"]},
            {"answered": 0, "applicable": 0, "percent": 100, "open": []},
            id="no question applies: nothing is open",
        ),
        pytest.param(
            {"not_applicable": [{"question": "Z", "reason": REASON}]},
            {"answered": 0, "applicable": 3, "percent": 0, "open": ["A", "B", "C"]},
            id="a question of another domain does not apply",
        ),
    ],
)
def test_a_domain_counts_what_applies(record: JsonObject, wanted: JsonObject) -> None:
    questions = [question(f"/{name.lower()}", identifier=name) for name in "ABC"]
    assert facts(record, *questions)["integration"] == wanted


def test_only_all_answers_give_a_hundred_percent() -> None:
    questions = [question(f"/f{number}", identifier=f"C{number}") for number in range(200)]
    record = {f"f{number}": True for number in range(199)}
    assert facts(record, *questions)["integration"]["percent"] == 99


def test_excuses_are_listed_with_their_reasons() -> None:
    record = {"not_applicable": [{"question": "C1.5", "reason": REASON}, {"question": "C1.8", "reason": REASON}]}
    assert facts(record)["excused"] == ["C1.5", "C1.8"]
    assert completeness.excuses(record) == {"C1.5": REASON, "C1.8": REASON}
    assert completeness.excuses({}) == {}


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({"a": 1, "b": 1}, 66, id="questions count, not domains: two of three"),
        pytest.param({"a": 1, "b": 1, "c": 1}, 100, id="everything"),
        pytest.param(
            {"a": 1, "not_applicable": [{"question": "C", "reason": REASON}]}, 50, id="less what does not apply"
        ),
        pytest.param(
            {"not_applicable": [{"question": each, "reason": REASON} for each in "ABC"]}, 100, id="none applies"
        ),
    ],
)
def test_all_domains_together(record: JsonObject, wanted: int) -> None:
    first = {"name": "integration", "questions": [question("/a", identifier="A"), question("/b", identifier="B")]}
    second = {"name": "security", "questions": [question("/c", identifier="C")]}
    assert completeness.overall(record, {"domains": [first, second]}) == wanted
