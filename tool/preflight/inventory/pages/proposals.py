"""The page of whoever has to sign: every vendor that is proposed, with what the decision rests on."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import briefing
from preflight.inventory.dossier import gaps
from preflight.inventory.frame import first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock
    from preflight.model import Brief, JsonObject, Signer

TITLE = "Proposals"
PATH = "proposals.html"
PROPOSED = "proposed"
MOST = 100  # proposals that are laid out; the table of vendors has all
CUT = 600  # characters of a text that a record gives
MOST_HOLDERS = 5  # people of one role that are named
_CENTS = re.compile(r"\b(\d{1,3}(?:,\d{3})+)\.(\d\d)(?= [A-Z]{3}\b)")  # of a thousand and more


@dataclass(frozen=True, slots=True)
class Asked:
    """A role that has to agree, who holds it today, and the command by which it does; empty: it has."""

    signer: Signer
    command: str
    holders: tuple[str, ...]
    more_holders: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One vendor that somebody has to decide on."""

    card: Card
    brief: Brief
    asked: tuple[Asked, ...]
    gaps: tuple[str, ...]
    money: tuple[str, ...]
    helper: str  # who looks after it in marketing, and prepares what is signed

    @property
    def open(self) -> int:
        """How many signatures are missing."""
        return sum(not each.signer.given for each in self.asked)


def offered(stock: Stock) -> bool:
    """Whether a vendor is proposed, and there are rules that say who decides."""
    return stock.judged and any(card.status == PROPOSED for card in stock.cards)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    waiting = sorted(
        (card for card in site.stock.cards if card.status == PROPOSED),
        key=lambda card: (card.name.casefold(), card.id),
    )
    shown, more = first(waiting, MOST)
    proposals = [each for card in shown if (each := _proposal(site, card)) is not None]
    yield site.page(PATH, "proposals.html", TITLE, proposals=proposals, waiting=len(waiting), more=more)


def _proposal(site: Site, card: Card) -> Proposal | None:
    detail = site.stock.detail(card.id)
    if detail.brief is None:
        return None
    owner = card.owners.get("marketing")
    return Proposal(
        card,
        detail.brief,
        tuple(_asked(site, card, detail.facts)),
        tuple(gaps.gaps(card, detail, site.index.members)),
        tuple(_CENTS.sub(_whole, each) for each in detail.brief.money),
        owner.name if owner and not owner.gone else "",
    )


def _whole(amount: re.Match[str]) -> str:
    """Return a large amount without its cents."""
    return f"{round(float(amount[0].replace(',', ''))):,}"


def _asked(site: Site, card: Card, facts: JsonObject) -> Iterator[Asked]:
    demanded = facts.get("oversight", {}).get("demanded", ())
    for signer, demand in zip(briefing.signers(facts), demanded, strict=True):
        command = f"preflight approve {shlex.quote(card.id)} --role {shlex.quote(demand['role'])}"
        holders, more = first(_holders(site.stock, demand["role"]), MOST_HOLDERS)
        yield Asked(signer, "" if signer.given else command, tuple(holders), more)


def _holders(stock: Stock, role: str) -> list[str]:
    """Return the names of those who hold a role on the day."""
    today = stock.as_of.isoformat()
    return [
        person.get("name", person["id"])
        for person in stock.policies.get("people", {}).get("people", ())
        if today <= person.get("left", today)
        and any(
            each["role"] == role and each["from"] <= today <= each.get("until", today)
            for each in person.get("roles", ())
        )
    ]
