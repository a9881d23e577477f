"""What approve, waive and revoke do in the same way: show, have it signed, verify it, and give it its place.

Nothing is written between the decisions before the signature was made and everything was held against the same
checks as in the gate.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.commands import trust
from preflight.deciding import drafts
from preflight.decisions import FOLDER
from preflight.decisions import statement as statements
from preflight.decisions.court import SIGNATURE
from preflight.decisions.ruling import namespace_of
from preflight.errors import DocumentError, UsageError
from preflight.escaping import json_text
from preflight.escaping import terminal as escape
from preflight.shell import decision_writing, ssh_keygen, terminal
from preflight.shell.files import write
from preflight.shell.overlaid import Overlaid
from preflight.shell.repository import Repository
from preflight.tables import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from preflight.commands.office import Office, Wishes
    from preflight.commands.session import Session
    from preflight.decisions import Decision
    from preflight.decisions.statement import Statement
    from preflight.model import JsonObject
    from preflight.shell.signing_keys import SigningKey

SCHEMA = "preflight/signed/v1"
STAND_IN = "~/.ssh/id_ed25519"  # in a command to copy


@dataclass(frozen=True)
class Draft:
    """A statement that is ready, with what is shown before it is signed."""

    statement: Statement
    page: Sequence[str] = ()  # shown first, safe already
    warnings: Sequence[str] = ()


def conclude(office: Office, wishes: Wishes, draft: Draft, key: SigningKey | None) -> int:
    """Show a draft, have it signed, verify it, give it its place, and say how to hand it in. Raises UsageError."""
    draft = replace(draft, statement=drafts.after(draft.statement, _revoked(office.session, draft.statement)))
    data = rendered(draft.statement)
    folder = f"{FOLDER}/{draft.statement.vendor}"
    path = f"{folder}/{statements.file_name(draft.statement)}"
    refuse_links(office.session, draft.statement.vendor)
    say = terminal.show if wishes.form == "text" else _aside(office.session)
    say(_shown(office, draft, data))
    if key is None:
        return _prepared(office, wishes, draft, data, path)
    _confirm(wishes)
    with decision_writing.staging() as ready:
        text = ready / "statement.json"
        decision_writing.write(text, data)
        signature = ssh_keygen.sign(text, namespace_of(draft.statement), _key_file(key, ready), agent=key.agent)
        files = {path + SIGNATURE: signature, path: data}
        decision = verified(office.session, files, path)
    place(office.session, files)
    _told(office, wishes, draft, decision, [path, path + SIGNATURE])
    return 0


def _revoked(session: Session, said: Statement) -> list[str]:
    """Return the revocations on that vendor in that role: what does not say that it comes after them goes with them."""
    if said.kind == "revoke":
        return []
    there = (each.statement for each in session.verified.decisions if each.in_force)
    revoked = (each for each in there if each.kind == "revoke" and each.vendor == said.vendor)
    past = (each for each in revoked if each.decided_on <= said.decided_on)
    return [statements.reference(each) for each in past if statements.role_of(each.revokes) == said.role]


def rendered(statement: Statement) -> bytes:
    """Return the bytes to sign. Raises UsageError for what no statement can say."""
    try:
        return statements.render(statement)
    except DocumentError as error:
        message = f"this cannot be signed: {error.message}"
        raise UsageError(message, fix=error.fix) from None


def place(session: Session, files: Mapping[str, bytes]) -> None:
    """Put files in their places, in that order, or none of them. Raises UsageError."""
    repository = Repository.around(session.root)
    if repository is None or repository.top is None:
        decision_writing.place(session.root, files, None)
        return
    named = {repository.prefix + path: data for path, data in files.items()}
    for path in decision_writing.place(repository.top, named, repository.folder):
        terminal.note(f"{path} was left by a run that was cut short, and is taken away", quiet=session.quiet)


def refuse_links(session: Session, vendor: str) -> None:
    """Refuse to write through a link, or where something else lies. Raises UsageError."""
    for path in ("vendors", FOLDER, f"{FOLDER}/{vendor}"):
        if (kind := session.source.kind(path)) is not None:
            message = f"{path} is a {kind.value}, and decisions lie in folders"
            raise UsageError(message, fix="Make it a folder of the registry itself.")


def verified(session: Session, files: Mapping[str, bytes], path: str) -> Decision:
    """Hold a decision against everything that the gate checks, beside all others. Raises UsageError."""
    beside = replace(session)
    beside.policy = session.policy
    beside.source = Overlaid(session.source, files)
    found = trust.verify(beside)
    for where, problem in found.faults:
        if where.removesuffix(SIGNATURE) == path:
            message = f"nothing was written, because the gate would refuse it ({problem.rule}): {problem.message}"
            raise UsageError(message, fix=problem.fix)
    decision = next(each for each in found.decisions if each.path == path)
    if decision.state == "void":
        message = f"nothing was written: the key {decision.fingerprint} leaked, and signs nothing any more"
        raise UsageError(message, fix="Sign with another key.")
    return decision


def _key_file(key: SigningKey, ready: Path) -> Path:
    if key.file is not None:
        return key.file
    public = ready / "key.pub"
    decision_writing.write(public, f"{key.line}\n".encode())
    return public


def _aside(session: Session) -> Callable[[str], None]:
    return lambda text: terminal.note(text, quiet=session.quiet)


def _shown(office: Office, draft: Draft, data: bytes) -> str:
    width = terminal.width() or 80
    lines = [*draft.page, *([""] if draft.page else []), "What is signed"]
    for each in drafts.sentences(draft.statement, office.titles):
        lines += wrapped(each, width, "  ", "    ")
    lines += ["", "The text itself"]
    lines += [line for each in data.decode().splitlines() for line in _verbatim(each)]
    for each in draft.warnings:
        lines += ["", *wrapped(f"Warning: {each}", width, "", "  ")]
    return "\n".join(lines) + "\n"


def _verbatim(line: str) -> Iterable[str]:
    indent = len(line) - len(line.lstrip(" "))
    return wrapped(line.strip(), 1_000, "  " + " " * indent)


def _confirm(wishes: Wishes) -> None:
    if wishes.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        message = "there is no terminal to ask whether to sign"
        raise UsageError(message, fix="Run it on a terminal, or say --yes.")
    if not click.confirm("\nSign this?", default=False, err=True):
        raise click.Abort


def _prepared(office: Office, wishes: Wishes, draft: Draft, data: bytes, path: str) -> int:
    """Write a statement without a signature, and say how it gets one."""
    session = office.session
    target = wishes.output or Path(path)
    if wishes.output is not None:
        if wishes.output.exists():
            message = f"{wishes.output} is there already"
            raise UsageError(message, fix="Name another file; a statement is never written over.")
        write(wishes.output, data)
    else:
        place(session, {path: data})
    command = f"ssh-keygen -Y sign -n {namespace_of(draft.statement)} -f {STAND_IN} {shlex.quote(target.name)}"
    back = f"preflight approve {shlex.quote(str(target))} --signature {shlex.quote(str(target) + SIGNATURE)}"
    if wishes.form == "json":
        document = _document(draft.statement, str(target), None, None, draft.warnings, [command, back])
        terminal.show(json_text(document))
        return 0
    lines = ["", f"Written, and not signed yet: {target}", f"{draft.statement.by} signs it with:", f"  {command}"]
    lines += ["Whoever gets the signature adds it with:", f"  {back}"]
    terminal.show("".join(f"{escape(line)}\n" for line in lines))
    return 0


def _told(office: Office, wishes: Wishes, draft: Draft, decision: Decision, paths: Sequence[str]) -> None:
    said = draft.statement
    commands = handing_in(office.session, paths, drafts.subject(said))
    if wishes.form == "json":
        document = _document(said, paths[0], paths[1], decision.fingerprint, draft.warnings, commands)
        terminal.show(json_text(document))
        return
    lines = ["", f"Signed by {said.by} with {decision.fingerprint}", *(f"  {each}" for each in paths)]
    lines += ["To hand it in:", *(f"  {each}" for each in commands)] if commands else []
    terminal.show("".join(f"{escape(line)}\n" for line in lines))


def handing_in(session: Session, paths: Sequence[str], subject: str) -> list[str]:
    """Return the commands that commit those files: that is for whoever decides, not for us. None without git."""
    if Repository.around(session.root) is None:
        return []
    root = session.root.resolve()
    git = "git" if root == Path.cwd().resolve() else f"git -C {shlex.quote(str(root))}"
    return [f"{git} add {' '.join(map(shlex.quote, paths))}", f"{git} commit -m {shlex.quote(subject)}"]


def _document(  # noqa: PLR0913, PLR0917 - the members of the format
    said: Statement,
    path: str,
    signature: str | None,
    key: str | None,
    warnings: Sequence[str],
    commands: Sequence[str],
) -> JsonObject:
    return {
        "schema": SCHEMA,
        "vendor": said.vendor,
        "id": said.id,
        "kind": said.kind,
        "role": said.role,
        "by": said.by,
        "path": path,
        "signature": signature,
        "key": key,
        "warnings": list(warnings),
        "next": list(commands),
    }
