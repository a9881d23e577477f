"""Whether a role has agreed: approvals against the amounts of now, the people directory, and who proposes the change.

An approval is an entry of the record (``pointer`` says which), or a signed decision (``id``, ``state``). Where policy
asks a role for a signature, the word of the record counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from preflight.levels import rank
from preflight.model import Proposers
from preflight.money import Rates, plain, shown
from preflight.periods import YEAR
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from preflight.authority import Amounts
    from preflight.model import JsonObject

SIGNED, RECORDED = "signed", "recorded"
NOBODY = Proposers()
UNSAID_YEARS = 5  # of its yearly amount, that an approval covers which says nothing of the term or the commitment
# Condition of a demand → the bound of an approval that answers it.
ANSWERS = {
    "annual_cost_from": "annual_cost",
    "commitment_from": "commitment",
    "term_months_from": "term_months",
    "risk_from": "risk",
    "data": "data",
}
MONEY = {"annual_cost": "the cost of a year", "commitment": "what is promised", "term_months": "the term"}
ASKED_FOR = {**MONEY, "risk": "the risk", "data": "the data"}
STATES = {
    "expired": "run out",
    "revoked": "revoked",
    "not-yet": "not in force yet",
    "void": "signed by a key that leaked",
    "other-company": "for another company than the record names now",
    "other-product": "for another product or category than the record tells of now",
    "unnamed": "without saying for what: vendor, category, company and its country, as in the record now",
}


@dataclass(frozen=True, slots=True)
class Directory:
    """Who held which role when, and who has left on which day."""

    roles: Mapping[str, Sequence[JsonObject]]
    left: Mapping[str, str]
    today: date
    rates: Rates


@dataclass(frozen=True, slots=True)
class Role:
    """What policy asks of a role: by what its word is proven, and how many people of it have to agree."""

    name: str
    proof: Literal["signed", "recorded"] = "recorded"
    people: int = 1
    # Whether somebody whom the directory does not know may propose what this role approves.
    strangers_propose: bool = False
    # What it is asked for, as bounds of an approval: a signature that says nothing of it covers none.
    bounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Where a role stands: the approvals that count, one a person, and if they are too few, what was found instead."""

    counted: tuple[JsonObject, ...]
    enough: bool
    pointer: str = "/approvals"
    found: str = "nobody"


def agreement(
    role: Role,
    approvals: Iterable[JsonObject],
    amounts: Amounts,
    directory: Directory,
    proposers: Proposers = NOBODY,
) -> Agreement:
    """Hold the approvals of one vendor against what policy asks of a role."""
    mine = [each for each in approvals if each["role"] == role.name]
    faults = [(each, _fault(role, each, amounts, directory, proposers)) for each in mine]
    # Counted are people, not entries and not keys; of two approvals of one person the later is shown.
    good = {each["by"]: each for each in sorted((each for each, fault in faults if not fault), key=_day)}
    if len(good) >= role.people:
        return Agreement(tuple(good.values()), enough=True)
    bad = [
        (each.get("pointer", "/approvals"), fault)
        for each, fault in sorted(faults, key=lambda one: _day(one[0]))
        if fault
    ]
    pointer, found = bad[-1] if bad else ("/approvals", "nobody")
    if good:
        names = ", ".join(good)
        found = f"{names}, and {counted(role.people, 'person', 'people')} are asked" + (f"; {found}" if bad else "")
    return Agreement(tuple(good.values()), enough=False, pointer=pointer, found=found)


def _day(approval: JsonObject) -> str:
    return str(approval["date"])


def _fault(role: Role, approval: JsonObject, amounts: Amounts, directory: Directory, proposers: Proposers) -> str:
    """Say why an approval does not count; empty where it does."""
    by, given = approval["by"], approval["date"]
    for fault in _faults(role, approval, directory, proposers):
        return fault
    bounds = approval.get("bounds", {})
    silent = _silent(role, bounds) if "id" in approval else ()
    return "; ".join(f"{by} on {given}, {each}" for each in (*silent, *_beyond(bounds, amounts, directory)))


def _silent(role: Role, bounds: JsonObject) -> Iterator[str]:
    """Yield what the role is asked for and its approval does not bound; the money of a year bounds all of it."""
    said = {*bounds, *(MONEY if "annual_cost" in bounds else ())}
    for name, what in ASKED_FOR.items():
        if name in role.bounds - said:
            yield f"without a word on {what}, for which the role is asked"


