"""A change beside what was there before it: which findings are new, known or fixed, and what it weighs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from preflight import comparison
from preflight.model import Level, Novelty, Outcome, Verdict, Weight

if TYPE_CHECKING:
    from preflight.model import Json

RULE = "security/certification-current"
FOUND = Verdict(
    vendor="beacon-mail",
    rule=RULE,
    level=Level.RED_FLAG,
    outcome=Outcome.FAIL,
    message="The report is 400 days old; 365 were wanted",
    fix="Ask for the current report.",
    path="vendors/beacon-mail.yaml",
    line=12,
    column=3,
    pointer="/security/certifications/0",
)


def found(**changes: Json) -> Verdict:
    return replace(FOUND, **changes)


def compare(
    now: list[Verdict], before: list[Verdict], moves: dict[str, str] | None = None
) -> tuple[list[str | None], list[str]]:
    """Return the marks of now, and the messages of what is fixed."""
    told, fixed = comparison.marked(now, before, {"beacon-mail": moves or {}}, {RULE})
    return [each.change.value if each.change else None for each in told], [each.message for each in fixed]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        pytest.param({}, "known", id="the same"),
        pytest.param({"message": "The report is 401 days old; 365 were wanted"}, "known", id="a day later"),
        pytest.param({"message": "There is no report"}, "known", id="the rule says it in another way"),
        pytest.param({"line": 99, "column": 1, "fix": "Ask."}, "known", id="it stands elsewhere in the file"),
        pytest.param({"level": Level.WARNING}, "known", id="it weighs less"),
        pytest.param({"outcome": Outcome.WAIVED, "waiver": "w"}, "known", id="it is waived now"),
        pytest.param({"pointer": "/security/certifications/1"}, "new", id="another entry"),
        pytest.param({"vendor": "acme"}, "new", id="another vendor"),
        pytest.param({"rule": "security/mfa"}, "new", id="another rule"),
        pytest.param({"about": "role=cfo"}, "new", id="about somebody else"),
    ],
)
def test_a_finding_is_known_by_vendor_rule_place_and_what_it_is_about(now: dict[str, Json], wanted: str) -> None:
    marks, fixed = compare([found(**now)], [FOUND])
    assert marks == [wanted]
    assert fixed == ([] if wanted == "known" else [FOUND.message])


def test_a_finding_that_weighs_more_is_news() -> None:
    assert compare([FOUND], [found(level=Level.WARNING)]) == (["new"], [])


def test_a_finding_that_was_waived_and_stands_again_is_news() -> None:
    assert compare([FOUND], [found(outcome=Outcome.WAIVED)]) == (["new"], [])


def test_what_was_waived_and_is_gone_was_no_fault_to_fix() -> None:
    assert compare([], [found(outcome=Outcome.WAIVED)]) == ([], [])


def test_passes_are_neither_new_nor_known_nor_fixed() -> None:
    idle = [found(outcome=outcome) for outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)]
    assert compare(idle, []) == ([None, None], [])
    assert compare([], idle) == ([], [])


def test_an_entry_that_moves_takes_its_finding_along() -> None:
    moves = {"/security/certifications/0": "/security/certifications/2"}
    there = found(pointer="/security/certifications/2/valid_until")
    assert compare([there], [found(pointer="/security/certifications/0/valid_until")], moves) == (["known"], [])


def test_another_entry_at_the_place_of_one_that_went_is_another_finding() -> None:
    assert compare([FOUND], [FOUND], {"/security/certifications/0": ""}) == (["new"], [FOUND.message])


def test_several_findings_at_one_place_are_matched_by_what_they_say() -> None:
    mail, chat = found(message="Mail is 3 days late"), found(message="Chat is 3 days late")
    assert compare([found(message="Chat is 4 days late"), mail, found(message="Web is late")], [mail, chat]) == (
        ["known", "known", "new"],
        [],
    )
    assert compare([chat], [mail, chat]) == (["known"], [mail.message])


def test_another_field_that_is_missing_in_the_same_place_is_new() -> None:
    name, summary = (
        found(rule="schema/required", pointer="", message=f"{each} is missing") for each in ("name", "summary")
    )
    assert compare([summary], [name]) == (["new"], ["name is missing"])
    assert compare([summary, name], [name]) == (["new", "known"], [])


def test_what_has_no_mark_yet_is_new() -> None:
    known = found(change=Novelty.KNOWN)
    assert [each.change for each in comparison.new([FOUND, known, found(outcome=Outcome.PASS)])] == [
        Novelty.NEW,
        Novelty.KNOWN,
        None,
    ]


# ---- Cost and risk ------------------------------------------------------------------------------


def test_a_weight_is_what_the_facts_know() -> None:
    known = {"cost": {"annual": 10.5, "at_least": 10.5, "committed": 31.5}, "risk": {"level": "high"}}
    assert comparison.weight(known) == Weight(10.5, 31.5, "high")
    assert comparison.weight({"cost": {"at_least": 3.0}, "risk": {"at_least": "low"}}) == Weight()
    assert comparison.weight({}) == Weight()


def test_a_sum_is_known_only_where_each_part_is() -> None:
    whole = comparison.delta({"a": Weight(0.1, 1), "b": Weight(0.2, 2)}, {"b": Weight(0.3, None)}, "EUR")
    assert whole.before == Weight(0.3, 3)
    assert whole.after == Weight(0.3, None)
    assert [(each.vendor, each.before, each.after) for each in whole.vendors] == [
        ("a", Weight(0.1, 1), None),
        ("b", Weight(0.2, 2), Weight(0.3, None)),
    ]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        pytest.param(
            Weight(46000, 92000, "medium"),
            Weight(52000.5, 92000, "high"),
            "acme: 46,000 EUR → 52,000.50 EUR (+6,000.50 EUR) a year; 92,000 EUR promised; risk medium → high",
            id="a raise",
        ),
        pytest.param(
            None,
            Weight(500, 0, "low"),
            "acme: 0 EUR → 500 EUR (+500 EUR) a year; 0 EUR promised; risk not there → low",
            id="added",
        ),
        pytest.param(
            Weight(500, None, None),
            None,
            "acme: 500 EUR → 0 EUR (−500 EUR) a year; not known → 0 EUR promised; risk not known → not there",
            id="taken out",
        ),
        pytest.param(
            Weight(),
            Weight(5),
            "acme: not known → 5 EUR a year; not known promised; risk not known",
            id="known now",
        ),
        pytest.param(Weight(5, 5, "low"), Weight(5, 5, "low"), "cost and risk: as before", id="as before"),
    ],
)
def test_a_delta_in_words(before: Weight | None, after: Weight | None, wanted: str) -> None:
    was, now = ({} if each is None else {"acme": each} for each in (before, after))
    assert comparison.told(comparison.delta(was, now, "EUR"), 3) == [wanted]


def test_of_many_vendors_the_first_are_told_and_all_together() -> None:
    after = {f"v{number}": Weight(1, 0, "low") for number in range(5)}
    said = comparison.told(comparison.delta({"same": Weight(9, 0)}, {**after, "same": Weight(9, 0)}, "EUR"), 2)
    assert [each.partition(":")[0] for each in said] == ["v0", "v1", "and 3 more vendors", "together"]
    assert said[-1] == "together: 9 EUR → 14 EUR (+5 EUR) a year; 0 EUR promised"


def test_without_a_vendor_or_without_facts_nothing_is_told() -> None:
    assert comparison.told(comparison.delta({}, {}, "EUR"), 3) == []
    assert comparison.told(None, 3) == []
