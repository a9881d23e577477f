"""``preflight approve``: agree to a vendor, or to a change of the policies, by a signature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preflight import briefing, pointers
from preflight.cli import DateType
from preflight.commands import mailed
from preflight.commands.completion import complete_vendor
from preflight.commands.office import Office, Wishes, from_base, options, proposes, signer
from preflight.commands.signing import Draft, conclude
from preflight.deciding import bounds as reach
from preflight.deciding import drafts, lines, standing
from preflight.decisions import FOLDER, NAMESPACE, POLICY_NAMESPACE, amendment
from preflight.decisions.statement import POLICIES
from preflight.errors import UsageError
from preflight.escaping import terminal as escape
from preflight.facts import oversight
from preflight.levels import LEVELS
from preflight.model import SIGNED_FOR
from preflight.money import Rates
from preflight.shell import terminal, trust_root
from preflight.shell.files import WorkingTree
from preflight.shell.git import GitTree
from preflight.tables import wrapped
from preflight.waiving import OWNERS
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from preflight.commands.session import Session
    from preflight.decisions.statement import Statement
    from preflight.engine import Case
    from preflight.model import Brief, JsonObject

MOST_PATHS = 40  # of a change of the policies, that are shown


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval is asked to say beyond the defaults."""

    until: date | None
    base: str | None
    head: str | None
    reason: str
    bounds: Mapping[str, Any]  # as they were given


@click.command(short_help="Approve a vendor, or a change of the policies, by a signature.")
@click.argument("subject", metavar="ID|policies", shell_complete=complete_vendor)
@click.option("--role", metavar="ROLE", help="The role in which you decide, from policies/approvals.yaml.")
@click.option("--annual-cost", metavar="AMOUNT", help="Up to so much a year, such as 75000 or 75000USD.")
@click.option("--commitment", metavar="AMOUNT", help="Up to so much promised over the terms.")
@click.option("--term-months", type=click.IntRange(1, 120), metavar="N", help="Up to a term of so many months.")
@click.option("--risk", type=click.Choice(LEVELS), help="Up to that level of risk.")
@click.option("--data", metavar="CLASS,…", help="For those classes of data.")
@click.option("--until", type=DateType(), metavar="DATE", help="The last day on which it holds. Default: no end.")
@click.option(
    "--base",
    "--since",
    "base",
    metavar="REV",
    help="Compare with that commit, and take rules, people and keys from it, as the gate does.",
)
@click.option("--head", metavar="REV", help="With policies: agree to those of that commit. Default: the folder.")
@click.option("--reason", default="", metavar="TEXT", help="With policies: why.")
@click.option(
    "--signature",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Add a signature that was mailed to its statement; then ID may be the file of the statement.",
)
@options
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session,
    /,
    subject: str,
    *,
    role: str | None,
    until: date | None,
    base: str | None,
    head: str | None,
    reason: str,
    signature: Path | None,
    annual_cost: str | None,
    commitment: str | None,
    term_months: int | None,
    risk: str | None,
    data: str | None,
    **wishes: Any,
) -> int:
    """Approve the vendor ID within bounds: shows its page and exactly what is signed, asks, signs, and verifies.

    The bounds are what is now of all that the role is asked for (money, risk, data, term); options make them wider.
    Two files are written to vendors/decisions/, and nothing is committed. The private key is never read: ssh-keygen
    signs, with a file, an agent or a hardware key.

    With 'policies' instead of a vendor: agree to a change of the policies, from --base to what is now, or to --head.
    With --prepare somebody else can sign elsewhere, and --signature adds what they send back.
    """
    session = from_base(session, base)
    if signature is not None:
        return mailed.add(session, subject, signature, wishes["form"])
    if role is None:
        message = "--role is missing"
        raise UsageError(message, fix=_roles(session))
    given = {
        "annual_cost": annual_cost,
        "commitment": commitment,
        "term_months": term_months,
        "risk": risk,
        "data": data,
    }
    terms = Terms(until, base, head, reason, {name: value for name, value in given.items() if value is not None})
    office = Office.of(session)
    if subject == POLICIES:
        return _policies(office, Wishes(role, **wishes), terms)
    if head is not None or reason:
        message = f"{'--head' if head is not None else '--reason'} goes together with {POLICIES!r}"
        raise UsageError(message, fix="Leave it out; the record in the folder is what is approved.")
    return _vendor(office, Wishes(role, **wishes), subject, terms)


