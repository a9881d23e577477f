"""The vocabulary: values that every part of preflight speaks of. No behaviour beyond what a value is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

# A plain JSON value. Its shape is held by a JSON Schema, which a type checker cannot read.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

EMPTY: Mapping[str, Any] = MappingProxyType({})
# The facts that say for what an approval was given, and where the record says it: for anything else it does not count.
SIGNED_FOR = {
    "Vendor": "/name",
    "Category": "/category",
    "Company": "/legal_entity/name",
    "Country": "/legal_entity/country",
}
REGISTRY = "(registry)"  # whom a verdict is about that concerns no vendor alone; no id can be this


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


class Novelty(Enum):
    """What a change has to do with a finding: it came with it, or was there before."""

    NEW = "new"
    KNOWN = "known"
    STANDS = "stands"  # it came with a change that only takes trust away: it stands from now on, and does not block


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, both 1-based."""

    line: int = 1
    column: int = 1


class Positions(Protocol):
    """Where each pointer of a document stands."""

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""

    def part(self, members: Collection[str]) -> Positions:
        """Return the places in those top-level members only, small enough to be sent to another process."""


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
    faults: str = ""  # the facts' list (facts.NAME.LIST) whose every entry is a finding; then there is no condition
    about_registry: bool = False  # judged once a run, not once a vendor

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
    about: str = ""  # which of several findings of one rule at one place this is: a role, a product, a vendor
    change: Novelty | None = None  # None: there is nothing to compare with, or nothing was found

    @property
    def blocks(self) -> bool:
        """Whether this verdict alone keeps the gate shut."""
        return self.outcome is Outcome.FAIL and self.level is Level.RED_FLAG and self.change is not Novelty.STANDS


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
class Signer:
    """A role that has to agree, why, and what is there of it; ``given``: its approval holds."""

    title: str
    why: str
    state: str
    given: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """The page of one vendor. Money and levels are sentences already, None where there is nothing to say."""

    vendor: str
    name: str
    summary: str
    status: str
    verdict: str
    blocked: bool
    changed: tuple[str, ...]
    more_changes: int
    compared: bool
    money: tuple[str, ...]
    risk: tuple[str, ...]
    signers: tuple[Signer, ...]
    findings: tuple[str, ...]
    more_findings: int
    alternatives: tuple[str, ...]
    deadlines: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Weight:
    """What a vendor costs, a year and over what is promised, in the base currency; and its risk. None: not known."""

    annual: float | None = None
    committed: float | None = None
    risk: str | None = None


@dataclass(frozen=True, slots=True)
class VendorDelta:
    """What a change does to one vendor; None: it was not there before, or is not there any more."""

    vendor: str
    before: Weight | None
    after: Weight | None


