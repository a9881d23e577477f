"""The vocabulary: values that every part of preflight speaks of. No behaviour beyond what a value is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

# A plain JSON value. Its shape is held by a JSON Schema, which a type checker cannot read.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Level(Enum):
    """How much a failed rule weighs. Only a red flag blocks."""

    RED_FLAG = "red-flag"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for the heaviest; for sorting."""
        return list(Level).index(self)


class Outcome(Enum):
    """What a rule says of a vendor."""

    FAIL = "fail"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - not a password
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, both 1-based."""

    line: int = 1
    column: int = 1


class Positions(Protocol):
    """Where each pointer of a document stands."""

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the form of a document: ``rule`` is ``yaml/…``, ``schema/…`` or ``file/…``."""

    rule: str
    message: str
    fix: str
    pointer: str = ""
    position: Position = Position()


@dataclass(frozen=True, slots=True)
class Examples:
    """A rule's own tests: overlays on the example record, judged as of ``as_of``."""

    as_of: str
    passing: tuple[JsonObject, ...]
    failing: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its file states it. ``level`` is after the overrides of policies/levels.yaml."""

    id: str
    title: str
    answers: tuple[str, ...]
    level: Level
    waivable: bool
    at: str
    each: str
    when: str
    condition: str
    message: str
    why: str
    fix: str
    examples: Examples
    path: str = ""

    @property
    def domain(self) -> str:
        """The folder that the rule lies in."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one vendor, at one place. ``waiver`` is the id of the decision that waives it."""

    vendor: str
    rule: str
    level: Level
    outcome: Outcome
    message: str
    fix: str
    path: str
    line: int
    column: int
    pointer: str
    waiver: str | None = None
    known: bool = True  # False: it fails because something is not known

    @property
    def blocks(self) -> bool:
        """Whether this verdict alone keeps the gate shut."""
        return self.outcome is Outcome.FAIL and self.level is Level.RED_FLAG


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one run. ``judged`` counts pairs of vendor and rule that reached a verdict of any kind."""

    vendors: int
    rules: int
    judged: int
    red_flags: int
    warnings: int
    advice: int
    waived: int
    blocked: bool
    not_applicable: int = 0  # among those judged; not part of the published JSON


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run of the gate, as every renderer gets it."""

    as_of: str
    base: str | None
    head: str | None
    summary: Summary
    verdicts: tuple[Verdict, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)


class Renderer(Protocol):
    """A module that turns a report into text; listed in ``renderers.FORMATS``."""

    NAME: str

    def render(self, report: Report, *, color: bool, width: int) -> str:
        """Return the whole output, ending in a newline. ``width`` 0 means: do not wrap."""


@dataclass(frozen=True, slots=True)
class Context:
    """What facts may know beside the record: the date, and the policy documents by name."""

    today: date
    policies: Mapping[str, Json]


class Fact(Protocol):
    """A module that computes facts of one record; listed in ``facts.FACTS``.

    ``INPUTS`` are the pointers of the vendor schema without which the fact is not offered, ``POLICIES``
    the policy documents likewise. ``SHAPE`` is the JSON Schema of the result, with ``needs`` (pointers)
    beside each leaf: what to fill in when the leaf is not known.
    """

    @property
    def NAME(self) -> str:  # noqa: N802, D102 - a constant of a module
        ...

    @property
    def INPUTS(self) -> Sequence[str]:  # noqa: N802, D102 - as above
        ...

    @property
    def POLICIES(self) -> Sequence[str]:  # noqa: N802, D102 - as above
        ...

    @property
    def SHAPE(self) -> JsonObject:  # noqa: N802, D102 - as above
        ...

    def of(self, record: JsonObject, context: Context) -> JsonObject:
        """Return the facts of ``record``; what is not known is left out."""
