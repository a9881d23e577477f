"""What falls due over the whole registry: gathered, named, told apart and narrowed down."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.due import items as due
from preflight.model import REGISTRY, Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 11, 22)
CALENDAR: JsonObject = {"horizon_days": 90, "cadences": [], "reminders": {}}
LIMITS = {"certification_age_days": 365, "penetration_test_age_days": 365}
PEOPLE: JsonObject = {
    "teams": [{"id": "crm", "name": "CRM", "side": "marketing", "lead": "ann"}],
    "people": [
        {"id": "ann", "name": "Ann Ash", "team": "crm"},
        {"id": "mia", "name": "Mia Moss", "team": "crm"},
        {"id": "pia", "name": "Pia Pine", "team": "ops", "left": "2026-11-21"},
    ],
}


def collected(records: dict[str, JsonObject] | None = None, **policies: JsonObject) -> tuple[due.DueItem, ...]:
    known = {"calendar": CALENDAR, "limits": LIMITS, "people": PEOPLE, **policies}
    return due.collect(records or {}, Context(TODAY, known))


def vendor(owner: str = "mia", **dates: str) -> JsonObject:
    """Return a live vendor with a subscription for each product, which ends on that day."""
    subscriptions = [{"product": name, "ends": day, "auto_renews": False} for name, day in dates.items()]
    return {
        "name": "Acme",
        "lifecycle": {"status": "live"},
        "ownership": {"marketing": {"owner": owner}},
        "contract": {"subscriptions": subscriptions},
    }


# ---- Vendors ------------------------------------------------------------------------------------


def test_an_item_says_whose_it_is_and_who_sees_to_it() -> None:
    [found] = collected({"acme": vendor(Mail="2026-12-31")})
    assert found == due.DueItem(
        vendor="acme",
        name="Acme",
        kind="term",
        subject="Mail",
        what="Mail ends and does not renew",
        date=date(2026, 12, 31),
        days=39,
        pointer="/contract/subscriptions/0",
        owner="mia",
        owner_name="Mia Moss",
        team="crm",
        gone=False,
        id=found.id,
    )
    assert not found.overdue


def test_the_soonest_comes_first_and_then_the_vendor() -> None:
    records = {"b": vendor(Mail="2026-12-31"), "a": vendor(Chat="2026-12-31", Maps="2026-11-21")}
    found = collected(records)
    assert [(each.vendor, each.subject, each.overdue) for each in found] == [
        ("a", "Maps", True),
        ("a", "Chat", False),
        ("b", "Mail", False),
    ]


def test_an_owner_whom_nobody_knows_goes_by_the_id() -> None:
    [found] = collected({"acme": vendor("who", Mail="2026-12-31")})
    assert (found.owner, found.owner_name, found.team, found.gone) == ("who", "who", "", False)


def test_an_owner_who_has_left_is_marked() -> None:
    [found] = collected({"acme": vendor("pia", Mail="2026-12-31")})
    assert (found.owner, found.team, found.gone) == ("pia", "ops", True)


def test_an_id_does_not_depend_on_the_place_in_the_file_nor_on_today() -> None:
    one = {each.subject: each.id for each in collected({"acme": vendor(Mail="2026-12-31", Chat="2026-12-31")})}
    two = {each.subject: each.id for each in collected({"acme": vendor(Chat="2026-12-31", Mail="2026-12-31")})}
    assert one == two
    later = Context(date(2026, 12, 24), {"calendar": CALENDAR, "limits": LIMITS, "people": PEOPLE})
    assert [each.id for each in due.collect({"acme": vendor(Mail="2026-12-31")}, later)] == [one["Mail"]]


def test_ids_tell_everything_apart() -> None:
    twins = vendor(Mail="2026-12-31")
    twins["contract"]["subscriptions"] *= 2
    records = {"a": twins, "b": vendor(Mail="2026-12-31", Chat="2026-12-31"), "c": vendor(Mail="2027-01-01")}
    found = [each.id for each in collected(records)]
    assert len(set(found)) == len(found) == 5


def test_ids_stay_what_they_were() -> None:
    """Calendars that people subscribed to know events by them."""
    [found] = collected({"acme": vendor(Mail="2026-12-31")})
    assert found.id == "2baddf88-1e0d-5cc5-a77a-29ce9cb0c6a2"


# ---- Narrowing down -----------------------------------------------------------------------------


def test_overdue_is_within_any_number_of_days() -> None:
    records = {"acme": vendor(Mail="2020-01-01", Chat="2026-11-22", Maps="2026-11-23", Logs="2027-01-01")}
    context = Context(TODAY, {"calendar": CALENDAR, "limits": LIMITS, "rates": rates(("USD", "2026-08-16"))})

    def subjects(within: int | None) -> list[str]:
        return [each.subject for each in due.collect(records, context, within)]

    assert subjects(0) == ["Mail", "Chat"]
    assert subjects(1) == ["Mail", "Chat", "Maps"]
    assert subjects(2) == ["Mail", "Chat", "Maps", "rates of 2026-08-16"]
    assert subjects(40) == subjects(None) == ["Mail", "Chat", "Maps", "rates of 2026-08-16", "Logs"]


@pytest.mark.parametrize(
    ("who", "subjects"),
    [
        pytest.param("mia", ["Mail"], id="a person"),
        pytest.param("ann", ["Chat"], id="the lead of a team"),
        pytest.param("crm", ["Mail", "Chat"], id="a team: its own and its people's"),
        pytest.param("ops", ["Maps"], id="a team, by somebody who left"),
        pytest.param("zoe", [], id="nobody"),
    ],
)
def test_what_a_person_or_a_team_has_to_see_to(who: str, subjects: list[str]) -> None:
    records = {"a": vendor(Mail="2026-12-01"), "b": vendor(Chat="2026-12-02"), "c": vendor("pia", Maps="2026-12-03")}
    records["b"]["contract"]["subscriptions"][0]["team"] = "crm"
    found = due.of_owner(collected(records), who, Context(TODAY, {"people": PEOPLE}))
    assert [each.subject.partition(" ")[0] for each in found] == subjects


def test_narrowed_to_vendors_and_kinds() -> None:
    found = collected({"a": vendor(Mail="2026-12-01"), "b": vendor(Chat="2026-12-02")})
    assert due.narrowed(found, (), ()) == found
    assert [each.vendor for each in due.narrowed(found, {"b"}, ())] == ["b"]
    assert due.narrowed(found, {"b"}, {"notice"}) == ()
    assert due.narrowed(found, (), {"term", "notice"}) == found


# ---- The registry as a whole --------------------------------------------------------------------


def rates(*entries: tuple[str, str]) -> JsonObject:
    listed = [{"currency": name, "from": day, "rate": 1} for name, day in entries]
    return {"base": "EUR", "stale_after_days": 100, "rates": listed}


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        pytest.param([("USD", "2026-10-01")], [("2026-10-01", "USD", "2027-01-09", 48)], id="a rate"),
        pytest.param([("USD", "2026-08-14")], [("2026-08-14", "USD", "2026-11-22", 0)], id="on its last day"),
        pytest.param([("USD", "2026-08-13")], [("2026-08-13", "USD", "2026-11-21", -1)], id="the day after"),
        pytest.param(
            [("USD", "2026-07-01"), ("USD", "2026-10-01"), ("GBP", "2026-10-01")],
            [("2026-10-01", "GBP, USD", "2027-01-09", 48)],
            id="the newest of each, entered together",
        ),
        pytest.param(
            [("USD", "2026-10-01"), ("NOK", "2026-07-01")],
            [("2026-07-01", "NOK", "2026-10-09", -44), ("2026-10-01", "USD", "2027-01-09", 48)],
            id="one that was forgotten",
        ),
        pytest.param([("USD", "2027-01-01")], [("2027-01-01", "USD", "2027-04-11", 140)], id="entered beforehand"),
        pytest.param([], [], id="none"),
    ],
)
def test_rates_grow_stale(entries: list[tuple[str, str]], wanted: list[tuple[str, str, str, int]]) -> None:
    found = collected(rates=rates(*entries))
    assert [(each.kind, each.what, each.date.isoformat(), each.days) for each in found] == [
        ("rate", f"Currency rates of {day} grow stale: {names}", stale, left) for day, names, stale, left in wanted
    ]


def test_rates_point_at_an_entry_and_belong_to_no_vendor() -> None:
    [found] = collected(rates=rates(("USD", "2026-07-01"), ("USD", "2026-10-01")))
    assert (found.vendor, found.pointer, found.owner) == (REGISTRY, "/rates/rates/1", "")


@pytest.mark.parametrize(
    ("last", "day", "what"),
    [
        pytest.param("2026-10-31", "2026-11-30", "the last meeting was on 2026-10-31", id="a month on"),
        pytest.param("2026-01-31", "2026-02-28", "the last meeting was on 2026-01-31", id="to the end of the month"),
        pytest.param(None, "2026-11-22", "nobody wrote down when it last met", id="now, where nobody knows"),
    ],
)
def test_the_committee_meets(last: str | None, day: str, what: str) -> None:
    members = [{"person": "pia", "side": "it"}, {"person": "ann", "side": "marketing"}]
    committee = {"name": "Board", "meets_every_months": 1, "members": members}
    committee |= {} if last is None else {"last_met_on": last}
    [found] = collected(ownership={"committee": committee})
    assert (found.kind, found.date.isoformat()) == ("committee", day)
    assert found.what == f"Meeting of the Board; {what}"
    assert (found.owner, found.owner_name, found.gone) == ("pia", "Pia Pine", True)


def people(*holders: tuple[str, JsonObject]) -> JsonObject:
    listed = [{"id": name.lower(), "name": name, **more} for name, more in holders]
    return {"teams": [], "people": listed}


def role(**dates: str) -> JsonObject:
    return {"roles": [{"role": "cfo", "from": "2020-01-01", **dates}]}


WANTED: JsonObject = {"roles": [{"role": "cfo"}]}


@pytest.mark.parametrize(
    ("holders", "wanted"),
    [
        pytest.param([("Ann", role())], [], id="without an end"),
        pytest.param(
            [("Ann", role(until="2026-12-31"))],
            [("Ann holds the role cfo until this day; nobody is named to follow", "2026-12-31")],
            id="with an end",
        ),
        pytest.param(
            [("Ann", role(until="2026-12-31")), ("Mia", role(**{"from": "2027-01-01"})), ("Zoe", role())],
            [("Ann holds the role cfo until this day; followed by Mia, Zoe", "2026-12-31")],
            id="with people who follow",
        ),
        pytest.param(
            [("Ann", role(until="2026-12-31")), ("Mia", role(**{"from": "2027-01-02"}))],
            [("Ann holds the role cfo until this day; nobody is named to follow", "2026-12-31")],
            id="with somebody who comes a day too late",
        ),
        pytest.param(
            [("Ann", role() | {"left": "2026-11-30"})],
            [("Ann holds the role cfo until this day; nobody is named to follow", "2026-11-30")],
            id="ends when the person leaves",
        ),
        pytest.param(
            [("Ann", role(until="2026-11-21"))],
            [("Ann held the role cfo until this day; nobody is named to follow", "2026-11-21")],
            id="ended, and nobody holds it",
        ),
        pytest.param(
            [("Ann", role(until="2026-11-22"))],
            [("Ann holds the role cfo until this day; nobody is named to follow", "2026-11-22")],
            id="on its last day",
        ),
        pytest.param([("Ann", role(until="2026-11-21")), ("Mia", role())], [], id="ended, and somebody holds it"),
    ],
)
def test_roles_end(holders: list[tuple[str, JsonObject]], wanted: list[tuple[str, str]]) -> None:
    found = collected(people=people(*holders), approvals=WANTED)
    assert [(each.kind, each.what, each.date.isoformat()) for each in found] == [("role", *each) for each in wanted]


def test_a_role_that_ended_and_that_no_approval_wants_is_history() -> None:
    assert collected(people=people(("Ann", role(until="2026-11-21")))) == ()


def test_a_role_points_at_its_entry_and_is_for_who_holds_it() -> None:
    [found] = collected(people=people(("Mia", {}), ("Ann", role(until="2026-12-31"))))
    assert (found.pointer, found.owner, found.subject) == ("/people/people/1/roles/0", "ann", "cfo · ann")


def test_a_registry_without_those_documents_has_only_vendors() -> None:
    context = Context(TODAY, {"calendar": CALENDAR, "limits": LIMITS})
    [found] = due.collect({"acme": vendor(Mail="2026-12-31")}, context)
    assert (found.owner, found.owner_name) == ("mia", "mia")
    assert due.of_owner([found], "mia", context) == (found,)
