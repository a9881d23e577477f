"""What was filled in and is not any more: as far as it is an answer, and not a remark or what no longer matters."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import answers
from preflight.model import Context
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

AI = {"used": True, "trains_on_our_data": True, "purposes": ["scoring"], "data_seen": ["personal"]}
ACCESS = {"access": {"sso": ["saml"], "privileged": {"managed": True}}}


def withdrawn(before: JsonObject | None, record: JsonObject) -> list[str]:
    return [each["pointer"] for each in answers.since(record, before, Context(date(2026, 6, 1), {}))["withdrawn"]]


@pytest.mark.parametrize(
    ("before", "record", "gone"),
    [
        pytest.param({"ai": AI}, {"ai": AI}, [], id="as it was"),
        pytest.param({"ai": AI}, {"ai": {**AI, "data_seen": ["public"], "trains_on_our_data": False}}, [], id="others"),
        pytest.param({"ai": AI}, {}, ["/ai"], id="a section"),
        pytest.param(
            {"ai": AI},
            {"ai": {"used": True, "purposes": ["scoring"]}},
            ["/ai/trains_on_our_data", "/ai/data_seen"],
            id="two of them",
        ),
        pytest.param({"ai": AI}, {"ai": {"used": False, "trains_on_our_data": False}}, [], id="not used any more"),
        pytest.param({"ai": AI}, {"ai": {"used": False}}, ["/ai/trains_on_our_data"], id="yes or no is no detail"),
        pytest.param(
            {"security": ACCESS}, {"security": {"access": {"sso": []}}}, ["/security/access/privileged"], id="deep"
        ),
        pytest.param({"security": ACCESS}, {"security": {"access": ACCESS["access"], "notes": "x"}}, [], id="one more"),
        pytest.param({"security": {"notes": "Much."}}, {"security": {}}, [], id="a remark"),
        pytest.param(
            {"data": {"consent": [{"region": "emea"}]}}, {"data": {"consent": []}}, [], id="what is in a list"
        ),
        pytest.param({"data": {"consent": []}}, {"data": {}}, [], id="an empty list"),
        pytest.param({"contract": {"reference": "1"}}, {}, [], id="what has a rule of its own"),
        pytest.param({"usage": {"seats": 0}}, {"usage": {}}, ["/usage/seats"], id="nothing is an answer, too"),
    ],
)
def test_an_answer_is_not_left_open_again(before: JsonObject, record: JsonObject, gone: list[str]) -> None:
    assert withdrawn(before, record) == gone


def test_a_record_that_is_new_withdraws_nothing() -> None:
    assert withdrawn(None, {"ai": AI}) == []


def test_what_it_looks_at_is_in_the_schema() -> None:
    sections = schema("vendor")["properties"]
    assert set(answers.SECTIONS) <= set(sections)
    booleans = {
        name
        for section in answers.SECTIONS
        for part in (sections[section], *sections[section].get("properties", {}).values())
        for name, each in part.get("properties", {}).items()
        if each.get("type") == "boolean"
    }
    assert set(answers.SWITCHES) <= booleans


# ---- Certifications -----------------------------------------------------------------------------

ISO, LOST = {"standard": "iso-27001", "held": True}, {"standard": "iso-27001", "held": False}
JAN, MAR, END, LATER = "2026-01-01", "2026-03-01", "2026-05-31", "2029-05-31"


@pytest.mark.parametrize(
    ("was", "now", "lost"),
    [
        pytest.param([ISO], [ISO], [], id="as it was"),
        pytest.param([ISO], [], ["iso-27001"], id="no word on it"),
        pytest.param([ISO], [LOST], ["iso-27001"], id="held no more"),
        pytest.param([{**ISO, "valid_until": END}], [ISO], ["iso-27001"], id="without its last day"),
        pytest.param([{**ISO, "valid_until": LATER}], [{**ISO, "valid_until": END}], ["iso-27001"], id="a day before"),
        pytest.param([{**ISO, "valid_until": END}], [{**ISO, "valid_until": LATER}], [], id="renewed"),
        pytest.param([{**ISO, "issued": JAN}], [ISO], ["iso-27001"], id="without its first day"),
        pytest.param([ISO, ISO], [ISO], ["iso-27001"], id="one of two"),
        pytest.param([LOST], [], ["iso-27001"], id="no word on a loss"),
        pytest.param([LOST], [ISO], ["iso-27001"], id="held again, since nobody knows when"),
        pytest.param([LOST], [{**ISO, "issued": JAN}], [], id="held now"),
        pytest.param(
            [{**LOST, "issued": MAR}], [{**ISO, "issued": JAN}], ["iso-27001"], id="an older one counts again"
        ),
        pytest.param(
            [{**ISO, "issued": JAN}, LOST], [{**ISO, "issued": JAN}] * 2, ["iso-27001"], id="twice the old one"
        ),
        pytest.param([{**ISO, "issued": JAN}, LOST], [{**ISO, "issued": JAN}, {**ISO, "issued": MAR}], [], id="anew"),
        pytest.param(
            [{"standard": "soc2-type1", "held": True}],
            [{"standard": "soc2-type2", "held": True}],
            [],
            id="the next step",
        ),
    ],
)
def test_a_certification_is_not_passed_over(was: list[JsonObject], now: list[JsonObject], lost: list[str]) -> None:
    before, record = ({"security": {"certifications": each}} for each in (was, now))
    found = answers.since(record, before, Context(date(2026, 6, 1), {}))["passed_over"]
    assert [each["what"] for each in found] == lost
