"""What happened: commit by commit, with what each claims and what of it is proven; decisions; the scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from inventory.reading import HOSTILE_PAGES, harm, hostile_stock, pages_of, row, sample, told
from inventory.stocks import TODAY, event, stock
from preflight.alignment import Quarter, Snapshot, Vendor
from preflight.alignment.levels import scale
from preflight.alignment.report import gather
from preflight.inventory import story
from preflight.inventory.pages import audit, overview
from preflight.inventory.stock import Edit, Stock


def shown(*events: object, **more: object) -> Stock:
    return stock({"id": "acme", "name": "Acme"}, {"id": "bolt", "name": "Bolt"}, events=tuple(events), **more)


def page(of: Stock) -> str:
    return pages_of(audit, of)["audit.html"].text


# ---- One entry a commit ---------------------------------------------------------------------------


def test_all_events_of_a_commit_are_one_entry() -> None:
    events = [
        event("", 2, kind="added"),
        event("", 2),
        event("acme", 2, kind="decision"),
        event("bolt", 2, kind="decision"),
        event("bolt", 2),
        event("acme", 1, kind="added"),
    ]
    newest, oldest = story.entries(events)
    assert newest.summary == "rules changed, 1 vendor changed, 2 vendors decided"
    assert [line.what for line in newest.vendors] == ["decided", "decided and changed"]
    assert newest.only is None
    assert oldest.only is not None
    assert (oldest.only.vendor, oldest.only.what) == ("acme", "added")


def test_the_overview_tells_the_last_six_commits() -> None:
    events = [
        event(vendor, number, subject=f"Step {number}") for number in range(8, 0, -1) for vendor in ("acme", "bolt")
    ]
    said = pages_of(overview, shown(*events))["index.html"].text
    assert "22 Nov 2026 Step 8 Acme, Bolt: changed" in said
    assert "Step 3" in said
    assert "Step 2" not in said
    assert "and 2 more commits. All changes" in said


# ---- The page -------------------------------------------------------------------------------------


def test_it_is_offered_where_there_is_a_history_or_a_decision() -> None:
    assert audit.offered(shown())
    assert not audit.offered(stock({"id": "acme"}))
    assert audit.offered(stock({"id": "acme"}, decided=(row("acme"),)))


def test_changes_are_told_by_day_the_newest_first() -> None:
    said = page(
        shown(
            event("acme", 2, subject="Second", request="41", signature="good nora"),
            event("acme", 1, subject="First", day=date(2026, 11, 20)),
        )
    )
    assert said.index("22 Nov 2026 Second") < said.index("20 Nov 2026 First")
    assert "by Nora Fink · request #41 · 000000000000" in said
    assert "commit signed: nora" in said


def test_edits_are_told_before_and_after() -> None:
    said = page(shown(event("acme", edits=(Edit("/name", "Akme", "Acme"),), more=4)))
    assert "5 fields" in said
    assert "Akme → Acme" in said
    assert "and 4 more, which preflight audit log tells" in said


def test_changes_of_the_rules_are_marked() -> None:
    assert "rules changed" in page(shown(event("", edits=(Edit("policies/risk.yaml", "", "changed"),))))


def test_a_commit_with_hundreds_of_events_is_folded_and_cut() -> None:
    edits = tuple(Edit(f"/f{number}", "a" * 160, "b" * 160) for number in range(30))
    records = [{"id": f"v{number:04}", "name": f"V {number}"} for number in range(400)]
    events = tuple(event(f"v{number:04}", 1, edits=edits) for number in range(400))
    pages = pages_of(audit, stock(*records, events=events))
    assert "400 vendors changed" in pages["audit.html"].text
    assert "and 340 more vendors" in pages["audit.html"].text
    assert pages["audit.html"].size < 900_000


def test_of_a_long_history_the_last_two_hundred_commits_are_told() -> None:
    said = page(shown(*(event("acme", number, subject=f"Step {number}.") for number in range(260, 0, -1))))
    assert "Step 61." in said
    assert "Step 60." not in said
    assert "and 60 older commits" in said


def test_it_says_what_git_proves_and_what_it_does_not() -> None:
    assert "It does not prove who an author is, or when something was done" in page(shown())


def test_it_leads_to_the_feed_where_there_is_one() -> None:
    assert "feed.atom" in pages_of(audit, shown(event("acme")))["audit.html"].links
    assert "feed.atom" not in pages_of(audit, shown())["audit.html"].links


def test_decisions_of_late_have_role_bounds_state_and_signature() -> None:
    said = page(replace(sample(), decided=(row("beacon-mail", valid_until=date(2027, 5, 1)),), events=()))
    assert "22 Nov 2026 Beacon Mail Approves up to 75,000 EUR a year until 1 May 2027" in said
    assert "Gareth Whitlock Chief Financial Officer in force signed and verified" in said


def test_the_scale_is_told_with_teams_quarters_and_what_is_lacking() -> None:
    steps = {
        "steps": [
            {"id": "apart", "title": "Apart", "what": "Each alone.", "needs": []},
            {
                "id": "close",
                "title": "Close",
                "what": "Together.",
                "needs": [{"measure": "owned-by-both", "at_least": 90}],
            },
        ]
    }
    vendor = Vendor("acme", "", "live", ("crm",), "never", good={"owned-by-both": False})
    quarter = Quarter.of(TODAY)
    snapshot = Snapshot(quarter, TODAY, "0" * 40, vendors=(vendor,))
    report = gather("2026-11-22", "0" * 40, scale(steps), [snapshot], {"crm": "marketing"})
    said = page(shown(alignment=report, teams={"crm": "CRM and Lifecycle"}))
    assert "Step 1 of 2: Apart. Each alone. Step 2, Close, lacks:" in said
    assert "Owned on both sides: 0%; at least 90% is wanted" in said
    assert "CRM and Lifecycle 1 1" in said
    assert "2026-Q4" in said


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=("all", "address", "long"))
def test_hostile_texts_stay_texts(text: str) -> None:
    found = pages_of(audit, hostile_stock(text))["audit.html"]
    assert harm(found) == []
    assert told(text, found)
    assert found.size < 1_000_000
