"""Who proposes a change: its authors, who pushes it, and who asked for the vendor; none of them approves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.errors import DocumentError
from preflight.facts import lifecycle, oversight, risk
from preflight.model import Proposers
from preflight.shell import documents
from preflight.shell.git import GitTree
from preflight.staff import login

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preflight.commands.session import Session
    from preflight.model import Context, JsonObject
    from preflight.shell.registry import RecordFile

# Who proposes, as our workflows say; then who pushes, as gitolite, GitLab and GitHub Enterprise tell their hooks.
PROPOSERS = (
    "PREFLIGHT_PROPOSERS",
    "GL_USER",
    "GL_USERNAME",
    "GITHUB_USER_LOGIN",
    "GITHUB_PULL_REQUEST_AUTHOR_LOGIN",
)
PROPOSED_BY = "/lifecycle/proposed_by"


def claimed(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the logins that a workflow or a git server names as those who propose a change."""
    named = [environment.get(name, "") for name in PROPOSERS]
    return tuple(dict.fromkeys(one.strip() for each in named for one in each.split(",") if one.strip()))


def proposing(session: Session) -> tuple[dict[str, Proposers], dict[str, Proposers]]:
    """Return who changes each vendor, of those that are changed in a way that matters to approvals, and of all."""
    if session.law is None or not isinstance(session.source, GitTree):
        return {}, {}
    authors = session.source.authors(session.since, "vendors")
    known = names(session)
    weighty: dict[str, Proposers] = {}
    every: dict[str, Proposers] = {}
    for entry in session.entries:
        if entry.path in authors:
            file = session.file(entry)
            wrote = {*authors[entry.path], *_proposed(session, session.source, file)}
            every[file.id] = _sorted_out({*wrote, *session.proposed_by, *_asked(session, file)}, known)
            if _matters(session, file):
                weighty[file.id] = every[file.id]
    return weighty, every


def _asked(session: Session, file: RecordFile) -> Iterable[str]:
    """Return who asked for the vendor, where somebody else entered it, as the record says or said before."""
    if not file.document or not session.sound(file):
        return []
    case = session.case(file)
    said = [pointers.get(each, PROPOSED_BY) for each in (case.record, case.before or {})]
    return [each for each in said if isinstance(each, str)]


def _proposed(session: Session, source: GitTree, file: RecordFile) -> Iterable[str]:
    """Return who wrote or asked for what nobody has agreed to yet, in whichever change; what was agreed to is settled.

    A proposal that was taken out and comes again is the same.
    """
    was = session.case(file).before if session.sound(file) else None
    if (was is None and file.path not in source.taken_out("vendors")) or (was and lifecycle.was_agreed(was)):
        return []
    asked = (_asked_in(source, each) for each in source.former(file.path))
    return {*wrote(source, file.path), *filter(None, asked)}


def wrote(source: GitTree, path: str) -> set[str]:
    """Return who had a hand in a file since it first came."""
    return source.authors(source.before_it_first_came(path), path).get(path, set())


def _asked_in(source: GitTree, name: str) -> str:
    """Return who asked for the vendor by an object of its file; nothing where it does not say."""
    try:
        said = pointers.get(documents.parse(source.content(name, documents.MAX_BYTES)).known, PROPOSED_BY)
    except (DocumentError, OSError):
        return ""
    return said if isinstance(said, str) else ""


def _matters(session: Session, file: RecordFile) -> bool:
    """Whether a change of a record changes what approvals depend on; a new or unreadable one always does."""
    if not session.sound(file):
        return True
    case = session.case(file)
    if case.before is None or not any(fact.NAME == oversight.NAME for fact in session.policy.facts):
        return True
    context = session.policy.context(session.today)
    now, then = (_weighed(record, context) for record in (case.record, case.before))
    # A sign of less risk takes nothing from what was agreed to; one of more may, together with others of the seller.
    return risk.says_more(now.pop("signs"), then.pop("signs")) or now != then


def _weighed(record: JsonObject, context: Context) -> JsonObject:
    """Return what approvals are held against."""
    taken = oversight.extract(record, replace(context, memory={}))
    named = {"for": {**taken["for"], "vendor": ""}, "aliases": None}  # what is renamed goes on under its old name, too
    told = {"approvals": None, "said": None, "owes": None, "status": record["lifecycle"]["status"]}
    return {**taken, **named, **told}


def names(session: Session) -> dict[str, str]:
    """Return the id of each person by every name that they commit and log in under, in lower case.

    A name that two people have is nobody's: whoever of them proposes could agree as the other.
    """
    document = session.policy.documents.get("people")
    people = (document and document.value) or {"people": []}
    found: dict[str, set[str]] = {}
    for person in people["people"]:
        for name in (person["id"], person.get("email"), *person.get("logins", ())):
            if name:
                found.setdefault(name.casefold(), set()).add(person["id"])
    return {name: one for name, (one, *others) in found.items() if not others}


def _sorted_out(names: Iterable[str], known: Mapping[str, str]) -> Proposers:
    people: set[str] = set()
    strangers: set[str] = set()
    for name in names:
        person = known.get(name.casefold()) or known.get(login(name))
        if person:
            people.add(person)
        else:
            # A name can hold any bytes; what is not text is told by its numbers.
            strangers.add(name.encode("utf-8", "backslashreplace").decode("utf-8") or "nobody")
    return Proposers(frozenset(people), tuple(sorted(strangers)))
