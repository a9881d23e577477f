"""The same thing bought twice: vendors that look like one, vendors that do the same work, subscriptions held double.

Suggestions with reasons, for a person to decide. Candidates come from an index (who has this domain, this name,
this capability for this team and region), so that nobody is compared with everybody; of those who stand in a
group of thousands, a few are told and the rest is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from preflight import naming
from preflight.facts import lifecycle
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from preflight.model import Context, Json, JsonObject

NAME = "overlap"
INPUTS = (
    "/name",
    "/aliases",
    "/category",
    "/capabilities",
    "/legal_entity/name",
    "/legal_entity/domains",
    "/lifecycle/status",
    "/ownership/marketing/team",
    "/contract/subscriptions",
)
POLICIES = ("overlap",)

MOST_TOLD = 5  # others that are named beside one vendor
MOST_LOOKED = 20  # others that one vendor is compared with; where there are more, only as many as are told
MOST_PLACES = 8  # teams or regions of one vendor; who is used in more is used everywhere
MOST_NAMED = 5  # capabilities, teams or regions in one sentence
SAME, SIMILAR = "same", "similar"
EVERYWHERE, UNKNOWN = "*", "?"
ANY, OPEN = "(any)", "(open)"  # groups of the index; no team or region can be called so
_POINTER = {"type": "string", "description": "Where the finding points."}
_VENDOR = {"type": "string", "description": "Id of the other vendor."}
_EXPLAINED = {
    "type": "boolean",
    "description": "Whether one of the two replaces the other or names it among its alternatives.",
}


def _text(what: str) -> JsonObject:
    return {"type": "string", "description": what}


def _flag(what: str) -> JsonObject:
    return {"type": "boolean", "description": what}


def _list(what: str, needs: Sequence[str] = (), **members: JsonObject) -> JsonObject:
    items = {"type": "object", "additionalProperties": False, "properties": {"pointer": _POINTER, **members}}
    return {"type": "array", "description": what, "items": items} | ({"needs": list(needs)} if needs else {})


def _more(what: str, needs: Sequence[str] = ()) -> JsonObject:
    return {"type": "integer", "description": what} | ({"needs": list(needs)} if needs else {})


_TEXTS = {"type": "array", "items": {"type": "string"}}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "duplicates": _list(
            f"Other vendors that look like the same vendor, the likeliest first, at most {MOST_TOLD}.",
            vendor=_VENDOR,
            strength=_text("same: a name, or a domain or company and the category; similar: a weaker sign."),
            reasons={**_TEXTS, "description": "What speaks for it, one sentence each."},
            ended=_flag("Whether one of the two is retired or rejected."),
            explained=_EXPLAINED,
            sister=_flag("Whether both belong to one parent company."),
        ),
        "more_duplicates": _more("About how many more there are; 0: all are listed."),
        "capabilities": _list(
            f"Other vendors used for the same work by the same team in the same region, at most {MOST_TOLD}.",
            ["/capabilities"],
            vendor=_VENDOR,
            shared={**_TEXTS, "description": "Capabilities that both have."},
            same_team=_flag("Whether a team is known to use both; false: it may be."),
            same_region=_flag("Whether both are known to be used in one region; false: they may be."),
            explained=_EXPLAINED,
            reason=_text("What overlaps, in a sentence."),
        ),
        "more_capabilities": _more("About how many more there are; 0: all are listed.", ["/capabilities"]),
        "subscriptions": _list(
            "Subscriptions to what looks like the same product, running at the same time.",
            ["/contract/subscriptions"],
            product=_text("The product, as the subscription names it."),
            other=_text("Pointer to the earlier entry that it repeats."),
            reason=_text("What is held double, in a sentence."),
        ),
    },
}

# Words that tell which plan was bought, or where, and not which product.
_PLAN_WORDS = frozenset(
    naming.words(
        "access add addon advanced annual basic bundle business core edition enterprise essentials extra fee growth "
        "level licence licences license licenses module monthly on pack package plan platform plus premium pro "
        "professional scale seat seats standard start starter subscription suite team teams tier unlimited user users"
    )
)
_REGION_WORDS = frozenset(
    naming.words(
        "africa america american americas apac asia benelux britain canada central dach east emea eu europe european "
        "global great international kingdom latam latin middle nordic nordics north pacific south states uk united us "
        "usa west worldwide"
    )
)


# ---- What the registry has to know of one record ------------------------------------------------


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return names, domains, products, capabilities and places of a record, made comparable."""
    policy = context.policies["overlap"]
    forms = naming.legal_forms(tuple(policy["legal_forms"]))
    running = _running(record, context.today.isoformat())
    status = get(record, "/lifecycle/status")
    taken: JsonObject = {
        "name": str(record.get("name", "")),
        "category": record.get("category"),
        "ended": status is not None and not lifecycle.of(record, context)["governed"],
        "leaving": status == "deprecated",
        "domains": _domains(record),
        "names": _names(record, forms),
        "products": _products(running, forms),
        "teams": _teams(record, running),
        "regions": _regions(running, policy["regions_everywhere"]),
        "replaces": _texts(get(record, "/lifecycle/replaces")),
        "linked": [*_texts(get(record, "/lifecycle/replaces")), *_alternatives(record)],
    }
    for key, pointer in (("entity", "/legal_entity/name"), ("parent", "/legal_entity/parent")):
        known = get(record, pointer)
        if isinstance(known, str) and (plain := naming.plain(known, forms)):
            taken[key] = [plain, known]
    if "capabilities" in record:
        generic = _generic(tuple(policy["generic_capabilities"]))
        taken["capabilities"] = [each for each in _texts(record["capabilities"]) if each not in generic]
    if get(record, "/contract/subscriptions") is not None:
        taken["subscriptions"] = list(_held_double(running, forms))
    return taken


