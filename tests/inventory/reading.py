"""Reads pages as a browser would, and the committed sample as pages show it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inventory.stocks import COMMIT, HOSTILE, TODAY
from preflight.commands import stocktaking
from preflight.commands.session import Session
from preflight.deciding.listing import Row
from preflight.decisions import Decision
from preflight.decisions.statement import Statement
from preflight.escaping import visible
from preflight.inventory import site as site_module
from preflight.model import Level, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.stock import Event, Stock
    from preflight.model import Json, JsonObject

ROOT = Path(__file__).parents[2]
# All of them at once; as an address of its own; and of a length that breaks layouts.
HOSTILE_PAGES = (" ".join(HOSTILE[:-1]), "javascript:alert(1)", HOSTILE[-1])
WITHIN_A_LINE = frozenset({"a", "b", "bdi", "code", "del", "ins", "small", "span", "time"})
VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "source"})
MADE_OF = frozenset(  # a list of them would fill the page
    "a article aside b bdi body br caption code dd del details div dl dt "  # noqa: SIM905 - as above
    "figcaption figure footer h1 h2 h3 head "
    "header html img input ins label li link main meta nav ol p picture script section small source span summary "
    "table tbody td th thead time title tr ul".split()
)


@cache
def sample() -> Stock:
    """Return the committed sample, without its history."""
    return replace(
        stocktaking.take(Session(ROOT, TODAY, quiet=True), "Harbourline", past=False), commit=COMMIT, exact=True
    )


class Page(HTMLParser):
    """A page: its elements with their attributes, its text, and what is not closed as it was opened."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.size = len(data)
        self.feed(data.decode())
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += "" if tag in WITHIN_A_LINE else " "
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.text += "" if tag in WITHIN_A_LINE else " "
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of the elements of that kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        """The fragments that lead into the page."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [attributes["href"] for attributes in self.all("a")]


def harm(page: Page) -> list[str]:
    """Return what a page has that it must not: strange elements, handlers, styles, links that do something."""
    found = [f"<{tag}>" for tag, _ in page.elements if tag not in MADE_OF]
    found += [f"</{tag}> crossed" for tag in page.crossed] + [f"<{tag}> never closed" for tag in page.open]
    for tag, attributes in page.elements:
        found += [f"{tag}[{name}]" for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src"):
            address = attributes.get(name, "")
            if urlsplit(address).scheme not in {"", "http", "https", "mailto"}:
                found.append(f"{name}={address[:40]}")
        if tag == "script" and not attributes.get("src", "").startswith(("assets/", "../assets/")):
            found.append("a script of its own")
    found += [f"id twice: {each}" for each in sorted({one for one in page.ids if page.ids.count(one) > 1})]
    hidden = {character for character in page.text if visible(character) != character}
    return found + [f"hidden character {ord(each):x}" for each in sorted(hidden)]


def page_of(shown: Stock, vendor: str) -> Page:
    """Return the page of one vendor."""
    from preflight.inventory.pages import vendor as pages  # noqa: PLC0415 - the name is that of the argument

    site = site_module.of(shown)
    ((_, data),) = pages.files(site, site.cards[vendor], shown.detail(vendor))
    return Page(data)


def told(text: str, page: Page) -> bool:
    """Whether a page shows a text, its hidden characters written out."""
    return " ".join(visible(text).split())[:150] in page.text


def pages_of(module: Any, shown: Stock) -> dict[str, Page]:
    """Return the pages that a module writes, by path."""
    site = site_module.of(shown)
    return {path: Page(data) for path, data in module.files(site)}


def verdict(vendor: str, rule: str, **more: Any) -> Verdict:
    """Return a red flag that stands against a vendor."""
    given: dict[str, Any] = {
        "vendor": vendor,
        "rule": rule,
        "level": Level.RED_FLAG,
        "outcome": Outcome.FAIL,
        "message": "It is not in order",
        "fix": "Put it in order",
        "path": f"vendors/{vendor}.yaml",
        "line": 7,
        "column": 3,
        "pointer": "/data/dpa/signed",
    }
    return Verdict(**given | more)


def row(vendor: str, kind: str = "approve", **more: Any) -> Row:
    """Return a decision that is in force."""
    given: dict[str, Any] = {
        "kind": kind,
        "repository": "harbourline",
        "vendor": vendor,
        "role": "cfo",
        "by": "gareth-whitlock",
        "decided_on": TODAY,
        "rules": "0" * 40,
        "nonce": "0123456789abcdef",
        "bounds": {"annual_cost": {"amount": 75000, "currency": "EUR"}} if kind == "approve" else {},
    }
    said = Statement(**given | more)
    path = f"vendors/decisions/{vendor}/{said.id}.json"
    decision = Decision(said.id, path, said, "SHA256:abcdefabcdef", touched=False, identified=False, state="in-force")
    return Row(decision, "in-force", arrived=TODAY)


def with_detail(shown: Stock, vendor: str, **more: Any) -> Stock:
    """Return the stock with something else in the detail of one vendor."""
    changed = replace(shown.detail(vendor), **more)
    return replace(shown, detail=lambda name: changed if name == vendor else shown.detail(name))


def poisoned(value: Json, text: str, place: str = "") -> Json:
    """Return a record in which every text of free form says something else."""
    if isinstance(value, dict):
        return {key: poisoned(each, text, key) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, text, place) for each in value]
    return text if isinstance(value, str) and place in FREE else value


FREE = frozenset(  # a list of them would fill the page
    "name summary aliases why_not outcome what measured_by product reference "  # noqa: SIM905 - as above
    "url note minimisation names "
    "description why scope issuer reason handled lessons fallback funding escalation discrepancy_process data "
    "parent system team owner person deputy by region standard".split()
)


def hostile_stock(text: str) -> Stock:
    """Return the sample with one vendor, its findings, decisions, history and proposal all saying the same."""
    vendor, shown = "quayside-chat", sample()
    detail = shown.detail(vendor)
    record: JsonObject = poisoned(detail.record, text)
    assert detail.brief is not None
    brief = replace(
        detail.brief,
        money=(text,),
        risk=(text,),
        findings=(text,),
        alternatives=(text,),
        deadlines=(text,),
        signers=tuple(replace(each, title=text, why=text, state=text) for each in detail.brief.signers),
    )
    rule = shown.rules[0].id
    findings = (
        verdict(vendor, rule, message=text, fix=text),
        verdict(vendor, rule, outcome=Outcome.WAIVED, waiver=row(vendor, "waive").decision.id, message=text),
    )
    cards = tuple(
        replace(card, name=text, line=text, category=text, company=text, aliases=(text,), failing=(rule,))
        if card.id == vendor
        else card
        for card in shown.cards
    )
    return replace(
        with_detail(shown, vendor, record=record, brief=brief, verdicts=findings),
        title=text,
        cards=cards,
        registry=(verdict("(registry)", rule, message=text),),
        decided=(row(vendor), row(vendor, "waive", rule=rule, reason=text, role=text, by=text)),
        events=tuple(_events(vendor, text)),
    )


def _events(vendor: str, text: str) -> Iterator[Event]:
    from inventory.stocks import event  # noqa: PLC0415 - beside what it is used for
    from preflight.inventory.stock import Edit  # noqa: PLC0415 - as above

    edits = (Edit("/" + text, text, text), Edit(text, "", text))
    more = {"author": text, "subject": text, "request": text, "signature": f"good {text}", "edits": edits}
    yield event(vendor, 3, **more)
    yield event(vendor, 2, kind=text, **more)
    yield event("", 1, **more)
