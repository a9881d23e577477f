"""``preflight codeowners``: whom the forge asks for a review, from the fields of ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from preflight import codeowners
from preflight.concealment import managed
from preflight.decisions import FOLDER
from preflight.errors import CannotJudge, UsageError
from preflight.escaping import terminal as escape
from preflight.shell import terminal
from preflight.shell.files import WorkingTree, write
from preflight.shell.repository import Repository
from preflight.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from preflight.codeowners import Whom
    from preflight.commands.session import Session

CURRENT, STALE = 0, 1
MOST_LINES = 40  # of what differs
MOST_NAMED = 5
LARGEST = 8 * 1024 * 1024  # bytes that are read of a file that is there


@click.command(short_help="Generate CODEOWNERS from the fields of ownership.")
@click.option("--write", "writing", is_flag=True, help="Write the file. Lines by hand stay, before the generated part.")
@click.option("--check", "checking", is_flag=True, help="Exit with 1 where the file is not current, and say why.")
@click.option(
    "--file",
    "place",
    type=click.Choice(codeowners.LOCATIONS),
    default=codeowners.LOCATIONS[0],
    show_default=True,
    help="Where it lies, from the top of the repository.",
)
@click.option(
    "--handles",
    "whom",
    type=click.Choice(get_args(codeowners.Whom)),
    default="both",
    show_default=True,
    help="Whom to name for a vendor: its owners, their teams, or both.",
)
@click.pass_obj
def command(session: Session, *, writing: bool, checking: bool, place: str, whom: Whom) -> int:
    """Generate CODEOWNERS: each vendor's file to its owners in marketing and IT, the rules to the policy owners.

    Handles come from policies/people.yaml: logins of people, handles of teams, else an e-mail address. Without
    --write and --check the generated part is printed.
    """
    if writing and checking:
        message = "--write and --check exclude each other"
        raise UsageError(message, fix="Use --check in CI, --write to bring the file up to date.")
    repository = Repository.around(session.root)
    prefix = repository.prefix if repository else ""
    generated = _generated(session, prefix, whom, gitlab=place.startswith(".gitlab/"))
    if not writing and not checking:
        terminal.show("".join(f"{escape(line)}\n" for line in generated.lines))
        return CURRENT
    top = (repository.top if repository else None) or session.root
    if repository is not None and repository.top is None:
        message = f"{session.root} is a bare repository, so there is no file to compare or to write"
        raise UsageError(message, fix="Run it in a clone.")
    existing = _existing(top, place)
    wanted = codeowners.placed(existing, generated.lines)
    if large := codeowners.too_large(wanted):
        message = f"the file would have {large}"
        raise CannotJudge(message, path=place, fix="Name only teams: --handles teams.")
    if writing:
        return _written(session, top, place, existing, wanted)
    return _checked(top, place, existing, wanted)


def _generated(session: Session, prefix: str, whom: Whom, *, gitlab: bool) -> codeowners.Generated:
    """Return the generated part; say on stderr of whom nothing is known. Raises CannotJudge."""
    people = session.policy.documents.get("people")
    if people is None:
        message = f"there is no {session.layout.policies}/people.yaml, so nobody is known"
        raise CannotJudge(message, fix="'preflight init --sample' writes one into a new folder; copy it and adapt it.")
    layout = session.layout
    [vendors] = managed((), (layout.vendors,))
    records = [
        codeowners.Owned(file.id, prefix + file.path, _ownership(file.document.known))
        for file in session.records()
        if file.document
    ]
    law = [f"{prefix}{layout.policies}/", *_outside(prefix, layout.policies, layout.rules, layout.schema)]
    own = [f"{prefix}{name}" for name in ("preflight.yaml",) if prefix]
    plan = codeowners.Plan(
        records,
        f"{prefix}{vendors}" if vendors else prefix.rstrip("/"),
        f"{prefix}{FOLDER}" if layout.managed else "",
        [*law, *own],
        whom,
        gitlab,
    )
    generated = codeowners.generate(plan, codeowners.Directory.of(people.value, session.today))
    if generated is None:
        message = f"nobody in {people.path} holds the role {codeowners.POLICY_OWNER} and has a login or an address"
        raise CannotJudge(message, path=people.path, fix="Give the role to two people at least, with their logins.")
    if generated.unowned:
        named = ", ".join(generated.unowned[:MOST_NAMED]) + (" …" if len(generated.unowned) > MOST_NAMED else "")
        told = f"{counted(len(generated.unowned), 'vendor')} without an owner whom the forge could ask ({named})"
        terminal.note(f"{told}: the policy owners are asked", quiet=session.quiet)
    return generated


def _ownership(record: object) -> dict[str, dict[str, str]]:
    """Return what a record says of its owners; a foreign schema may mean something else by the name."""
    found = record.get("ownership") if isinstance(record, dict) else None
    sides = found.items() if isinstance(found, dict) else ()
    return {
        side: {key: value for key, value in given.items() if isinstance(value, str)}
        for side, given in sides
        if isinstance(given, dict)
    }


def _outside(prefix: str, policies: str, rules: str, schema: str) -> list[str]:
    """Return where rules and schemas lie, if not below the policies."""
    places = [rules, schema.rpartition("/")[0] or schema]
    return [
        f"{prefix}{place}" + ("" if place == schema else "/")
        for place in places
        if not f"{place}/".startswith(f"{policies}/")
    ]


def _existing(top: Path, place: str) -> str:
    """Return the file that is there, or nothing. Raises UsageError for something that is no text file."""
    tree = WorkingTree(top)
    if tree.kind(place) is None and not (top / place).exists():
        return ""
    try:
        return tree.read(place, LARGEST).decode("utf-8")  # refuses links, folders and devices
    except (OSError, UnicodeDecodeError) as error:
        message = f"{place} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UsageError(message, fix="Make it a regular file of text in UTF-8, or move it away.") from None


def _written(session: Session, top: Path, place: str, existing: str, wanted: str) -> int:
    _warn(top, place)
    if existing == wanted:
        terminal.note(f"{place} is current", quiet=session.quiet)
        return CURRENT
    write(top / place, wanted)
    terminal.show(f"{place} written: {counted(len(codeowners.read(wanted).lines), 'line')} with owners\n")
    return CURRENT


def _checked(top: Path, place: str, existing: str, wanted: str) -> int:
    """Say what differs, and what makes the file count for nothing."""
    higher = _higher(top, place)
    told = [f"{each} is there, and a forge takes it instead of {place}" for each in higher]
    told += codeowners.differences(existing, wanted) if existing else [f"{place} is not there"] * (existing != wanted)
    if not told:
        terminal.show(f"{place} is current\n")
        return CURRENT
    shown = told[:MOST_LINES] + ([f"… and {counted(len(told) - MOST_LINES, 'more line')}"] * (len(told) > MOST_LINES))
    fix = "Move the other file away." if higher else f"Run: preflight codeowners --write --file {place}"
    terminal.show("".join(f"{escape(line)}\n" for line in [f"{place} is not current", *shown, fix]))
    return STALE


def _warn(top: Path, place: str) -> None:
    for each in _higher(top, place):
        terminal.note(f"{each} is there, and a forge takes it instead of {place}: move one of them away")


def _higher(top: Path, place: str) -> list[str]:
    return codeowners.overruled(place, lambda other: (top / other).is_file())