@lru_cache(maxsize=8)
def _generic(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(listed)


def _texts(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _alternatives(record: JsonObject) -> list[str]:
    listed = get(record, "/lifecycle/alternatives")
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return _texts([each.get("vendor") for each in entries])


def _domains(record: JsonObject) -> dict[str, list[str]]:
    """Return by registered domain: the pointer of the entry, and the entry."""
    found: dict[str, list[str]] = {}
    for index, domain in enumerate(_texts(get(record, "/legal_entity/domains"))):
        found.setdefault(naming.owned(domain), [f"/legal_entity/domains/{index}", domain])
    return found


def _names(record: JsonObject, forms: Collection[str]) -> dict[str, str]:
    """Return by comparable name: the pointer of the name or alias."""
    given = [("/name", record.get("name"))]
    given += [(f"/aliases/{index}", alias) for index, alias in enumerate(_texts(record.get("aliases")))]
    found: dict[str, str] = {}
    for pointer, name in given:
        if isinstance(name, str) and (plain := naming.plain(name, forms)):
            found.setdefault(plain, pointer)
    return found


Subscription = tuple[int, "JsonObject"]  # place in the list, entry


def _running(record: JsonObject, today: str) -> list[Subscription]:
    """Return the subscriptions that have not ended: running, to come, or not known until when."""
    listed = get(record, "/contract/subscriptions")
    entries = enumerate(listed if isinstance(listed, list) else ())
    return [(at, each) for at, each in entries if isinstance(each, dict) and each.get("ends", today) >= today]


def _products(running: Iterable[Subscription], forms: Collection[str]) -> dict[str, list[str]]:
    """Return by comparable product: the pointer of its subscription, and the product as it stands there."""
    found: dict[str, list[str]] = {}
    for index, entry in running:
        shown = str(entry.get("product", ""))
        whole, core = naming.plain(shown, forms), " ".join(_core(shown, forms))
        for key in (whole, core) if core else ():
            found.setdefault(key, [f"/contract/subscriptions/{index}/product", shown])
    return found


def _core(shown: str, forms: Collection[str]) -> list[str]:
    """Return what a product is called without plan, region and numbers."""
    kept = naming.plain(shown, forms).split()
    return [each for each in kept if not (each in _PLAN_WORDS or each in _REGION_WORDS or each.isdigit())]


def _teams(record: JsonObject, running: Iterable[Subscription]) -> list[str]:
    owner = get(record, "/ownership/marketing/team")
    known = {each for each in (owner, *(entry.get("team") for _, entry in running)) if isinstance(each, str)}
    return sorted(known) if 0 < len(known) <= MOST_PLACES else [UNKNOWN]


def _regions(running: Sequence[Subscription], everywhere: Collection[str]) -> list[str]:
    listed = [entry.get("region", UNKNOWN) for _, entry in running]
    known = set(listed) or {UNKNOWN}
    if not known.isdisjoint(everywhere) or len(known) > MOST_PLACES:
        return [EVERYWHERE]
    return sorted(known)


def _held_double(running: Sequence[Subscription], forms: Collection[str]) -> Iterator[JsonObject]:
    """Yield each subscription to a product to which an earlier entry, running at the same time, is one, too."""
    before: dict[str, list[Subscription]] = {}
    for index, entry in running:
        shown = str(entry.get("product", ""))
        used_in = set(naming.words(str(entry.get("region", ""))))
        core = " ".join(each for each in _core(shown, forms) if each not in used_in) or naming.plain(shown, forms)
        earlier = before.setdefault(core, [])
        same = next((each for each in earlier if _at_the_same_time(each[1], entry)), None)
        if same is not None:
            yield {
                "pointer": f"/contract/subscriptions/{index}",
                "product": shown,
                "other": f"/contract/subscriptions/{same[0]}",
                "reason": f"{_bought(entry)} and {_bought(same[1])} look like the same product, bought twice "
                "at the same time; one contract may cost less.",
            }
        earlier.append((index, entry))


def _at_the_same_time(one: JsonObject, other: JsonObject) -> bool:
    (starts, ends), (others_start, others_end) = (
        (str(each.get("starts", "0000-01-01")), str(each.get("ends", "9999-12-31")))  # not known counts as open
        for each in (one, other)
    )
    return starts <= others_end and others_start <= ends


def _bought(entry: JsonObject) -> str:
    team, region = entry.get("team"), entry.get("region")
    by, where = f" by {team}" if team else "", f" for {region}" if region else ""
    return f"{entry.get('product', '')!r}{by}{where}"


# ---- Two records beside each other --------------------------------------------------------------


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


# ---- The registry -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidates:
    """Whom a vendor is compared with; and how many have something in common with it, at least."""

    others: list[str]
    at_least: int


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:  # noqa: ARG001 - one shape
    """Return for every vendor who may be the same, who does the same work, and what it holds double."""
    twins, sharing = twin_candidates(extracts), sharing_candidates(extracts)
    found: dict[str, JsonObject] = {}
    for vendor, taken in extracts.items():
        told = sorted(_compared(twin, vendor, twins[vendor], extracts), key=_likeliest)
        facts = _cut("duplicates", told, twins[vendor])
        if "capabilities" in taken:
            told = sorted(_compared(shared_work, vendor, sharing[vendor], extracts), key=_closest)
            facts |= _cut("capabilities", told, sharing[vendor])
        if "subscriptions" in taken:
            facts["subscriptions"] = taken["subscriptions"]
        found[vendor] = facts
    return found


def _compared(
    compare: Callable[[JsonObject, JsonObject], JsonObject | None],
    vendor: str,
    candidates: Candidates,
    extracts: Mapping[str, JsonObject],
) -> Iterator[JsonObject]:
    mine = extracts[vendor]
    for other in candidates.others:
        why = compare(mine, extracts[other])
        if why is not None:
            explained = other in mine["linked"] or vendor in extracts[other]["linked"]
            yield {"vendor": other, **why, "explained": explained}


def _cut(name: str, told: Sequence[JsonObject], candidates: Candidates) -> JsonObject:
    not_seen = candidates.at_least - len(candidates.others)
    return {name: list(told[:MOST_TOLD]), f"more_{name}": len(told[MOST_TOLD:]) + not_seen}


def _likeliest(why: JsonObject) -> Json:
    return why["ended"], why["strength"] != SAME, -len(why["reasons"]), why["vendor"]


def _closest(why: JsonObject) -> Json:
    return not why["same_team"], not why["same_region"], -len(why["shared"]), why["vendor"]


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
