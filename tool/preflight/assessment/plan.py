"""A plan to begin with: keep, remediate, replace or retire; why, by whom, by when, in which steps.

A proposal and not a verdict: it is made of what the rules found and of a few facts, and somebody has to decide. Its
last form is the section ``remediation`` of the vendor's own record, as YAML to paste.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import yaml

from preflight.escaping import terminal
from preflight.model import Level
from preflight.periods import add_days
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.assessment.state import Risk, Usage, Vendor
    from preflight.model import JsonObject, Verdict

KEEP, REMEDIATE, REPLACE, RETIRE = "keep", "remediate", "replace", "retire"
DAYS = 90  # to carry a plan through where nothing is more urgent; and how near an exit has to be to count
MOST_STEPS = 20  # of a plan; the schema of vendors takes 50
LONGEST_STEP, LONGEST_NOTE = 600, 1200  # characters; the schema of vendors takes 2,000
MOST_NAMED = 8  # titles, vendors or fields in one sentence
RISK = "risk"  # the domain in which unknown signals of risk are told
WIDTH = 78  # columns of the YAML


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another vendor of the stack that could take over: what both do, of how many capabilities of the first.

    ``sure``: it is known to be used by the same team in the same region. ``successor``: its record says that it
    takes the place of the first.
    """

    vendor: str
    name: str
    shares: tuple[str, ...] = ()
    of: int = 0
    sure: bool = False
    successor: bool = False

    @property
    def covers(self) -> bool:
        """Whether it does all that the other one does."""
        return self.of > 0 and len(self.shares) == self.of


@dataclass(frozen=True, slots=True)
class Around:
    """What a proposal takes into account beside the vendor itself.

    ``oversight`` is that part of policies/risk.yaml, ``farewell`` what has to be done before a vendor is retired,
    ``titles`` are those of the rules by id, ``left`` the last day of each known person (None: still with us).
    """

    today: date
    horizon: int = DAYS
    oversight: Mapping[str, JsonObject] = field(default_factory=dict)
    farewell: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What is open in one domain. ``known`` are findings that are seen, ``unknown`` those where nothing is known."""

    domain: str
    known: tuple[Verdict, ...]
    unknown: tuple[Verdict, ...]

    @property
    def findings(self) -> tuple[Verdict, ...]:
        """All of them, the heaviest first."""
        return tuple(sorted((*self.known, *self.unknown), key=_weight))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan as it is proposed.

    ``alternatives`` is None where it is not recorded what the vendor does. ``remediation`` is the section for the
    record; None: its schema has no place for it.
    """

    decision: str
    why: tuple[str, ...]
    owner: str
    due: date
    replacement: str
    level: str | None
    oversight: JsonObject | None
    alternatives: tuple[Alternative, ...] | None
    groups: tuple[Group, ...]
    remediation: JsonObject | None


def propose(
    vendor: Vendor, around: Around, alternatives: Sequence[Alternative] | None = None, dependants: Sequence[str] = ()
) -> Proposal:
    """Return a plan for one vendor. ``dependants`` are ids of those that get data from it."""
    decision, why, taking_over = _decided(vendor, around, alternatives or ())
    level = vendor.risk.at_least if vendor.risk else None
    proposal = Proposal(
        decision=decision,
        why=(*why, *_state(vendor)),
        owner=_owner(vendor, around),
        due=_until(decision, vendor, around.today),
        replacement=taking_over.vendor if taking_over and _is_plain(taking_over.vendor) else "",
        level=level,
        oversight=around.oversight.get(level or ""),
        alternatives=None if alternatives is None else tuple(alternatives),
        groups=grouped(vendor.findings),
        remediation=None,
    )
    return _with_section(proposal, vendor, around, dependants)


# ---- What to do ---------------------------------------------------------------------------------


Decided = tuple[str, tuple[str, ...], Alternative | None]


def _decided(vendor: Vendor, around: Around, alternatives: Sequence[Alternative]) -> Decided:
    """Return the decision, what speaks for it, and who takes over."""
    following = next((each for each in alternatives if each.successor), None)
    able = following or next((each for each in alternatives if each.covers), None)
    leaving = None if vendor.status == "proposed" else _leaving(vendor, around, able)
    if leaving is not None:
        return leaving
    if vendor.findings and any(each.level is not Level.ADVICE for each in vendor.findings):
        return REMEDIATE, ("What is open can be put right, and nothing that is known speaks for leaving it.",), None
    if vendor.risk is not None and vendor.risk.level is None:
        return REMEDIATE, ("Nothing that is known is wrong; how high its risk is has to be found out.",), None
    return KEEP, ("Nothing is open.",), None


