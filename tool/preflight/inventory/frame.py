"""What all pages share: templates, the menu, addresses, and how values are written.

Whatever comes out of a template is escaped by it; texts of records go through ``visible`` besides, so that no
character is hidden. Links lead on only to http, https and mail. Nothing in a page is fetched from elsewhere, and the
policy in its head forbids it to the browser, too.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from preflight.due import feed
from preflight.escaping import visible
from preflight.inventory import index
from preflight.inventory.dossier.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from preflight.due.items import DueItem
    from preflight.inventory.index import Index
    from preflight.inventory.stock import Card, Stock
    from preflight.model import Json

SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
LINKED = frozenset({"http", "https", "mailto"})
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNKNOWN = "not known"
LETTERS = frozenset(
    {"ai", "api", "apac", "cdp", "cms", "crm", "dam", "emea", "erp", "eu", "mfa", "seo", "sms", "sso", "uk"}
)

_PLAIN_STEM = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu."""

    title: str
    path: str


@dataclass(frozen=True)
class Site:
    """The site that is written: what it shows, its menu, and what turns a template into a page."""

    stock: Stock
    menu: tuple[Entry, ...]

    @cached_property
    def environment(self) -> Environment:
        """The templates."""
        made = Environment(
            loader=PackageLoader("preflight.inventory", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_shown,
        )
        made.filters |= {"money": money, "day": day, "linkable": linkable, "words": words}
        made.globals |= {"site": self, "stock": self.stock, "security": SECURITY, "unknown": UNKNOWN}
        return made

    @cached_property
    def stems(self) -> dict[str, str]:
        """The name of each vendor's files, by id: the id, or where that is no good name, a hash of it."""
        folded: dict[str, int] = {}
        for card in self.stock.cards:
            folded[card.id.casefold()] = folded.get(card.id.casefold(), 0) + 1
        return {
            card.id: card.id if _PLAIN_STEM.fullmatch(card.id) and folded[card.id.casefold()] == 1 else _hashed(card.id)
            for card in self.stock.cards
        }

    @cached_property
    def due_of(self) -> dict[str, list[DueItem]]:
        """What falls due, by vendor."""
        found: dict[str, list[DueItem]] = {}
        for each in self.stock.due:
            found.setdefault(each.vendor, []).append(each)
        return found

    @cached_property
    def events(self) -> dict[DueItem, bytes]:
        """The lines in a calendar of what falls due: each item stands in several calendars."""
        return {each: feed.event(each, self.stock.as_of) for each in self.stock.due}

    @cached_property
    def cards(self) -> dict[str, Card]:
        """The vendors by id."""
        return {card.id: card for card in self.stock.cards}

    @cached_property
    def index(self) -> Index:
        """What belongs to one vendor, or to one rule."""
        return index.of(self.stock)

    @cached_property
    def labels(self) -> Labels:
        """The names of fields."""
        return Labels(self.stock.schema)

    @cached_property
    def paths(self) -> frozenset[str]:
        """The pages of the menu."""
        return frozenset(entry.path for entry in self.menu)

    def prepare(self) -> None:
        """Make what many pages share, before processes are forked that would each make it for itself."""
        _ = self.environment, self.stems, self.due_of, self.cards, self.index, self.labels, self.paths
        if self.stock.due:
            _ = self.events

    def rule(self, identifier: str) -> str:
        """Return the address of a rule from the root of the site; empty for what is no rule of the registry."""
        domain, _, name = identifier.partition("/")
        return f"{self.chapter(domain)}#{stem(name)}" if identifier in self.index.rules else ""

    def chapter(self, domain: str) -> str:
        """Return the address of the rules of a domain."""
        return f"rules/{stem(domain)}.html"

    def vendor(self, identifier: str) -> str:
        """Return the address of a vendor's page from the root of the site; empty for what is no vendor."""
        stem = self.stems.get(identifier)
        return f"vendors/{stem}.html" if stem else ""

    def name(self, identifier: str) -> str:
        """Return the name of a vendor, a system or a person, or the id where nobody has one."""
        if identifier in self.cards:
            return self.cards[identifier].name
        if identifier in self.stock.people:
            return self.stock.people[identifier].name
        if identifier in self.stock.teams:
            return self.stock.teams[identifier]
        landscape = self.stock.landscape
        party = None if landscape is None else landscape.parties.get(identifier)
        return party.name if party else identifier

    def page(self, path: str, template: str, title: str, **values: Any) -> tuple[str, bytes]:
        """Return a page by its path; ``root`` leads from it to the root of the site."""
        root = "../" * path.count("/")
        text = self.environment.get_template(template).render(path=path, root=root, title=title, **values)
        return path, text.encode()


def stem(name: str) -> str:
    """Return a name as a part of an address: itself, or where that is no good, a hash of it."""
    return name if _PLAIN_STEM.fullmatch(name) else _hashed(name)


def _hashed(identifier: str) -> str:
    return "v-" + hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _shown(value: Any) -> Any:
    """Return what a template writes of a value: nothing of None, and no hidden character of a text."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value  # Markup is a text, too, and made of such


def money(amount: float | None, currency: str = "") -> str:
    """Return an amount in whole units, with its currency."""
    if amount is None:
        return UNKNOWN
    return f"{amount:,.0f} {currency}".rstrip()


def day(when: date | str | None) -> Markup:
    """Return a day as people write it, with the exact one for machines."""
    if not when:
        return Markup("")
    iso = when if isinstance(when, str) else when.isoformat()
    year, month, number = iso.split("-")
    return Markup('<time datetime="{}">{} {} {}</time>').format(iso, int(number), MONTHS[int(month) - 1], year)


def linkable(address: Json) -> bool:
    """Whether an address of a record may be a link: it leads to a page or a mail, and nowhere else."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in LINKED and bool(parts.netloc or parts.scheme.lower() == "mailto")


def words(identifier: str) -> str:
    """Return an id of the vocabulary as words; what is spoken letter by letter is written in capitals."""
    plain = identifier.replace("-", " ").replace("_", " ")
    return " ".join(each.upper() if each in LETTERS else each for each in plain.split(" "))


def first(items: Sequence[Any], most: int) -> tuple[Sequence[Any], int]:
    """Return the first items, and how many are left out."""
    return items[:most], max(0, len(items) - most)
