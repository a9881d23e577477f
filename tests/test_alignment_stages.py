"""When IT first took part, and how long the way was."""

from __future__ import annotations

from datetime import date

import pytest

from preflight.alignment import Quarter, quarters
from preflight.alignment.stages import Part, Way, part, stage, way
from preflight.history import Change, Commit
from preflight.landing import Act, Landing
from preflight.staff import Staff

DIRECTORY = {
    "teams": [{"id": "growth", "name": "G", "side": "marketing"}, {"id": "desk", "name": "D", "side": "it"}],
    "people": [
        {"id": "tomas", "name": "T", "email": "tomas@x.example", "logins": ["tomas-h"], "team": "growth"},
        {"id": "kofi", "name": "K", "email": "Kofi@x.example", "logins": ["kofi-m"], "team": "desk"},
        {"id": "one", "name": "One", "email": "both@x.example", "team": "desk"},
        {"id": "two", "name": "Two", "email": "both@x.example", "team": "growth"},
    ],
}
STAFF = Staff.of(DIRECTORY)


def day(text: str) -> date | None:
    return date.fromisoformat(f"2026-{text}") if text else None


@pytest.mark.parametrize(
    ("first", "claimed", "status", "days", "expected"),
    [
        pytest.param("01-05", "", "live", ("01-05", "02-01", "03-01"), ("before-proposal", "log"), id="on the day"),
        pytest.param("01-20", "", "live", ("01-05", "02-01", "03-01"), ("before-signature", "log"), id="in between"),
        pytest.param(
            "02-01", "", "live", ("01-05", "02-01", "03-01"), ("before-signature", "log"), id="day of signing"
        ),
        pytest.param("02-02", "", "live", ("01-05", "02-01", "03-01"), ("after-signature", "log"), id="a day late"),
        pytest.param("03-02", "", "live", ("01-05", "02-01", "03-01"), ("after-go-live", "log"), id="after all"),
        pytest.param(
            "03-02", "01-20", "live", ("01-05", "02-01", ""), ("before-signature", "record"), id="by its word"
        ),
        pytest.param(
            "01-20", "02-20", "live", ("01-05", "02-01", ""), ("before-signature", "log"), id="log is earlier"
        ),
        pytest.param("05-01", "", "approved", ("01-05", "", ""), ("before-signature", "log"), id="not signed yet"),
        pytest.param(
            "05-01", "", "live", ("01-05", "", ""), ("not-known", "log"), id="nobody knows when it was signed"
        ),
        pytest.param("05-01", "", "live", ("01-05", "", "04-01"), ("after-go-live", "log"), id="live before, unsigned"),
        pytest.param("05-01", "", "live", ("", "", ""), ("not-known", "log"), id="no day at all"),
        pytest.param("", "", "live", ("01-05", "02-01", ""), ("never", ""), id="nobody of IT"),
    ],
)
def test_the_stage_follows_from_the_days(
    first: str, claimed: str, status: str, days: tuple[str, str, str], expected: tuple[str, str]
) -> None:
    proposed, signed, live = (day(each) for each in days)
    found = Way(status, proposed, day(claimed), signed, live)
    assert stage(Part(day(first)), found) == expected


def test_never_is_said_only_where_everybody_who_wrote_is_known() -> None:
    assert stage(Part(None, strangers=True), Way("proposed")) == ("not-known", "")


def act(on: str, email: str, field: str = "", before: object = None, after: object = None, **more: str) -> Act:
    trailers = tuple((key.replace("_", "-"), value) for key, value in more.items())
    commit = Commit("c" * 40, (), "N", email, on, "C", "c@x.example", f"2026-{on}T12:00:00+00:00", "s", trailers)
    found = day(on)
    assert found
    kind = "changed" if field else "added"
    change = Change(commit.id, "v", kind, field, before, after, "vendors/v.yaml")  # type: ignore[arg-type] # a Literal
    return Act(Landing(0, commit, found), (change,), (), ())


def test_the_first_commit_by_somebody_of_it_counts() -> None:
    acts = [act("01-05", "tomas@x.example"), act("01-09", "kofi@x.example"), act("01-10", "kofi@x.example")]
    assert part(acts, STAFF) == Part(day("01-09"), strangers=False)


def test_a_login_behind_a_hidden_address_and_a_co_author_count_as_well() -> None:
    hidden = [act("01-05", "12+KOFI-m@users.noreply.github.com")]
    assert part(hidden, STAFF).first == day("01-05")
    assert part([act("01-05", "tomas@x.example", Co_authored_by="K <kofi@x.example>")], STAFF).first == day("01-05")
    assert part([act("01-05", "tomas@x.example", Reviewed_by="K <kofi@x.example>")], STAFF).first is None


def test_an_address_of_two_people_is_nobodys() -> None:
    assert part([act("01-05", "both@x.example")], STAFF) == Part(None, strangers=True)


def test_the_way_is_told_by_the_log_where_it_saw_the_proposal() -> None:
    record = {"lifecycle": {"status": "approved", "proposed_on": "2026-01-02", "approved_on": "2026-02-01"}}
    born = act("01-05", "tomas@x.example", after={"lifecycle": {"status": "proposed"}})
    decided = act("03-03", "tomas@x.example", "/lifecycle/status", "proposed", "approved")
    found = way(record, [born, decided], date(2026, 12, 31))
    assert (found.entered, found.decided, found.decision_days) == (day("01-05"), day("03-03"), 60)


def test_the_way_of_what_came_decided_is_told_by_the_record() -> None:
    record = {"lifecycle": {"status": "live", "proposed_on": "2026-01-02", "approved_on": "2026-02-01"}}
    found = way(record, [act("06-01", "tomas@x.example", after=record)], date(2026, 12, 31))
    assert (found.entered, found.decision_days) == (None, 30)


def test_days_that_are_still_to_come_or_no_days_tell_nothing() -> None:
    record = {"lifecycle": {"status": "live", "signed_on": "2027-01-01", "live_on": "soon", "proposed_on": 7}}
    assert way(record, [], date(2026, 12, 31)) == Way("live")


def test_a_decision_before_the_proposal_has_no_length() -> None:
    assert Way("live", day("03-01"), decided=day("02-01")).decision_days is None


def test_quarters_follow_the_calendar() -> None:
    assert [each.name for each in quarters(date(2026, 2, 3), 3)] == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert Quarter(2024, 1).last == date(2024, 3, 31)
    assert Quarter.of(date.max).last == date.max
