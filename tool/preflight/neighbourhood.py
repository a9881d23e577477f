"""With whom a vendor is compared: those who have something in common with it, found by an index.

Nobody is compared with everybody; of those who stand in a group of thousands, a few are told and the rest is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from preflight import naming
from preflight.resemblance import EVERYWHERE, UNKNOWN, searched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from preflight.model import JsonObject

MOST_TOLD = 5  # others that are named beside one vendor
MOST_LOOKED = 20  # others that one vendor is compared with; where there are more, only as many as are told
ANY, OPEN = "(any)", "(open)"  # groups of the index; no team or region can be called so


@dataclass(frozen=True, slots=True)
class Candidates:
    """Whom a vendor is compared with; and how many have something in common with it, at least."""

    others: list[str]
    at_least: int


Groups = dict[tuple[str, ...], list[str]]


def _order(extracts: Mapping[str, JsonObject]) -> list[str]:
    """Return all ids, the same in every run; those who have ended come last."""
    return sorted(extracts, key=lambda vendor: (extracts[vendor]["ended"], vendor))


def twin_candidates(extracts: Mapping[str, JsonObject]) -> dict[str, Candidates]:
    """Return for every vendor those with the same domain, company, product, or the same or nearly the same name."""
    groups: Groups = {}
    for vendor in _order(extracts):
        taken = extracts[vendor]
        for kind, keys in (
            ("domain", taken["domains"]), ("name", searched(taken)), ("product", taken["products"]),
        ):  # fmt: skip
            for key in keys:
                groups.setdefault((kind, key), []).append(vendor)
    near = naming.neighbours((key for kind, key in groups if kind == "name"), MOST_LOOKED)
    found = {}
    for vendor, taken in extracts.items():
        names = searched(taken)
        keys = [
            *(("domain", key) for key in taken["domains"]),
            *(("name", key) for key in names),
            *(("name", other) for key in names for other in near.get(key, ())),
            *(("product", key) for key in taken["products"] if " " in key),
            *(("name", key) for key in taken["products"]),
            *(("product", key) for key in taken["names"]),
        ]
        found[vendor] = _first(groups, keys, vendor)
    return found


def sharing_candidates(extracts: Mapping[str, JsonObject]) -> dict[str, Candidates]:
    """Return for every vendor those with the same capability for a team and region that may be the same.

    One that replaces the other is left out.
    """
    groups: Groups = {}
    active = [
        vendor for vendor in _order(extracts) if not extracts[vendor]["ended"] and not extracts[vendor]["leaving"]
    ]
    for vendor in active:
        for key in _keys(extracts[vendor], _stands_for):
            groups.setdefault(key, []).append(vendor)
    found = {vendor: Candidates([], 0) for vendor in extracts}
    for vendor in active:
        found[vendor] = _first(groups, _keys(extracts[vendor], _asks_for), vendor, _succession(extracts, vendor))
    return found


def _keys(taken: JsonObject, places: Callable[[list[str]], list[str]]) -> Iterator[tuple[str, ...]]:
    return product(taken.get("capabilities", ()), places(taken["teams"]), places(taken["regions"]))


def _open(places: Collection[str]) -> bool:
    return UNKNOWN in places or EVERYWHERE in places


def _stands_for(places: list[str]) -> list[str]:
    """Return under which places a vendor is entered: its own, any, and open where it may be of all."""
    return [*(each for each in places if not _open([each])), ANY, *([OPEN] if _open(places) else [])]


def _asks_for(places: list[str]) -> list[str]:
    """Return the places to look under: a vendor that may be of all meets any other."""
    return [ANY] if _open(places) else [*places, OPEN]


def _succession(extracts: Mapping[str, JsonObject], vendor: str) -> Callable[[str], bool]:
    replaced = set(extracts[vendor]["replaces"])
    return lambda other: other in replaced or vendor in extracts[other]["replaces"]


def _first(
    groups: Groups, keys: Iterable[tuple[str, ...]], vendor: str, left_out: Callable[[str], bool] = lambda _: False
) -> Candidates:
    """Return the first few others of some groups, the smallest groups first: they say the most."""
    shared = sorted((len(groups[key]), key) for key in set(keys) if groups.get(key, [vendor]) != [vendor])
    seen: dict[str, None] = {}
    for _, key in shared:
        for other in groups[key][: 2 * MOST_LOOKED]:  # some are known, some are left out
            if other != vendor and not left_out(other):
                seen[other] = None
        if len(seen) > MOST_LOOKED:
            break
    largest = shared[-1][0] - 1 if shared else 0
    if len(seen) <= MOST_LOOKED and largest < 2 * MOST_LOOKED:
        return Candidates(list(seen), len(seen))
    return Candidates(list(seen)[:MOST_TOLD], max(len(seen), largest))
