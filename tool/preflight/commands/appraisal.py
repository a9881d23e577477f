"""Judges a whole registry once, on all cores, for those who want to know all of every vendor: facts, verdicts, record.

The two rounds are those of the check (see rounds.py). What is known of a vendor is kept packed: of ten thousand
vendors, nobody holds all of it open at a time.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from preflight import engine
from preflight.commands import rounds, trust
from preflight.commands.session import Survey
from preflight.model import REGISTRY
from preflight.shell.files import Entry, Kind
from preflight.shell.placed import Light

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from preflight.commands.rounds import Whose
    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import Context, JsonObject, Verdict
    from preflight.shell.registry import RecordFile

    Look = Callable[[Session, "Known"], object]

ILL_FORMED = "it is not of the form that the schema asks for"


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one vendor. ``verdicts`` are those that are no pass, ``passed`` counts the others."""

    vendor: str
    path: str
    record: JsonObject
    facts: JsonObject
    verdicts: tuple[Verdict, ...]
    passed: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A vendor file that is not of the right form, and the first thing wrong with it."""

    vendor: str
    path: str
    why: str


@dataclass(frozen=True)
class Appraisal(Survey):
    """The vendors of the right form with their verdicts; and what a look at each of them gave, in the same order."""

    packed: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    looks: Mapping[str, object] = field(default_factory=dict, repr=False)
    refused: tuple[Refused, ...] = ()
    about_registry: tuple[Verdict, ...] = ()

    def known(self, vendor: str) -> Known:
        """Return all that is known of one vendor."""
        return _opened(self.packed[vendor])

    def facts(self, vendor: str) -> JsonObject:
        """Return all facts of one vendor, those that no rule reads included."""
        return self.known(vendor).facts

    def verdicts(self, vendor: str, *, only: Collection[str] = (), everything: bool = True) -> tuple[Verdict, ...]:
        """Return the verdicts on one vendor; those that are no pass are at hand."""
        if only or everything:
            return super().verdicts(vendor, only=only, everything=everything)
        return self.known(vendor).verdicts


def appraise(session: Session, look: Look) -> Appraisal:
    """Judge all vendor files, and look at each vendor with all that is known of it. Raises PreflightError.

    ``look`` gives what is wanted of each vendor at once. It runs in the process that judged the vendor, so it is a
    function of a module. The session takes the result as its survey.
    """
    policy, context = session.policy, session.context  # made before processes are forked
    whose = rounds.Whose.of(session)
    first = rounds.spread([session], partial(_read_chunk, whose), session.entries, "Reading vendors")
    sound = {each.vendor: each for each in first if each.packed}
    extracts = {name: each.extracts for name, each in sound.items()}
    within = replace(context, vendors=frozenset(sound), memory={})
    shared = engine.share_all(policy, extracts, within)
    waiting = [(each, shared[name]) for name, each in sorted(sound.items())]
    second = rounds.spread([session], partial(_judge_chunk, whose, look), waiting, "Judging vendors")
    packed = {each.vendor: told for (each, _), (told, _) in zip(waiting, second, strict=True)}
    found = Appraisal(
        policy,
        within,
        _Cases(session, packed),
        extracts,
        shared,
        packed,
        {each.vendor: seen for (each, _), (_, seen) in zip(waiting, second, strict=True)},
        tuple(Refused(each.vendor, each.path, each.why) for each in first if each.vendor not in sound),
        tuple(_about_registry(session, extracts, frozenset(each.vendor for each in first))),
    )
    session.survey = found
    return found


@dataclass(frozen=True, slots=True)
class _First:
    """What the first round gave of a file; ``packed`` is what the second needs, empty for what is not judged."""

    vendor: str
    path: str
    why: str = ""
    extracts: JsonObject = field(default_factory=dict)
    packed: bytes = b""


def _read_chunk(whose: Whose, entries: Sequence[Entry]) -> list[_First]:
    session = whose.session
    return [_read(session, session.file(entry)) for entry in entries]


def _read(session: Session, file: RecordFile) -> _First:
    if not session.sound(file):
        return _First(file.id, file.path, file.problems[0].message if file.problems else ILL_FORMED)
    case = rounds.case_of(file)
    read = engine.read(case, session.policy, session.context, all_facts=True)
    packed = _packed((case.record, read.facts, read.judged, read.rest))
    return _First(file.id, file.path, extracts=read.extracts, packed=packed)


def _judge_chunk(whose: Whose, look: Look, chunk: Sequence[tuple[_First, JsonObject]]) -> list[tuple[bytes, object]]:
    session = whose.session
    told = [_judged(session, first, shared) for first, shared in chunk]
    return [(_packed(each), look(session, each)) for each in told]


def _judged(session: Session, first: _First, shared: JsonObject) -> Known:
    record, local, judged, rest = _unpacked(first.packed)
    rest = rounds.placed(session, first.path, rest)
    whole = judged.with_later(engine.judge_rest(rest, session.policy, session.context, shared))
    return Known(first.vendor, first.path, record, {**local, **shared}, whole.verdicts, whole.passed)


def _packed(told: object) -> bytes:
    return pickle.dumps(told, pickle.HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> tuple[JsonObject, JsonObject, Judged, engine.Rest]:
    found: tuple[JsonObject, JsonObject, Judged, engine.Rest] = pickle.loads(packed)  # noqa: S301 - our own, of a moment ago
    return found


def _opened(packed: bytes) -> Known:
    found: Known = pickle.loads(packed)  # noqa: S301 - as above
    return found


def _about_registry(session: Session, extracts: Mapping[str, JsonObject], vendors: frozenset[str]) -> Iterator[Verdict]:
    """Yield the verdicts on the registry as a whole, as the check reaches them."""
    context: Context = replace(session.context, vendors=vendors, memory={})
    rules = session.policy.about_registry.rules
    judged = [engine.judge_registry(session.policy, extracts, context)] if rules else []
    for each in trust.together(judged, trust.told(session, None)):
        if each.vendor == REGISTRY:
            yield from each.verdicts


@dataclass(frozen=True)
class _Cases(Mapping[str, engine.Case]):
    """The vendors as cases; opened, and their files read again, when somebody asks."""

    session: Session
    packed: Mapping[str, bytes]

    def __getitem__(self, vendor: str) -> engine.Case:
        known, session = _opened(self.packed[vendor]), self.session
        entry = Entry(known.path, Kind.FILE)
        places = Light(known.record, lambda: session.document(entry))
        return engine.Case(vendor, known.path, known.record, places)

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)

    def __contains__(self, vendor: object) -> bool:
        return vendor in self.packed
