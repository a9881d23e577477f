"""The map of the stack: every vendor in its category, in words as well as colours, and of very many only the counts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from inventory.stocks import HOSTILE, hostile, stock
from preflight.inventory import site as pages
from preflight.inventory.pages import stack_map
from preflight.inventory.stock import Card, Person

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock
    from preflight.model import Json

MAIL = Card(
    "beacon-mail",
    "vendors/beacon-mail.yaml",
    "Beacon Mail",
    "Sends the newsletters.",
    category="email-marketing",
    status="live",
    risk="high",
    annual=141760,
    red_flags=2,
    warnings=1,
    owners={"marketing": Person("mara", "Mara Lind"), "it": Person("kofi", "Kofi Mensah", gone=True)},
)
SEO = Card("sounding", "vendors/sounding.yaml", "Sounding", category="seo", status="deprecated", risk="low", annual=900)
CHAT = Card("chat", "vendors/chat.yaml", "Chat", status="proposed", risk="medium", risk_sure=False, at_least=20000)
GONE = Card("old", "vendors/old.yaml", "Old One", category="seo", status="retired", governed=False)


def shown(*cards: Card, judged: bool = True) -> Stock:
    return stock(cards=cards, judged=judged, currency="EUR")


def written(shown: Stock) -> dict[str, str]:
    return {path: data.decode() for path, data in stack_map.files(pages.of(shown))}


def vendors(file: str) -> list[dict[str, Json]]:
    """Return what a file of a category tells the script."""
    found = re.fullmatch(r"preflightMap\((\d+),(.*)\);\n", file, re.DOTALL)
    assert found
    told: list[dict[str, Json]] = json.loads(found[2])
    return told


class Reader(HTMLParser):
    """Gathers tags, and what would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_vendors_stand_in_their_categories_as_links_to_their_pages() -> None:
    page = written(shown(MAIL, SEO, CHAT, GONE))["map.html"]
    assert re.findall(r'class="into" href="([^"]*)"><bdi>([^<]*)<', page) == [
        ("#category=email-marketing", "Email marketing"),
        ("#category=seo", "SEO"),
        ("#category=", "No category"),
    ]
    assert re.findall(r'class="v [^"]*" href="([^"]*)"', page) == [
        "vendors/beacon-mail.html",
        "vendors/sounding.html",
        "vendors/chat.html",
    ]
    assert "3 vendors in 3 categories" in page
    assert "1 that is retired or rejected is not on the map" in re.sub(r"\s+", " ", page)


def test_a_card_says_in_words_what_its_colour_means() -> None:
    page = written(shown(MAIL, SEO, CHAT))["map.html"]
    assert re.findall(r'<span class="says risk">([^<]*)<', page) == ["risk high", "risk low", "risk medium at least"]
    assert re.findall(r'<span class="says status">([^<]*)<', page) == ["live", "deprecated", "proposed"]
    assert re.findall(r'<span class="says spend">([^<]*)<', page) == ["141,760 EUR", "900 EUR", "at least 20,000 EUR"]
    assert ">2 red flags<" in page


def test_the_legend_tells_what_there_is_and_how_many() -> None:
    page = written(shown(MAIL, SEO, CHAT))["map.html"]
    legend = re.search(r'data-legend="risk".*?</ul>', page, re.DOTALL)
    assert legend
    assert re.findall(r'</span>([a-z ]+) <span class="soft">(\d+)', legend[0]) == [
        ("high", "1"),
        ("medium", "1"),
        ("low", "1"),
    ]


def test_bands_of_spend_have_round_edges_and_hold_every_price() -> None:
    cards = [
        Card(f"v{at}", "", f"V{at}", annual=float(cost)) for at, cost in enumerate((0, 1234, 12000, 34567, 500000))
    ]
    page = written(shown(*cards))["map.html"]
    legend = re.search(r'data-legend="spend".*?</ul>', page, re.DOTALL)
    assert legend
    assert re.findall(r"</span>([^<]+) <span", legend[0]) == [
        "under 10,000 EUR",
        "10,000 to 30,000 EUR",
        "30,000 to 500,000 EUR",
        "500,000 EUR and more",
    ]


def test_what_the_registry_does_not_know_is_no_choice() -> None:
    page = written(shown(Card("a", "", "A"), judged=False))["map.html"]
    assert 'name="colour"' not in page
    assert "data-legend" not in page
    assert "says" not in page


def test_the_summary_of_a_vendor_names_its_people_and_findings() -> None:
    (told,) = vendors(written(shown(MAIL))["data/map-0.js"])
    assert told["to"] == "vendors/beacon-mail.html"
    assert dict(told["rows"]) == {
        "Category": "Email marketing",
        "Status": "live",
        "Risk": "high",
        "Cost a year": "141,760 EUR",
        "Owner in marketing": "Mara Lind",
        "Owner in IT": "Kofi Mensah (left)",
        "Findings": "2 red flags, 1 warning",
    }


def test_of_very_many_vendors_the_page_has_the_categories_and_a_file_for_each() -> None:
    many = [Card(f"v{at}", "", f"V {at}", category=f"c{at % 3}", status="live", risk="low") for at in range(10_000)]
    files = written(shown(*many))
    page = files["map.html"]
    assert sorted(files) == ["data/map-0.js", "data/map-1.js", "data/map-2.js", "map.html"]
    assert [len(vendors(files[f"data/map-{at}.js"])) for at in range(3)] == [3334, 3333, 3333]
    assert len(page) < 300_000
    assert "low: 3,334" in page
    without_script = page[page.index("<noscript>") : page.index("</noscript>")]
    assert without_script.count("<a class=") == stack_map.MOST_CARDS
    assert page.count('class="v ') == stack_map.MOST_CARDS


def test_very_many_categories_share_one_place() -> None:
    cards = [Card(f"v{at}", "", f"V {at}", category=f"c{at:04}") for at in range(1000)]
    files = written(shown(*cards))
    assert len(files) == stack_map.MOST_CATEGORIES + 1
    assert "Other categories" in files["map.html"]


def test_no_vendor_no_map() -> None:
    assert not stack_map.offered(shown(GONE))
    assert stack_map.offered(shown(MAIL))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_records_are_shown_as_text(text: str) -> None:
    plain = Reader(written(stock({**hostile("x"), "id": "evil"}))["map.html"]).tags
    files = written(stock(hostile(text)))
    tags = Reader(files["map.html"]).tags
    assert [tag for tag, _ in tags if tag != "span"] == [tag for tag, _ in plain if tag != "span"]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    assert all(not (found.get("href") or "").startswith("javascript") for _, found in tags)
    assert "<" not in files["data/map-0.js"]
    assert "\u202e" not in files["map.html"] + files["data/map-0.js"]
    assert len(files["map.html"]) < 60_000


def test_the_same_stock_gives_the_same_bytes() -> None:
    assert written(shown(MAIL, SEO, CHAT)) == written(shown(MAIL, SEO, CHAT))
