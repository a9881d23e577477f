"""One record and its facts as a card. Where the registry has no such facts, the record alone is asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.inventory.stock import Card, Person
from preflight.model import Level, Outcome
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import Json, JsonObject, Verdict

SIDES = ("marketing", "it")
PERSONAL = "personal"
# ISO 3166: the member states of the European Union, and of the European Economic Area beside them.
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO".split()  # noqa: SIM905 - a list of codes is read more easily so
)
MOST_VALUES = 40  # of one field of one record; a column of more helps nobody
LONGEST = 300  # characters of a value in a column


def card(  # noqa: PLR0913, PLR0917 - what is known of a vendor comes from as many places
    identifier: str,
    path: str,
    record: JsonObject,
    facts: JsonObject,
    verdicts: Sequence[Verdict] | None,
    people: Mapping[str, Person],
) -> Card:
    """Return the card of one vendor. ``verdicts`` are those that are no pass, or None where nothing judges."""
    risk, cost = facts.get("risk", {}), facts.get("cost", {})
    data = _object(record.get("data"))
    classes, residency = _texts(data.get("classes")), _texts(data.get("residency"))
    items = facts.get("due", {}).get("items", ())
    counts = _counts(verdicts)
    return Card(
        id=identifier,
        path=path,
        name=_text(record.get("name")) or identifier,
        line=_text(record.get("summary")),
        aliases=_texts(record.get("aliases")) or (),
        category=_text(record.get("category")),
        status=_text(get(record, "/lifecycle/status")),
        governed=bool(facts.get("lifecycle", {}).get("governed", True)),
        company=_text(get(record, "/legal_entity/name")),
        capabilities=_texts(record.get("capabilities")) or (),
        risk=risk.get("level", risk.get("at_least")),
        risk_sure="level" in risk,
        sensitivity=risk.get("data_sensitivity"),
        criticality=risk.get("operational_criticality"),
        oversight=risk.get("title", ""),
        annual=cost.get("annual"),
        at_least=cost.get("at_least"),
        owners=dict(_owners(record, people)),
        teams={side: team for side in SIDES if (team := _text(get(record, f"/ownership/{side}/team")))},
        data=classes,
        residency=residency,
        abroad=_abroad(classes, residency),
        systems=tuple(_text(each["system"]) for each in _integrations(record)),
        integrations=tuple(_integrations(record)),
        regions=tuple(dict.fromkeys(_regions(record))),
        certificates=tuple(_current(items, record)),
        red_flags=counts.get(Level.RED_FLAG),
        warnings=counts.get(Level.WARNING),
        advice=counts.get(Level.ADVICE),
        waived=None if verdicts is None else sum(each.outcome is Outcome.WAIVED for each in verdicts),
        failing=tuple(dict.fromkeys(each.rule for each in verdicts or () if each.outcome is Outcome.FAIL)),
        flag_rules=tuple(each.rule for each in verdicts or () if each.blocks),
        waived_rules=tuple(each.rule for each in verdicts or () if each.outcome is Outcome.WAIVED),
        complete=_complete(facts.get("completeness")),
        cancel_by=_soonest(each.get("next_day") for each in facts.get("renewal", {}).get("terms", ())),
        ends_on=_soonest(each.get("ends") for each in facts.get("renewal", {}).get("terms", ())),
        next_due=_soonest(each["date"] for each in items if each["days"] >= 0),
        overdue=sum(each["days"] < 0 for each in items),
        fields=fields(record),
    )


def _counts(verdicts: Sequence[Verdict] | None) -> dict[Level, int]:
    if verdicts is None:
        return {}
    failed = [each.level for each in verdicts if each.outcome is Outcome.FAIL]
    return {level: failed.count(level) for level in Level}


def _owners(record: JsonObject, people: Mapping[str, Person]) -> Iterator[tuple[str, Person]]:
    for side in SIDES:
        if named := _text(get(record, f"/ownership/{side}/owner")):
            yield side, people.get(named, Person(named, named, gone=bool(people)))


def _abroad(classes: Sequence[str] | None, residency: Sequence[str] | None) -> bool | None:
    """Say whether personal data lies outside the EU and EEA; None: it is not known where, or what."""
    if classes is None:
        return None
    if PERSONAL not in classes:
        return False
    return any(country not in EEA for country in residency) if residency else None


def _integrations(record: JsonObject) -> Iterator[JsonObject]:
    for each in _list(record.get("integrations")):
        if isinstance(each, dict) and _text(each.get("system")):
            yield each


def _regions(record: JsonObject) -> Iterator[str]:
    for each in _list(get(record, "/contract/subscriptions")):
        if isinstance(each, dict) and (named := _text(each.get("region"))):
            yield named


def _current(items: Iterable[JsonObject], record: JsonObject) -> Iterator[str]:
    """Yield the certifications that are held and whose end has not come."""
    ahead = {each["pointer"] for each in items if each["kind"] == "certification" and each["days"] >= 0}
    for index, each in enumerate(_list(get(record, "/security/certifications"))):
        if isinstance(each, dict) and f"/security/certifications/{index}" in ahead:
            yield _text(each.get("standard"))


def _complete(found: JsonObject | None) -> int | None:
    """Return the share of the answered questions of all domains, in whole percent, rounded down."""
    domains = [each for each in (found or {}).values() if isinstance(each, dict)]
    applicable = sum(each["applicable"] for each in domains)
    return 100 * sum(each["answered"] for each in domains) // applicable if applicable else None


def _soonest(days: Iterable[str | None]) -> date | None:
    known = [each for each in days if each]
    return date.fromisoformat(min(known)) if known else None


# ---- What can be a column -------------------------------------------------------------------------


def fields(record: JsonObject) -> dict[str, Json]:
    """Return the plain values of a record by pointer; of lists all values together, with ``*`` for the place."""
    found: dict[str, list[Json]] = {}
    stack: list[tuple[str, Json]] = [("", record)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, dict):
            stack += [(f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", each) for key, each in value.items()]
        elif isinstance(value, list):
            stack += [(f"{pointer}/*", each) for each in reversed(value)]
        elif value is not None:
            seen = found.setdefault(pointer, [])
            plain = value[:LONGEST] if isinstance(value, str) else value
            if len(seen) < MOST_VALUES and plain not in seen:
                seen.append(plain)
    return {pointer: values if "*" in pointer else values[0] for pointer, values in sorted(found.items())}


# ---- Records of any shape --------------------------------------------------------------------------


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Json) -> tuple[str, ...] | None:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else None
