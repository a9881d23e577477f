"""What kinds of data a vendor holds, by all that its record says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from preflight.model import Context, JsonObject

NAME = "data"
CLASSES, SEEN, MASTERED = "/data/classes", "/ai/data_seen", "/data/system_of_record_for"
JOINED, CERTIFIED = "/data/identity_resolution/done", "/security/industry_certifications_apply"
INPUTS = (CLASSES,)
OPTIONAL_INPUTS = (SEEN, MASTERED, JOINED, CERTIFIED)  # where a schema has them, they tell of data, too
POLICIES = ()
PERSONAL = frozenset({"personal", "sensitive-personal", "children", "health", "payment-card"})
CONFIDENTIAL = PERSONAL | {"confidential", "financial", "credentials"}
OPEN = frozenset({"public", "internal"})  # data that AI may be shown without being named among the classes
# What has the last word on this, or falls under that, holds data of a class, whether it names the class or not.
OF_MASTERED = {"customers": "personal", "consents": "personal"}
OF_CERTIFIED = {"hipaa": "health", "pci-dss": "payment-card"}
_NEEDS = [CLASSES]
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "is_personal": {
            "type": "boolean",
            "description": "Whether it holds data about people, as any part of the record says.",
            "needs": _NEEDS,
        },
        "is_confidential": {
            "type": "boolean",
            "description": "Whether it holds data whose disclosure would do harm, as any part of the record says.",
            "needs": _NEEDS,
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - does not depend on the date
    """Return whether the vendor holds personal and confidential data; what is not known is left out.

    What one part of the record tells of is known, whether the classes are filled in or not.
    """
    told = frozenset(_told(record))
    complete = get(record, CLASSES) is not None
    kinds: dict[str, Collection[str]] = {"is_personal": PERSONAL, "is_confidential": CONFIDENTIAL}
    held = {name: not told.isdisjoint(classes) for name, classes in kinds.items()}
    return {name: holds for name, holds in held.items() if holds or complete}


def held(record: JsonObject) -> list[str] | None:
    """Return the classes of data that it holds; None: they are not known."""
    return None if get(record, CLASSES) is None else list(dict.fromkeys(_told(record)))


def _told(record: JsonObject) -> Iterator[str]:
    yield from get(record, CLASSES) or ()
    yield from (each for each in get(record, SEEN) or () if each not in OPEN)
    for at, meant in ((MASTERED, OF_MASTERED), (CERTIFIED, OF_CERTIFIED)):
        yield from (meant[each] for each in get(record, at) or () if each in meant)
    if get(record, JOINED):
        yield "personal"
