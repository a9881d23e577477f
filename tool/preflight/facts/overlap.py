"""The same thing bought twice: vendors that look like one, vendors that do the same work, subscriptions held double.

Suggestions with reasons, for a person to decide: neighbourhood.py finds whom to compare, resemblance.py compares two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from preflight import naming, neighbourhood, resemblance
from preflight.facts import lifecycle
from preflight.neighbourhood import MOST_TOLD, Candidates
from preflight.pointers import get
from preflight.resemblance import EVERYWHERE, SAME, UNKNOWN

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

MOST_PLACES = 8  # teams or regions of one vendor; who is used in more is used everywhere
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


# ---- The registry -------------------------------------------------------------------------------


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:  # noqa: ARG001 - one shape
    """Return for every vendor who may be the same, who does the same work, and what it holds double."""
    twins = neighbourhood.twin_candidates(extracts)
    sharing = neighbourhood.sharing_candidates(extracts)
    found: dict[str, JsonObject] = {}
    for vendor, taken in extracts.items():
        told = sorted(_compared(resemblance.twin, vendor, twins[vendor], extracts), key=_likeliest)
        facts = _cut("duplicates", told, twins[vendor])
        if "capabilities" in taken:
            told = sorted(_compared(resemblance.shared_work, vendor, sharing[vendor], extracts), key=_closest)
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