def _leaving(vendor: Vendor, around: Around, able: Alternative | None) -> Decided | None:
    """Return the decision to leave a vendor, or None where nothing speaks for it."""
    if vendor.status == "deprecated" and able is not None:
        return REPLACE, (f"It is being left, and {able.name} takes its place.",), able
    if vendor.status == "deprecated":
        return RETIRE, ("It is being left, and no record says what takes its place.",), None
    if vendor.usage.unused:
        return RETIRE, (_used(vendor.usage),), None
    if vendor.outlook == "distressed":
        return REPLACE, ("Its finances are said to be distressed, so it may not last.",), able
    broken = vendor.red_flags > 0 or vendor.warnings > 0
    if broken and able is not None and vendor.exit_days is not None and vendor.exit_days <= around.horizon:
        when = (
            "One can leave it now"
            if vendor.exit_days == 0
            else f"In {counted(vendor.exit_days, 'day')} one can leave it"
        )
        return REPLACE, (f"{when}, and {able.name} of our own stack can do its work.",), able
    return None


def _used(usage: Usage) -> str:
    if usage.active == 0:
        return "Nobody uses it."
    limit = f"; {usage.least} % are wanted" if usage.least is not None else ""
    many = f"Only {usage.active:,} of {usage.seats:,} seats are in use{limit}."
    return f"{many} If those few need it, pay for no more seats than they have."


def _state(vendor: Vendor) -> Iterator[str]:
    """Yield how it stands, in a sentence each."""
    if vendor.risk is not None:
        where = f", the highest in {vendor.risk.dimension.lower()}" if vendor.risk.dimension else ""
        yield f"Its risk is {level_in_words(vendor.risk)}{where}."
    counts = [counted(vendor.red_flags, "red flag")] if vendor.red_flags else []
    counts += [counted(vendor.warnings, "warning")] if vendor.warnings else []
    unknown = sum(not each.known for each in vendor.findings if each.level is not Level.ADVICE)
    if counts:
        among = f"; {unknown:,} of these because something is not known" if unknown else ""
        yield f"Open: {' and '.join(counts)}{among}."


def level_in_words(risk: Risk) -> str:
    """Return a level of risk as a sentence has it."""
    return risk.level or f"not known (at least {risk.at_least})"


def _owner(vendor: Vendor, around: Around) -> str:
    """Return the owner in IT, else the one in marketing, of those who exist and are still with us."""
    for each in vendor.owners:
        last = None if around.left is None else around.left.get(each, "")  # nobody of that name is as good as gone
        if (last is None or last >= around.today.isoformat()) and _is_plain(each):
            return each
    return ""


def _until(decision: str, vendor: Vendor, today: date) -> date:
    """Return the day before the next last day to cancel, so that one may still leave; where none is known, in 90 days.

    What is to be put right does not wait for a day that is further off than that.
    """
    usual = add_days(today, DAYS)
    if vendor.notice_days is None:
        return usual
    before = add_days(today, max(0, vendor.notice_days - 1))
    return min(before, usual) if decision == REMEDIATE else before


# ---- What is open -------------------------------------------------------------------------------


def grouped(findings: Iterable[Verdict]) -> tuple[Group, ...]:
    """Return red flags and warnings by domain, the heaviest domain first."""
    by: dict[str, list[Verdict]] = {}
    for each in sorted(findings, key=_weight):
        if each.level is not Level.ADVICE:
            by.setdefault(each.rule.partition("/")[0], []).append(each)
    groups = [
        Group(domain, tuple(each for each in listed if each.known), tuple(each for each in listed if not each.known))
        for domain, listed in by.items()
    ]
    return tuple(sorted(groups, key=_domain_weight))


