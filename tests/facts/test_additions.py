"""What comes into a record says when it was bought: old terms do not grow, and what recurs has its day."""

from __future__ import annotations

import pytest

from facts.test_ledger import LONG_AGO, POLICIES, TODAY, eur, once, paid, plan, record
from preflight.facts import additions
from preflight.model import Context, JsonObject

RETIRED = {**LONG_AGO, "status": "retired", "retired_on": "2026-05-01"}


def told(name: str, before: JsonObject, now: JsonObject) -> list[str]:
    return [each["what"] for each in additions.since(now, before, Context(TODAY, POLICIES))[name]]


# ---- Old terms ----------------------------------------------------------------------------------

OLD: JsonObject = {"starts": "2025-02-01", "ends": "2027-01-31"}
OVER: JsonObject = {"starts": "2024-02-01", "ends": "2026-05-31"}
LATE: JsonObject = {"starts": "2026-03-02", "ends": "2026-12-31"}
NEW: JsonObject = {"starts": "2026-03-03", "ends": "2026-12-31"}
ROLLED: JsonObject = {"starts": "2024-05-01", "ends": "2025-04-30", "auto_renews": True}


def least(amount: float) -> JsonObject:
    return {"minimum": eur(amount)}


@pytest.mark.parametrize(
    ("was", "now", "grown"),
    [
        pytest.param(plan(**OLD), plan(**OLD), False, id="as it was"),
        pytest.param(plan(**OLD), plan(30_000, **OLD), False, id="cheaper"),
        pytest.param(plan(**OLD), plan(90_000, **OLD), False, id="a price by the year, while it runs"),
        pytest.param(plan(**ROLLED), plan(90_000, **ROLLED), False, id="a price by the year, of what has renewed"),
        pytest.param(plan(**OLD, per="term"), plan(41_000, **OLD, per="term"), True, id="a price for the term"),
        pytest.param(plan(1, **OLD, per="term"), plan(40_000, **OLD), True, id="by the year instead of for the term"),
        pytest.param(plan(**OVER), plan(41_000, **OVER), True, id="a price of what is over"),
        pytest.param(plan(**OVER), plan(**{**OVER, "ends": "2026-12-31"}), True, id="what is over, filled anew"),
        pytest.param(plan(**OLD), plan(**{**OLD, "ends": "2027-02-01"}), True, id="a day longer"),
        pytest.param(plan(**OLD), plan(**{**OLD, "ends": None}), True, id="without an end"),
        pytest.param(
            plan(**OLD, commitment=least(80_000)), plan(**OLD, commitment=least(200_000)), True, id="a larger minimum"
        ),
        pytest.param(
            plan(**OLD, commitment=least(40_000)), plan(**OLD, commitment=least(60_000)), False,
            id="a minimum below the price",
        ),
        pytest.param(plan(**ROLLED), plan(**{**ROLLED, "ends": "2027-04-30"}), False, id="the term that has renewed"),
        pytest.param(plan(**ROLLED), plan(**{**ROLLED, "ends": "2028-05-01"}), True, id="further than it has renewed"),
        pytest.param(plan(**LATE), plan(**{**LATE, "ends": "2029-12-31"}), True, id="longer, after ninety-one days"),
        pytest.param(plan(**NEW), plan(**{**NEW, "ends": "2029-12-31"}), False, id="longer, after ninety days"),
        pytest.param(plan(1, per="term"), plan(45_000, per="term"), True, id="a term that is nearly over"),
    ],
)  # fmt: skip
def test_what_comes_on_top_of_an_old_term_is_told(was: JsonObject, now: JsonObject, grown: bool) -> None:  # noqa: FBT001 - a table
    assert bool(told("grown", record(was), record(now))) is grown


def test_of_two_old_terms_of_one_day_one_may_be_as_it_was() -> None:
    small, large = plan(10_000, **OLD, per="term"), plan(30_000, **OLD, per="term")
    assert told("grown", record(small, large), record(large, small)) == []
    assert told("grown", record(small, large), record(large, plan(30_001, **OLD, per="term"))) == [
        "Mail of 2025-02-01 to 2027-01-31"
    ]


def test_one_twin_excuses_one() -> None:
    small, large = plan(1, **OLD, per="term", region="apac"), plan(45_000, **OLD, per="term", region="emea")
    now = plan(45_000, **OLD, per="term", region="apac")
    assert told("grown", record(large, small), record(large, now)) == ["Mail of 2025-02-01 to 2027-01-31"]


