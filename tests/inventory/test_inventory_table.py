"""The table of vendors: what its page says, and what its files hand to the scripts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from inventory.stocks import HOSTILE, hostile, stock
from preflight.inventory import any_field, columns, site
from preflight.inventory.pages import vendors
from preflight.inventory.stock import Ledger, Person, Term
from preflight.lineage import Party

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock

BEGIN = re.compile(r"^\(self\.preflightData = self\.preflightData \|\| \{\}\)\[\"([^\"]+)\"\] = (.*);\n$", re.DOTALL)


def files(of: Stock) -> dict[str, str]:
    """Return the texts of the files that the table consists of."""
    return {path: data.decode("utf-8") for path, data in vendors.files(site.of(of))}


def data(of: dict[str, str], name: str) -> Any:
    """Return what a data file hands over, and see that it does so under its own name, and nothing else."""
    found = BEGIN.match(of[f"data/{name}.js"])
    assert found is not None, "it is one assignment"
    assert found[1] == name
    return json.loads(found[2])


def shown(packed: dict[str, Any], row: int) -> list[Any]:
    """Return the values of one vendor in a packed column."""
    cell = packed["cells"][row]
    places = cell if isinstance(cell, list) else [cell] if cell else []
    return [packed["values"][place - 1] for place in places]


def by_id(packed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["id"]: column for column in packed["columns"]}


ACME = {
    "id": "acme",
    "name": "Acme Mail",
    "aliases": ["Old Acme"],
    "capabilities": ["newsletter-sending"],
    "category": "email-marketing",
    "lifecycle": {"status": "live"},
    "legal_entity": {"name": "Acme GmbH"},
    "ownership": {"marketing": {"owner": "mara", "team": "crm"}, "it": {"owner": "kofi", "team": "ops"}},
    "data": {"classes": ["personal", "internal"], "residency": ["DE", "US"]},
    "contract": {"subscriptions": [{"region": "emea", "users": 5}, {"region": "apac", "users": 12}]},
}
BARE = {"id": "bare", "name": "Bare"}


class Cells(HTMLParser):
    """The rows of the tables of a page, as texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def rows_of(page: str) -> list[list[str]]:
    parser = Cells()
    parser.feed(page)
    return [[cell.strip() for cell in row] for row in parser.rows]


# ---- The page without scripts -----------------------------------------------------------------------


def test_without_scripts_the_page_is_a_plain_table() -> None:
    rows = rows_of(files(stock(ACME, BARE))["vendors.html"])
    assert rows[0] == ["Vendor", "Category", "Status", "Marketing owner", "IT owner"]
    assert rows[1:] == [["Acme Mail", "email marketing", "live", "mara", "kofi"], ["Bare", "", "", "nobody", "nobody"]]


def test_a_long_table_is_cut_off_and_says_so() -> None:
    page = files(stock(*({"id": f"v-{number:04}", "name": f"V {number}"} for number in range(1600))))["vendors.html"]
    assert len(rows_of(page)) == 1 + vendors.PLAIN
    assert "These are the first 500 vendors by id; 1,100 more are shown where scripts are allowed" in page
    assert len(page) < 200_000


def test_files_that_cannot_be_read_are_said_to_be_missing() -> None:
    broken = files(stock(ACME, broken=(object(),)))["vendors.html"]
    assert "1 file that cannot be read is missing here." in broken


def test_a_registry_without_vendors_has_no_table() -> None:
    assert not vendors.offered(stock())
    assert vendors.offered(stock(ACME))


# ---- Standard columns -------------------------------------------------------------------------------


def test_columns_hold_every_value_once_and_in_the_order_of_sorting() -> None:
    twin = ACME | {"id": "twin", "name": "acme 9"}
    other = ACME | {"id": "other", "name": "Ácme 10", "category": "crm"}
    found = data(files(stock(ACME, BARE, twin, other)), "vendors")
    packed = by_id(found)
    assert found["ids"] == ["acme", "bare", "other", "twin"]
    assert packed["name"]["values"] == ["acme 9", "Ácme 10", "Acme Mail", "Bare"], "by words and numbers, not by codes"
    assert packed["category"]["values"] == ["crm", "email-marketing"]
    assert packed["category"]["names"] == ["CRM", "email marketing"]
    assert packed["category"]["cells"] == [2, 0, 1, 2], "places from 1; 0 is not known"
    assert shown(packed["data"], 0) == ["personal", "internal"]
    assert shown(packed["region"], 0) == ["emea", "apac"]
    assert shown(packed["owner"], 0) == ["mara", "kofi"]
    assert shown(packed["team"], 0) == ["crm", "ops"]


def test_personal_data_abroad_is_yes_no_or_not_known() -> None:
    home = ACME | {"id": "home", "data": {"classes": ["personal"], "residency": ["DE", "IS"]}}
    none = ACME | {"id": "none", "data": {"classes": ["public"]}}
    where = ACME | {"id": "where", "data": {"classes": ["personal"]}}
    abroad = by_id(data(files(stock(ACME, BARE, home, none, where)), "vendors"))["abroad"]
    found = {name: shown(abroad, row)[0] for row, name in enumerate(["acme", "bare", "home", "none", "where"])}
    assert found == {"acme": "yes", "bare": "unknown", "home": "no", "none": "no", "where": "unknown"}
    assert abroad["names"] == ["yes", "no", "not known"]


