"""Who has to see to what falls due: whoever a plan names, the lead of the team, or the owner of the side."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from facts.test_due_facts import BUDGET, PEOPLE, TODAY, YEAR, certified, context, items, subscribed
from preflight.facts import due
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

OWNERSHIP: JsonObject = {"marketing": {"owner": "mia"}, "it": {"owner": "ida"}}


@pytest.mark.parametrize(
    ("team", "ownership", "wanted"),
    [
        pytest.param("crm", OWNERSHIP, {"owner": "ann", "team": "crm", "gone": False}, id="the lead of the team"),
        pytest.param("ops", OWNERSHIP, {"owner": "olaf", "team": "ops", "gone": False}, id="on their last day"),
        pytest.param("lost", OWNERSHIP, {"owner": "mia", "team": "lost", "gone": False}, id="a team without a lead"),
        pytest.param(None, OWNERSHIP, {"owner": "mia", "gone": False}, id="the owner in marketing"),
        pytest.param(None, {"it": {"owner": "pia"}}, {"owner": "pia", "gone": True}, id="in IT, who has left"),
        pytest.param(None, {"it": {"owner": "who"}}, {"owner": "who"}, id="somebody whom nobody knows"),
        pytest.param(None, {}, {}, id="nobody"),
        pytest.param("lost", {}, {"team": "lost"}, id="nobody of a team"),
    ],
)
def test_a_subscription_is_for_the_lead_of_its_team(
    team: str | None, ownership: JsonObject, wanted: JsonObject
) -> None:
    record = subscribed(**YEAR, auto_renews=False, **({} if team is None else {"team": team}))
    [found] = items({**record, "ownership": ownership})
    assert {name: found[name] for name in ("owner", "team", "gone") if name in found} == wanted


def test_without_a_directory_owners_are_known_by_id_and_no_more() -> None:
    record = {"lifecycle": {"status": "live"}, "ownership": OWNERSHIP, **certified({"valid_until": TODAY})}
    bare = Context(date.fromisoformat(TODAY), {"calendar": context().policies["calendar"], "limits": {}})
    [found] = due.of(record, bare)["items"]
    assert found["owner"] == "ida"
    assert "gone" not in found


@pytest.mark.parametrize(
    ("record", "owner"),
    [
        pytest.param(certified({"valid_until": TODAY}), "ida", id="a certification: IT"),
        pytest.param(
            {"approvals": [{"role": "cfo", "date": TODAY, "bounds": {"valid_until": TODAY}}]}, "mia", id="cfo"
        ),
        pytest.param({"reviews": [{"kind": "legal", "date": "2026-01-01", "due": TODAY}]}, "mia", id="legal"),
        pytest.param({"reviews": [{"kind": "privacy", "date": "2026-01-01", "due": TODAY}]}, "ida", id="privacy"),
        pytest.param({"remediation": {"decision": "keep", "due": TODAY, "owner": "ann"}}, "ann", id="a plan"),
        pytest.param(
            {"remediation": {"decision": "keep", "owner": "crm", "steps": [{"what": "-", "due": TODAY}]}},
            "ann",
            id="a step without a name: the plan's",
        ),
        pytest.param(
            {"remediation": {"decision": "keep", "steps": [{"what": "-", "due": TODAY, "owner": "ops"}]}},
            "olaf",
            id="a step",
        ),
        pytest.param(
            {
                "incidents": [
                    {"kind": "outage", "date": TODAY, "actions": [{"what": "-", "due": TODAY, "owner": "ann"}]}
                ]
            },
            "ann",
            id="an action",
        ),
    ],
)
def test_each_thing_has_somebody_who_sees_to_it(record: JsonObject, owner: str) -> None:
    [found] = items({**record, "ownership": OWNERSHIP})
    assert found["owner"] == owner


@pytest.mark.parametrize(("side", "owner"), [("marketing", "mia"), ("it", "ida"), ("shared", "mia")])
def test_a_review_of_the_calendar_is_led_by_its_side(side: str, owner: str) -> None:
    found = items({"ownership": OWNERSHIP}, calendar={"cadences": [{**BUDGET, "owner": side}]})
    assert [each["owner"] for each in found] == [owner]


def test_the_performance_review_is_led_by_its_owner() -> None:
    ownership = {**OWNERSHIP, "performance_review": {"owner": "ann", "every_months": 6}}
    assert [each["owner"] for each in items({"ownership": ownership})] == ["ann"]


def test_another_directory_is_read_anew() -> None:
    record = {"lifecycle": {"status": "live"}, **subscribed(**YEAR, auto_renews=False, team="crm")}
    other = {"teams": [{"id": "crm", "name": "CRM", "side": "it", "lead": "zoe"}], "people": []}
    found = [due.of(record, context(people=people))["items"][0]["owner"] for people in (PEOPLE, other, PEOPLE)]
    assert found == ["ann", "zoe", "ann"]