# ---- What recurs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "late"),
    [
        pytest.param([paid(9)], [paid(9)], [], id="as it was"),
        pytest.param([paid(9)], [paid(8)], [], id="less"),
        pytest.param([paid(9)], [paid(4), paid(5)], [], id="in two parts"),
        pytest.param([], [paid(9)], ["the recurring cost of support"], id="new, without a day"),
        pytest.param([paid(9)], [paid(10)], ["the recurring cost of support"], id="more, without a day"),
        pytest.param([paid(9)], [paid(9), paid(1, "2026-05-20")], [], id="more, since the other week"),
        pytest.param([paid(9)], [paid(9), paid(1, "2026-03-03")], [], id="since ninety days ago"),
        pytest.param([paid(9)], [paid(9), paid(1, "2026-03-02")], ["the recurring cost of support since 2026-03-02"],
                     id="since longer"),
        pytest.param([paid(9)], [paid(9), paid(1, "2020-01-01")], ["the recurring cost of support"], id="since years"),
        pytest.param([paid(9, "2026-05-20")], [paid(9)], ["the recurring cost of support"], id="its day taken out"),
        pytest.param([], [paid(9, kind="internal-labour")], [], id="our own work"),
    ],
)  # fmt: skip
def test_what_recurs_anew_says_since_when(was: list[JsonObject], now: list[JsonObject], late: list[str]) -> None:
    assert told("late", record(repeated=was), record(repeated=now)) == late


def test_the_cost_of_a_subscription_has_the_days_of_the_contract() -> None:
    contract = plan(**OLD)
    assert told("late", record(contract), record(contract, repeated=[paid(40_000, kind="subscription")])) == []
    assert told("late", record(contract), record(contract, repeated=[paid(60_000, kind="subscription")])) == [
        "the recurring cost of subscription"
    ]


# ---- After the end ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "belated"),
    [
        pytest.param({"plans": [plan()]}, [], id="as it was"),
        pytest.param({"plans": [plan(ends="2026-06-30")]}, [], id="ended early"),
        pytest.param({"plans": [plan(), plan(product="Chat")]}, ["Chat"], id="a new subscription"),
        pytest.param({"plans": [plan(ends="2027-12-31")]}, ["Mail"], id="a longer one"),
        pytest.param({"plans": [plan(50_000)]}, ["Mail"], id="a dearer one"),
        pytest.param({"plans": [plan(), plan()]}, ["Mail"], id="a twin"),
        pytest.param({"plans": [plan(ends="2026-06-30"), plan(ends="2026-06-30")]}, ["Mail"], id="a twin, ended early"),
        pytest.param({"plans": [plan(auto_renews=True)]}, ["Mail"], id="one that renews now"),
        pytest.param({"plans": [plan(notice_days=1800)]}, [], id="a notice of what does not renew"),
        pytest.param({"plans": [plan()], "paid": [once()]}, ["a payment (licence)"], id="a payment"),
        pytest.param({"plans": [plan()], "paid": [once(kind="exit")]}, ["a payment (exit)"], id="what leaving costs"),
        pytest.param({"plans": [plan()], "paid": [once(kind="internal-labour")]}, [], id="our own work"),
        pytest.param({"plans": [plan()], "repeated": [paid(1)]}, ["the recurring cost of support"], id="what recurs"),
    ],
)
def test_what_is_over_buys_nothing(now: JsonObject, belated: list[str]) -> None:
    plans = now.pop("plans")
    assert told("belated", record(plan()), record(*plans, life=RETIRED, **now)) == belated


REJECTED = {"status": "rejected"}
SEATS, COUNT = {"seats": 500}, {"active_users": 3, "seats": 0}
HUB, OUTAGE = {"system": "event-bus"}, {"kind": "outage", "date": "2026-05-01"}
FILED, READY = {"reference": "CT-1", "subscriptions": []}, {"support": {"ready": True}}