def test_levels_have_their_own_order_and_what_is_not_sure_is_marked() -> None:
    plain = stock(*({"id": name, "name": name} for name in "abcd"))
    risks = zip(plain.cards, ("high", "low", "critical", None), strict=True)
    cards = tuple(replace(card, risk=risk, risk_sure=card.id != "a") for card, risk in risks)
    cards = (replace(cards[0], at_least=1200.4), replace(cards[1], annual=50.0, red_flags=0), *cards[2:])
    packed = by_id(data(files(replace(plain, cards=cards, currency="EUR")), "vendors"))
    assert packed["risk"]["values"] == ["low", "high", "critical"]
    assert packed["risk"]["least"] == [0]
    assert packed["spend"]["label"] == "Annual cost (EUR)"
    assert [shown(packed["spend"], row) for row in range(4)] == [[1200], [50], [], []]
    assert packed["spend"]["least"] == [0]
    assert [shown(packed["red"], row) for row in range(2)] == [[], [0]], "no red flag is something else than not judged"


def test_people_are_found_by_name_and_who_left_is_marked() -> None:
    people = {"mara": Person("mara", "Mara Lindqvist", gone=True), "kofi": Person("kofi", "Kofi Mensah")}
    packed = by_id(data(files(stock(ACME, people=people, teams={"crm": "CRM team"})), "vendors"))
    assert packed["owner"]["values"] == ["kofi", "mara"]
    assert packed["owner"]["names"] == ["Kofi Mensah", "Mara Lindqvist"]
    assert packed["owner"]["gone"] == [2]
    assert "CRM team" in packed["team"]["names"]


def test_columns_of_which_nothing_is_known_are_not_offered() -> None:
    found = data(files(stock(ACME, BARE)), "vendors")
    assert not {"spend", "risk", "red", "cancel", "complete"} & set(by_id(found))
    assert found["shown"] == ["name", "category", "status", "marketing", "it"]


def test_days_are_written_as_days() -> None:
    plain = stock(ACME)
    card = replace(plain.cards[0], cancel_by=date(2027, 1, 31))
    cancel = by_id(data(files(replace(plain, cards=(card,))), "vendors"))["cancel"]
    assert (cancel["kind"], cancel["values"]) == ("day", ["2027-01-31"])


def test_a_contract_that_ends_by_itself_says_so_where_no_day_to_cancel_is() -> None:
    plain = stock(ACME, BARE)
    ending = Ledger(
        (Term("Old", ends=date(2025, 1, 1), renews=False), Term("Mail", ends=date(2027, 3, 31), renews=False))
    )
    renewing = Ledger((Term("Bare", ends=date(2027, 5, 1), cancel_by=date(2027, 1, 31), renews=True),))
    lapsing = replace(plain.cards[0], ledger=ending)
    alone = files(replace(plain, cards=(lapsing,)))
    assert rows_of(alone["vendors.html"])[1][-1] == "31 Mar 2027"
    assert data(alone, "vendors")["shown"][-1] == "ends"
    both = files(replace(plain, cards=(lapsing, replace(plain.cards[1], ledger=renewing, cancel_by=date(2027, 1, 31)))))
    assert [row[-1] for row in rows_of(both["vendors.html"])] == [
        "Last day to cancel",
        "ends 31 Mar 2027",
        "31 Jan 2027",
    ]
    assert data(both, "vendors")["shown"][-1] == "cancel"
    assert [shown(by_id(data(both, "vendors"))["ends"], row) for row in range(2)] == [["2027-03-31"], []]


def test_warnings_are_a_column() -> None:
    plain = stock(ACME)
    found = by_id(data(files(replace(plain, cards=(replace(plain.cards[0], warnings=3),))), "vendors"))
    assert (found["warnings"]["label"], found["warnings"]["values"]) == ("Warnings", [3])


# ---- What the search in the head reads --------------------------------------------------------------


def test_the_search_in_the_head_knows_names_aliases_capabilities_company_and_owners() -> None:
    people = {"mara": Person("mara", "Mara Lindqvist"), "kofi": Person("kofi", "Kofi Mensah")}
    found = data(files(stock(ACME, people=people)), "find")
    packed = by_id(found)
    assert found["more"] == ["Old Acme · newsletter-sending"]
    searched = {name for name, column in packed.items() if column.get("searched")}
    assert searched == {"name", "category", "company", "marketing", "it"}
    assert packed["marketing"]["names"] == ["Mara Lindqvist"]
    assert packed["it"]["names"] == ["Kofi Mensah"]