def _roles(session: Session) -> str:
    return f"Known are: {', '.join(Office.of(session).titles)}."


# ---- A vendor -----------------------------------------------------------------------------------


def _vendor(office: Office, wishes: Wishes, vendor: str, terms: Terms) -> int:
    session = office.session
    session.refuse_without(oversight, "who has to agree")
    case = session.vendor(vendor)
    by, key = signer(office, wishes, NAMESPACE)
    if terms.until is not None and terms.until < session.today:
        message = f"--until {terms.until} is over already"
        raise UsageError(message, fix="Give a day that is still to come, or leave it out.")
    survey = session.survey
    facts = {each: shared[oversight.NAME] for each, shared in survey.shared.items()}
    extracts = {each: taken[oversight.NAME] for each, taken in survey.extracts.items()}
    demands = office.policy["demands"]
    paying = any(each["role"] == wishes.role and "annual_cost_from" in each for each in demands)
    now = reach.extent(case.vendor, facts, extracts, paying=paying)
    rates = Rates.of(survey.context.policies["rates"])
    names = reach.asked(wishes.role, demands)
    bounds = reach.chosen(now, names, _given(terms.bounds, rates), rates, session.today)
    heading = office.heading(wishes.role, by)
    said = drafts.approval(heading, case.record, now, bounds, rates.base, until=terms.until)
    unknown = reach.unknown(now, bounds)
    given = {**said.approval, "id": said.id, "state": "in-force"}
    against = standing.failing({case.vendor: [given]}, extracts, survey.context)
    if against and not unknown:
        message = f"such an approval would not count: {next(iter(against.values()))}"
        raise UsageError(message, fix="Give wider bounds, or have the record changed first.")
    warnings = [*_warnings(office, said, case, facts[case.vendor])]
    warnings += [f"{', '.join(unknown)}: not known, so the approval counts only once the record says it"] * bool(
        unknown
    )
    return conclude(office, wishes, Draft(said, list(_page(session, case, wishes.role, terms.base)), warnings), key)


def _given(texts: Mapping[str, Any], rates: Rates) -> JsonObject:
    """Read the bounds that were given. Raises UsageError."""
    found: JsonObject = {}
    for name, value in texts.items():
        if name in {"annual_cost", "commitment"}:
            found[name] = reach.money(value, reach.ABOUT[name][1], rates.base, rates.currencies)
        elif name == "data":
            classes = [each.strip() for each in value.split(",") if each.strip()]
            found[name] = list(dict.fromkeys(classes))
        else:
            found[name] = value
    return found


def _warnings(office: Office, said: Statement, case: Case, facts: JsonObject) -> Iterator[str]:
    """Yield why the approval may not do what whoever signs expects."""
    if said.role not in {each["role"] for each in facts["demanded"]}:
        yield f"the role {said.role} is not asked to agree to {said.vendor} now, so nothing depends on it"
    proof = next(each["proof"] for each in office.policy["roles"] if each["role"] == said.role)
    if proof == "recorded":
        yield f"for the role {said.role} an entry in the record is enough; a signature is not asked, and counts as well"
    if said.by in {pointers.get(case.record, each) for each in OWNERS}:
        yield f"{said.by} owns {said.vendor}; somebody else in that role should look at it"
    for title, at in SIGNED_FOR.items():
        if not pointers.get(case.record, at):
            yield f"the record of {said.vendor} has no {title.lower()} ({at}): with one, the approval counts no more"
    if proposes(office, said.by, case):
        yield f"{said.by} wrote what {case.path} proposes, and nobody approves what they propose: it will not count"


