"""``preflight revoke``: take a decision back, by a signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_vendor
from preflight.commands.office import Office, Wishes, from_base, options, signer
from preflight.commands.signing import Draft, conclude
from preflight.deciding import drafts
from preflight.decisions import FOLDER, NAMESPACE, revoking
from preflight.decisions import statement as statements
from preflight.decisions.statement import role_of
from preflight.errors import UsageError
from preflight.shell import decision_files, terminal
from preflight.shell.registry import stem
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from preflight.commands.session import Session
    from preflight.decisions import Decision
    from preflight.decisions.statement import Statement

MOST_NAMED = 8  # decisions in a message


@click.command(short_help="Take a decision back, by a signature.")
@click.argument("vendor", metavar="ID", shell_complete=complete_vendor)
@click.argument("decision", metavar="DECISION")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in a sentence; whoever audits it reads that.")
@click.option("--role", metavar="ROLE", help="The role in which you decide. Default: that of the decision.")
@click.option("--ahead", is_flag=True, help="It was signed and is not here yet; DECISION is its whole id.")
@click.option("--base", metavar="REV", help="Take rules, people and keys from that commit, as the gate does.")
@options
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session,
    /,
    vendor: str,
    decision: str,
    *,
    reason: str,
    role: str | None,
    ahead: bool,
    base: str | None,
    **wishes: Any,
) -> int:
    """Take back a DECISION on the vendor ID: its id, or so much of it that it is the only one ('preflight decisions').

    A revocation is final: whoever thinks better of it decides anew. Nothing is deleted. A role takes back what it
    decided itself; those among 'revokers' in policies/approvals.yaml take back what any role decided. With --ahead,
    what was signed and handed on, and that nobody has merged yet, counts for nothing when it comes. What else was
    signed in that role until now and lies in somebody's mail goes with it; what is merged stays, and is named.
    """
    session = from_base(session, base)
    office = Office.of(session)
    identifier = _identifier(session, vendor, decision, ahead=ahead)
    known = {each.id: each for each in session.verified.decisions if each.statement.vendor == vendor}
    found = known.get(identifier)
    _refuse_final(identifier, found)
    decided = role_of(identifier)
    acting = role or decided
    if acting is None:
        message = f"{identifier} is no id of a decision, so it is not known which role decided it"
        raise UsageError(message, fix="Give the file the name that 'preflight check' asks for.")
    allowed = {*filter(None, [decided]), *office.policy.get("revokers", ())}
    if office.known_role(acting) not in allowed:
        message = f"the role {acting} may not take back what the role {decided} decided"
        raise UsageError(message, fix=f"That may {' or '.join(sorted(allowed))}.")
    given = Wishes(acting, **wishes)
    by, key = signer(office, given, NAMESPACE)
    said = drafts.revocation(office.heading(acting, by), vendor, identifier, found, reason)
    stays, goes = _along(session, said)
    page = [*_page(office, identifier, found, ahead=ahead), *_going(goes)]
    return conclude(office, given, Draft(drafts.staying(said, stays), page), key)


def _along(session: Session, said: Statement) -> tuple[list[str], list[str]]:
    """Return of what counts and would go with what is taken back what stays, by reference, and the ids of what goes.

    What only lies in this folder goes as well: it may be the other one of two. So does what came just now. Raises
    UsageError where no history tells which is which.
    """
    history = session.verified
    others = [each for each in history.decisions if each.state in {"in-force", "not-yet"} and each.id != said.revokes]
    there = {each.id: each for each in others if each.statement.kind != "amend"}
    goes = revoking.along((each.statement for each in there.values()), said)
    if history.landed is None and goes:
        message = f"there is no history to tell which of the other decisions on {said.vendor} are merged, and stay"
        raise UsageError(message, fix="Do it in a clone that has all of it: git fetch --unshallow.")
    goes = [each for each in goes if there[each.id].path in (history.landed or ())]
    stays = [each for each in goes if revoking.was_there(history, there[each.id].path, said.decided_on)]
    kept = {each.id for each in stays}
    return sorted(map(statements.reference, stays)), sorted(each.id for each in goes if each.id not in kept)


def _identifier(session: Session, vendor: str, wanted: str, *, ahead: bool) -> str:
    """Return the id of the only decision on a vendor that begins so, or that of one to come. Raises UsageError."""
    prefix = f"{FOLDER}/{vendor}/"
    files = [path for path in decision_files.read(session.source) if path.startswith(prefix)]
    there = sorted(stem(path) for path in files if path.endswith(".json"))
    if ahead:
        return _to_come(wanted, there)
    if not there:
        message = f"there are no decisions on {vendor!r}"
        raise UsageError(message, fix="'preflight decisions' lists all of them.")
    found = [each for each in there if each == wanted] or [each for each in there if wanted and each.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        more = " …" if len(found) > MOST_NAMED else ""
        message = f"several decisions on {vendor} begin with {wanted}: {', '.join(found[:MOST_NAMED])}{more}"
        raise UsageError(message, fix="Write more of the id.")
    message = f"there is no decision {wanted!r} on {vendor}"
    known = did_you_mean(wanted, there) or f"There are: {', '.join(there[:MOST_NAMED])}."
    raise UsageError(message, fix=f"{known} Was it signed, and is it not here yet: --ahead.")


def _to_come(wanted: str, there: Collection[str]) -> str:
    if wanted in there:
        message = f"{wanted} is here already"
        raise UsageError(message, fix="Take it back without --ahead.")
    if role_of(wanted) is None:
        message = f"{wanted!r} is not the whole id of a decision"
        raise UsageError(message, fix="It is the name of the file that was signed, without .json.")
    return wanted


def _refuse_final(identifier: str, found: Decision | None) -> None:
    if found is not None and found.state == "revoked":
        message = f"{identifier} is revoked already"
        raise UsageError(message, fix="Nothing is left to do.")
    if found is not None and found.statement.kind == "revoke":
        message = f"{identifier} is a revocation, which cannot be taken back"
        raise UsageError(message, fix="Have it approved or waived anew.")


def _going(ids: Sequence[str]) -> Iterator[str]:
    """Say what goes although it is merged: whoever wants it to stay has it signed once more."""
    if ids:
        came = f"came within the last {counted(revoking.AHEAD, 'day')}"
        what = f"{', '.join(ids)} {came}, and goes with it. What is to stay of that is decided anew."
        yield from wrapped(what, terminal.width() or 80, "  ", "    ")


def _page(office: Office, identifier: str, found: Decision | None, *, ahead: bool) -> Iterator[str]:
    width = terminal.width() or 80
    yield from wrapped(f"What is taken back: {identifier}", width)
    if found is None and ahead:
        yield "  It is not here yet, and counts for nothing when it comes."
        return
    if found is None:
        yield "  It has a fault, and no effect now ('preflight decisions' says why)."
        return
    for each in drafts.sentences(found.statement, office.titles):
        yield from wrapped(each, width, "  ", "    ")