def by_rule(findings: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Return findings by the id of their rule, in the order in which the rules come."""
    found: dict[str, list[Verdict]] = {}
    for each in findings:
        found.setdefault(each.rule, []).append(each)
    return found


def _weight(finding: Verdict) -> tuple[int, bool, str, str]:
    return finding.level.rank, not finding.known, finding.rule, finding.pointer


def _domain_weight(group: Group) -> tuple[int, int, str]:
    flags = sum(each.level is Level.RED_FLAG for each in group.findings)
    return -flags, -len(group.findings), group.domain


# ---- The section for the record -----------------------------------------------------------------


def _with_section(proposal: Proposal, vendor: Vendor, around: Around, dependants: Sequence[str]) -> Proposal:
    steps = list(_steps(proposal, vendor, around, dependants))
    if len(steps) > MOST_STEPS:
        more = len(steps) - MOST_STEPS + 1
        rest = _step(f"See to {more} more points that 'preflight explain {vendor.id}' lists.")
        steps = [*steps[: MOST_STEPS - 1], rest]
    section: JsonObject = {"decision": proposal.decision}
    section |= {"owner": proposal.owner} if proposal.owner else {}
    section |= {"due": proposal.due.isoformat()}
    section |= {"replacement": proposal.replacement} if proposal.replacement else {}
    section |= {"steps": steps} if steps else {}
    section["note"] = plain(f"Proposed on {around.today}. {' '.join(proposal.why)}", LONGEST_NOTE)
    return replace(proposal, remediation=section)


def _steps(proposal: Proposal, vendor: Vendor, around: Around, dependants: Sequence[str]) -> Iterator[JsonObject]:
    if proposal.decision in {REPLACE, RETIRE}:
        yield from _farewell(proposal, vendor, around, dependants)
    elif proposal.decision == REMEDIATE:
        yield from _repairs(proposal, vendor, around)


def _farewell(proposal: Proposal, vendor: Vendor, around: Around, dependants: Sequence[str]) -> Iterator[JsonObject]:
    if proposal.decision == REPLACE:
        goal = f"Move its work to {proposal.replacement}." if proposal.replacement else "Choose what takes its place."
        yield _step(goal)
    for term in vendor.terms:
        if term.last_day is not None:
            what = f"Cancel {term.product}; the last day for it is {term.last_day}."
            yield {**_step(what), "due": term.last_day.isoformat()}
    if dependants:
        yield _step(f"Find another source for those that get data from it: {_and(dependants)}.")
    for each in around.farewell:
        yield _step(f"Before it is retired: {each}.")


def _repairs(proposal: Proposal, vendor: Vendor, around: Around) -> Iterator[JsonObject]:
    """Yield one step a rule for what is seen to be wrong, and one a domain for what is not known; red flags first."""
    for level in (Level.RED_FLAG, Level.WARNING):
        seen = [each for group in proposal.groups for each in group.known if each.level is level]
        for found in by_rule(sorted(seen, key=_weight)).values():
            yield _step(f"{several(found)}. {found[0].fix}")
        for group in proposal.groups:
            unknown = [each for each in group.unknown if group.unknown[0].level is level]
            if titles := [around.titles.get(rule, rule) for rule in by_rule(unknown)]:
                yield _step(f"Find out and record, on {domain_in_words(group.domain)}: {_and(titles, '; ')}.")
    told = {each.pointer for each in vendor.findings}
    if vendor.risk is not None and vendor.risk.level is None:
        fields = [f"{title.lower()} ({where})" for title, where in vendor.risk.open if where not in told]
        if fields:
            yield _step(f"Find out and record what its risk depends on: {_and(fields, '; ')}.")


def _step(what: str) -> JsonObject:
    return {"what": plain(what, LONGEST_STEP)}


def domain_in_words(domain: str) -> str:
    """Return the name of a domain of rules as a sentence has it."""
    return "AI" if domain == "ai" else domain.replace("-", " ")


def several(findings: Sequence[Verdict]) -> str:
    """Say what one rule found: the first of its findings, and how many more there are. Without a full stop."""
    more = f"; and {len(findings) - 1:,} more of the kind" if len(findings) > 1 else ""
    return findings[0].message.removesuffix(".") + more


def _and(listed: Sequence[str], between: str = ", ") -> str:
    more = f"{between}and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return between.join(listed[:MOST_NAMED]) + more


def plain(text: str, longest: int) -> str:
    """Return a text as one line that a terminal and the strict reader of records both take, shortened."""
    # A line of YAML may be folded anywhere, so nothing that a CI job takes for an order may begin a word.
    line = terminal(" ".join(text.split())).replace("::", r"\u{3a}:")
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _is_plain(name: str) -> bool:
    """Whether an id can be shown as it is; in a registry that somebody else began, it may be any text."""
    return plain(name, LONGEST_STEP) == name


def as_yaml(remediation: JsonObject) -> str:
    """Return the section as it is pasted into the record."""
    return yaml.safe_dump({"remediation": _dated(remediation)}, sort_keys=False, allow_unicode=True, width=WIDTH)


def _dated(section: JsonObject) -> JsonObject:
    """Return a section with dates as dates, so that they are written without quotes, as records have them."""
    dated = dict(section)
    if "due" in dated:
        dated["due"] = date.fromisoformat(dated["due"])
    if "steps" in dated:
        dated["steps"] = [_dated(step) for step in dated["steps"]]
    return dated
