"""What falls due, shown: as a table, JSON and Markdown, whatever the names are made of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from preflight.due import items as due
from preflight.due import listing
from preflight.due.items import DueItem
from preflight.model import REGISTRY
from preflight.schema import Shape

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
FRAME = listing.Frame(TODAY, 90)
SCHEMA = json.loads((ROOT / "schemas/due.schema.json").read_text("utf-8"))


def item(days: int = 0, **changes: object) -> DueItem:
    plain = DueItem(
        vendor="acme",
        name="Acme Mail",
        kind="term",
        subject="Mail",
        what="Mail ends and does not renew",
        date=TODAY + timedelta(days=days),
        days=days,
        pointer="/contract/subscriptions/0",
        owner="mia",
        owner_name="Mia Moss",
        team="crm",
        path="vendors/acme.yaml",
        line=7,
        id="0f2e7ed6",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names fields that there are


# ---- Terminal -----------------------------------------------------------------------------------


def test_a_table_in_a_log_has_one_line_an_item() -> None:
    found = [item(-1200), item(-1, gone=True), item(0), item(30, owner="", owner_name=""), item(31, vendor=REGISTRY)]
    assert listing.table(found, FRAME) == (
        "Overdue (2)\n"
        "2023-08-10  1,200 d late  acme  term  mia         Mail ends and does not renew\n"
        "2026-11-21  1 d late      acme  term  mia (left)  Mail ends and does not renew\n"
        "\n"
        "In the next 30 days (2)\n"
        "2026-11-22  today  acme  term  mia  Mail ends and does not renew\n"
        "2026-12-22  30 d   acme  term  crm  Mail ends and does not renew\n"
        "\n"
        "Later (1)\n"
        "2026-12-23  31 d  (registry)  term  mia  Mail ends and does not renew\n"
        "\n"
        "2 things overdue, 3 more due by 2027-02-20 (90 days from 2026-11-22)\n"
    )


def test_a_table_on_a_terminal_is_wrapped_beside_who_and_when() -> None:
    found = [item(-3, what="Last day to cancel " + "a very long product name " * 3), item(5, vendor="a-longer-vendor")]
    assert listing.table(found, replace(FRAME, width=60)) == (
        "Overdue (1)\n"
        "2026-11-19  acme             Last day to cancel a very long\n"
        "3 d late    mia              product name a very long\n"
        "                             product name a very long\n"
        "                             product name\n"
        "\n"
        "In the next 30 days (1)\n"
        "2026-11-27  a-longer-vendor  Mail ends and does not renew\n"
        "5 d         mia\n"
        "\n"
        "1 thing overdue, 1 more due by 2027-02-20 (90 days from 2026-11-22)\n"
    )


@given(
    st.lists(
        st.builds(
            item,
            st.integers(-4000, 4000),
            vendor=st.text(st.sampled_from("abc-"), min_size=1, max_size=63),
            what=st.text(max_size=300),
        ),
        max_size=5,
    )
)
def test_no_line_on_a_terminal_is_wider_than_it(found: list[DueItem]) -> None:
    for line in listing.table(found, replace(FRAME, width=80)).splitlines():
        assert len(line) <= 80


def test_colours_are_for_headings() -> None:
    shown = listing.table([item(-1), item(1)], replace(FRAME, color=True))
    assert "\x1b[31;1mOverdue (1)\x1b[0m" in shown
    assert "\x1b[1mIn the next 30 days (1)\x1b[0m" in shown


@pytest.mark.parametrize("render", listing.FORMATS.values(), ids=listing.FORMATS)
def test_nothing_due_is_said_in_every_format(render: object) -> None:
    shown = render([], FRAME)  # type: ignore[operator]  # one of the formats
    assert "Nothing falls due by 2027-02-20 (90 days from 2026-11-22)" in shown or shown.startswith(("{", "BEGIN"))


HOSTILE = [
    pytest.param("Acme\x1b[31m", id="a colour"),
    pytest.param("Acme\u202egnp.exe", id="text turned round"),
    pytest.param("Acme\r\n::error::owned", id="a command to the runner"),
    pytest.param("::add-mask::a", id="a command at the start"),
    pytest.param("##[error]owned", id="an older command"),
    pytest.param("a | b | c <script>alert(1)</script>", id="cells and markup"),
    pytest.param("[x](https://evil.example) @team #12", id="links and mentions"),
    pytest.param("Acme\u2028\u2029\x00\x07", id="separators and control characters"),
    pytest.param("日本語 وكالة Ä", id="letters of the world"),
]


@pytest.mark.parametrize("width", [0, 80])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_shows_hostile_names_as_text(name: str, width: int) -> None:
    found = [item(1, vendor=name, name=name, what=name, owner=name, subject=name)]
    shown = listing.table(found, replace(FRAME, width=width))
    assert not [each for each in shown if each != "\n" and not each.isprintable()]
    for line in shown.split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_shows_hostile_names_as_text(name: str) -> None:
    shown = listing.as_markdown([item(1, vendor=name, name=name, what=name, owner_name=name)], FRAME)
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(shown)
    inline = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    assert not [child for child in inline if child.type in {"link_open", "image"}]
    assert {child.content for child in inline if child.type == "html_inline"} <= {"<br>"}
    assert len([token for token in tokens if token.type == "td_open"]) == 4
    assert not [each for each in shown if each != "\n" and not each.isprintable()]


# ---- JSON ---------------------------------------------------------------------------------------


def test_json_is_what_its_schema_says() -> None:
    kinds = [item(number, kind=kind) for number, kind in enumerate(due.KINDS)]
    found = [*kinds, item(1, vendor=REGISTRY, owner="", team="", gone=True), item(2, name="\u202e\x00")]
    written = json.loads(listing.as_json(found, FRAME))
    assert Shape(SCHEMA, "due").problems(written) == ()
    assert (written["schema"], written["as_of"], written["within"]) == ("preflight/due/v1", "2026-11-22", 90)
    assert (written["items"][-2]["vendor"], written["items"][-2]["owner"], written["items"][-2]["team"]) == (None,) * 3


def test_json_says_all_of_an_item() -> None:
    [written] = json.loads(listing.as_json([item(-2)], FRAME))["items"]
    assert written == {
        "id": "0f2e7ed6",
        "vendor": "acme",
        "kind": "term",
        "subject": "Mail",
        "what": "Mail ends and does not renew",
        "date": "2026-11-20",
        "days": -2,
        "owner": "mia",
        "team": "crm",
        "gone": False,
        "path": "vendors/acme.yaml",
        "line": 7,
        "pointer": "/contract/subscriptions/0",
    }


def test_the_schema_knows_every_kind() -> None:
    assert SCHEMA["properties"]["items"]["items"]["properties"]["kind"]["enum"] == list(due.KINDS)


# ---- Markdown -----------------------------------------------------------------------------------


def test_markdown_has_a_table_a_group_and_folds_what_is_far_off() -> None:
    assert listing.as_markdown([item(-1), item(3, gone=True), item(60)], FRAME) == (
        "## What falls due\n"
        "\n"
        "1 thing overdue, 2 more due by 2027-02-20 (90 days from 2026-11-22)\n"
        "\n"
        "### Overdue (1)\n"
        "\n"
        "| By | Vendor | What | Who sees to it |\n"
        "| --- | --- | --- | --- |\n"
        "| 2026-11-21<br>1 day ago | **Acme Mail** | Mail ends and does not renew | Mia Moss |\n"
        "\n"
        "### In the next 30 days (1)\n"
        "\n"
        "| By | Vendor | What | Who sees to it |\n"
        "| --- | --- | --- | --- |\n"
        "| 2026-11-25<br>in 3 days | **Acme Mail** | Mail ends and does not renew | Mia Moss (left) |\n"
        "\n"
        "<details><summary>Later (1)</summary>\n"
        "\n"
        "| By | Vendor | What | Who sees to it |\n"
        "| --- | --- | --- | --- |\n"
        "| 2027-01-21<br>in 60 days | **Acme Mail** | Mail ends and does not renew | Mia Moss |\n"
        "\n"
        "</details>\n"
    )


def test_markdown_fits_into_an_issue_and_says_what_it_leaves_out() -> None:
    found = [item(0, what="ü" * 400)] * 200 + [item(90)]
    shown = listing.as_markdown(found, FRAME)
    assert len(shown) < 65_536
    assert len(shown.encode()) < 65_536
    assert shown.count("ü" * 400) < 200
    assert "more things left out for length; run `preflight due` to see all." in shown
