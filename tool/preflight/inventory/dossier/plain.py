"""A record of any shape, as names and values: for registries without a schema, and for what no section tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.inventory.dossier.labels import spoken, when
from preflight.pointers import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.inventory.dossier.labels import Labels
    from preflight.model import Json, JsonObject

MOST = 400  # fields of one record; its file has all
DEEPEST = 3  # levels that are laid out; what is deeper stands in one line
LONGEST = 2000  # characters of a text


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name and its text, or the fields below it. ``link`` is the value itself, where it may be a link."""

    name: str
    text: str = ""
    link: str = ""
    below: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """Fields that are laid out, and whether some are left out."""

    fields: tuple[Field, ...]
    cut: bool


def laid_out(record: JsonObject, labels: Labels, names: Iterable[str]) -> Laid:
    """Lay out those members of a record."""
    left = [MOST]
    fields = tuple(_field((name,), record[name], labels, left) for name in names if left[0] > 0)
    return Laid(fields, left[0] <= 0)


def _field(way: tuple[str | int, ...], value: Json, labels: Labels, left: list[int]) -> Field:
    left[0] -= 1
    name = labels.way(pointer(way))[-1]
    if isinstance(value, (dict, list)) and value and len(way) <= DEEPEST and not _flat(value):
        return Field(name, below=tuple(_below(way, value, labels, left)))
    if isinstance(value, str):
        whole = len(value) <= LONGEST
        return Field(name, when(value) if whole else value[: LONGEST - 1] + "…", link=value if whole else "")
    return Field(name, spoken(value) or "nothing")


def _below(way: tuple[str | int, ...], value: Json, labels: Labels, left: list[int]) -> Iterator[Field]:
    pairs: Iterable[tuple[str | int, Json]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        if left[0] <= 0:
            return
        yield _field((*way, str(key) if isinstance(value, dict) else key), each, labels, left)


def _flat(value: Json) -> bool:
    """Whether a list or an object reads well in one line: plain values only, and few, or an amount."""
    if isinstance(value, dict):
        return set(value) == {"amount", "currency"}
    return not any(isinstance(each, (dict, list)) for each in value)
