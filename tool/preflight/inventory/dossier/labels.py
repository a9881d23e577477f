"""Names of fields as people read them, and values of records as text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preflight.money import shown as amount
from preflight.pointers import parts
from preflight.schema_tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject

LONGEST = 400  # characters of a value in a line
DEEPEST = 6  # levels of a value in a line
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_HUMP = re.compile(r"([a-z0-9])([A-Z])(?=[a-z])", re.ASCII)  # within a name like webAddress
_PRICE = frozenset({"amount", "currency"})
_ACRONYMS = frozenset(
    {"id", "it", "url", "api", "sla", "dpa", "ai", "sso", "mfa", "crm", "erp", "emea", "apac", "eu", "us", "uk"}
)
_MOST_KNOWN = 20_000  # pointers with a name that is kept


@dataclass(frozen=True)
class Labels:
    """Field names by the titles of a schema; without one, by the names of the members."""

    schema: JsonObject | None
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def way(self, pointer: str) -> tuple[str, ...]:
        """Return the name of each step to a field; places in lists count from 1."""
        found = self._known.get(pointer)
        if found is None:
            found = tuple(self._steps(pointer))
            if len(self._known) < _MOST_KNOWN:
                self._known[pointer] = found
        return found

    def of(self, pointer: str) -> str:
        """Return the whole name of a field: ``Contract › Subscriptions › 1 › Price``."""
        return " › ".join(self.way(pointer))

    def short(self, pointer: str) -> str:
        """Return the end of the name: that of the field, with the entry of a list that it belongs to."""
        steps = self.way(pointer)
        numbered = [index for index, step in enumerate(steps) if step.isdecimal()]
        start = max(numbered[-1] - 1, 0) if numbered else max(len(steps) - 1, 0)
        return " ".join(steps[start:]) or pointer

    def _steps(self, pointer: str) -> Iterator[str]:
        node = None if self.schema is None else Node(self.schema, self.schema)
        for part in parts(pointer):
            below = node.child(part) if node else None
            if below is None and part.isdecimal() and len(part) < 6:  # noqa: PLR2004 - no list is that long
                node = node.items() if node else None
                yield str(int(part) + 1)
                continue
            node = below
            title = node.resolved().schema.get("title") if node else None
            yield title if isinstance(title, str) else words(part)


def words(name: str) -> str:
    """Return the name of a member as words."""
    plain = _HUMP.sub(lambda found: f"{found[1]} {found[2].lower()}", name).replace("_", " ").replace("-", " ").strip()
    plain = " ".join(each.upper() if each in _ACRONYMS else each for each in plain.split(" "))
    return (plain[:1].upper() + plain[1:]) or name


def place(name: str) -> str:
    """Return a region as a name: ``North America``."""
    return " ".join(words(each) for each in name.split("-"))


def spoken(value: Json, depth: int = 0) -> str:
    """Return a value as people write it, in one line and in short; what is not there is empty."""
    text = _spoken(value, depth)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _spoken(value: Json, depth: int) -> str:
    if depth > DEEPEST:
        return "…"
    if isinstance(value, list):
        nested = any(isinstance(each, (dict, list)) for each in value)
        return (" · " if nested else ", ").join(_spoken(each, depth + 1) for each in value) or "none"
    if isinstance(value, dict):
        told = (f"{words(key).lower()} {_spoken(each, depth + 1)}" for key, each in value.items())
        return (price(value) if set(value) == _PRICE else "") or ", ".join(told)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,}"
    return "" if value is None else when(str(value))


def price(value: Json) -> str:
    """Return an amount with its currency."""
    if not isinstance(value, dict) or not isinstance(value.get("amount"), (int, float)):
        return ""
    return amount(value["amount"], str(value.get("currency", ""))).strip()


def when(text: str) -> str:
    """Return a day as people write it; any other text as it is."""
    found = _DAY.fullmatch(text)
    month = int(found[2]) if found else 0
    return f"{int(found[3])} {MONTHS[month - 1]} {found[1]}" if found and 1 <= month <= len(MONTHS) else text
