"""How far an approval reaches: by default exactly what is now, of what the role is asked for.

An approval that is narrower than what is now would count for nothing, so it is refused before somebody signs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from preflight.agreement import ANSWERS
from preflight.decisions.statement import BOUNDS
from preflight.errors import UsageError
from preflight.levels import rank
from preflight.money import CENT, decimal, plain, shown
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from preflight.model import JsonObject
    from preflight.money import Rates

UNASKED = ("annual_cost", "risk")  # what bounds the approval of a role that no demand names
# Bound → what it is about, the option that sets it, and what to fill in where it is not known.
ABOUT = {
    "annual_cost": (
        "the yearly cost",
        "--annual-cost",
        "/contract/subscriptions (price, per, and a currency that has a rate)",
    ),
    "commitment": ("what is promised", "--commitment", "/contract/subscriptions (price, starts and ends)"),
    "term_months": ("the term", "--term-months", "/contract/subscriptions (starts and ends)"),
    "risk": ("the level of risk", "--risk", "/risk ('preflight explain ID' says which dimension is open)"),
    "data": ("the classes of data", "--data", "/data/classes"),
}
_AMOUNT = re.compile(r"(\d+(?:\.\d{1,2})?) ?([A-Z]{3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Extent:
    """What an approval of one vendor has to cover today; None: not known. Money in the base currency.

    ``least`` is what is known of the yearly cost; ``together`` are the vendors whose money is counted, too.
    """

    annual_cost: Decimal | None
    least: Decimal
    commitment: Decimal | None
    term_months: int | None
    risk: str | None
    data: tuple[str, ...] | None
    together: tuple[str, ...] = ()


def extent(vendor: str, facts: Mapping[str, JsonObject], extracts: Mapping[str, JsonObject], *, paying: bool) -> Extent:
    """Return what an approval has to cover. ``paying``: the role answers for money, so that of the group counts.

    ``facts`` and ``extracts`` are those of facts.oversight.
    """
    own = extracts[vendor]
    least = decimal(own["least"])
    committed = decimal(own["committed"] or 0) if own["over"] else decimal(facts[vendor]["promised"])
    if paying and not own["over"]:
        least = decimal(facts[vendor]["amount"])
    priced = all(part["amount"] is not None for part in own["parts"] if part["recent"])
    return Extent(
        annual_cost=least if own["annual"] is not None and priced else None,
        least=least,
        commitment=None if own["committed"] is None else committed,
        term_months=own["term_months"],
        risk=own["risk"],
        data=None if own["classes"] is None else tuple(own["classes"]),
        together=() if own["over"] else tuple(facts[vendor]["group"]),
    )


def asked(role: str, demands: Iterable[JsonObject]) -> tuple[str, ...]:
    """Return the bounds that an approval of a role needs: of all that its demands look at."""
    found = {ANSWERS[name] for each in demands if each["role"] == role for name in each if name in ANSWERS}
    return tuple(name for name in BOUNDS if name in (found or UNASKED))


def money(text: str, option: str, currency: str, known: Iterable[str]) -> JsonObject:
    """Read an amount such as ``75000``, ``75000EUR`` or ``75000.50 USD``. Raises UsageError."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        message = f"{option} {text[:40]!r} is no amount"
        raise UsageError(message, fix="Write digits, with the currency if it is another: 75000 or 75000USD.")
    named = found.group(2) or currency
    if named not in known:
        message = f"{option}: there is no rate for {named}"
        raise UsageError(message, fix=f"Give the amount in {currency}, or add a rate to policies/rates.yaml.")
    return {"amount": _number(Decimal(found.group(1))), "currency": named}


def chosen(now: Extent, names: Sequence[str], given: JsonObject, rates: Rates, today: date) -> JsonObject:
    """Return the bounds of an approval: those ``given``, for the others of ``names`` what is now. Raises UsageError."""
    found: JsonObject = {}
    for name in BOUNDS:
        if name in given:
            if narrow := _narrower(name, given[name], now, rates, today):
                about, option, _ = ABOUT[name]
                message = f"{option} is narrower than {about} of now, {narrow}: such an approval would not count"
                raise UsageError(message, fix=f"Leave {option} out, or have the record changed first.")
            found[name] = given[name]
        elif name in names:
            found[name] = _as_now(name, now, rates)
    return found


def unknown(now: Extent, bounds: JsonObject) -> list[str]:
    """Return the bounds that are held against something not known, so that the approval does not count yet."""
    return [ABOUT[name][0] for name in bounds if getattr(now, name) is None]


def _as_now(name: str, now: Extent, rates: Rates) -> object:
    value = getattr(now, name)
    if value is None:
        about, option, missing = ABOUT[name]
        message = f"{about} is not known, so the approval could not be bounded"
        raise UsageError(message, fix=f"Fill in {missing}, or give the bound yourself: {option}.")
    if isinstance(value, Decimal):
        return {"amount": _number(value.quantize(CENT, ROUND_CEILING)), "currency": rates.base}
    if name == "term_months":
        return max(1, value)
    return list(value) if name == "data" else value


def _number(amount: Decimal) -> float:
    """Return an amount as people write it: without cents where there are none."""
    return int(amount) if amount == amount.to_integral_value() else plain(amount)


def _narrower(name: str, given: object, now: Extent, rates: Rates, today: date) -> str:
    """Say what is now, where a bound does not reach so far; nothing where it does, or where that is not known."""
    if name in {"annual_cost", "commitment"} and isinstance(given, dict):
        amount = now.least if name == "annual_cost" else now.commitment
        allowed = rates.converted(given, today)
        over = amount is not None and (allowed is None or amount > allowed)
        return shown(plain(amount), rates.base) if over and amount is not None else ""
    if name == "term_months" and isinstance(given, int):
        over = now.term_months is not None and now.term_months > given
        return counted(now.term_months or 0, "month") if over else ""
    if name == "risk" and isinstance(given, str):
        return now.risk if now.risk is not None and rank(now.risk) > rank(given) else ""
    beyond = sorted(set(now.data or ()).difference(given)) if isinstance(given, list) else []
    return f"which has {', '.join(beyond)}, too" if beyond else ""


def in_words(bounds: JsonObject) -> list[str]:
    """Say bounds as people read them, one line each."""
    found = []
    for name in ("annual_cost", "commitment"):
        if name in bounds:
            what = "a year" if name == "annual_cost" else "promised over the term"
            found.append(f"up to {shown(bounds[name]['amount'], bounds[name]['currency'])} {what}")
    if "term_months" in bounds:
        found.append(f"up to a term of {counted(bounds['term_months'], 'month')}")
    if "risk" in bounds:
        found.append(f"up to {bounds['risk']} risk")
    if "data" in bounds:
        found.append(f"for data that is {', '.join(bounds['data']) or 'none'}")
    return found
