"""What programs and spreadsheets get: it keeps its formats, has no formula, and is the same each time."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from icalendar import Calendar
from jsonschema import Draft202012Validator

from inventory import reading
from inventory.stocks import COMMIT, HOSTILE, event, hostile, stock
from preflight.inventory import site as pages
from preflight.inventory.exports import api, atom, calendars, pictures, saasbom, sheets, summary

if TYPE_CHECKING:
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Stock
    from preflight.model import Json

ROOT = Path(__file__).parents[2]
ATOM = "{http://www.w3.org/2005/Atom}"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def sample() -> Stock:
    """Return the committed sample with a history of two commits."""
    return replace(reading.sample(), events=(event("beacon-mail", 2), event("", 1, kind="changed")))


def of(shown: Stock) -> Site:
    return pages.of(shown)


def written(shown: Stock) -> dict[str, bytes]:
    """Return all exports of an inventory, by path."""
    site = of(shown)
    found = {path: data for export in pages.EXPORTS if export.offered(shown) for path, data in export.files(site)}
    for card in shown.cards:
        detail = shown.detail(card.id)
        for leaf in (api.of_vendor, calendars.of_vendor, pictures.of_vendor):
            found.update(leaf(site, card, detail))
    return found


@cache
def exports() -> dict[str, bytes]:
    return written(sample())


def document(path: str) -> Json:
    return json.loads(exports()[path])


# ---- JSON -----------------------------------------------------------------------------------------


def test_every_document_is_as_its_schema_says() -> None:
    schema = Draft202012Validator(json.loads((ROOT / "schemas/api.schema.json").read_text("utf-8")))
    for path, data in exports().items():
        if path.startswith("api/"):
            assert [each.message for each in schema.iter_errors(json.loads(data))] == [], path


def test_the_index_names_version_day_commit_and_every_document() -> None:
    index = document(api.PATH)
    assert (index["schema"], index["as_of"], index["commit"], index["exact"]) == (
        "preflight/api/v1", "2026-11-22", COMMIT, True,
    )  # fmt: skip
    assert set(index["documents"]) == {"vendors", "due", "integrations", "decisions", "changes"}
    assert all(path in exports() for path in index["documents"].values())
    assert index["counts"] == {"vendors": 24, "governed": 24}


def test_a_vendor_is_told_in_short_and_in_full() -> None:
    [short] = [each for each in document("api/v1/vendors.json")["vendors"] if each["id"] == "tidewater-automation"]
    assert short["owners"]["it"] == {"id": "ines-albrecht", "name": "Ines Albrecht", "gone": False}
    assert (short["residency"], short["personal_data_outside_eea"]) == (["IE", "US"], True)
    assert (short["cancel_by"], short["annual_cost"], short["currency"]) == ("2026-12-16", 114779.2, "EUR")
    full = document(short["document"])["vendor"]
    assert {name: full[name] for name in short} == short
    assert full["record"]["contract"]["reference"] == "CT-2023-0042"
    assert {each["role"] for each in full["decisions"]} == {"architecture-board", "cfo"}


# ---- Spreadsheets ---------------------------------------------------------------------------------


def test_csv_and_workbook_list_every_vendor_with_the_same_values() -> None:
    rows = list(csv.DictReader(io.StringIO(exports()[sheets.PATH].decode())))
    assert [row["id"] for row in rows] == [card.id for card in sample().cards]
    book = openpyxl.load_workbook(io.BytesIO(exports()[sheets.WORKBOOK]))
    assert book.sheetnames == ["Vendors", "Due", "Integrations"]
    head, *lines = book["Vendors"].iter_rows(values_only=True)
    assert [str(each).replace(" ", "_") for each in head] == list(summary.FLAT)
    assert [line[0] for line in lines] == [row["id"] for row in rows]
    [tidewater] = [dict(zip(summary.FLAT, line, strict=True)) for line in lines if line[0] == "tidewater-automation"]
    assert tidewater["cancel_by"] == datetime(2026, 12, 16)  # noqa: DTZ001 - a cell has no zone
    assert tidewater["annual_cost"] == 114779.2
    assert [row["cancel_by"] for row in rows if row["id"] == "tidewater-automation"] == ["2026-12-16"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_no_cell_is_a_formula_or_a_link(text: str) -> None:
    found = written(stock(hostile(text)))
    [row] = csv.reader(io.StringIO(found[sheets.PATH].decode().partition("\n")[2]))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(found[sheets.WORKBOOK]))
    [_, line] = book["Vendors"].iter_rows()
    assert {cell.data_type for cell in line} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in line)


# ---- Calendars and feed ---------------------------------------------------------------------------


def test_calendars_of_all_of_a_team_and_of_a_vendor_agree() -> None:
    def events(path: str) -> list[str]:
        return sorted(str(each["uid"]) for each in Calendar.from_ical(exports()[path]).walk("VEVENT"))

    everything = events(calendars.PATH)
    assert len(everything) == len(sample().due)
    mine = [each for each in sample().due if each.vendor == "tidewater-automation"]
    assert events("calendars/vendor-tidewater-automation.ics") == sorted(f"{each.id}@due.preflight" for each in mine)
    team = events(calendars.team("growth-marketing"))
    assert set(team) < set(everything)
    assert len(team) == sum(each.team == "growth-marketing" for each in sample().due)
    name = Calendar.from_ical(exports()[calendars.team("growth-marketing")])["name"]
    assert name == "Growth Marketing: what falls due"


def test_the_feed_has_an_entry_a_commit_with_a_link_to_the_vendor() -> None:
    feed = ET.fromstring(exports()[atom.PATH])  # noqa: S314 - what we wrote ourselves
    assert feed.findtext(f"{ATOM}title") == "Harbourline: changes"
    entries = feed.findall(f"{ATOM}entry")
    links = [each.find(f"{ATOM}link") for each in entries]
    assert [link.get("href") for link in links if link is not None] == ["vendors/beacon-mail.html", "audit.html"]
    assert entries[0].findtext(f"{ATOM}summary") == "Beacon Mail: changed"
    assert len({each.findtext(f"{ATOM}id") for each in entries}) == 2


# ---- Bill of materials ----------------------------------------------------------------------------


def test_the_bill_of_materials_is_valid_and_tells_data_and_dependencies() -> None:
    text = exports()[saasbom.PATH].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    services = {each["bom-ref"]: each for each in bill["services"]}
    beacon = services["vendor:beacon-mail"]
    assert beacon["provider"]["name"] == "Beacon Software GmbH"
    assert {each["classification"] for each in beacon["data"]} == {"internal", "personal"}
    assert services["system:enterprise-crm"]["x-trust-boundary"] is False
    depends = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert "vendor:tidewater-automation" in depends["system:enterprise-crm"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_a_hostile_record_leaves_the_bill_valid(text: str) -> None:
    bill = written(stock(hostile(text)))[saasbom.PATH].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


# ---- Pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_pictures_hold_text_and_nothing_that_runs_or_loads(text: str) -> None:
    found = written(stock(hostile(text)))
    for path in ("badges/evil.svg", "cards/evil.svg"):
        drawn = ET.fromstring(found[path])  # noqa: S314 - what we wrote ourselves
        assert {each.tag for each in drawn.iter()} <= {f"{SVG}{name}" for name in ("svg", "title", "rect", "text")}
        attributes = {name for each in drawn.iter() for name in each.attrib}
        assert not any("href" in name or name.startswith("on") for name in attributes)
        assert len(found[path]) < 60_000


def test_a_badge_says_in_words_how_a_vendor_stands() -> None:
    assert "Beacon Mail: no red flag" in exports()["badges/beacon-mail.svg"].decode()
    [card] = stock(hostile("Evil")).cards
    assert pictures.verdict(replace(card, red_flags=2))[0] == "2 red flags"
    assert pictures.verdict(replace(card, red_flags=0, waived=1))[0] == "1 waived"
    assert pictures.verdict(card)[0] == "not judged"


def test_no_picture_tells_a_price() -> None:
    assert b"EUR" not in exports()["cards/tidewater-automation.svg"]


# ---- All of them ----------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes() -> None:
    again = written(replace(sample()))
    assert {path for path, data in again.items() if data != exports()[path]} == set()


def test_addresses_of_odd_ids_are_plain_and_apart() -> None:
    site = of(
        stock(
            {"id": "Acme", "name": "A"},
            {"id": "acme", "name": "B"},
            {"id": "..", "name": "C"},
            {"id": "ok", "name": "D"},
        )
    )
    stems: Any = site.stems
    assert stems["ok"] == "ok"
    assert len({stem.casefold() for stem in stems.values()}) == 4
    assert all(stem.startswith("v-") for name, stem in stems.items() if name != "ok")
