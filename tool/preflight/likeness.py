"""Is there already a vendor like this one? Suggestions for a person, never a verdict."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import JsonObject

CLOSE = 0.85
LEGAL_FORMS = re.compile(
    r"\b(ab|ag|as|bv|co|corp|gmbh|inc|kg|limited|llc|llp|ltd|nv|oy|plc|pty|sa|sarl|se|spa|srl)\b\.?"
)


def like(candidate: JsonObject, records: Mapping[str, JsonObject]) -> Iterator[tuple[str, str]]:
    """Yield (id, reason) of each record that may be the same vendor as ``candidate``."""
    for identifier, record in records.items():
        if reason := _reason(candidate, record):
            yield identifier, reason


def _reason(one: JsonObject, other: JsonObject) -> str:
    shared = sorted(_domains(one) & _domains(other))
    if shared:
        return f"both have the domain {shared[0]}"
    for name in sorted(_names(one)):
        for known in sorted(_names(other)):
            if name == known:
                return f"both go by the name {known!r}"
            if SequenceMatcher(None, name, known).ratio() >= CLOSE:
                return f"the names {name!r} and {known!r} are much alike"
    return ""


def _domains(record: JsonObject) -> set[str]:
    domains = get(record, "/legal_entity/domains")
    return {each for each in domains if isinstance(each, str)} if isinstance(domains, list) else set()


def _names(record: JsonObject) -> set[str]:
    aliases = record.get("aliases")
    given = [record.get("name"), get(record, "/legal_entity/name"), *(aliases if isinstance(aliases, list) else ())]
    return {name for name in (_plain(each) for each in given if isinstance(each, str)) if name}


def _plain(name: str) -> str:
    """Return a name without case, accents, legal form and punctuation."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(each for each in folded if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w\s]", " ", LEGAL_FORMS.sub(" ", letters)).split())