def _faults(role: Role, approval: JsonObject, directory: Directory, proposers: Proposers) -> Iterator[str]:
    """Yield what is wrong with an approval whatever it is about, the plainest first."""
    by, given = approval["by"], approval["date"]
    signed = "id" in approval
    if role.proof == SIGNED and not signed:
        yield f"{by} on {given} by the word of the record alone, and a signature is asked"
    if signed and approval["state"] != "in-force":
        yield f"{by} on {given}, {STATES.get(approval['state'], approval['state'])}"
    if given > directory.today.isoformat():
        yield f"{by}, on a day that is still to come ({given})"
    if given < approval.get("proposed_on", ""):
        yield f"{by} on {given}, before it was proposed ({approval['proposed_on']})"
    if not any(holds(each, given) for each in directory.roles.get(by, ()) if each["role"] == role.name):
        yield f"{by}, who did not hold that role on {given}"
    if directory.left.get(by, "9999-12-31") < given:
        yield f"{by}, who had left on {directory.left[by]}"
    if by in proposers.people:
        yield f"{by} on {given}, who proposes this change, and nobody approves what they propose"
    if proposers.strangers and not role.strangers_propose:
        who = ", ".join(proposers.strangers)
        known = "whom policies/people.yaml does not know, so that it may be the same person"
        yield f"{by} on {given}; but the change is proposed by {who}, {known}"


def holds(role: JsonObject, on: str) -> bool:
    """Whether a role of people.yaml is held on that day; its first and its last day count."""
    return bool(role["from"] <= on <= role.get("until", "9999-12-31"))


def _beyond(bounds: JsonObject, amounts: Amounts, directory: Directory) -> Iterator[str]:
    """Yield the bounds of an approval that what is now exceeds."""
    if "valid_until" in bounds and bounds["valid_until"] < directory.today.isoformat():
        yield f"valid until {bounds['valid_until']}"
    spent: list[str] = []
    if "annual_cost" in bounds:
        now = f"{shown(plain(amounts.least), directory.rates.base)} {amounts.basis}"
        if amounts.annual is None:
            now = f"at least {now} and not known in full"
        spent = list(_too_much(bounds["annual_cost"], amounts.annual, amounts.least, now, directory))
        yield from spent
    promised = f"{shown(plain(amounts.promised), directory.rates.base)} promised"
    if "commitment" in bounds:
        told = "not known" if amounts.committed is None else promised
        yield from _too_much(bounds["commitment"], amounts.committed, amounts.committed, told, directory)
    elif "annual_cost" in bounds and not spent:
        most = {**bounds["annual_cost"], "amount": bounds["annual_cost"]["amount"] * UNSAID_YEARS}
        told = f"{promised}, of which it says nothing"
        yield from _too_much(most, amounts.promised, amounts.promised, told, directory)
    unknown = amounts.term_months is None and "term_months" in bounds
    longest = bounds.get("term_months", UNSAID_YEARS * YEAR if "annual_cost" in bounds else amounts.bound)
    if unknown or amounts.bound > longest:
        now = "not known" if unknown else counted(amounts.bound, "month")
        yield f"up to a term of {counted(longest, 'month')}, and it is {now} now"
    if "risk" in bounds and (amounts.risk is None or rank(amounts.risk) > rank(bounds["risk"])):
        now = amounts.risk or f"at least {amounts.risk_least} and not known"
        yield f"up to {bounds['risk']} risk, and it is {now} now"
    if "data" in bounds:
        beyond = None if amounts.classes is None else sorted(amounts.classes.difference(bounds["data"]))
        if beyond is None or beyond:
            now = "not known" if beyond is None else f"also {', '.join(beyond)}"
            yield f"for data that is {', '.join(bounds['data']) or 'none'}, and it is {now} now"


def _too_much(
    most: JsonObject, amount: Decimal | None, least: Decimal | None, now: str, directory: Directory
) -> Iterator[str]:
    allowed = directory.rates.converted(most, directory.today)
    if allowed is None:
        yield f"up to an amount in {most['currency']}, which has no rate on that day"
    elif amount is None or (least is not None and least > allowed):
        yield f"up to {shown(most['amount'], most['currency'])}, and it is {now} now"