@dataclass(frozen=True, slots=True)
class Delta:
    """What a change does to cost and risk: of each vendor that it touches, and of those together (without a risk)."""

    currency: str
    vendors: tuple[VendorDelta, ...]
    before: Weight
    after: Weight


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change beside what was there before it. ``fixed`` are findings that stood; ``delta`` None: no such facts."""

    fixed: tuple[Verdict, ...] = ()
    delta: Delta | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run of the gate, as every renderer gets it."""

    as_of: str
    base: str | None
    head: str | None
    summary: Summary
    verdicts: tuple[Verdict, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    briefs: tuple[Brief, ...] = ()  # of the vendors that somebody has to decide on
    comparison: Comparison | None = None  # only where a change is judged


class Renderer(Protocol):
    """A module that turns a report into text; listed in ``renderers.FORMATS``."""

    NAME: str

    def render(self, report: Report, *, color: bool, width: int) -> str:
        """Return the whole output, ending in a newline. ``width`` 0 means: do not wrap."""


# Which fields of a record hold ids: the name of a member (``*``: each item of a list, or each member of an open
# map) leads on, the empty name holds what the field itself refers to.
ReferenceFields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision that a finding may stand: rule, field and what the record said when it was decided.

    ``fingerprint`` is that of fingerprints.of; once the record says something else the waiver covers nothing.
    ``landed``: it did not come with the change that is judged, but was there before. ``over`` says why it lets nothing
    stand any more, by what the record said since then, as far as that is known. ``beside`` is what fingerprints.beside
    gave when it was decided: of what other records say.
    """

    id: str
    rule: str
    pointer: str
    fingerprint: str
    until: date
    by: str
    path: str
    beside: str = ""
    landed: bool = False
    over: str = ""


@dataclass(frozen=True, slots=True)
class Proposers:
    """Who proposes a change of a vendor: people of the directory, and names that nobody there has."""

    people: frozenset[str] = frozenset()
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of the vendors, by id, in a way that was verified.

    ``approvals`` have the form of an entry of the record, with ``id`` and ``state`` (in-force, expired, revoked, …).
    ``proposers`` are known only while a change is judged, and only of vendors that it changes in a way that matters
    to approvals: whoever proposes it cannot approve it. ``authors`` are those of all vendors that it changes in any
    way: they cannot waive what comes with it. ``landed_as`` tells of an approval, by vendor and id, what
    the vendor was called when it landed, or nothing where that is not known.
    """

    approvals: Mapping[str, Sequence[JsonObject]] = field(default_factory=lambda: EMPTY)
    waivers: Mapping[str, Sequence[Waiver]] = field(default_factory=lambda: EMPTY)
    proposers: Mapping[str, Proposers] = field(default_factory=lambda: EMPTY)
    authors: Mapping[str, Proposers] = field(default_factory=lambda: EMPTY)
    landed_as: Callable[[str, str], str] = field(default=lambda _vendor, _id: "", compare=False)


NOTHING_DECIDED = Decided()


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it was before, and the day on which it was replaced: today by the change that is judged."""

    record: JsonObject
    replaced: date


@dataclass(frozen=True, slots=True)
class Earlier:
    """What records said before the change that is judged, and those of today do not say any more.

    ``versions`` gives of vendors that sell together, by id, what their records said, oldest first; of nobody where the
    change leaves all of them alone. ``sellers`` gives the legal entities that proposals named, and were changed or
    taken out since.
    """

    versions: Callable[[Collection[str]], Mapping[str, Sequence[Version]]]
    sellers: Callable[[], Sequence[JsonObject]] = tuple


# Where no change is judged, records alone tell what there is.
NOTHING_EARLIER = Earlier(lambda _: {})


@dataclass(frozen=True, slots=True)
class Context:
    """What facts may know beside the record: the date, the policy documents by name, and what the schema tells.

    ``references`` says which fields hold ids; ``vendors`` are the ids of all vendor files, unreadable ones included.
    ``decided`` are the signed decisions, ``earlier`` is what records said before.
    """

    today: date
    policies: Mapping[str, Json]
    references: ReferenceFields = field(default_factory=dict)
    vendors: frozenset[str] = frozenset()
    decided: Decided = NOTHING_DECIDED
    earlier: Earlier = NOTHING_EARLIER
    memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once_for(self, record: JsonObject, name: str, work: Callable[[], Any]) -> Any:
        """Return what ``work`` gives; done once while facts of the same record are computed, one after the other."""
        kept = self.memory.get("record")
        if kept is None or kept[0] is not record:
            kept = self.memory["record"] = (record, {})
        found: dict[str, Any] = kept[1]
        if name not in found:
            found[name] = work()
        return found[name]

    def once(self, name: str, work: Callable[[], Any]) -> Any:
        """Return what ``work`` gives; done once for all records of a run. It may depend on the context alone."""
        if name not in self.memory:
            self.memory[name] = work()
        return self.memory[name]


class FactModule(Protocol):
    """What local and registry facts have in common.

    ``INPUTS`` are the pointers of the vendor schema without which the fact is not offered, ``POLICIES``
    the policy documents likewise; a module may name ``OPTIONAL_INPUTS``, which it reads where the schema has them: all
    of it, or by member those that it alone reads.
    ``SHAPE`` is the JSON Schema of the result, with ``needs`` (pointers)
    beside each leaf: what to fill in when the leaf is not known. What is not known is left out of a result.
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


class Fact(FactModule, Protocol):
    """A module that computes facts of one record; listed in ``facts.LOCAL``."""

    def of(self, record: JsonObject, context: Context) -> JsonObject:
        """Return the facts of ``record``; what is not known is left out."""


class ChangeFact(FactModule, Protocol):
    """A module that computes facts of a record beside the one that it replaces; listed in ``facts.CHANGES``."""

    def since(self, record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
        """Return the facts; ``before`` is None for a record that replaces none, or where no base is known."""


class RegistryFact(FactModule, Protocol):
    """A module whose facts depend on all records; listed in ``facts.REGISTRY``.

    It may have an ``OVERVIEW`` (a shape) and ``overview(extracts, context)``, too: facts of the registry as a
    whole, for rules that are ``about: registry``.
    """

    def extract(self, record: JsonObject, context: Context) -> JsonObject:
        """Return the little that the registry has to know of one record."""

    def gather(self, extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
        """Return the facts of every vendor, by id. Takes time that grows like the registry."""
