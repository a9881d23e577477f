"""Drafts: a record and its facts become the statement that somebody is asked to sign.

What comes from a vendor is made one line of visible text first: nobody should sign what they cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.deciding import resting
from preflight.deciding.bounds import in_words
from preflight.deciding.lines import MOST_FACT, one_line
from preflight.decisions import statement as statements
from preflight.decisions.statement import AFTER, MAX_FACTS, POLICIES, STAYS, Statement
from preflight.decisions.waivers import LATE, OTHERS_SAY
from preflight.errors import DocumentError, UsageError
from preflight.model import SIGNED_FOR
from preflight.money import plain, shown
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from preflight.deciding.bounds import Extent
    from preflight.decisions import Decision
    from preflight.decisions.statement import Fact, Kind
    from preflight.model import Json, JsonObject, Rule, Verdict

MOST_PATH = 100
MOST_REASON = 500
RESTS_ON = "Rests on"  # the fields of the record, and the facts, by which a waiver stands and falls
WHOSE = ("Decision", "In the role", "Decided by", "Rule")  # what a revocation tells of what it takes back
MORE = "and"  # says how many files are not named


@dataclass(frozen=True, slots=True)
class Heading:
    """What every statement says: who decides, as what, for which registry, on which day, by which rules."""

    repository: str
    role: str
    by: str
    decided_on: date
    rules: str
    nonce: str

    def statement(self, kind: Kind, vendor: str) -> Statement:
        """Begin a statement."""
        return Statement(
            kind=kind,
            repository=self.repository,
            vendor=vendor,
            role=self.role,
            by=self.by,
            decided_on=self.decided_on,
            rules=self.rules,
            nonce=self.nonce,
        )


def approval(  # noqa: PLR0913 - each is a part of what is signed
    heading: Heading, record: JsonObject, now: Extent, bounds: JsonObject, currency: str, *, until: date | None
) -> Statement:
    """Draft an approval of a vendor within bounds."""
    begun = heading.statement("approve", record["id"])
    return replace(begun, bounds=bounds, valid_until=until, facts=tuple(_of_vendor(record, now, currency)))


def _of_vendor(record: JsonObject, now: Extent, currency: str) -> Iterator[tuple[str, Fact]]:
    yield from ((title, one_line(said)) for title, at in SIGNED_FOR.items() if (said := pointers.get(record, at)))
    yield "Status", one_line(record["lifecycle"]["status"])
    yield "Risk", now.risk or "not known"
    least = shown(plain(now.least), currency)
    yield "Annual cost", least if now.annual_cost is not None else f"not known, at least {least}"
    if now.together:
        yield "Counted together with", one_line(", ".join(now.together))
    yield "Promised", "not known" if now.commitment is None else shown(plain(now.commitment), currency)
    yield "Term", "not known" if now.term_months is None else counted(now.term_months, "month")
    yield "Data", "not known" if now.data is None else one_line(", ".join(now.data) or "none")


def waiver(  # noqa: PLR0913, PLR0917 - each is a part of what is signed
    heading: Heading,
    record: JsonObject,
    rule: Rule,
    found: Sequence[Verdict],
    fingerprint: str,
    rests_on: Mapping[str, Sequence[Json]],
    reason: str,
    *,
    until: date,
    beside: str = "",
) -> Statement:
    """Draft a waiver of the findings of a rule at one place. ``rests_on``: what fingerprints.says gives.

    ``beside`` is what fingerprints.beside gives, where the rule looks at other records, too.
    """
    facts: list[tuple[str, Fact]] = [("Vendor", one_line(record["name"])), ("Rule", one_line(rule.title))]
    facts += [(f"Finding {number}", one_line(each.message)) for number, each in enumerate(found[:5], 1)]
    facts.append(("Level", found[0].level.value))
    more = [(OTHERS_SAY, beside)] if beside else []
    begun = replace(
        heading.statement("waive", record["id"]),
        rule=rule.id,
        pointer=found[0].pointer,
        fingerprint=fingerprint,
        valid_until=until,
        reason=a_reason(reason),
    )
    return _resting(begun, facts, rests_on, more)


def _resting(
    begun: Statement,
    facts: Sequence[tuple[str, Fact]],
    rests_on: Mapping[str, Sequence[Json]],
    more: Sequence[tuple[str, Fact]],
) -> Statement:
    """Return a waiver that tells as much of what it rests on as there is room for."""
    for most in range(resting.MOST_EACH, -1, -1):
        rests = [(f"{RESTS_ON} {number}", each) for number, each in enumerate(resting.lines(rests_on, most), 1)]
        draft = replace(begun, facts=(*facts, *rests, *more))
        try:
            statements.render(draft)
        except DocumentError as error:
            if error.trap != "size":
                raise
        else:
            break
    return draft


def _joined(names: Iterable[str]) -> list[str]:
    """Join names, as many as go into one fact."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= MOST_FACT:
            lines[-1] += f", {name}"
        else:
            lines.append(name)
    return lines


def revocation(heading: Heading, vendor: str, identifier: str, decision: Decision | None, reason: str) -> Statement:
    """Draft the revocation of a decision; ``decision`` is None where that has a fault, or is still to come."""
    facts: list[tuple[str, Fact]] = []
    if decision is not None:
        said = decision.statement
        whose = zip(WHOSE, (said.kind, said.role, said.by, said.rule), strict=True)
        facts = [(name, what) for name, what in whose if what]
        facts += [("Decided on", said.decided_on.isoformat()), *_reach(said)]
    begun = heading.statement("revoke", vendor)
    return replace(begun, revokes=identifier, reason=a_reason(reason), facts=tuple(facts))