def _page(session: Session, case: Case, role: str, base: str | None) -> Iterator[str]:
    """Yield the approver's page, compared with the record as that role approved it last, else with the base."""
    width = terminal.width() or 80
    last = _last(session, case.vendor, role)
    page: Brief | None = None
    if last is not None:
        commit, day = last
        try:
            page = session.brief(case.vendor, commit)
            yield from wrapped(
                f"Compared with the record on {day}, when {role} approved it last ({commit[:12]})", width
            )
            yield ""
        except UsageError as error:
            terminal.note(f"not compared with the last approval: {error.message}", quiet=session.quiet)
    if page is None and base is not None:
        page = session.brief(case.vendor, session.since or base)
        yield from wrapped(f"Compared with the record at {base}", width)
        yield ""
    yield from briefing.lines(page or session.brief(case.vendor), width)


def _last(session: Session, vendor: str, role: str) -> tuple[str, date] | None:
    """Return commit and day by which the last approval of a role came into history."""
    mine = {
        each.path: each.statement.decided_on
        for each in session.verified.decisions
        if (each.statement.vendor, each.statement.role, each.statement.kind) == (vendor, role, "approve")
    }
    if not mine:
        return None
    try:
        tree = GitTree(session.root, session.law or "HEAD")
        if tree.is_shallow():
            return None
        came = tree.arrivals(f"{FOLDER}/{vendor}")
    except UsageError:  # no git here, or no commit yet
        return None
    known = [(each.on, mine[path], each.commit) for path, each in came.items() if path in mine]
    return (max(known)[2], max(known)[0]) if known else None


# ---- The policies -------------------------------------------------------------------------------


def _policies(office: Office, wishes: Wishes, terms: Terms) -> int:
    session = office.session
    if wishes.role != amendment.ROLE:
        message = f"the role {wishes.role} does not agree to changes of the policies"
        raise UsageError(message, fix=f"That takes {amendment.OWNERS} people in the role {amendment.ROLE}.")
    if terms.bounds or terms.until is not None:
        message = "a change of the policies has neither bounds nor an end"
        raise UsageError(message, fix="Leave them out: it is agreed to as it is, or not.")
    if terms.base is None:
        message = "--base is missing: from which policies the change begins"
        raise UsageError(message, fix="Name the branch that the change is meant for, such as --base origin/main.")
    before = trust_root.listing(session.lawful, session.layout)
    after = _after(session, terms.head)
    changed = amendment.changes(before, after)
    if not changed:
        message = f"nothing by which the gate judges differs from {terms.base}"
        raise UsageError(message, fix="Name the right commits by --base and --head.")
    if linked := trust_root.elsewhere(after, changed):
        message = f"{linked[0]} is a link or a submodule, and nobody can sign for what it leads to"
        raise UsageError(message, fix="Put the files themselves in its place.")
    by, key = signer(office, wishes, POLICY_NAMESPACE)
    heading = office.heading(wishes.role, by)
    said = drafts.amendment(heading, amendment.digest(before), amendment.digest(after), changed, terms.reason)
    warnings = [*_about_change(office, after, terms)]
    return conclude(office, wishes, Draft(said, list(_changes(changed, terms)), warnings), key)


def _after(session: Session, head: str | None) -> amendment.Listing:
    source = WorkingTree(session.root) if head is None else GitTree(session.root, head)
    return trust_root.proposed(source, session.layout)


def _about_change(office: Office, after: amendment.Listing, terms: Terms) -> Iterator[str]:
    if terms.head is None and _after(office.session, "HEAD") != after:
        yield "the change is not committed as it is in the folder; it counts only once exactly these files are"


def _changes(changed: Mapping[str, str], terms: Terms) -> Iterator[str]:
    width = terminal.width() or 80
    yield f"What changes: {counted(len(changed), 'file')} by which the gate judges"
    for path, what in list(changed.items())[:MOST_PATHS]:
        yield from wrapped(f"{what}  {lines.one_line(path, most=200)}", width, "  ", "    ")
    if len(changed) > MOST_PATHS:
        yield f"  and {len(changed) - MOST_PATHS:,} more"
    at = f"--at {terms.head} " if terms.head else ""
    yield "What it does to the vendors:"
    yield escape(f"  preflight {at}policy diff {terms.base}")