def test_the_search_in_the_head_knows_the_own_systems() -> None:
    parties = {
        "acme": Party("acme", "Acme Mail", "vendor"),
        "erp": Party("erp", "Enterprise ERP", "system"),
        "odd": Party("odd", "odd", "unknown"),
    }
    known: Any = SimpleNamespace(parties=parties, legs={("erp", "acme"): None})
    assert data(files(stock(ACME, landscape=known)), "find")["systems"] == [["erp", "Enterprise ERP"]]
    assert data(files(stock(ACME)), "find")["systems"] == []


def test_the_table_finds_by_the_same_words() -> None:
    made = files(stock(ACME, BARE))
    table, head = data(made, "vendors"), data(made, "find")
    assert table["more"] == head["more"]
    for name, column in by_id(head).items():
        assert by_id(table)[name] == column


# ---- Any field --------------------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {
        "contract": {
            "title": "Contract",
            "properties": {
                "subscriptions": {
                    "title": "Subscriptions",
                    "items": {"properties": {"users": {"title": "Users", "description": "People with an account."}}},
                }
            },
        }
    },
}


def test_every_plain_field_is_a_column_of_its_own_file() -> None:
    made = files(stock(ACME, BARE, schema=SCHEMA))
    listed = data(made, "fields")
    assert listed["left"] == 0
    place = next(at for at, field in enumerate(listed["fields"]) if field[0] == "/contract/subscriptions/*/users")
    users = data(made, f"fields/{place}")
    assert listed["fields"][place] == [users["id"], "Contract › Subscriptions › Users", "People with an account.", 1]
    assert (users["kind"], users["values"], users["cells"]) == ("number", [5, 12], [[1, 2], 0])
    assert len([path for path in made if path.startswith("data/fields/")]) == len(listed["fields"])


def test_a_field_without_a_title_is_called_by_its_name() -> None:
    fields, _ = any_field.found(stock({"id": "a", "cost_centre": {"sub-code": 7}}).cards, None)
    assert [field.label for field in fields] == ["cost centre › sub code", "id"]


def test_values_of_different_kinds_stay_apart() -> None:
    records = [{"id": f"v{number}", "x": value} for number, value in enumerate([True, 1, "1", "2026-01-01", False])]
    made = files(stock(*records))
    place = [field[0] for field in data(made, "fields")["fields"]].index("/x")
    column = data(made, f"fields/{place}")
    assert column["values"] == [False, True, 1, "1", "2026-01-01"]
    assert [shown(column, row) for row in range(5)] == [[True], [1], ["1"], ["2026-01-01"], [False]]
    assert column["kind"] == "text"


def test_fields_beyond_the_most_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(any_field, "MOST", 2)
    fields, left = any_field.found(stock({"id": "a", "b": 1, "c" * 400: 2}, {"id": "b", "b": 1, "z": 3}).cards, None)
    assert [field.pointer for field in fields] == ["/b", "/id"], "those that most records have"
    assert left == 2


def test_a_registry_without_standard_columns_shows_its_own_fields() -> None:
    records = [{"id": f"v{number}", "domain": f"v{number}.example", "kind": "ab"[number % 2]} for number in range(80)]
    found = data(files(stock(*records)), "vendors")
    assert found["shown"][0] == "name"
    assert {"/domain", "/kind"} <= set(found["shown"])
    assert found["filters"] == ["/kind"], "a field of which every vendor has another value is no filter"
    assert "v7.example" in found["more"][found["ids"].index("v7")], "and is searched"


# ---- Hostile records --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_texts(text: str) -> None:
    made = files(stock(hostile(text)))
    found = data(made, "vendors")
    expected = text if len(text) <= columns.LONGEST else text[: columns.LONGEST - 1] + "…"
    assert by_id(found)["name"]["values"] == [expected]
    for path, content in made.items():
        lines = content.split("\n")
        assert "\u2028" not in content, path
        assert "\u202e" not in content, path
        if path.endswith(".js"):
            assert len(lines) == 2, "one statement in one line"
    page = made["vendors.html"]
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert len(page) < 20_000, "a long name is cut in the table"


@pytest.mark.parametrize("name", ["../../etc/passwd", "__proto__", "A B", "x\u202ey", "é", "con", "a'b\"c", "ACME"])
def test_odd_ids_get_a_file_of_their_own(name: str) -> None:
    made = files(stock(ACME, {"id": name, "name": "Odd"}))
    found = data(made, "vendors")
    row = found["ids"].index(name)
    stem = found["files"][row] or name
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", stem)
    assert f'href="vendors/{stem}.html"' in made["vendors.html"]


def test_field_names_are_hostile_too() -> None:
    made = files(stock({"id": "a", "</script><b>": 1, "a/b~c": 2, "a,b:c": 3, "__proto__": {"x": 4}}))
    pointers = [field[0] for field in data(made, "fields")["fields"]]
    assert pointers == ["/<~1script><b>", "/__proto__/x", "/a,b:c", "/a~1b~0c", "/id"]
    assert all(re.fullmatch(r"[a-z0-9/]+\.(js|html)", path) for path in made), (
        "no name of a field is the name of a file"
    )


def test_the_same_vendors_give_the_same_bytes() -> None:
    assert files(stock(ACME, BARE)) == files(stock(BARE, ACME))