@pytest.mark.parametrize(
    ("life", "was", "now", "belated"),
    [
        pytest.param(RETIRED, {"usage": SEATS}, {"usage": SEATS}, [], id="seats as they were"),
        pytest.param(RETIRED, {"usage": SEATS}, {"usage": {"seats": 0}}, [], id="seats given back"),
        pytest.param(RETIRED, {}, {"usage": SEATS}, ["seats that are paid or given out"], id="seats"),
        pytest.param(RETIRED, {"usage": SEATS}, {"usage": COUNT}, ["people who use it"], id="people who use it"),
        pytest.param(RETIRED, {"integrations": [HUB]}, {"integrations": []}, [], id="a connection less"),
        pytest.param(RETIRED, {}, {"integrations": [HUB]}, ["a connection"], id="a connection"),
        pytest.param(RETIRED, {}, {"incidents": [OUTAGE]}, [], id="an incident that is found later"),
        pytest.param(RETIRED, {}, {"contract": FILED}, ["another contract"], id="another contract"),
        pytest.param(REJECTED, {}, {"usage": SEATS}, ["seats that are paid or given out"], id="rejected, seats"),
        pytest.param(REJECTED, {}, {"incidents": [OUTAGE]}, ["an incident"], id="rejected, an incident"),
        pytest.param(REJECTED, {}, {"contract": FILED}, ["another contract"], id="rejected, a contract"),
        pytest.param(REJECTED, {"contract": FILED}, {"contract": FILED}, [], id="rejected, an offer as it was"),
        pytest.param(REJECTED, {}, {"readiness": READY}, ["conditions of going live"], id="rejected, ready"),
        pytest.param(REJECTED, {"readiness": READY}, {}, [], id="rejected, ready no more"),
    ],
)
def test_what_is_over_is_not_used(life: JsonObject, was: JsonObject, now: JsonObject, belated: list[str]) -> None:
    before, after = ({**record(life=life), **each} for each in (was, now))
    assert told("belated", before, after) == belated
    if life is RETIRED:  # neither in the change that retires it
        live = {**record(life={**LONG_AGO, "status": "live"}), **was}
        assert told("belated", live, after) == belated
        assert (
            told("belated", live, {**after, **record(life={**RETIRED, "retired_on": "2026-06-02"}), **now}) == belated
        )
    if life is REJECTED:  # neither in the change that rejects it
        assert told("abandoned", {**record(life={"status": "proposed"}), **was}, after) == belated


@pytest.mark.parametrize(
    ("now", "belated"),
    [
        pytest.param({"summary": "Sends mails.", "ownership": {"it": {"owner": "lea"}}}, [], id="words, and owners"),
        pytest.param({"reviews": [{"kind": "budget"}]}, ["something new under reviews"], id="a review"),
        pytest.param({"data": {"classes": ["public"]}}, [], id="a class of data less"),
        pytest.param({"data": {"system_of_record_for": ["customers"]}}, ["something new under data"], id="a claim"),
        pytest.param(
            {"retirement": {"last_invoice": {"ready": True}}}, ["something new under retirement"], id="an invoice"
        ),
    ],
)
def test_a_record_stays_as_it_was_when_it_was_rejected(now: JsonObject, belated: list[str]) -> None:
    before = {**record(life=REJECTED), "data": {"classes": ["personal", "public"]}}
    assert told("belated", before, {**before, **now}) == belated


def test_what_people_use_was_not_rejected() -> None:
    before = {**record(life={"status": "proposed"}), "usage": SEATS}
    assert told("abandoned", before, {**before, "lifecycle": REJECTED}) == ["seats that are paid or given out"]


@pytest.mark.parametrize(
    ("notice", "renews", "belated"),
    [(30, True, []), (30, False, []), (0, False, []), (1800, True, ["Mail"]), (0, True, ["Mail"])],
)
def test_what_renews_stops_to_when_a_vendor_is_left(notice: int, renews: bool, belated: list[str]) -> None:  # noqa: FBT001 - a table
    was = plan(auto_renews=True, notice_days=30)
    now = plan(auto_renews=renews, notice_days=notice)
    assert told("belated", record(was), record(now, life=RETIRED)) == belated


@pytest.mark.parametrize(
    ("was", "now", "belated"),
    [
        pytest.param("2028-12-31", "2028-12-31", False, id="as it was"),
        pytest.param("2028-12-31", "2027-12-31", False, id="shorter"),
        pytest.param("2028-12-31", "2029-01-01", True, id="a day longer"),
        pytest.param(None, "2029-01-01", True, id="a promise, of what had no end"),
        pytest.param(None, "2026-06-01", False, id="ended today"),
    ],
)
def test_what_is_over_promises_nothing(was: str | None, now: str, belated: bool) -> None:  # noqa: FBT001 - a table
    before, after = (paid(9, "2026-01-01") | ({"until": day} if day else {}) for day in (was, now))
    found = told("belated", record(repeated=[before]), record(repeated=[after], life=RETIRED))
    assert found == (["the recurring cost of support"] if belated else [])


@pytest.mark.parametrize(
    "now",
    [
        pytest.param([paid(9, "2026-03-01") | {"until": "2026-04-01"}], id="on other days"),
        pytest.param([paid(9, "2024-01-01")], id="without its end"),
        pytest.param([paid(10, "2024-01-01") | {"until": "2024-12-31"}], id="dearer"),
        pytest.param([paid(9, "2024-01-01") | {"until": "2024-12-31"}] * 2, id="twice"),
    ],
)
def test_what_ended_long_ago_is_not_paid_again_at_a_vendor_that_is_over(now: list[JsonObject]) -> None:
    before = [paid(9, "2024-01-01") | {"until": "2024-12-31"}]
    assert told("belated", record(repeated=before), record(repeated=before, life=RETIRED)) == []
    assert told("belated", record(repeated=before), record(repeated=now, life=RETIRED)) != []


