"""``preflight intake``: an issue made with the form for proposals → the record of a new vendor."""

from __future__ import annotations

import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import importers, intake_form, likeness, naming, scaffold
from preflight.commands.session import Session
from preflight.errors import CannotJudge, DocumentError, PreflightError, UsageError
from preflight.escaping import json_text
from preflight.escaping import terminal as escape
from preflight.importers import issue_form
from preflight.importers.candidates import Background
from preflight.schema_tree import Node
from preflight.shell import documents, registry, terminal
from preflight.shell.files import Entry, Kind, Source, WorkingTree, write
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.importers.candidates import Candidate
    from preflight.model import JsonObject, Verdict

STDIO = "-"
BRANCHES = "proposal/"
MOST_TOLD = 8  # red flags that are told in full
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Overlay:
    """The files of a registry and one more, so that a record can be judged before it is written."""

    below: Source
    path: str
    data: bytes

    def entries(self, folder: str) -> list[Entry]:
        """Return what is there, and the new file."""
        found = self.below.entries(folder)
        inside = self.path.startswith(f"{folder}/") or not folder
        return sorted([*found, Entry(self.path, Kind.FILE)], key=lambda each: each.path) if inside else found

    def kind(self, path: str) -> Kind | None:
        """Return what lies at ``path``."""
        return Kind.FILE if path == self.path else self.below.kind(path)

    def read(self, path: str, most: int) -> bytes:
        """Return the beginning of a file."""
        return self.data[: most + 1] if path == self.path else self.below.read(path, most)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record that is ready to be written, and what there is to say of it."""

    id: str
    path: str
    text: str
    candidate: Candidate
    proposer: str
    alike: tuple[tuple[str, str], ...]
    blocking: tuple[Verdict, ...]

    @property
    def branch(self) -> str:
        """The branch to put it on: made of the id alone, so that no text of the issue gets into a command."""
        return BRANCHES + self.id


@click.command(short_help="Write the record of a vendor that was proposed by the issue form; write the form.")
@click.argument("file", required=False)
@click.option("--id", "identifier", metavar="ID", help="Id of the vendor. Default: made of its name.")
@click.option(
    "--output",
    metavar="PATH",
    help="Where to write; - is stdout. Default: the vendors folder, by the id of the vendor.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to say what was done.",
)
@click.option("--form", is_flag=True, help="Write the issue form itself, from the schema and the policies.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session, *, file: str | None, identifier: str | None, output: str | None, output_format: str, form: bool
) -> int:
    """Turn FILE into a vendor record: an issue that was made with the form for proposals.

    FILE is the body of the issue (Markdown), or JSON with the issue: the event that a workflow gets, or what
    'gh issue view' writes; - is stdin. An existing record is never overwritten. Prints the branch to use, what is still
    open, and which red flags 'preflight check' will find.
    """
    if form == (file is not None) or (form and (identifier or output_format == "json")):
        message = "give either a FILE to read, or --form (and --output) to write the form"
        raise UsageError(message, fix="See 'preflight intake --help'.")
    if output == STDIO and output_format == "json":
        message = "--format json and --output - would both write to stdout"
        raise UsageError(message, fix="Leave one of the two out.")
    if form:
        return _write_form(session, output)
    proposal = _proposal(session, _read(str(file)), identifier, output)
    for what, reason in proposal.alike:
        terminal.note(f"possible {what}: {reason}", quiet=session.quiet)
    if output == STDIO:
        terminal.show(proposal.text)
        terminal.note("\n".join(_told(proposal)), quiet=session.quiet)
        return 0
    write(_target(session, proposal.path, output), proposal.text)
    terminal.show(json_text(_document(proposal)) if output_format == "json" else "\n".join(_told(proposal)) + "\n")
    return 0


def _write_form(session: Session, output: str | None) -> int:
    policies = {name: document.value for name, document in session.policy.documents.items()}
    text = intake_form.text(intake_form.sections(session.policy.shape.schema, policies))
    if output == STDIO:
        terminal.show(text)
        return 0
    target = Path(output) if output else session.root / intake_form.PATH
    write(target, text)
    terminal.show(f"{escape(output or intake_form.PATH)} written.\n")
    return 0


def _read(file: str) -> tuple[str, bytes]:
    """Return the name and the bytes of what is read; never much more than can be used."""
    most = issue_form.MOST_BYTES + 1
    try:
        if file == STDIO:
            stream = getattr(sys.stdin, "buffer", None)  # none where the caller closed it
            return "(stdin)", stream.read(most) if stream else b""
        with Path(file).open("rb") as opened:
            return file, opened.read(most)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}"
        raise UsageError(message, fix="Name a file with the body of the issue, or - for stdin.") from None


def _proposal(session: Session, given: tuple[str, bytes], identifier: str | None, output: str | None) -> Proposal:
    """Read, complete and judge. Whatever is wrong is said before anything is written."""
    name, data = given
    policy = session.policy
    known = {each: document.value for each, document in policy.documents.items()}
    background = Background(policy.shape.schema, known, session.today)
    try:
        [candidate] = importers.named(issue_form.NAME).read(data, background)
        record = _completed(session, candidate, identifier)
        _refuse_misshapen(session, candidate, record)
    except PreflightError as error:
        raise error.located(name) from None
    path = registry.record_path(session.layout, record["id"])
    _refuse_taken(session, record["id"], _target(session, path, output), path)
    proposer = _proposer(candidate, known)
    text = _text(session, candidate, record, path, proposer)
    survey = _trial(session, path, text).survey
    if record["id"] not in survey.cases:
        message = f"this registry keeps the id of a record at {session.layout.id}, which the form does not fill in"
        raise UsageError(message, fix="Write the record by hand.")
    others = {each: case.record for each, case in survey.cases.items() if each != record["id"]}
    context = likeness.by(survey.context.policies.get("overlap", {}), survey.context.today)
    alike = tuple(likeness.like(record, others, context))
    blocking = tuple(each for each in survey.verdicts(record["id"], everything=False) if each.blocks)
    return Proposal(record["id"], output or path, text, candidate, proposer, alike, blocking)


def _completed(session: Session, candidate: Candidate, identifier: str | None) -> JsonObject:
    """Add what nobody is asked for: the id, the state and the day."""
    schema = session.policy.shape.schema
    node = Node(schema, schema)
    name = candidate.record.get("name", "")
    record: JsonObject = {"id": _slug(name) if identifier is None else identifier, **candidate.record}
    life = {"status": "proposed", "proposed_on": session.today.isoformat()}
    stated = {key: value for key, value in life.items() if node.at(f"/lifecycle/{key}") is not None}
    if stated:
        record["lifecycle"] = {**record.get("lifecycle", {}), **stated}
    return record


def _slug(name: str) -> str:
    """Return an id made of a name. Raises UsageError where its letters give none."""
    words = [re.sub("[^a-z0-9]", "", word) for word in naming.words(name)]
    slug = "-".join(word for word in words if word)[: registry.MAX_ID].strip("-")
    if not slug:
        message = "the name has no letters from which an id can be made"
        raise UsageError(message, fix="Give one with --id: lower case letters, digits and hyphens.")
    return slug


def _refuse_misshapen(session: Session, candidate: Candidate, record: JsonObject) -> None:
    for problem in session.policy.shape.problems(record):
        message = f"{problem.pointer or '/'}: {problem.message}"
        raise UsageError(message, fix=problem.fix, line=candidate.line(problem.pointer))


def _target(session: Session, path: str, output: str | None) -> Path:
    return Path(output) if output and output != STDIO else session.root / path


def _refuse_taken(session: Session, identifier: str, target: Path, path: str) -> None:
    """Refuse an id that a vendor has, or had, and a file that is there: nothing is overwritten."""
    fix = "If it is the same vendor, add to its record. If not, choose another id with --id. An id is never reused."
    taken = {registry.stem(entry.path).casefold() for entry in _entries(session)}
    taken |= {file.id.casefold() for file in session.files(_entries(session))}
    if identifier in taken or WorkingTree(session.root).kind(path) is not None:
        message = f"there is a vendor {identifier} already"
        raise UsageError(message, fix=fix)
    if target.parent.is_symlink():
        message = f"{target.parent} is a symbolic link"
        raise UsageError(message, fix="Make it a folder; what lies behind a link is not part of the registry.")
    if target.is_symlink() or target.exists():
        message = f"{target} is there already"
        raise UsageError(message, fix="Name another file with --output; nothing is overwritten.")


def _entries(session: Session) -> Sequence[Entry]:
    try:
        return session.entries
    except CannotJudge:  # the first vendor of a registry
        return ()


def _proposer(candidate: Candidate, policies: JsonObject) -> str:
    """Return the id of the person whose login made the issue, or nothing."""
    login = candidate.login.casefold()
    people = policies.get("people", {}).get("people", ())
    found = [each["id"] for each in people if login and login in map(str.casefold, each.get("logins", ()))]
    return found[0] if len(found) == 1 else ""


def _text(session: Session, candidate: Candidate, record: JsonObject, path: str, proposer: str) -> str:
    """Write the record as text, and prove that it reads back as what was meant."""
    schema = session.policy.shape.schema
    shown = registry.shown_schema(session.source, session.layout, path)
    first, rest = scaffold.record(Node(schema, schema), record, shown).split("\n", 1)
    text = f"{first}\n#\n# {_origin(candidate, proposer)}\n{rest}"
    try:
        back = documents.parse(text.encode()).value
    except DocumentError as error:
        message = f"an answer cannot stand in a record: {error.message}"
        raise UsageError(message, fix="Shorten the answers, and type what was pasted.") from None
    if back != record:
        message = "the record does not read back as it was meant"
        raise AssertionError(message)
    return text


def _origin(candidate: Candidate, proposer: str) -> str:
    """Say where the record comes from, in words of ours alone: ids and numbers."""
    by = f" by {proposer}" if proposer else ""
    return f"Proposed{by} with the issue form{f' (issue {candidate.number})' if candidate.number else ''}."


def _trial(session: Session, path: str, text: str) -> Session:
    """Return a session over the same registry with the new record in it."""
    trial = Session(session.root, session.today, session.at, quiet=True, color=False)
    trial.source = Overlay(session.source, path, text.encode())
    return trial


# ---- What is told -------------------------------------------------------------------------------


def _told(proposal: Proposal) -> Iterator[str]:
    """Yield what to do with the record, what it still lacks, and what blocks it."""
    written = "not written" if proposal.path == STDIO else f"{escape(proposal.path)} written"
    yield f"{written}: vendor {proposal.id}"
    yield f"branch: {proposal.branch}"
    yield from [f"proposed by: {proposal.proposer}"] if proposal.proposer else _stranger(proposal.candidate)
    if proposal.candidate.unknown:
        asked = "; ".join(proposal.candidate.unknown.values())
        yield f"\n{counted(len(proposal.candidate.unknown), 'question')} of the form still open:"
        yield from wrapped(asked, WIDTH, "  ", "  ")
    yield from _flags(proposal)


def _stranger(candidate: Candidate) -> Iterator[str]:
    if candidate.login:
        yield f"proposed by: nobody in people.yaml has the login {escape(candidate.login[:60])}"


def _flags(proposal: Proposal) -> Iterator[str]:
    found = [each for each in proposal.blocking if each.known]
    waiting = [each for each in proposal.blocking if not each.known]
    yield ""
    if not proposal.blocking:
        yield "'preflight check' will find no red flag."
        return
    total = counted(len(proposal.blocking), "red flag")
    yield f"'preflight check' will find {total}: {len(found)} from what is known, {len(waiting)} until more is known."
    for verdict in found[:MOST_TOLD]:
        yield from wrapped(f"{verdict.rule}: {verdict.message}", WIDTH, "  ", "  ")
        yield from wrapped(f"→ {verdict.fix}", WIDTH, "    ", "    ")
    if len(found) > MOST_TOLD:
        yield f"  … and {len(found) - MOST_TOLD} more"
    if waiting:
        listed = escape(f"Not known yet: {', '.join(each.rule for each in waiting)}")
        yield from textwrap.wrap(listed, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    yield f"'preflight explain {proposal.id}' shows what to ask the vendor."


def _document(proposal: Proposal) -> JsonObject:
    """Return the same for programs: ids, numbers and words of ours alone, no text of the issue."""
    return {
        "schema": "preflight/intake/v1",
        "id": proposal.id,
        "path": proposal.path,
        "branch": proposal.branch,
        "issue": proposal.candidate.number,
        "proposed_by": proposal.proposer or None,
        "open": list(proposal.candidate.unknown),
        "alike": [{"kind": what.split()[0], "vendor": what.split()[-1]} for what, _ in proposal.alike],
        "red_flags": [{"rule": each.rule, "known": each.known} for each in proposal.blocking],
    }
