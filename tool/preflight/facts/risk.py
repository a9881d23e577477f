"""Risk: four dimensions, each from signals in the record, and a level for the whole. By policies/risk.yaml.

In every dimension the highest signal wins. What a record states of itself is one signal more: it may raise a
dimension, never lower it. A dimension of which a signal is not known is not known, and neither is the whole;
what is known of it (``at_least``) still counts for the demands that follow from risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import data
from preflight.levels import LEVELS, highest, rank
from preflight.pointers import is_choice, parts, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preflight.model import Context, Json, JsonObject

NAME = "risk"
INPUTS = ("/risk",)
POLICIES = ("risk",)
DIMENSIONS = ("integration_complexity", "data_sensitivity", "operational_criticality", "change_magnitude")
_LEVEL = {"type": "string", "enum": list(LEVELS)}
_LIST = {"type": "array"}
_TEXT = {"type": "string"}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "level": {
            **_LEVEL,
            "description": "The level of the whole.",
            "needs": ["/risk", "/data/classes", "/integrations"],
        },
        "at_least": {**_LEVEL, "description": "The level that follows from what is known."},
        "title": {**_TEXT, "description": "What oversight that level asks for, by name."},
        **{
            name: {
                **_LEVEL,
                "description": f"The level of the dimension {name.replace('_', ' ')}.",
                "needs": [f"/risk/{name} (and what it is computed from)"],
            }
            for name in DIMENSIONS
        },
        "unknown": {
            **_LIST,
            "description": "Signals that are not known, without which a dimension is not known.",
            "items": {
                "type": "object",
                "properties": {"pointer": _TEXT, "dimension": _TEXT, "signal": _TEXT, "field": _TEXT},
            },
        },
        "understated": {
            **_LIST,
            "description": "Dimensions that the record states lower than they are.",
            "items": {
                "type": "object",
                "properties": {"pointer": _TEXT, "dimension": _TEXT, "stated": _LEVEL, "computed": _LEVEL},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of risk as it was read: ``value`` None where it is not known, ``level`` None where it says nothing.

    ``known`` False: the field is not known, or holds a word that the policy does not know.
    """

    title: str
    field: str
    value: Json
    level: str | None
    optional: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension with its signals; ``stated`` is what the record says of itself."""

    name: str
    title: str
    signals: tuple[Signal, ...]
    stated: str | None

    @property
    def computed(self) -> str:
        """The highest level among the signals that are known; low where none is."""
        return highest(signal.level for signal in self.signals)

    @property
    def at_least(self) -> str:
        """The level that follows from what is known, what the record states included."""
        return highest((self.computed, self.stated))

    @property
    def open(self) -> tuple[Signal, ...]:
        """The signals without which the dimension is not known."""
        return tuple(each for each in self.signals if not each.known and not each.optional)


@dataclass(frozen=True, slots=True)
class Risk:
    """The whole: its dimensions, the points they add up to, the level, and which floor lifted it, if one did."""

    dimensions: tuple[Dimension, ...]
    points: int
    summed: str  # the level that the points alone give
    at_least: str
    lifted_by: str = ""

    @property
    def level(self) -> str | None:
        """The level, or None while a dimension is not known and could still raise it."""
        return None if self.at_least != LEVELS[-1] and any(each.open for each in self.dimensions) else self.at_least


def assess(record: JsonObject, policy: JsonObject) -> Risk:
    """Assess a record by policies/risk.yaml. What it says of terms that are over counts as well: see ``known``."""
    return assessed(signs(record, policy), record.get("risk", {}), policy)


def signs(record: JsonObject, policy: JsonObject) -> dict[str, list[Json]]:
    """Return what a record says at each field that policies/risk.yaml looks at; of data, what any part of it says."""
    looked = {signal["of"] for each in policy["dimensions"] for signal in each["signals"]}
    held = data.held(record)
    told = {} if held is None else {data.CLASSES: [held]}
    return {field: told.get(field, values(record, field)) for field in sorted(looked)}


def together(taken: Iterable[Mapping[str, list[Json]]], policy: JsonObject) -> dict[str, list[Json]]:
    """Return what several records say at each field, in as few values as the signals on it tell apart.

    What is counted adds up over the records: a seller's connections are as many in four records as in one.
    """
    asked: dict[str, set[str]] = {}
    for each in policy["dimensions"]:
        for signal in each["signals"]:
            asked.setdefault(signal["of"], set()).add(signal["by"])
    listed = list(taken)
    return {
        field: _joined(field, [one for each in listed for one in each[field]], ways) for field, ways in asked.items()
    }


def _joined(field: str, found: list[Json], ways: set[str]) -> list[Json]:
    """Return what several records say at one field as if one record said it; what is joined can be joined again."""
    if ways == {"value"}:
        words = {_word(word): word for value in found for word in (value if isinstance(value, list) else [value])}
        return list(words.values())
    sizes = [size for value in found if (size := _size(value)) is not None]
    if not found or len(sizes) < len(found):
        return found
    if ways == {"sum"}:
        return [sum(sizes)]
    # A list in each entry: the longest counts, in one record as in several.
    if ways == {"number"} or (ways <= {"count", "number"} and any(map(is_choice, parts(field)))):
        return [max(sizes)]
    return _added_up(found, sizes, ways) if "count" in ways and not any(map(is_choice, parts(field))) else found


def _added_up(found: list[Json], sizes: list[float], ways: set[str]) -> list[Json]:
    items = [item for value in found for item in (value if isinstance(value, list) else [None])]
    if "sum" not in ways and all(isinstance(item, (str, int, float)) for item in items):
        return [list({_word(item): item for item in items}.values())]  # a country in two records is one country
    return found if "value" in ways else [sum(sizes)]  # two connections to one system are two


def assessed(signs: Mapping[str, list[Json]], stated: JsonObject, policy: JsonObject) -> Risk:
    """Assess what one or several records say; ``stated`` is what is said of each dimension."""
    dimensions = tuple(
        Dimension(
            each["name"],
            each["title"],
            tuple(_signal(signs[signal["of"]], signal) for signal in each["signals"]),
            stated.get(each["name"]),
        )
        for each in policy["dimensions"]
    )
    points = sum(_points(policy["points"], each.at_least) for each in dimensions)
    summed = highest(level for level, least in policy["totals"].items() if points >= least)
    top = highest(each.at_least for each in dimensions)
    floor = highest(policy["floors"].get(level) for level in LEVELS[: rank(top) + 1])
    lifted = rank(floor) > rank(summed)
    return Risk(dimensions, points, summed, floor if lifted else summed, top if lifted else "")


def says_more(now: Mapping[str, list[Json]], then: Mapping[str, list[Json]]) -> bool:
    """Whether any sign of a record says more than it did: a larger number, a longer list, a word that was not there.

    More of one record may be too much together with others of the seller, so the levels alone do not tell.
    """
    return any(_is_more(now[field], then[field]) for field in now)


def _is_more(now: list[Json], then: list[Json]) -> bool:
    one, other = (_told(each) for each in (now, then))
    return one[0] > other[0] or not one[1] <= other[1]


def _told(found: list[Json]) -> tuple[float, frozenset[str]]:
    """Return what the numbers and the lengths of lists add up to, and the words."""
    items = [item for value in found for item in (value if isinstance(value, list) else [value])]
    words = frozenset(_word(item) for item in items if isinstance(item, (str, bool)))
    return sum(size for value in found if (size := _size(value)) is not None), words


def _points(points: JsonObject, level: str) -> int:
    """Return the most points of any level up to this one: a higher level never adds less."""
    most: int = max(points[each] for each in LEVELS[: rank(level) + 1])
    return most


def _signal(found: list[Json], signal: JsonObject) -> Signal:
    title, field, optional = signal["title"], signal["of"], signal.get("optional", False)
    if not found:
        return Signal(title, field, None, None, optional, known=False)
    if signal["by"] == "value":
        words = [word for value in found for word in (value if isinstance(value, list) else [value])]
        levels = [signal["levels"].get(_word(word)) for word in words]
        known = [level for level in levels if level is not None]
        # What the known words say holds, whatever the others would say.
        level = highest(known) if known or not words else None
        return Signal(title, field, words, level, optional, known=len(known) == len(words))
    sizes = [_size(value) for value in found]
    known_sizes = [size for size in sizes if size is not None]
    if len(known_sizes) < len(sizes):  # something else than a list or a number says nothing of how much there is
        return Signal(title, field, None, None, optional, known=False)
    number = sum(known_sizes) if signal["by"] == "sum" else max(known_sizes)
    reached = [level for level, least in signal["from"].items() if number >= least]
    return Signal(title, field, number, highest(reached), optional)


def _size(value: Json) -> float | None:
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _word(value: Json) -> str:
    """Return a value as policies/risk.yaml writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def known(record: JsonObject, context: Context) -> Risk:
    """Return the risk of a record; several facts look at it."""
    found: Risk = context.once_for(
        record, NAME, lambda: assess(terms.current(record, context.today), context.policies["risk"])
    )
    return found


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return level and dimensions, and what is open or understated."""
    policy = context.policies["risk"]
    risk = known(record, context)
    facts: JsonObject = {
        "at_least": risk.at_least,
        "title": policy["oversight"][risk.at_least]["title"],
        **{each.name: each.at_least for each in risk.dimensions if not each.open},
        "unknown": [
            {"pointer": signal.field, "dimension": each.title, "signal": signal.title, "field": signal.field}
            for each in risk.dimensions
            for signal in each.open
        ],
        "understated": [
            {"pointer": f"/risk/{each.name}", "dimension": each.title, "stated": each.stated, "computed": each.computed}
            for each in risk.dimensions
            if each.stated is not None and rank(each.stated) < rank(each.computed)
        ],
    }
    if risk.level is not None:
        facts["level"] = risk.level
    return facts
