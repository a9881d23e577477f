"""What the inventory shows: one registry as it stands on one day, taken together before any page is written.

A ``Card`` is the little that lists, maps and charts have to know of every vendor. ``Stock.detail`` gives the rest of
one vendor when its page is written: of ten thousand vendors nobody holds all of it at a time. What a registry does
not have (facts, rules, a history) is None or empty, and the pages leave it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from preflight.alignment.report import Report as Alignment
    from preflight.deciding.listing import Row as Decided
    from preflight.due.items import DueItem
    from preflight.lineage import Landscape
    from preflight.model import Brief, Json, JsonObject, Rule, Verdict


@dataclass(frozen=True, slots=True)
class Person:
    """Who is responsible: id, and the name where the directory has it. ``gone``: left, or in no directory."""

    id: str
    name: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A subscription under contract: until when its term runs, the next last day to cancel, what it costs a year."""

    product: str
    team: str = ""
    region: str = ""
    ends: date | None = None
    cancel_by: date | None = None
    renews: bool | None = None  # by itself
    annual: float | None = None


@dataclass(frozen=True, slots=True)
class Unpriced:
    """An amount that no rate converts on the day, as the record has it."""

    pointer: str
    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Group:
    """The other vendors of the same legal parent (the first of them), and what all of them cost together."""

    parent: str
    others: tuple[str, ...]
    annual: float
    window: float  # bought of late


@dataclass(frozen=True, slots=True)
class Ledger:
    """More about the money of one vendor. By year: what falls into it, ``""`` for what has no day."""

    terms: tuple[Term, ...] = ()
    once: Mapping[str, float] = field(default_factory=dict)
    subscribed: Mapping[str, float] = field(default_factory=dict)  # by the terms that the record holds
    unpriced: tuple[Unpriced, ...] = ()
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One vendor in lists, maps and charts. None means not known; amounts are a year, in the base currency.

    ``fields`` are the plain values of the record by pointer, with ``*`` for the place in a list: what can be a column.
    ``abroad`` says whether it holds personal data outside the EU and EEA.
    """

    id: str
    path: str
    name: str
    line: str = ""  # what it is for, in a sentence
    aliases: tuple[str, ...] = ()
    category: str = ""
    status: str = ""
    governed: bool = True
    company: str = ""
    capabilities: tuple[str, ...] = ()
    risk: str | None = None  # level; of a risk that is not wholly known, the least that it is
    risk_sure: bool = True
    sensitivity: str | None = None  # levels of two of its dimensions
    criticality: str | None = None
    oversight: str = ""
    annual: float | None = None
    at_least: float | None = None
    one_off: float | None = None  # what is known of it, at today's rates
    spend: Mapping[str, float] = field(default_factory=dict)  # at_least, by team; "": not assigned
    spend_regions: Mapping[str, float] = field(default_factory=dict)  # the same by region
    ledger: Ledger = field(default_factory=Ledger)
    regions: tuple[str, ...] = ()  # that it is bought for
    owners: Mapping[str, Person] = field(default_factory=dict)  # by side: marketing, it
    teams: Mapping[str, str] = field(default_factory=dict)  # by side, ids
    data: tuple[str, ...] | None = None  # classes
    residency: tuple[str, ...] | None = None  # countries
    abroad: bool | None = None
    systems: tuple[str, ...] = ()  # ids of what it is connected to
    integrations: tuple[Mapping[str, Json], ...] = ()  # as the record tells them, each with its ``system``
    certificates: tuple[str, ...] = ()  # that are current
    red_flags: int | None = None
    warnings: int | None = None
    advice: int | None = None
    waived: int | None = None
    flag_rules: tuple[str, ...] = ()  # of the red flags, one each
    waived_rules: tuple[str, ...] = ()  # of what is waived
    failing: tuple[str, ...] = ()  # ids of the rules that it breaks, waived ones left out
    complete: int | None = None  # percent of the questions that are answered
    cancel_by: date | None = None  # the next last day to cancel
    ends_on: date | None = None
    next_due: date | None = None
    overdue: int = 0
    fields: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """A vendor file that is not of the right form, and the first thing wrong with it."""

    id: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One field that a commit changed; texts of the values, empty: it was, or is, not there."""

    pointer: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """What one commit did to one vendor, to a decision on it, or (``vendor`` empty) to the policies.

    ``number`` counts the commits of the line from 1. ``signature`` is the state of the commit's own signature.
    """

    number: int
    commit: str
    day: date
    author: str
    subject: str
    vendor: str
    kind: str
    edits: tuple[Edit, ...] = ()
    request: str = ""  # number of the pull request
    signature: str = ""
    more: int = 0  # edits that are left out


@dataclass(frozen=True, slots=True)
class Moment:
    """How the stack stood at the end of a quarter: vendors by level of risk, and what they cost a year.

    ``risks``: of a level that is not wholly known the least that it is; ``""`` counts records that nobody can read.
    """

    quarter: str  # 2026-Q4
    day: date
    risks: Mapping[str, int]
    annual: float | None


@dataclass(frozen=True, slots=True)
class Detail:
    """All of one vendor. ``facts`` is empty and ``brief`` None where the registry has no rules.

    ``verdicts`` are those that are no pass; ``passed`` counts the others.
    """

    record: JsonObject
    facts: JsonObject = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    brief: Brief | None = None
    passed: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)  # of the file, by pointer


@dataclass(frozen=True, slots=True)
class Stock:
    """The registry as the inventory shows it.

    ``commit`` is None without git; ``exact`` says that the files are those of that commit. ``judged``: there were
    rules. ``events``: the newest first; None: there is no history to read. ``people`` and ``teams`` are by id.
    """

    title: str
    as_of: date
    commit: str | None
    exact: bool
    judged: bool
    cards: tuple[Card, ...]
    broken: tuple[Broken, ...]
    detail: Callable[[str], Detail]
    rules: tuple[Rule, ...] = ()
    policies: Mapping[str, Json] = field(default_factory=dict)
    schema: JsonObject | None = None
    registry: tuple[Verdict, ...] = ()  # findings about no vendor alone
    currency: str = ""
    due: tuple[DueItem, ...] = ()
    horizon: int = 90  # days ahead that lists of what falls due look
    decided: tuple[Decided, ...] = ()
    landscape: Landscape | None = None
    alignment: Alignment | None = None
    moments: tuple[Moment, ...] = ()
    events: tuple[Event, ...] | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)

    @property
    def governed(self) -> tuple[Card, ...]:
        """The vendors that the rules apply to."""
        return tuple(card for card in self.cards if card.governed)
