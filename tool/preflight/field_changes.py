"""What changed between two versions of a record, leaf by leaf.

Entries of a list are matched by what they say they are (an id, a product, a system), not by their place: an
entry put in front changes no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from preflight.pointers import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Json

_Path: TypeAlias = tuple[str | int, ...]

# Members that say which entry of a list is meant, the surest first.
NAMING = ("id", "system", "standard", "for", "question", "role", "product", "name", "kind", "unit", "region", "what")
QUALIFYING = ("region", "team", "date", "issued", "starts")  # beside a name, where names alone are not different


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that differs: ``pointer`` into the version that has it (the later one, if both do)."""

    pointer: str
    before: Json
    after: Json


class _Nothing:
    """Stands for a leaf that is not there; null would be a value."""


_NOTHING = _Nothing()


def changes(before: Json, after: Json) -> tuple[Change, ...]:
    """Return every leaf that differs, in the order of the later version; None stands for not there."""
    return tuple(_changes(before, after, ()))


def moves(before: Json, after: Json) -> dict[str, str]:
    """Return where the entries of lists went that do not stand where they stood: pointer then → now, empty: gone.

    What lies below an entry moves with it; it is named itself only where it moved within it, too.
    """
    return dict(_moves(before, after, (), ()))


def moved(path: str, places: Mapping[str, str]) -> str | None:
    """Return what a pointer into the earlier version is in the later one, by ``moves``; None where it is gone."""
    at = path
    while at:
        if at in places:
            return places[at] + path[len(at) :] if places[at] else None
        at = at.rpartition("/")[0]
    return path


def _moves(before: Json, after: Json, was: _Path, now: _Path) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() & after.keys():
            yield from _moves(before[name], after[name], (*was, name), (*now, name))
    elif isinstance(before, list) and isinstance(after, list):
        places = {earlier: later for later, earlier in _partners(before, after).items()}
        for index, item in enumerate(before):
            place = places.get(index)
            if place is None:
                yield pointer((*was, index)), ""
                continue
            if place != index:
                yield pointer((*was, index)), pointer((*now, place))
            yield from _moves(item, after[place], (*was, index), (*now, place))


def _changes(before: Json | _Nothing, after: Json | _Nothing, at: tuple[str | int, ...]) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*after, *(name for name in before if name not in after)]:
            yield from _changes(before.get(name, _NOTHING), after.get(name, _NOTHING), (*at, name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _listed(before, after, at)
    elif type(before) is not type(after) or before != after:
        yield from _leaves(before, after, at)


def _leaves(before: Json | _Nothing, after: Json | _Nothing, at: tuple[str | int, ...]) -> Iterator[Change]:
    """Yield a change a leaf, of something that came, went, or became something of another type."""
    for key, member in _members(before):
        yield from _leaves(member, _NOTHING, (*at, key))
    for key, member in _members(after):
        yield from _leaves(_NOTHING, member, (*at, key))
    old, new = (None if _members(each) or each is _NOTHING else each for each in (before, after))
    if old is not None or new is not None:
        yield Change(pointer(at), old, new)


def _members(value: Json | _Nothing) -> list[tuple[str | int, Json]]:
    """Return what a value holds; an empty group or list is a leaf itself."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _listed(before: list[Json], after: list[Json], at: tuple[str | int, ...]) -> Iterator[Change]:
    partners = _partners(before, after)
    taken = set(partners.values())
    for index, item in enumerate(after):
        earlier = before[partners[index]] if index in partners else _NOTHING
        yield from _changes(earlier, item, (*at, index))
    for index, item in enumerate(before):
        if index not in taken:
            yield from _changes(item, _NOTHING, (*at, index))


def _partners(before: list[Json], after: list[Json]) -> dict[int, int]:
    """Match the entries of the later list with those of the earlier.

    Equal ones first, then those of one name, and those without a name by their place.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    for key in (repr, _full_name, _name):
        waiting: dict[str, list[int]] = {}
        for index, item in reversed(list(enumerate(before))):
            if index not in taken and (name := key(item)):
                waiting.setdefault(name, []).append(index)
        for index, item in enumerate(after):
            if index not in found and waiting.get(name := key(item)):
                found[index] = waiting[name].pop()
                taken.add(found[index])
    later = [index for index, item in enumerate(after) if index not in found and _is_nameless(item)]
    earlier = [index for index, item in enumerate(before) if index not in taken and _is_nameless(item)]
    return found | dict(zip(later, earlier, strict=False))


def _is_nameless(item: Json) -> bool:
    return isinstance(item, dict) and not _name(item)


def _name(item: Json) -> str:
    """Return what an entry says it is; empty where it has no name."""
    if not isinstance(item, dict):
        return ""
    return next((f"{key}={item[key]}" for key in NAMING if key in item), "")


def _full_name(item: Json) -> str:
    name = _name(item)
    return name and "|".join([name, *(f"{key}={item[key]}" for key in QUALIFYING if key in item)])
