"""A red flag, followed through commits that move it about."""

from __future__ import annotations

from datetime import date
from typing import Any

from preflight.auditing.replay import Finding, Flag, Replayed, Seen, Spot, flags
from preflight.history import Commit

DAY = date(2026, 11, 22)


def spot(number: int) -> Spot:
    name = f"{number:040x}"
    when = "2026-11-22T00:00:00+00:00"
    return Spot(number, Commit(name, (), "A", "a@x.example", when, "A", "a@x.example", when, "s"), DAY)


def found(rule: str = "cost/dear", pointer: str = "/cost", message: str = "Dear", vendor: str = "acme") -> Finding:
    return Finding(vendor, rule, pointer, message, f"vendors/{vendor}.yaml")


def seen(number: int, *standing: Finding, **more: Any) -> Seen:
    return Seen(spot(number), more.pop("state", "passed"), standing=standing, **more)


def told(of: tuple[Flag, ...]) -> list[tuple[str, int, str | None, int | None, str | None]]:
    return [
        (each.finding.message, each.came.number, each.came_by, each.went.number if each.went else None, each.went_by)
        for each in of
    ]


def test_it_comes_and_goes_and_comes_again() -> None:
    line = [seen(0), seen(1, found(), vendors=frozenset({"acme"})), seen(2, found()), seen(3), seen(4, found())]
    assert told(flags(line, cut=False)) == [
        ("Dear", 1, "change", 3, "elsewhere"),
        ("Dear", 4, "elsewhere", None, None),
    ]


def test_it_stays_the_same_when_it_says_another_number() -> None:
    line = [seen(0, found(message="Dear: 7")), seen(1, found(message="Dear: 8"))]
    assert told(flags(line, cut=False)) == [("Dear: 8", 0, "elsewhere", None, None)]


def test_it_stays_the_same_when_its_entry_moves_in_the_list() -> None:
    moves = {"acme": {"/parts/1": "/parts/0", "/parts/0": ""}}
    line = [
        seen(0, found(pointer="/parts/0/price", message="Gone"), found(pointer="/parts/1/price")),
        seen(1, found(pointer="/parts/0/price"), moves=moves, vendors=frozenset({"acme"})),
    ]
    assert told(flags(line, cut=False)) == [("Dear", 0, "elsewhere", None, None), ("Gone", 0, "elsewhere", 1, "change")]


def test_of_several_at_one_place_those_pair_that_say_the_same() -> None:
    one, two = (found("schema/required", "", message) for message in ("name is missing", "cost is missing"))
    line = [seen(0, one, two), seen(1, two)]
    assert told(flags(line, cut=False)) == [
        ("cost is missing", 0, "elsewhere", None, None),
        ("name is missing", 0, "elsewhere", 1, "elsewhere"),
    ]


def test_what_cannot_be_told_ends_nothing() -> None:
    unknown = Seen(spot(1), "cannot-judge", reason="broken")
    assert told(flags([seen(0, found()), unknown, seen(2, found())], cut=False)) == [
        ("Dear", 0, "elsewhere", None, None)
    ]


def test_new_rules_are_named_as_the_cause() -> None:
    line = [seen(0), seen(1, found(), rules_changed=True), seen(2, rules_changed=True)]
    assert told(flags(line, cut=False)) == [("Dear", 1, "rules", 2, "rules")]


def test_what_stood_before_a_cut_came_at_no_time_that_is_known() -> None:
    assert told(flags([seen(4, found()), seen(5)], cut=True)) == [("Dear", 4, None, 5, "elsewhere")]


def test_the_exit_code_says_whether_it_can_be_told() -> None:
    round_it, unknown = Seen(spot(1), "refused"), Seen(spot(2), "cannot-judge")
    codes = [Replayed("h", None, listed, ()).code for listed in ((), (unknown,), (round_it, unknown))]
    assert codes == [0, 2, 1]