def staying(said: Statement, others: Iterable[str]) -> Statement:
    """Return a revocation that says what is not taken back by it, though it is like it; each as its reference."""
    return _with_facts(said, STAYS, others)


def after(said: Statement, revocations: Iterable[str]) -> Statement:
    """Return a statement that says that it comes after those revocations, which else would take it back as well."""
    return _with_facts(said, AFTER, revocations)


def _with_facts(said: Statement, title: str, references: Iterable[str]) -> Statement:
    told = tuple((f"{title} {number}", each) for number, each in enumerate(_joined(references), 1))
    if said.kind == "amend" and told:
        files = [(name, what) for name, what in said.facts if name != MORE]
        return _with_files(said, files, _count(said), told)
    return replace(said, facts=(*said.facts, *told))


def _reach(said: Statement) -> Iterator[tuple[str, Fact]]:
    if said.bounds:
        yield "Bounds", one_line("; ".join(in_words(said.bounds)))
    if said.valid_until:
        yield "Valid until", said.valid_until.isoformat()


def amendment(heading: Heading, amends: str, into: str, changed: Mapping[str, str], reason: str) -> Statement:
    """Draft the agreement to a change of the policies: from one digest to another, with the files that differ."""
    listed: list[tuple[str, Fact]] = [(_path(path), what) for path, what in changed.items()]
    begun = heading.statement("amend", POLICIES)
    begun = replace(begun, amends=amends, into=into, reason=a_reason(reason) if reason else "")
    return _with_files(begun, list(dict(listed).items()), len(changed))


def _with_files(
    begun: Statement, files: Sequence[tuple[str, Fact]], count: int, told: tuple[tuple[str, Fact], ...] = ()
) -> Statement:
    """Return an amendment that names as many of its files as there is room for beside what else is told."""
    room = MAX_FACTS - len(told)
    kept = tuple(files) if len(files) == count <= room else tuple(files[: room - 1])
    while True:
        more = count - len(kept)
        draft = replace(begun, facts=(*kept, *([(MORE, f"{more:,} more")] if more else ()), *told))
        try:
            statements.render(draft)
        except DocumentError as error:
            if error.trap != "size" or not kept:
                raise
            kept = kept[:-1]
        else:
            return draft


def _path(path: str) -> str:
    """Shorten a path in front: its end says more."""
    text = one_line(path, most=10_000)
    return text if len(text) <= MOST_PATH else "…" + text[-MOST_PATH + 1 :]


def a_reason(text: str) -> str:
    """Return a reason as one line. Raises UsageError for one that is empty or too long."""
    found = one_line(text, most=10_000, empty="")
    if not found:
        message = "the reason is empty"
        raise UsageError(message, fix="Say in a sentence why; whoever audits it reads that first.")
    if len(found) > MOST_REASON:
        message = f"the reason has {len(found):,} characters; at most {MOST_REASON} are signed"
        raise UsageError(message, fix="Say the main point, and where the rest is written down.")
    return found


def sentences(said: Statement, titles: Mapping[str, str]) -> Iterator[str]:
    """Say in words what a statement decides, one line each."""
    role = f"{titles[said.role]} ({said.role})" if said.role in titles else said.role
    until = f", until {said.valid_until}" if said.valid_until else ""
    if said.kind == "approve":
        yield f"{said.by}, as {role}, approves {said.vendor}{until}:"
        yield from (f"- {each}" for each in in_words(said.bounds))
        yield "It stops counting by itself as soon as the vendor goes beyond one of these bounds."
    elif said.kind == "waive":
        where = f" at {said.pointer}" if said.pointer else ""
        yield f"{said.by}, as {role}, lets {said.vendor} stand although it fails {said.rule}{where}{until}."
        yield f"Because: {said.reason}"
        others = ", or what other records say of it" if OTHERS_SAY in dict(said.facts) else ""
        rests = [str(value) for name, value in said.facts if name.startswith(RESTS_ON)]
        end = ":" if rests else "."
        yield f"It stops counting by itself as soon as anything changes that the rule looked at{others}{end}"
        yield from (f"- {each}" for each in rests)
        yield f"It has to come into the registry within {counted(LATE, 'day')}, and is over once this is repaired."
    elif said.kind == "revoke":
        yield f"{said.by}, as {role}, takes back the decision {said.revokes} on {said.vendor}, for good."
        stays = ", ".join(sorted(each.partition(":")[0] for each in said.listed(STAYS)))
        but = f", but for {stays}." if stays else "."
        yield f"With it goes all else that was decided on {said.vendor} in that role before it{but}"
        yield f"Because: {said.reason}"
    else:
        yield f"{said.by}, as {role}, agrees to a change of the policies: of {counted(_count(said), 'file')}."
        if said.reason:
            yield f"Because: {said.reason}"
        yield "It is good for this change alone; any other file or byte needs a new signature."
    yield f"Decided on {said.decided_on}, for the registry {said.repository} alone."


def _count(said: Statement) -> int:
    facts = {name: what for name, what in said.facts if name.partition(" ")[0] != AFTER}
    more = str(facts.pop(MORE, "0")).partition(" ")[0].replace(",", "")
    return len(facts) + int(more)


def subject(said: Statement) -> str:
    """Return a line for the commit that brings the decision."""
    verb = {"approve": "Approve", "waive": "Waive", "revoke": "Revoke", "amend": "Agree to"}[said.kind]
    about = {
        "approve": said.vendor,
        "waive": f"{said.rule} for {said.vendor}",
        "revoke": f"{said.revokes} on {said.vendor}",
        "amend": "the change of the policies",
    }[said.kind]
    return f"{verb} {about} as {said.role}"


def listed(names: Iterable[str]) -> str:
    """Join names, or say that there are none."""
    return ", ".join(names) or "nobody"