@pytest.mark.parametrize(
    ("was", "now", "more"),
    [
        pytest.param("2026-04-01", "2026-04-01", [], id="as it was"),
        pytest.param("2026-05-20", "2026-04-01", [], id="before it renewed"),
        pytest.param("2026-04-01", "2026-05-20", ["the cost of mail from 2026-05-01 on"], id="after it renewed"),
    ],
)
def test_another_day_of_leaving_is_no_purchase(was: str, now: str, more: list[str]) -> None:
    before, after = (record(plan(**ROLLED), life={**RETIRED, "retired_on": day}) for day in (was, now))
    assert told("belated", before, after) == more


def test_of_a_vendor_that_is_over_a_term_that_gets_the_wrong_days_is_told() -> None:
    """It would count on all days, as nobody knows on which; a rule of its own asks for the right ones."""
    over = {**RETIRED, "retired_on": "2026-04-01"}
    before, after = (record(plan(**OLD | {"ends": day}), life=over) for day in ("2026-03-31", "2024-03-31"))
    assert told("belated", before, after) == ["the cost of mail from 0001-01-01 on"]


# ---- What is rejected ---------------------------------------------------------------------------

PROPOSED: JsonObject = {"status": "proposed", "proposed_on": "2026-05-01"}
AGREED: JsonObject = {**PROPOSED, "status": "approved", "approved_on": "2026-05-10"}
BEGUN, TO_COME = plan(starts="2026-06-01", ends="2027-05-31"), plan(starts="2026-06-02", ends="2027-06-01")


@pytest.mark.parametrize(
    ("life", "now", "abandoned"),
    [
        pytest.param(AGREED, {}, [], id="agreed to: nothing left"),
        pytest.param(AGREED, {"plans": [BEGUN]}, ["Mail"], id="agreed to: it has begun"),
        pytest.param(AGREED, {"plans": [TO_COME]}, ["Mail"], id="agreed to: it is to begin"),
        pytest.param(AGREED, {"repeated": [paid(9)]}, ["the recurring cost of support"], id="agreed to: what recurs"),
        pytest.param(AGREED, {"paid": [once(date="2027-01-01")]}, ["a payment (licence)"], id="agreed to: to be paid"),
        pytest.param(AGREED, {"paid": [once(kind="internal-labour")]}, [], id="agreed to: our own work"),
        pytest.param(PROPOSED, {"plans": [BEGUN]}, ["Mail"], id="proposed: it should have begun"),
        pytest.param(PROPOSED, {"plans": [TO_COME]}, ["Mail"], id="proposed: it was to begin"),
        pytest.param(PROPOSED, {"plans": [plan(starts=None, ends=None)]}, [], id="proposed: a term without a day"),
        pytest.param(PROPOSED, {"repeated": [paid(9)]}, [], id="proposed: a plan without a day"),
        pytest.param(
            PROPOSED, {"paid": [once(date="2026-05-31")]}, ["a payment (licence)"], id="proposed: it was paid"
        ),
    ],
)
def test_what_is_rejected_tells_of_no_purchase(life: JsonObject, now: JsonObject, abandoned: list[str]) -> None:
    entries = {"plans": [], **now}
    plans = entries.pop("plans")
    before, after = (record(*plans, life=each, **entries) for each in (life, {**life, "status": "rejected"}))
    assert told("abandoned", before, after) == abandoned
    assert told("abandoned", after, after) == []


def test_a_plan_that_is_rejected_may_lose_its_days() -> None:
    """That is what the rule about rejected vendors asks for, so the one about vendors that are over lets it be."""
    undated = plan(starts=None, ends=None)
    before, after = record(TO_COME, life=PROPOSED), record(undated, life={**PROPOSED, "status": "rejected"})
    assert (told("abandoned", before, after), told("belated", before, after)) == ([], [])


def test_what_was_never_agreed_to_and_is_rejected_buys_nothing_later() -> None:
    rejected = {**PROPOSED, "status": "rejected"}
    assert told("belated", record(life=rejected), record(BEGUN, life=rejected)) == ["Mail"]
    assert told("belated", record(TO_COME, life=rejected), record(TO_COME, life=rejected)) == []


@pytest.mark.parametrize(
    ("now", "told_of"),
    [
        pytest.param({}, [], id="as it was"),
        pytest.param({"active_users": 0, "measured_on": "2026-06-01"}, [], id="nobody"),
        pytest.param({"active_users": 24, "measured_on": "2026-06-01"}, ["people who use it"], id="somebody"),
    ],
)
def test_nobody_uses_what_is_over(now: JsonObject, told_of: list[str]) -> None:
    before = record(life=RETIRED)
    assert told("belated", before, {**before, "usage": now}) == told_of
