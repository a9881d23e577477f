"""What records said before: what two changes made room for and filled, the log has between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from facts.demanding import CFO, LONG, PROMISED, TODAY, around, judged, missing, vendor
from preflight.facts.spend.earlier import TOLD
from preflight.model import Earlier, Version
from preflight.periods import add_days

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from preflight.model import Context, Json, JsonObject

LIVE: JsonObject = {"status": "live", "approved_on": "2024-02-01", "signed_on": "2024-02-05", "live_on": "2024-03-01"}


def term(amount: float, starts: str, ends: str, product: str = "P", **entry: Json) -> JsonObject:
    price = {"amount": amount, "currency": "EUR"}
    return {"product": product, "per": "year", "price": price, "starts": starts, "ends": ends, **entry}


def record(*terms: JsonObject, life: JsonObject = LIVE, **cost: Json) -> JsonObject:
    return vendor(1, lifecycle=life, contract={"subscriptions": list(terms)}, cost=cost)


def support(amount: float, **days: Json) -> JsonObject:
    return {"kind": "support", "amount": {"amount": amount, "currency": "EUR"}, "per": "year", **days}


def remembering(context: Context, **versions: Sequence[tuple[JsonObject, str]]) -> Context:
    """Return a context that knows what records said, and the last day of which each tells."""

    def version(of: JsonObject, until: str) -> Version:
        return Version(of, add_days(date.fromisoformat(until), TOLD))

    told = {name: [version(each, until) for each, until in some] for name, some in versions.items()}

    def earlier(vendors: Collection[str]) -> Mapping[str, Sequence[Version]]:
        return {name: some for name, some in told.items() if name in vendors}

    return replace(context, earlier=Earlier(earlier))


SMALL = term(10_000, "2024-06-01", "2027-05-31", auto_renews=False)


def amount(now: JsonObject, *versions: tuple[JsonObject, str]) -> float:
    found: float = judged(remembering(around(CFO), acme=versions), acme=now)["acme"]["amount"]
    return found


@pytest.mark.parametrize(
    ("was", "now", "added"),
    [
        pytest.param({"recurring": [support(36_500)]}, {}, 36_500, id="what recurred is gone: a whole year of it"),
        pytest.param({"recurring": [support(36_500, since="2026-05-11")]}, {}, 1_000, id="ten days of it"),
        pytest.param({"recurring": [support(36_500)]}, {"recurring": [support(36_500)]}, 36_500, id="it is there"),
        pytest.param(
            {"recurring": [support(36_500)]},
            {"recurring": [support(36_500, since="2024-02-05", until="2026-05-25")]},
            36_500,
            id="it ended",
        ),
        pytest.param({"recurring": [support(3_650, until="2024-05-25")]}, {}, 0, id="it ended long ago"),
        pytest.param(
            {"one_off": [{"kind": "setup", "amount": {"amount": 9_000, "currency": "EUR"}, "date": "2026-05-20"}]},
            {},
            9_000,
            id="a payment",
        ),
        pytest.param(
            {"one_off": [{"kind": "setup", "amount": {"amount": 9_000, "currency": "EUR"}, "date": "2026-05-21"}]},
            {},
            0,
            id="a payment of a day of which the next record tells",
        ),
        pytest.param(
            {"one_off": [{"kind": "setup", "amount": {"amount": 9_000, "currency": "EUR"}, "date": "2026-05-20"}]},
            {"one_off": [{"kind": "setup", "amount": {"amount": 7_000, "currency": "EUR"}, "date": "2026-05-20"}]},
            9_000,
            id="a payment that became less",
        ),
    ],
)
def test_what_a_version_told_counts_until_its_last_day(was: JsonObject, now: JsonObject, added: float) -> None:
    assert amount(record(SMALL, **now), (record(SMALL, **was), "2026-05-20")) == 10_000 + added


def test_what_several_versions_told_of_a_day_counts_once() -> None:
    both = [record(SMALL, recurring=[support(36_500)]), record(SMALL, recurring=[support(20_000), support(16_500)])]
    assert amount(record(SMALL), (both[0], "2026-05-01"), (both[1], "2026-05-20")) == 46_500
    dearer = record(SMALL, recurring=[support(40_150)])  # a twentieth more, for ten days
    assert amount(record(SMALL), (both[0], "2026-05-10"), (dearer, "2026-05-20")) == 10_000 + 40_150


def test_what_a_contract_owed_when_it_was_replaced_comes_on_top_of_what_took_its_place() -> None:
    """It had renewed by itself: to say afterwards that it had not makes room for nothing."""
    was = record(term(36_500, "2025-05-01", "2026-04-30", auto_renews=True))
    ended = term(36_500, "2025-05-01", "2026-04-30", auto_renews=False)
    other = term(20_000, "2026-06-01", "2027-05-31", "Q", auto_renews=False)
    assert amount(record(ended, other), (was, "2026-05-20")) == 54_801.37
    assert amount(record(ended, other)) == 36_500


def test_what_became_dearer_or_is_followed_is_no_more_than_it_is() -> None:
    was = (record(term(30_000, "2025-06-01", "2026-05-31", auto_renews=False)), "2026-05-20")
    dearer = record(term(40_000, "2025-06-01", "2026-05-31", auto_renews=False))
    assert amount(dearer, was) == amount(dearer) == 40_000
    followed = record(was[0]["contract"]["subscriptions"][0], term(31_000, "2026-06-01", "2027-05-31"))
    assert amount(followed, was) == amount(followed)


@pytest.mark.parametrize(
    ("life", "counts"),
    [
        pytest.param({"status": "proposed"}, False, id="only proposed"),
        pytest.param({"status": "approved", "approved_on": "2026-05-01"}, False, id="nothing of it had begun"),
        pytest.param({"status": "approved", "approved_on": "2026-03-03"}, False, id="approved 90 days ago"),
        pytest.param({"status": "approved", "approved_on": "2026-03-02"}, True, id="approved 91 days ago"),
        pytest.param({"status": "approved", "approved_on": "2026-05-01", "signed_on": "2026-05-20"}, True, id="signed"),
        pytest.param(LIVE, True, id="live"),
        pytest.param({**LIVE, "signed_on": "2031-01-01", "live_on": "2031-01-01"}, True, id="live, dated ahead"),
    ],
)
def test_what_was_never_bought_is_not_remembered(life: JsonObject, counts: bool) -> None:  # noqa: FBT001 - a table
    was = record(term(50_000, "2026-07-01", "2027-06-30"), life=life)
    now = record(SMALL, life={"status": "proposed", "proposed_on": "2026-05-25"})
    assert (amount(now, (was, "2026-05-20")) > 11_000) is counts


@pytest.mark.parametrize(("until", "counts"), [("2026-05-10", False), ("2026-05-11", True), ("2026-05-20", True)])
def test_what_began_within_a_week_of_its_replacement_is_owed(until: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """It was replaced eight days after it told; a commit may be a week older than its push."""
    life = {"status": "approved", "approved_on": "2026-05-01"}
    was = record(term(50_000, "2026-05-26", "2027-05-25", auto_renews=False), life=life)
    now = record(SMALL, life={"status": "proposed", "proposed_on": "2026-05-25"})
    assert (amount(now, (was, until)) > 11_000) is counts


def test_of_what_is_negotiated_that_counts_which_has_no_day_and_may_have_begun() -> None:
    life = {"status": "approved", "approved_on": "2026-05-01"}
    plan = term(50_000, "2026-07-01", "2027-06-30", auto_renews=False)
    paid = [support(36_500), support(9_000, since="2026-07-01"), support(50_000) | {"kind": "subscription"}]
    was = record(plan, life=life, recurring=paid)
    now = record(SMALL, life={"status": "proposed", "proposed_on": "2026-05-25"})
    assert amount(now, (was, "2026-05-20")) == 46_500


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        pytest.param({"kind": "storage"}, True, id="another kind"),
        pytest.param({"team": "web"}, True, id="another team"),
        pytest.param({"kind": "other", "note": "Terminals"}, True, id="who knows what"),
        pytest.param({}, False, id="the same: as a follower of a term"),
    ],
)
def test_a_promise_is_not_kept_by_promising_something_else(other: JsonObject, counts: bool) -> None:  # noqa: FBT001 - a table
    kind = "other" if "note" in other else "support"
    promised = support(36_500, since="2026-01-01", until="2028-12-31") | {"kind": kind, "note": "Advice"}
    was = record(SMALL, recurring=[promised])
    cut = promised | {"until": "2026-06-01"}
    follows = promised | {"since": "2026-06-02"} | other
    added = amount(record(SMALL, recurring=[cut, follows]), (was, "2026-05-24")) - 46_500
    assert added == pytest.approx(36_500 if counts else 0, abs=200)


def test_what_is_to_begin_tomorrow_was_never_bought() -> None:
    life = {"status": "approved", "approved_on": "2026-05-01"}
    was = record(term(50_000, "2026-06-02", "2027-06-01", auto_renews=False), life=life)
    now = record(SMALL, life={"status": "proposed", "proposed_on": "2026-05-25"})
    assert amount(now, (was, "2026-05-24")) < 11_000


def test_all_of_one_house_are_remembered_together() -> None:
    was = record(SMALL, recurring=[support(30_000)])
    context = remembering(around(CFO), one=[(was, "2026-05-20")], two=[(was, "2026-05-20")])
    found = judged(context, one=record(SMALL), two=record(SMALL))
    assert missing(found["one"]) == missing(found["two"]) == {"cfo": "nobody"}
    assert found["one"]["demanded"][0]["why"] == (
        "80,000 EUR bought within 365 days, some of it told by earlier versions of the record alone together with two, "
        "asked from 50,000 EUR on"
    )
    other = judged(context, one=record(SMALL), two={**record(SMALL), "legal_entity": {"parent": "Other plc"}})
    assert missing(other["one"]) == {}


def test_what_was_promised_is_owed_still() -> None:
    was = record(term(60_000, "2026-01-01", "2029-12-31", auto_renews=False))
    now = record(term(60_000, "2026-01-01", "2026-12-31", auto_renews=False))
    for demand in (PROMISED, LONG):
        assert missing(judged(around(demand), acme=now)["acme"]) == {}
        context = remembering(around(demand), acme=[(was, "2026-05-20")])
        assert missing(judged(context, acme=now)["acme"]) == {"cfo": "nobody"}


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({"since": "2026-01-01"}, id="until somebody cancels"),
        pytest.param({"since": "2026-01-01", "until": "2026-06-01"}, id="until today"),
        pytest.param(None, id="not at all"),
    ],
)
@pytest.mark.parametrize("kind", ["support", "subscription"])
@pytest.mark.parametrize("status", ["live", "retired"])
def test_what_was_promised_until_a_day_is_owed_until_then(days: JsonObject | None, status: str, kind: str) -> None:
    def paid(**when: Json) -> JsonObject:
        return {**support(40_000 if kind == "support" else 50_000, **when), "kind": kind}  # 10,000 are in the contract

    was = record(SMALL, recurring=[paid(since="2026-01-01", until="2029-12-31")])
    life = {**LIVE, "status": status, **({"retired_on": "2026-05-28"} if status == "retired" else {})}
    now = record(SMALL, life=life, recurring=[] if days is None else [paid(**days)])
    context = remembering(around(PROMISED), old=[(was, "2026-05-20")])
    assert missing(judged(context, old=now, new=vendor(5_000))["new"]) == {"cfo": "nobody"}
    assert missing(judged(around(PROMISED), old=now, new=vendor(5_000))["new"]) == {}
    if kind == "subscription":
        return  # beyond the contract it is paid in two parts, and no one of them is that long
    context = remembering(around(LONG), old=[(was, "2026-05-20")])
    assert missing(judged(context, old=now)["old"]) == ({"cfo": "nobody"} if status == "live" else {})
    context = remembering(around(CFO), old=[(was, "2026-05-20")])
    assert judged(context, old=now)["old"]["amount"] == 50_000, "as much as before, and no more"
    assert judged(context, old=now, new=vendor(15_000))["new"]["amount"] >= 55_000, "in the years to come, too"


def test_what_was_promised_until_a_day_and_still_is_counts_once() -> None:
    was = record(SMALL, recurring=[support(30_000, since="2026-01-01", until="2027-12-31")])
    longer = record(SMALL, recurring=[support(31_000, since="2026-01-01", until="2028-12-31")])
    for demand in (PROMISED, LONG, CFO):
        context = remembering(around(demand), acme=[(was, "2026-05-20")])
        facts, alone = (judged(each, acme=longer)["acme"] for each in (context, around(demand)))
        assert (facts["promised"], facts["amount"]) == (alone["promised"], alone["amount"])


def test_a_day_of_leaving_means_nothing_while_nobody_left() -> None:
    life = {**LIVE, "retired_on": "2020-01-01"}
    was = record(SMALL, life=life, recurring=[support(36_500, since="2026-05-11")])
    assert amount(record(SMALL), (was, "2026-05-20")) == 11_000


def test_a_vendor_that_was_left_since_is_remembered_too() -> None:
    was = record(SMALL, recurring=[support(45_000)])
    gone = record(SMALL, life={**LIVE, "status": "retired", "retired_on": "2026-05-28"})
    context = remembering(around(CFO), old=[(was, "2026-05-20")])
    assert missing(judged(context, old=gone, new=record(term(40_000, TODAY.isoformat(), "2027-05-31")))["new"]) == {
        "cfo": "nobody"
    }
