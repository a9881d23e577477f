"""Two vendors beside each other: whether they look like one, and whether they do the same work.

Both are given as facts/overlap.py takes them from their records. What is found points into the first of the two.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from preflight import naming

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from preflight.model import Json, JsonObject

MOST_NAMED = 5  # capabilities, teams or regions in one sentence
SAME, SIMILAR = "same", "similar"
EVERYWHERE, UNKNOWN = "*", "?"  # places: used everywhere; not known where


# ---- The same vendor ----------------------------------------------------------------------------


def twin(one: JsonObject, other: JsonObject) -> JsonObject | None:
    """Return why two extracts may be of the same vendor, pointing into the first; None where nothing says so."""
    signs = list(_signs(one, other))
    if not signs:
        return None
    kinds = {kind for kind, _, _ in signs}
    reasons = [sentence for _, _, sentence in signs]
    categories = [one.get("category"), other.get("category")]
    apart = None not in categories and categories[0] != categories[1]
    if apart and "name" not in kinds and kinds & {"domain", "company"}:
        reasons.append(
            f"Their categories differ ({categories[0]}, {categories[1]}), so they may be two products of one company."
        )
    same = "name" in kinds or (bool(kinds & {"domain", "company"}) and not apart)
    return {
        "pointer": signs[0][1],
        "strength": SAME if same else SIMILAR,
        "reasons": reasons,
        "ended": one["ended"] or other["ended"],
        "sister": _parent(one) is not None and _parent(one) == _parent(other),
    }


def _parent(taken: JsonObject) -> Json:
    known = taken.get("parent") or taken.get("entity")
    return known[0] if known else None


def _signs(one: JsonObject, other: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, pointer into the first, sentence) of each sign that two are one, the strongest first."""
    found = False
    company = one.get("entity", [""])[0]
    for sign in (*_same_name(one, other, company), *_same_domain(one, other)):
        found = True
        yield sign
    if company and company == other.get("entity", [""])[0]:
        found = True
        yield "company", "/legal_entity/name", f"Both are sold by {one['entity'][1]}."
    if not found:
        yield from _near_name(one, other)
    yield from _same_product(one, other)


def _same_name(one: JsonObject, other: JsonObject, company: str) -> Iterator[tuple[str, str, str]]:
    theirs = other.get("entity", [""])[0]
    for name, pointer in one["names"].items():
        if name in other["names"] or name == theirs:
            yield "name", pointer, f"Both go by the name {name!r}."
    if company and company in other["names"] and company not in one["names"]:
        yield "name", "/legal_entity/name", f"Both go by the name {company!r}."


def _same_domain(one: JsonObject, other: JsonObject) -> Iterator[tuple[str, str, str]]:
    for domain, (pointer, shown) in one["domains"].items():
        if domain in other["domains"]:
            theirs = other["domains"][domain][1]
            said = f"Both have the domain {shown}."
            if shown != theirs:
                said = f"Their domains {shown} and {theirs} belong to one owner."
            yield "domain", pointer, said


def _near_name(one: JsonObject, other: JsonObject) -> Iterator[tuple[str, str, str]]:
    for (name, pointer), theirs in product(searched(one).items(), searched(other)):
        if naming.near(name, theirs):
            yield "near", pointer, f"The names {name!r} and {theirs!r} are much alike."
            return


def _same_product(one: JsonObject, other: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Yield a product bought from both, and one that has a record of its own: bought through somebody else."""
    for key, (pointer, shown) in one["products"].items():
        if " " in key and key in other["products"]:  # one word may be what the product does, and no name
            yield "product", pointer, f"{shown!r} is bought from both."
            return
    for key, (pointer, shown) in one["products"].items():
        if key in other["names"] and key not in one["names"]:
            yield "product", pointer, f"{one['name']} sells us {shown!r}, and {other['name']} has a record of its own."
            return
    for key, pointer in one["names"].items():
        if key in other["products"] and key not in other["names"]:
            theirs = other["products"][key][1]
            yield "product", pointer, f"{other['name']} sells us {theirs!r}, and {one['name']} has a record of its own."
            return


def searched(taken: JsonObject) -> dict[str, str]:
    """Return all names under which a vendor is searched, with their pointers: its company's, too."""
    names: dict[str, str] = taken["names"]
    company = taken.get("entity")
    return {**names, company[0]: "/legal_entity/name"} if company and company[0] not in names else names


# ---- The same work ------------------------------------------------------------------------------


def shared_work(one: JsonObject, other: JsonObject) -> JsonObject | None:
    """Return what two extracts do both for the same team and region; None where nothing overlaps.

    A vendor that is being left is no overlap. Where team or region is not known, it may be the same.
    """
    if one["ended"] or one["leaving"] or other["ended"] or other["leaving"]:
        return None
    theirs = set(other.get("capabilities", ()))
    shared = [each for each in one.get("capabilities", ()) if each in theirs]
    if not shared or not _may_meet(one["teams"], other["teams"]) or not _may_meet(one["regions"], other["regions"]):
        return None
    same_team, same_region = _meet(one["teams"], other["teams"]), _meet(one["regions"], other["regions"])
    said = f"{one['name']} and {other['name']} are both used for {_and(shared)}"
    said += f" by {_and(sorted({*one['teams']} & {*other['teams']}))}" if same_team else ""
    said += _where(one["regions"], other["regions"]) if same_region else ""
    said += "." + ("" if same_team else _open_question("By which team", "teams", one, other))
    said += "" if same_region else _open_question("In which region", "regions", one, other)
    return {
        "pointer": "/capabilities",
        "shared": shared,
        "same_team": same_team,
        "same_region": same_region,
        "reason": said,
    }


def _open_question(asked: str, places: str, *taken: JsonObject) -> str:
    names = [each["name"] for each in taken if UNKNOWN in each[places]]
    return f" {asked} {_and(names)} {'is' if len(names) == 1 else 'are'} used is not recorded, so it may be the same."


def _meet(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether some place is known to be of both."""
    return EVERYWHERE in ours or EVERYWHERE in theirs or bool({*ours} & {*theirs} - {UNKNOWN})


def _may_meet(ours: Collection[str], theirs: Collection[str]) -> bool:
    return UNKNOWN in ours or UNKNOWN in theirs or _meet(ours, theirs)


def _where(ours: Sequence[str], theirs: Sequence[str]) -> str:
    if EVERYWHERE in ours or EVERYWHERE in theirs:
        narrow = [each for each in (ours if EVERYWHERE in theirs else theirs) if each not in {EVERYWHERE, UNKNOWN}]
        return f" in {_and(narrow)}" if narrow else ""
    return f" in {_and(sorted({*ours} & {*theirs} - {UNKNOWN}))}"


def _and(listed: Sequence[str]) -> str:
    *first, last = listed if len(listed) <= MOST_NAMED else [*listed[:MOST_NAMED], f"{len(listed) - MOST_NAMED} more"]
    return f"{', '.join(first)} and {last}" if first else last
