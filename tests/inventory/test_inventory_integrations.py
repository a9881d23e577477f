"""Integrations: what breaks if one is down, in words and in a picture that is the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from inventory.stocks import HOSTILE, TODAY, stock
from preflight import lineage
from preflight.inventory import site as pages
from preflight.inventory import wiring
from preflight.inventory.pages import integrations
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock
    from preflight.model import Json, JsonObject

PEOPLE: JsonObject = {
    "teams": [],
    "people": [
        {"id": "kofi", "name": "Kofi Mensah"},
        {"id": "lena", "name": "Lena Brandt", "left": "2026-01-31"},
    ],
}
SYSTEMS: JsonObject = {
    "systems": [{"id": "crm", "name": "Our CRM", "owner": "kofi"}, {"id": "ledger", "name": "Ledger"}],
    "records": [{"domain": "customers", "system": "crm", "note": "Since the merger"}],
}


def vendor(identifier: str, *connections: JsonObject, **more: Json) -> JsonObject:
    return {
        "id": identifier,
        "name": identifier.title(),
        "lifecycle": {"status": "live"},
        "integrations": list(connections),
        **more,
    }


MAIL = vendor(
    "mail",
    {
        "system": "crm",
        "pattern": "event-driven",
        "direction": "in",
        "data": ["contacts", "consents"],
        "frequency": "real-time",
        "authentication": "oauth2",
        "error_handling": "retry-and-alert",
        "owner": "lena",
    },
    category="email-marketing",
)
SURVEYS = vendor("surveys", {"system": "mail", "pattern": "batch", "direction": "in", "frequency": "daily"})
CHAT = vendor("chat", {"system": "crm"}, lifecycle={"status": "proposed"})


def shown(*records: JsonObject, systems: JsonObject = SYSTEMS) -> Stock:
    policies = {"people": PEOPLE, "systems": systems}
    found = lineage.survey({str(each["id"]): each for each in records}, Context(TODAY, policies))
    return stock(*records, landscape=found, policies=policies, judged=True)


def written(shown: Stock) -> dict[str, str]:
    return {path: data.decode() for path, data in integrations.files(pages.of(shown))}


def text(page: str) -> str:
    """Return what a reader reads, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page))).replace(" .", ".").replace(" ,", ",")


def outage(page: str, party: str) -> str:
    found = re.search(rf'<details class="down card" data-party="{party}">.*?</details>', page, re.DOTALL)
    assert found
    return text(found[0])


