"""Who has to agree: the demands of policies/approvals.yaml against amounts.

Three-valued: where it is not known whether a demand applies, that is said, and never taken for no.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight.levels import LEVELS, rank
from preflight.money import decimal, plain, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import JsonObject

MOST_NAMED = 5  # vendors in a sentence


@dataclass(frozen=True, slots=True)
class Amounts:
    """What demands compare with; None: not known. Money in the base currency.

    ``least``, ``committed_least`` and ``months_least`` are what is known of it, where not all is.
    """

    annual: Decimal | None
    least: Decimal
    committed: Decimal | None
    term_months: int | None
    risk: str | None
    risk_least: str
    classes: frozenset[str] | None
    basis: str = "a year"  # what ``least`` counts, in words
    beside: str = ""  # vendors whose risk counts, too
    committed_least: Decimal = Decimal(0)
    months_least: int = 0

    @property
    def promised(self) -> Decimal:
        """What is promised, as far as is known."""
        return self.committed_least if self.committed is None else self.committed

    @property
    def bound(self) -> int:
        """For how many months terms bind, as far as is known."""
        return self.months_least if self.term_months is None else self.term_months


def demanded(demand: JsonObject, amounts: Amounts) -> bool | None:
    """Whether all conditions of a demand hold; None while it is not known. What is known to be enough decides."""
    said = list(_conditions(demand, amounts))
    if False in said:
        return False
    return None if None in said else True


def _conditions(demand: JsonObject, amounts: Amounts) -> Iterator[bool | None]:
    if "annual_cost_from" in demand:
        reached = amounts.least >= decimal(demand["annual_cost_from"])
        yield reached if reached or amounts.annual is not None else None
    if "commitment_from" in demand:
        reached = amounts.promised >= decimal(demand["commitment_from"])
        yield reached if reached or amounts.committed is not None else None
    if "term_months_from" in demand:
        reached = amounts.bound >= demand["term_months_from"]
        yield reached if reached or amounts.term_months is not None else None
    if "risk_from" in demand:
        reached = rank(amounts.risk_least) >= rank(demand["risk_from"])
        yield reached if reached or amounts.risk is not None else None
    if "data" in demand:
        yield None if amounts.classes is None else bool(amounts.classes.intersection(demand["data"]))


def by_role(
    demands: Iterable[JsonObject], titles: Mapping[str, str], amounts: Amounts, currency: str, others: str
) -> list[JsonObject]:
    """Return each role once, with all reasons why it has to agree: {pointer, role, title, why}.

    ``others`` names the vendors whose money is counted, too.
    """
    reasons: dict[str, list[str]] = {}
    for demand in demands:
        reasons.setdefault(demand["role"], []).append(" and ".join(_reason(demand, amounts, currency, others)))
    return [
        {"pointer": "/approvals", "role": role, "title": titles.get(role, role), "why": "; ".join(each)}
        for role, each in reasons.items()
    ]


def _reason(demand: JsonObject, amounts: Amounts, currency: str, others: str) -> Iterator[str]:
    together = f" together with {others}" if others else ""
    if "annual_cost_from" in demand:
        limit = shown(demand["annual_cost_from"], currency)
        yield f"{shown(plain(amounts.least), currency)} {amounts.basis}{together}, asked from {limit} on"
    if "commitment_from" in demand:
        limit = shown(demand["commitment_from"], currency)
        yield f"{shown(plain(amounts.promised), currency)} promised over the term{together}, asked from {limit} on"
    if "term_months_from" in demand:
        yield f"a term of {amounts.bound} months, asked from {demand['term_months_from']} on"
    if "risk_from" in demand:
        least = demand["risk_from"]
        beside = f" together with {amounts.beside}" if amounts.beside else ""
        yield (
            "every vendor, of any risk"
            if least == LEVELS[0]
            else f"{amounts.risk_least} risk{beside}, asked from {least} on"
        )
    if "data" in demand:
        held = sorted((amounts.classes or frozenset()).intersection(demand["data"]))
        yield f"data that is {', '.join(held)}"


def names(vendors: Sequence[str], count: int) -> str:
    """Return the first few ids, and how many more of the ``count`` there are."""
    more = f" and {count - MOST_NAMED:,} more" if count > MOST_NAMED else ""
    return ", ".join(vendors[:MOST_NAMED]) + more
