"""What was bought stays: an entry that is taken out, moved, cut short or made smaller still counts, and is missed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from preflight.facts import ledger
from preflight.model import Context, Json, JsonObject
from preflight.pairing import GONE, LESS

SHAPE = Draft202012Validator({"additionalProperties": False, **ledger.SHAPE})
TODAY = date(2026, 6, 1)
POLICIES = {
    "approvals": {"window_days": 365},
    "rates": {"base": "EUR", "rates": [{"currency": "USD", "from": "2026-01-01", "rate": 0.5}]},
}
LONG_AGO = {"status": "live", "proposed_on": "2024-01-01", "approved_on": "2024-02-01", "signed_on": "2024-02-05"}
OF_LATE = {"status": "live", "proposed_on": "2026-01-05", "approved_on": "2026-02-01", "signed_on": "2026-02-05"}


def eur(amount: float, currency: str = "EUR") -> JsonObject:
    return {"amount": amount, "currency": currency}


def plan(amount: float = 40_000, currency: str = "EUR", **entry: Json) -> JsonObject:
    """Return a subscription of this year; None takes a member out."""
    usual = {"product": "Mail", "team": "web", "starts": "2026-01-01", "ends": "2026-12-31", "auto_renews": False}
    whole = {**usual, "per": "year", "price": eur(amount, currency), **entry}
    return {name: value for name, value in whole.items() if value is not None}


def once(amount: float = 40_000, **entry: Json) -> JsonObject:
    return {"kind": "licence", "date": "2026-02-01", "amount": eur(amount), **entry}


def record(
    *plans: JsonObject, life: JsonObject = LONG_AGO, paid: Json = (), repeated: Json = (), used: Json = ()
) -> JsonObject:
    cost = {"one_off": list(paid), "recurring": list(repeated), "usage": list(used)}
    return {"lifecycle": life, "contract": {"subscriptions": list(plans)}, "cost": cost}


def withdrawn(before: JsonObject | None, now: JsonObject) -> list[tuple[str, str]]:
    found = ledger.since(now, before, Context(TODAY, POLICIES))
    SHAPE.validate(found)
    return [(each["what"], each["found"]) for each in found["withdrawn"]]


MAIL = "Mail of 2026-01-01 to 2026-12-31"


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        pytest.param([plan()], [plan()], [], id="as it was"),
        pytest.param([plan()], [plan(), plan(product="Chat")], [], id="with something new beside it"),
        pytest.param([plan()], [plan(45_000)], [], id="dearer"),
        pytest.param([plan()], [plan(ends="2027-12-31")], [], id="for longer"),
        pytest.param([plan()], [plan(team="Web ")], [], id="spelt otherwise"),
        pytest.param([plan(auto_renews=True)], [plan()], [], id="that does not renew any more"),
        pytest.param([plan(), plan(product="Chat")], [plan(product="Chat"), plan()], [], id="in another order"),
        pytest.param([plan()], [], [(MAIL, GONE)], id="taken out"),
        pytest.param([plan()], [plan(starts="2025-01-01")], [(MAIL, GONE)], id="moved back out of the window"),
        pytest.param([plan()], [plan(product="Chat")], [(MAIL, GONE)], id="another product in its place"),
        pytest.param([plan()], [plan(team="crm")], [(MAIL, GONE)], id="another team in its place"),
        pytest.param([plan()], [plan(region="emea")], [(MAIL, GONE)], id="another region in its place"),
        pytest.param([plan()], [plan(ends="2026-06-01")], [(MAIL, LESS)], id="cut short"),
        pytest.param([plan()], [plan(39_999)], [(MAIL, LESS)], id="cheaper"),
        pytest.param([plan()], [plan(40_000, "USD")], [(MAIL, LESS)], id="in a weaker currency"),
        pytest.param([plan()], [plan(40_000, "XAF")], [(MAIL, LESS)], id="in a currency without a rate"),
        pytest.param([plan()], [plan(price=None)], [(MAIL, LESS)], id="without its price"),
        pytest.param([plan(per="month")], [plan()], [(MAIL, LESS)], id="a year for a month"),
        pytest.param([plan(per="term")], [plan(per="term", ends="2036-12-31")], [(MAIL, LESS)], id="spread thin"),
        pytest.param(
            [plan(3900, per="term", ends="2026-01-31", auto_renews=True)],
            [plan(3900, per="term", ends="2026-12-31")],
            [("Mail of 2026-01-01 to 2026-01-31", LESS)],
            id="a year for a month that renews",
        ),
        pytest.param(
            [plan(1, commitment={"minimum": eur(40_000)})], [plan(1)], [(MAIL, LESS)], id="without its minimum"
        ),
        pytest.param([plan(), plan()], [plan()], [(MAIL, GONE)], id="one of two alike"),
        pytest.param([plan(), plan(30_000)], [plan()], [(MAIL, GONE)], id="one does not stand for two"),
        pytest.param(
            [plan(starts="2025-07-01", ends="2025-12-31")], [], [("Mail of 2025-07-01 to 2025-12-31", GONE)],
            id="over, and bought within the window",
        ),
        pytest.param(
            [plan(starts="2025-05-01", ends="2026-05-31")], [], [("Mail of 2025-05-01 to 2026-05-31", GONE)],
            id="bought before the window, and over within it",
        ),
        pytest.param([plan(starts="2024-05-01", ends="2025-03-03")], [], [], id="over 90 days before the window"),
        pytest.param(
            [plan(starts="2025-05-01", ends="2026-06-30")], [], [("Mail of 2025-05-01 to 2026-06-30", GONE)],
            id="bought before the window, and running",
        ),
        pytest.param([plan(starts=None, ends=None)], [plan()], [], id="a first day that was not known"),
        pytest.param(
            [plan(starts=None, ends=None)], [plan(starts="2025-01-01")], [("Mail", GONE)], id="and is an old one now"
        ),
    ],
)  # fmt: skip
def test_subscriptions_that_run_or_were_bought_of_late_stay(
    was: list[JsonObject], now: list[JsonObject], found: list[tuple[str, str]]
) -> None:
    assert withdrawn(record(*was), record(*now)) == found


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param(plan(ends="2026-06-01"), [], id="today"),
        pytest.param(plan(ends="2026-05-31"), [("Mail of 2026-01-01", LESS)], id="in the past"),
        pytest.param(plan(30_000, ends="2026-06-01"), [("Mail of 2026-01-01", LESS)], id="and for less until then"),
    ],
)
def test_what_runs_until_somebody_cancels_ends_when_somebody_does(
    now: JsonObject, found: list[tuple[str, str]]
) -> None:
    assert withdrawn(record(plan(ends=None, auto_renews=None)), record(now)) == found


@pytest.mark.parametrize(("ends", "kept"), [("2027-04-30", True), ("2026-06-01", False)], ids=["at its end", "today"])
def test_a_term_that_has_renewed_by_itself_ends_when_that_one_ends(ends: str, kept: bool) -> None:  # noqa: FBT001 - a table
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True)
    assert (withdrawn(record(was), record({**was, "ends": ends, "auto_renews": False})) == []) is kept


@pytest.mark.parametrize(
    ("begun", "notice", "ends", "kept"),
    [
        pytest.param("2025-07-01", 29, "2026-06-30", True, id="in time"),
        pytest.param("2025-07-01", 30, "2026-06-30", False, id="a day too late"),
        pytest.param("2025-07-01", 30, "2027-06-30", True, id="too late, so for another term"),
        pytest.param("2024-07-01", 30, "2027-06-30", True, id="too late in its second year"),
    ],
)
def test_what_nobody_cancelled_in_time_runs_for_another_term(begun: str, notice: int, ends: str, kept: bool) -> None:  # noqa: FBT001 - a table
    last = f"{int(begun[:4]) + 1}-06-30"
    was = plan(starts=begun, ends=last, auto_renews=True, notice_days=notice)
    assert (withdrawn(record(was), record({**was, "ends": ends, "auto_renews": False})) == []) is kept


def test_a_term_that_has_renewed_by_itself_stays_above_the_next() -> None:
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True)
    following = plan(starts="2026-05-01", ends="2027-04-30")
    assert withdrawn(record(was), record(following)) == [("Mail of 2025-05-01 to 2026-04-30", GONE)]
    assert withdrawn(record(was), record(was, following)) == []


def test_a_short_term_of_the_window_stays_beside_the_one_that_follows() -> None:
    was = plan(starts="2025-11-01", ends="2026-04-30", auto_renews=True)
    following = plan(starts="2026-05-01", ends="2026-10-31")
    assert withdrawn(record(was), record(following)) == [("Mail of 2025-11-01 to 2026-04-30", GONE)]
    assert withdrawn(record(was), record(was, following)) == []


LICENCE = "a payment (licence) of 2026-02-01"


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        pytest.param(once(), [once(), once()], [], id="and another"),
        pytest.param(once(), [once(50_000)], [], id="more"),
        pytest.param(once(), [], [(LICENCE, GONE)], id="taken out"),
        pytest.param(once(), [once(kind="internal-labour")], [(LICENCE, GONE)], id="called our own work"),
        pytest.param(once(), [once(kind="training")], [(LICENCE, GONE)], id="called something else"),
        pytest.param(once(), [once(date="2025-02-01")], [(LICENCE, GONE)], id="dated back"),
        pytest.param(once(), [once(1)], [(LICENCE, LESS)], id="made smaller"),
        pytest.param(once(date="2026-09-01"), [once(date="2026-12-01")], [], id="put off"),
        pytest.param(once(date="2026-09-01"), [once(date="2025-01-01")], [("a payment (licence) of 2026-09-01", GONE)],
                     id="to come, and said to be long past"),
        pytest.param(once(date="2025-03-04"), [], [("a payment (licence) of 2025-03-04", GONE)], id="just before it"),
        pytest.param(once(date="2025-03-03"), [], [], id="90 days before the window"),
        pytest.param(once(kind="internal-labour"), [], [], id="our own work, which nobody is paid for"),
    ],
)  # fmt: skip
def test_payments_of_the_window_stay(was: JsonObject, now: list[JsonObject], found: list[tuple[str, str]]) -> None:
    assert withdrawn(record(paid=[was]), record(paid=now)) == found


def support(amount: float, kind: str = "support") -> JsonObject:
    return {"kind": kind, "amount": eur(amount), "per": "year"}


def paid(amount: float, since: str | None = None, kind: str = "support") -> JsonObject:
    return support(amount, kind) | ({"since": since} if since else {})


def metered(expected: int, unit: str = "1,000 mails") -> JsonObject:
    return {"unit": unit, "price": eur(1), "expected": expected}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param({"repeated": [support(20_000), support(20_000)], "used": [metered(9)]}, [], id="in two parts"),
        pytest.param(
            {"repeated": [support(39_000)], "used": [metered(9)]}, [("the recurring cost of support", LESS)], id="less"
        ),
        pytest.param(
            {"repeated": [support(40_000, "training")], "used": [metered(9)]},
            [("the recurring cost of support", GONE)],
            id="for something else",
        ),
        pytest.param(
            {"repeated": [support(40_000)], "used": [metered(8)]}, [("the usage in 1 000 mails", LESS)], id="less use"
        ),
    ],
)
@pytest.mark.parametrize("life", [OF_LATE, LONG_AGO], ids=["agreed to of late", "agreed to long ago"])
def test_what_recurs_without_a_day_stays(life: JsonObject, now: JsonObject, found: list[tuple[str, str]]) -> None:
    before: JsonObject = {"repeated": [support(40_000)], "used": [metered(9)]}
    assert withdrawn(record(life=life, **before), record(life=life, **now)) == found


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param([support(9) | {"until": "2026-06-01"}, paid(3, "2026-06-02")], [], id="ended, and less follows"),
        pytest.param([paid(9, "2021-01-01")], [], id="it got its day"),
        pytest.param([paid(9, "2025-03-04")], [], id="90 days before the window"),
        pytest.param([paid(9, "2025-03-05")], [GONE], id="a day of late"),
        pytest.param([paid(9, "2021-01-01") | {"until": "2025-03-03"}], [GONE], id="and was over before that"),
        pytest.param([paid(9, "2021-01-01") | {"until": "2026-05-31"}], [GONE], id="and was over yesterday"),
        pytest.param([paid(9, "2021-01-01") | {"until": "2026-06-01"}], [], id="and ends today"),
        pytest.param([support(4), paid(5, "2021-01-01")], [], id="of a part"),
    ],
)
def test_what_has_no_day_may_end_or_get_one(now: list[JsonObject], found: list[str]) -> None:
    assert [each for _, each in withdrawn(record(repeated=[support(9)]), record(repeated=now))] == found


def test_what_was_agreed_to_of_late_is_not_over_before_it_is_told() -> None:
    over = paid(9, "2021-01-01") | {"until": "2026-05-31"}
    before = record(life=OF_LATE, repeated=[support(9)])
    assert [each for _, each in withdrawn(before, record(life=OF_LATE, repeated=[over]))] == [GONE]
    assert withdrawn(before, record(life=OF_LATE, repeated=[{**over, "until": "2026-06-01"}])) == []


def test_what_was_agreed_to_of_late_was_not_paid_before_it_began() -> None:
    before = record(life=OF_LATE, repeated=[support(9)])
    for since, found in (("2026-02-05", []), ("2026-02-06", [GONE])):
        now = record(life=OF_LATE, repeated=[paid(9, since)])
        assert [each for _, each in withdrawn(before, now)] == found


def test_what_is_known_stays_beside_what_is_not() -> None:
    unknown = {"unit": "calls", "price": eur(1)}
    was = metered(9, "calls")
    assert withdrawn(record(used=[was, unknown]), record(used=[unknown])) == [("the usage in calls", LESS)]
    assert withdrawn(record(used=[was]), record(used=[unknown])) == [("the usage in calls", LESS)]
    assert withdrawn(record(used=[was, unknown]), record(used=[was])) == []


def test_what_another_entry_has_said_all_along_stands_for_nothing_else() -> None:
    were = [support(9), paid(9, "2021-01-01")]
    assert withdrawn(record(repeated=were), record(repeated=were[1:])) == [("the recurring cost of support", GONE)]


def test_a_subscription_of_old_is_in_the_contract_and_may_become_cheaper() -> None:
    before, now = (record(repeated=[support(amount, "subscription")]) for amount in (9, 8))
    assert withdrawn(before, now) == []


LIVE = {**LONG_AGO, "live_on": "2024-03-01"}


@pytest.mark.parametrize(
    ("ends", "notice", "retired", "found"),
    [
        pytest.param("2026-04-30", 0, "2026-06-01", [], id="today"),
        pytest.param("2026-04-30", 0, "2026-05-20", [], id="the other day, in the term that runs"),
        pytest.param(
            "2026-04-30", 0, "2026-04-20", [("Mail, which had renewed", ledger.LATE)], id="before the term that runs"
        ),
        pytest.param(
            "2026-06-30", 30, "2026-05-20", [("Mail, which had renewed", ledger.LATE)], id="before the notice"
        ),
        pytest.param("2026-06-30", 30, "2026-06-01", [], id="too late for notice, as it says"),
    ],
)
def test_a_vendor_is_not_left_before_a_term_that_has_begun(
    ends: str, notice: int, retired: str, found: list[tuple[str, str]]
) -> None:
    was = plan(
        starts=f"2025{ends[4:7]}-01".replace("-04-", "-05-").replace("-06-", "-07-"),
        ends=ends,
        auto_renews=True,
        notice_days=notice,
    )
    over = {**LIVE, "status": "retired", "retired_on": retired}
    assert withdrawn(record(was, life=LIVE), record(was, life=over)) == found


@pytest.mark.parametrize(("renews", "found"), [(True, [LESS]), (False, [])], ids=["it renews", "it ends by itself"])
def test_a_notice_does_not_become_shorter(renews: bool, found: list[str]) -> None:  # noqa: FBT001 - a table
    was, now = ({**plan(), "auto_renews": renews, "notice_days": days} for days in (90, 0))
    assert [each for _, each in withdrawn(record(was), record(now))] == found
    assert withdrawn(record(now), record(was)) == []


@pytest.mark.parametrize(
    ("amount", "starts", "ends", "found"),
    [
        pytest.param(1, "2026-05-01", "2027-04-30", [LESS], id="cheaper, since it renewed"),
        pytest.param(40_000, "2026-05-01", "2027-04-30", [], id="for as much"),
        pytest.param(40_000, "2026-05-01", "2026-05-31", [LESS], id="for as much, and shorter"),
        pytest.param(1, "2027-05-01", "2028-04-30", [], id="cheaper, from the day on which it would renew again"),
        pytest.param(1, "2026-06-01", "2027-04-30", [], id="cheaper, beside it: until its term ends both run"),
    ],
)
def test_what_had_renewed_does_not_give_way_to_less(amount: int, starts: str, ends: str, found: list[str]) -> None:
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True, notice_days=30)
    follows = plan(amount, starts=starts, ends=ends)
    assert [each for _, each in withdrawn(record(was), record(was, follows))] == found


def test_what_gives_way_is_not_excused_by_its_twin() -> None:
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True)
    twin = plan(1, starts="2025-05-01", ends="2029-04-30")
    cheap = plan(1, starts="2026-05-01", ends="2027-04-30")
    for both in ((was, twin), (twin, was)):
        assert [each for _, each in withdrawn(record(*both), record(*both, cheap))] == [LESS]


def test_one_term_takes_the_place_of_one() -> None:
    parts = [plan(4_400, starts=f"2025-05-0{day}", ends="2026-04-30", auto_renews=True) for day in range(1, 10)]
    follows = plan(4_400, starts="2026-05-01", ends="2027-05-30")
    assert len(withdrawn(record(*parts), record(*parts, follows))) == len(parts)
    whole = plan(4_400 * 9, starts="2026-05-01", ends="2027-05-30")
    assert withdrawn(record(*parts), record(*parts, whole)) == []


def test_what_takes_the_place_of_a_term_binds_as_long_by_itself() -> None:
    """A month that renews could be left the next day, and nothing would be owed of the year that had renewed."""
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True)
    months = plan(3_334, starts="2026-05-01", ends="2026-05-31", per="month", auto_renews=True)
    assert [each for _, each in withdrawn(record(was), record(was, months))] == [LESS]
    assert withdrawn(record(was), record(was, {**months, "ends": "2027-04-30"})) == []


def test_one_cheap_term_is_not_excused_by_another_that_follows_later() -> None:
    was = plan(starts="2025-05-01", ends="2026-04-30", auto_renews=True)
    beside = plan(starts="2026-06-01", ends="2027-05-31")
    cheap = plan(1, starts="2026-05-01", ends="2026-05-31")
    assert [each for _, each in withdrawn(record(was, beside), record(was, beside, cheap))] == [LESS]


def test_what_is_not_known_in_full_does_not_become_less_by_what_is_known() -> None:
    minimum = {"minimum": eur(1)}  # without an end, nobody knows how often it is owed
    was, now = ({**plan(amount, ends=None, auto_renews=True), "commitment": minimum} for amount in (9, 8))
    assert [each for _, each in withdrawn(record(was), record(now))] == [LESS]
    assert withdrawn(record(now), record(was)) == []


def test_what_has_no_term_ends_with_the_vendor() -> None:
    was = plan(starts="2021-01-01", ends=None)
    over = {**LIVE, "status": "retired", "retired_on": "2026-05-20"}
    assert withdrawn(record(was, life=LIVE), record(was, life=over)) == []


@pytest.mark.parametrize(
    ("until", "found"),
    [
        pytest.param("2026-06-01", [], id="today"),
        pytest.param("2026-12-31", [], id="at the end of the year"),
        pytest.param("2026-05-31", [LESS], id="yesterday"),
    ],
)
@pytest.mark.parametrize("since", ["2021-01-01", "2026-05-20"])
def test_what_recurs_with_its_day_ends_with_a_day(since: str, until: str, found: list[str]) -> None:
    was = {**support(9), "since": since}
    assert [each for _, each in withdrawn(record(repeated=[was]), record(repeated=[{**was, "until": until}]))] == found
    assert [each for _, each in withdrawn(record(repeated=[was]), record())] == [GONE]


@pytest.mark.parametrize(
    ("until", "found"),
    [("2030-12-31", []), ("2031-12-31", []), ("2030-12-30", [LESS]), ("2026-06-01", [LESS]), (None, [])],
)
def test_what_was_promised_until_a_day_is_paid_until_then(until: str | None, found: list[str]) -> None:
    """The log would remember it for a year and a half, and it is owed for longer."""
    was = {**support(9), "since": "2026-01-01", "until": "2030-12-31"}
    now = {**was, "until": until} if until else {name: each for name, each in was.items() if name != "until"}
    assert [each for _, each in withdrawn(record(repeated=[was]), record(repeated=[now]))] == found


def test_what_ended_stays_for_the_window_and_the_days_in_which_things_are_entered() -> None:
    was = {**support(9), "since": "2021-01-01"}
    assert withdrawn(record(repeated=[{**was, "until": "2025-03-03"}]), record()) == []
    assert withdrawn(record(repeated=[{**was, "until": "2025-03-04"}]), record()) != []


def test_what_has_no_day_is_not_ended_afterwards() -> None:
    over = {**support(9), "until": "2026-05-31"}
    assert withdrawn(record(repeated=[support(9)]), record(repeated=[over])) == [
        ("the recurring cost of support", ledger.LATE)
    ]
    assert withdrawn(record(repeated=[over]), record(repeated=[over])) == []


def test_where_one_thing_has_begun_the_contract_is_signed() -> None:
    life = {"status": "approved", "proposed_on": "2026-01-05", "approved_on": "2026-03-03"}
    begun = plan(1, starts="2026-05-01", ends="2027-04-30")
    before = record(begun, life=life, repeated=[support(9)])
    assert withdrawn(before, record(begun, life=life)) == [("the recurring cost of support", GONE)]
    to_come = plan(1, starts="2026-07-01", ends="2027-06-30")
    assert withdrawn(record(to_come, life=life, repeated=[support(9)]), record(to_come, life=life)) == []
    for begun in ({"paid": [once(1, date="2026-05-01")]}, {"used": [{**metered(1), "since": "2026-05-01"}]}):
        before = record(to_come, life=life, repeated=[support(9)], **begun)
        assert withdrawn(before, record(to_come, life=life, **begun)) == [("the recurring cost of support", GONE)]
    long = {**life, "approved_on": "2026-03-02"}  # more than 90 days ago: it is paid, whoever forgot to say so
    assert withdrawn(record(to_come, life=long, repeated=[support(9)]), record(to_come, life=long)) == [
        ("the recurring cost of support", GONE)
    ]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        pytest.param([paid(9, "2026-05-20")], [], id="as it was"),
        pytest.param([paid(9, "2026-05-20"), paid(7)], [], id="and another"),
        pytest.param([paid(9, "2026-05-20") | {"until": "2026-06-01"}], [], id="ended today"),
        pytest.param([], ["the recurring cost of support since 2026-05-20"], id="taken out"),
        pytest.param([paid(8, "2026-05-20")], ["the recurring cost of support since 2026-05-20"], id="less"),
        pytest.param([paid(9)], ["the recurring cost of support since 2026-05-20"], id="without its day"),
        pytest.param([paid(9, "2020-01-01")], ["the recurring cost of support since 2026-05-20"], id="since years"),
        pytest.param([paid(9, "2026-05-20", "training")], ["the recurring cost of support since 2026-05-20"],
                     id="for something else"),
    ],
)  # fmt: skip
def test_what_recurs_of_late_stays_with_its_day(now: list[JsonObject], found: list[str]) -> None:
    assert [each for each, _ in withdrawn(record(repeated=[paid(9, "2026-05-20")]), record(repeated=now))] == found


def test_usage_is_paid_whatever_its_unit_is_called() -> None:
    before = record(life=OF_LATE, used=[metered(9, "internal-labour")])
    assert withdrawn(before, record(life=OF_LATE)) == [("the usage in internal labour", GONE)]


def test_our_own_work_may_become_less() -> None:
    before = record(life=OF_LATE, repeated=[support(9, "internal-labour")])
    assert withdrawn(before, record(life=OF_LATE)) == []


@pytest.mark.parametrize(
    ("life", "free"),
    [
        pytest.param({"status": "proposed"}, True, id="proposed"),
        pytest.param({"status": "rejected"}, True, id="rejected before anybody agreed"),
        pytest.param({"status": "proposed", "approved_on": "2026-01-01"}, False, id="proposed once more"),
        pytest.param({"status": "rejected", "signed_on": "2026-01-01"}, False, id="rejected after the signature"),
        pytest.param({"status": "retired", "live_on": "2026-01-01", "retired_on": "2026-05-01"}, False, id="retired"),
        pytest.param({"status": "approved"}, False, id="approved"),
    ],
)
def test_a_proposal_may_change_until_it_is_agreed_to(life: JsonObject, free: bool) -> None:  # noqa: FBT001 - a table
    assert (withdrawn(record(plan(), life=life), record(life=life)) == []) is free


def test_without_a_record_before_nothing_is_withdrawn() -> None:
    assert withdrawn(None, record()) == []
    assert withdrawn({"lifecycle": {"status": "live"}}, record()) == []


def sold_by(**seller: Json) -> JsonObject:
    whole = {
        "name": "Foghorn GmbH",
        "country": "DE",
        "parent": "Tarn AG",
        "domains": ["foghorn.example", "horn.example"],
        **seller,
    }
    return {**record(), "legal_entity": {name: each for name, each in whole.items() if each is not None}}


@pytest.mark.parametrize(
    ("now", "exchanged"),
    [
        pytest.param(sold_by(), [], id="as it was"),
        pytest.param(sold_by(name="FOGHORN  GmbH"), [], id="written otherwise"),
        pytest.param(sold_by(domains=["new.example", "horn.example", "Foghorn.example"]), [], id="another domain"),
        pytest.param(sold_by(name="Foghorn Ltd"), ["the seller was Foghorn GmbH"], id="another company"),
        pytest.param(sold_by(name="FoghornG mbH"), ["the seller was Foghorn GmbH"], id="another blank"),
        pytest.param(sold_by(country="CY"), ["its country was DE"], id="in another country"),
        pytest.param(sold_by(parent=None), ["its parent was Tarn AG"], id="without its parent"),
        pytest.param(sold_by(parent="Mere AG"), ["its parent was Tarn AG"], id="another parent"),
        pytest.param(sold_by(domains=["horn.example"]), ["its domain was foghorn.example"], id="a domain less"),
    ],
)
def test_what_tells_of_the_seller_stays(now: JsonObject, exchanged: list[str]) -> None:
    found = ledger.since(now, sold_by(), Context(TODAY, POLICIES))["exchanged"]
    assert [each["what"] for each in found] == exchanged


def test_a_name_keeps_every_key_by_which_its_house_is_found() -> None:
    """Storm Co Ltd and Storm GmbH are one house, and StormCo Ltd would be another one."""
    found = ledger.since(sold_by(name="StormCo Ltd"), sold_by(name="Storm Co Ltd"), Context(TODAY, POLICIES))
    assert [each["what"] for each in found["exchanged"]] == ["the seller was Storm Co Ltd"]


ENTRIES = st.builds(
    plan,
    st.sampled_from([10, 20]),
    product=st.sampled_from(["Mail", "Chat"]),
    starts=st.sampled_from(["2025-01-01", "2026-01-01", "2026-03-01", None]),
    ends=st.sampled_from(["2026-05-01", "2026-12-31", None]),
    auto_renews=st.sampled_from([True, False, None]),
)


@given(st.lists(ENTRIES, max_size=4), st.lists(ENTRIES, max_size=3), st.data())
def test_whoever_only_adds_withdraws_nothing(
    was: list[JsonObject], more: list[JsonObject], data: st.DataObject
) -> None:
    now = data.draw(st.permutations([*was, *more]))
    assert withdrawn(record(*was), record(*now)) == []


@given(st.lists(ENTRIES, min_size=1, max_size=4))
def test_whoever_takes_out_what_runs_is_told_of_each(was: list[JsonObject]) -> None:
    running = [each for each in was if each.get("ends") != "2026-05-01"]
    assert len(withdrawn(record(*was), record())) >= len(running)