class Reader(HTMLParser):
    """Gathers tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_an_outage_is_told_in_words_directly_and_through_others() -> None:
    told = outage(written(shown(MAIL, SURVEYS, CHAT))["integrations.html"], "crm")
    assert "Our CRM own system: 2 directly (1 at once, 1 not in use yet), 1 through others" in told
    assert "To call: Kofi Mensah" in told
    assert "Felt at once : contacts, consents." in told
    assert "If a transfer fails: retried, and somebody is told. Call Lena Brandt left" in told
    assert "Chat loses a part proposed, not in use yet direction not known" in told
    assert "Felt within a day Surveys by way of Mail" in told
    assert "Systems of record concerned: Our CRM (customers)" in told


def test_everything_stands_in_the_page_without_a_script_and_is_reached_by_its_address() -> None:
    page = written(shown(MAIL, SURVEYS, CHAT))["integrations.html"]
    for party in ("crm", "mail", "surveys", "chat"):
        assert f'id="system={party}"' in page
        assert f'href="#system={party}"' in page


def test_own_systems_are_told_of_before_vendors() -> None:
    page = written(shown(MAIL, SURVEYS, CHAT))["integrations.html"]
    assert re.findall(r'<details class="down card" data-party="([^"]*)"', page) == ["crm", "chat", "mail", "surveys"]


def test_all_integrations_stand_in_a_table_with_direction() -> None:
    page = written(shown(MAIL, SURVEYS, CHAT))["integrations.html"]
    rows = [text(row).strip() for row in re.findall(r"<tr>.*?</tr>", page[page.index('id="all"') :], re.DOTALL)][1:]
    assert rows == [
        "Chat direction not known: Our CRM nobody is named",
        "Our CRM Mail contacts, consents event driven real time oauth2 retry and alert lena",
        "Mail Surveys batch daily nobody is named",
    ]


def test_systems_of_record_name_the_note_and_who_is_missing() -> None:
    page = text(written(shown(MAIL, SURVEYS))["integrations.html"])
    assert "Customers Our CRM Since the merger" in page
    assert "Budgets nobody" in page


def test_two_that_claim_one_domain_are_both_named() -> None:
    claims: JsonObject = {"data": {"system_of_record_for": ["assets"]}}
    both = shown(MAIL, vendor("cask", {"system": "mail"}, **claims), vendor("dam", {"system": "mail"}, **claims))
    assert "Assets Cask, Dam more than one" in text(written(both)["integrations.html"])


def test_single_points_of_failure_are_marked_by_shape_and_words_with_the_reason() -> None:
    fed = [vendor(name, {"system": "crm", "direction": "in"}) for name in ("a", "b", "c", "d")]
    page = written(shown(*fed))["integrations.html"]
    assert "Our CRM own system 4 vendors get all of their data through it: A, B, C, D." in text(page)
    box = re.search(r'<a class="node system point".*?</a>', page, re.DOTALL)
    assert box
    assert "<polygon" in box[0]
    assert "Single point of failure" in text(box[0])


def test_batches_are_dashed_and_arrows_show_the_direction() -> None:
    page = written(shown(MAIL, SURVEYS, CHAT))["integrations.html"]
    numbers = {party: number for number, party in re.findall(r'data-node="(\d+)" data-party="([^"]*)"', page)}
    lines = {
        frozenset((start, end)): (style, start, marks)
        for style, start, end, marks in re.findall(
            r'<path class="(line[^"]*)" d="[^"]*" data-from="(\d+)" data-to="(\d+)"([^/]*)/>', page
        )
    }
    style, start, marks = lines[frozenset((numbers["mail"], numbers["surveys"]))]
    assert style == "line batch"
    assert ("marker-end" in marks) == (start == numbers["mail"])
    style, _, marks = lines[frozenset((numbers["chat"], numbers["crm"]))]
    assert style == "line"
    assert "marker-start" in marks
    assert "marker-end" in marks


def test_the_script_is_told_who_is_reached_and_over_whom() -> None:
    files = written(shown(MAIL, SURVEYS))
    page = files["integrations.html"]
    number = {party: int(at) for at, party in re.findall(r'data-node="(\d+)" data-party="([^"]*)"', page)}
    told = json.loads(files["data/integrations.js"].removeprefix("preflightReach(").removesuffix(");\n"))
    assert told[str(number["crm"])] == [[number["mail"], number["crm"]], [number["surveys"], number["mail"]]]
    assert told[str(number["surveys"])] == []


def test_of_a_very_large_stack_own_systems_and_the_widest_are_drawn_and_the_page_says_so() -> None:
    many = [vendor(f"v{at}", {"system": "crm" if at else "ledger", "direction": "in"}) for at in range(2000)]
    page = written(shown(*many))["integrations.html"]
    assert page.count('class="node ') == integrations.MOST_DRAWN
    assert "Of 2,002 that are connected, 60 are drawn" in page
    assert 'data-party="ledger"' in page
    assert "The first 500 are listed" in page
    assert len(page) < 1_000_000


def test_a_hundred_vendors_all_have_their_answer() -> None:
    many = [vendor(f"v{at}", {"system": f"v{at - 1}" if at else "crm", "direction": "in"}) for at in range(100)]
    page = written(shown(*many))["integrations.html"]
    assert page.count('<details class="down card"') == 101
    assert "Of 101" not in page
    assert len(page) < 1_000_000


def test_boxes_do_not_touch_each_other_and_stand_in_whole_units() -> None:
    nodes = [
        wiring.Node(f"n{at}", f"Name {at}", ("one", "two")[: at % 3], f"g{at % 5}", at % 6 == 0) for at in range(40)
    ]
    drawing = wiring.draw(nodes, [(f"n{at}", f"n{at * 7 % 40}") for at in range(40)])
    boxes = drawing.boxes
    for at, one in enumerate(boxes):
        assert isinstance(one.y, int)
        assert one.y + one.height <= drawing.height
        for other in boxes[at + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert all(re.fullmatch(r"[MLC\d, -]+", line.path) for line in drawing.lines)


def test_without_own_systems_those_with_the_most_lines_stand_in_the_middle() -> None:
    lone = vendor("hub", *({"system": f"s{at}"} for at in range(5)))
    page = written(shown(lone, *(vendor(f"s{at}") for at in range(5))))["integrations.html"]
    middle = wiring.EDGE + wiring.BOX + wiring.CHANNEL
    assert re.search(rf'data-party="hub" transform="translate\({middle} ', page)


def test_nothing_connected_no_page() -> None:
    assert not integrations.offered(stock())
    assert not integrations.offered(shown(vendor("lonely")))
    assert integrations.offered(shown(MAIL))


def test_who_has_no_integrations_on_record_is_counted() -> None:
    assert "1 vendor has no integrations on record" in text(written(shown(MAIL, vendor("lonely")))["integrations.html"])


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_records_are_shown_as_text(evil: str) -> None:
    def records(name: str) -> list[JsonObject]:
        each: JsonObject = {"system": "crm", "data": [name], "owner": name, "authentication": name, "pattern": name}
        return [vendor("a", each, name=name, category=name), vendor("b", {"system": name}, name=name)]

    plain = Reader(written(shown(*records("x")))["integrations.html"]).tags
    files = written(shown(*records(evil)))
    tags = Reader(files["integrations.html"]).tags
    assert {tag for tag, _ in tags} <= {tag for tag, _ in plain}
    assert [tag for tag, _ in tags].count("script") == [tag for tag, _ in plain].count("script")
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    assert all(not (found.get("href") or "").startswith("javascript") for _, found in tags)
    assert "\u202e" not in files["integrations.html"]
    assert "<" not in files["data/integrations.js"]


def test_the_same_stock_gives_the_same_bytes_however_its_records_are_ordered() -> None:
    one, other = shown(MAIL, SURVEYS, CHAT), shown(CHAT, SURVEYS, MAIL)
    assert written(one) == written(replace(other, cards=one.cards))


def test_what_stops_at_once_is_said_first_and_the_worst_outage_stands_first() -> None:
    slow = [vendor(f"slow{at}", {"system": "ledger", "direction": "in", "frequency": "daily"}) for at in range(3)]
    page = written(shown(MAIL, *slow, vendor("live", {"system": "mail", "direction": "in", "frequency": "real-time"})))
    told = re.findall(r'<details class="down card" data-party="([^"]*)"', page["integrations.html"])
    assert told[:3] == ["crm", "mail", "ledger"]
    assert "Felt later: 3" in outage(page["integrations.html"], "ledger")
    assert "Stops at once: 1" in outage(page["integrations.html"], "crm")
