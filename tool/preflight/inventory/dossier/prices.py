"""What a vendor costs: terms, prices, notice, what comes again and what was paid once, and the group it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import briefing
from preflight.inventory.dossier.labels import place, price, spoken, words
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject

CLAUSES = "/contract/clauses"


@dataclass(frozen=True, slots=True)
class Term:
    """One subscription. Days are ISO; empty: not known, or there is none."""

    product: str
    team: str
    region: str
    users: str
    starts: str
    ends: str
    renews: bool | None
    notice: str
    last_day: str
    days_left: int | None
    price: str
    minimum: str
    cap: str


@dataclass(frozen=True, slots=True)
class Post:
    """One cost: what, how much, for whom, since or on which day."""

    what: str
    price: str
    team: str
    day: str
    note: str


@dataclass(frozen=True, slots=True)
class Prices:
    """All of it. None: the record does not say."""

    sentences: tuple[str, ...]
    terms: tuple[Term, ...] | None
    recurring: tuple[Post, ...] | None
    one_off: tuple[Post, ...] | None
    usage: tuple[Post, ...]
    group: tuple[str, ...]
    parent: str
    reference: str
    url: Json
    clauses: tuple[tuple[str, bool | None], ...]


def prices(record: JsonObject, facts: JsonObject) -> Prices:
    """Return what the record and its facts say of money."""
    dates = {each["pointer"]: each for each in facts.get("renewal", {}).get("terms", ())}
    subscriptions = get(record, "/contract/subscriptions")
    oversight = facts.get("oversight", {})
    clauses = get(record, CLAUSES) or {}
    return Prices(
        sentences=tuple(_ended(each) for each in briefing.money(facts, {})),
        terms=None
        if subscriptions is None
        else tuple(
            _term(each, dates.get(f"/contract/subscriptions/{index}", {})) for index, each in enumerate(subscriptions)
        ),
        recurring=_posts(get(record, "/cost/recurring")),
        one_off=_posts(get(record, "/cost/one_off")),
        usage=tuple(_usage(get(record, "/cost/usage") or ())),
        group=tuple(oversight.get("group", ())),
        parent=oversight.get("parent", ""),
        reference=get(record, "/contract/reference") or "",
        url=get(record, "/contract/url"),
        clauses=tuple((words(name), held) for name, held in clauses.items()),
    )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else sentence + "."


def _term(entry: JsonObject, dates: JsonObject) -> Term:
    per = {"term": " for the term"}.get(entry.get("per", ""), f" a {entry['per']}" if "per" in entry else "")
    renews = entry.get("auto_renews")
    day = dates.get("next_day", "")
    return Term(
        product=entry.get("product", ""),
        team=entry.get("team", ""),
        region=place(entry.get("region", "")),
        users=spoken(entry.get("users")),
        starts=entry.get("starts", ""),
        ends=dates.get("ends") or entry.get("ends", ""),
        renews=renews,
        notice=f"{entry['notice_days']} days" if "notice_days" in entry else "",
        last_day=day,
        days_left=dates.get("next_days") if day else None,
        price=f"{price(entry.get('price'))}{per}" if "price" in entry else "",
        minimum=price(get(entry, "/commitment/minimum")),
        cap=f"{spoken(entry['uplift_cap_percent'])} %" if "uplift_cap_percent" in entry else "",
    )


def _posts(listed: Json) -> tuple[Post, ...] | None:
    if listed is None:
        return None
    return tuple(
        Post(
            words(each.get("kind", "")),
            price(each.get("amount")) + (f" a {each['per']}" if "per" in each else ""),
            each.get("team", ""),
            each.get("date", ""),
            _noted(each),
        )
        for each in listed
    )


def _noted(entry: JsonObject) -> str:
    """Return the note on an entry, behind the days between which it is paid."""
    days = [f"{name} {entry[name]}" for name in ("since", "until") if name in entry]
    return "; ".join(each for each in (" ".join(days), entry.get("note", "")) if each)


def _usage(listed: Json) -> Iterator[Post]:
    for each in listed:
        volumes = [f"{name} {spoken(each[name])}" for name in ("low", "expected", "high") if name in each]
        units = {"note": f"units a year: {', '.join(volumes)}"} if volumes else {}
        yield Post(each.get("unit", ""), price(each.get("price")), "", "", _noted(each | units))
