"""Is there already a vendor like this one, or one for the same work? Suggestions for a person, never a verdict.

The same comparison as in CI (resemblance.py), while a record is being written; and names that are only somewhat
alike, which a gate could not hold against anybody.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from preflight import naming, resemblance
from preflight.facts import overlap
from preflight.model import Context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from preflight.model import JsonObject

CLOSE = 0.85
# What a vendor is called: all that is compared where another schema gives the other fields another form.
NAMES = ("name", "aliases", "legal_entity")


def by(stated: JsonObject, today: date) -> Context:
    """Return what vendors are compared by: policies/overlap.yaml, and what it leaves open or where there is none."""
    plain: JsonObject = {"legal_forms": naming.LEGAL_FORMS, "generic_capabilities": (), "regions_everywhere": ()}
    return Context(today, {"overlap": {**plain, **stated}})


def like(candidate: JsonObject, records: Mapping[str, JsonObject], context: Context) -> Iterator[tuple[str, str]]:
    """Yield (what, why) of each record that is like ``candidate``: «duplicate of acme», and the reason."""
    one = _extract(candidate, context)
    for identifier, record in records.items():
        other = _extract(record, context)
        if twin := resemblance.twin(one, other):
            yield f"duplicate of {identifier}", _clause(twin["reasons"][0])
        elif alike := _alike(one, other):
            yield f"duplicate of {identifier}", alike
        elif identifier not in one["replaces"] and (shared := resemblance.shared_work(one, other)):
            yield f"overlap with {identifier}", shared["reason"].removesuffix(".")


def _extract(record: JsonObject, context: Context) -> JsonObject:
    try:
        return overlap.extract(record, context)
    except (AttributeError, LookupError, TypeError, ValueError):  # values that another schema lets through
        return overlap.extract({key: record[key] for key in NAMES if key in record}, context)


def _clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")


def _alike(one: JsonObject, other: JsonObject) -> str:
    for name in sorted(resemblance.searched(one)):
        for known in sorted(resemblance.searched(other)):
            if SequenceMatcher(None, name, known).ratio() >= CLOSE:
                return f"the names {name!r} and {known!r} are much alike"
    return ""
