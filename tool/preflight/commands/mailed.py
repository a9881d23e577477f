"""A signature that came by mail: held against its statement and all checks, and put beside it, by whoever it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.commands.office import Office
from preflight.commands.signing import SCHEMA, handing_in, place, refuse_links, verified
from preflight.deciding import drafts
from preflight.decisions import FOLDER, sshsig, strict_json
from preflight.decisions import statement as statements
from preflight.decisions.court import SIGNATURE
from preflight.decisions.sshsig import SignatureFault
from preflight.decisions.statement import POLICIES
from preflight.errors import DocumentError, UsageError
from preflight.escaping import json_text
from preflight.escaping import terminal as escape
from preflight.shell import decision_files, terminal
from preflight.shell.registry import stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.commands.session import Session
    from preflight.decisions.sshsig import Signature

ATTACHED = "Have the statement sent as an attachment, signed as it is, and the signature sent back as one."


@dataclass(frozen=True, slots=True)
class Mailed:
    """A statement and the signature that fits it."""

    path: str
    data: bytes
    armored: bytes


def add(session: Session, subject: str, signature: Path, form: str) -> int:
    """Add a signature to a statement: a file, or whichever of a vendor it fits. Raises UsageError."""
    office = Office.of(session)
    # A mail program may have changed the ends of lines; in the armor they mean nothing.
    armored = _read(signature, sshsig.MAX_ARMORED).replace(b"\r\n", b"\n").strip() + b"\n"
    try:
        parsed = sshsig.parse(armored)
    except SignatureFault as fault:
        message = f"{signature} is not accepted as a signature: {fault.reason}"
        raise UsageError(message, fix=ATTACHED) from None
    there = decision_files.read(session.source)
    found = _fitting(parsed, armored, subject, _candidates(subject, there))
    said = statements.parse(found.data)
    _refuse_unknown(session, said.vendor)
    refuse_links(session, said.vendor)
    files = {found.path + SIGNATURE: found.armored, found.path: found.data}  # the statement last
    _refuse_others(files, there)
    decision = verified(session, files, found.path)
    place(session, files)
    paths = [found.path, found.path + SIGNATURE]
    commands = handing_in(session, paths, drafts.subject(said))
    if form == "json":
        told = {"id": said.id, "kind": said.kind, "role": said.role, "by": said.by}
        places = {"path": paths[0], "signature": paths[1], "key": decision.fingerprint}
        document = {"schema": SCHEMA, "vendor": said.vendor, **told, **places, "warnings": [], "next": commands}
        terminal.show(json_text(document))
        return 0
    lines = [f"The signature is good: {said.by}, with {decision.fingerprint}", *drafts.sentences(said, office.titles)]
    lines += ["", *(f"  {each}" for each in paths)]
    lines += ["To hand it in:", *(f"  {each}" for each in commands)] if commands else []
    terminal.show("".join(f"{escape(line)}\n" for line in lines))
    return 0


def _refuse_unknown(session: Session, vendor: str) -> None:
    if vendor != POLICIES and vendor not in {stem(entry.path) for entry in session.entries}:
        message = f"the statement is about {vendor}, and there is no such vendor here"
        raise UsageError(message, fix="Add it where the record is: on the branch that proposes it.")


def _candidates(subject: str, there: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the statements that may be meant, by the path that each belongs to. Raises UsageError."""
    if subject.endswith(".json"):
        data = _read(Path(subject), strict_json.MAX_BYTES)
        try:
            said = statements.parse(data)
        except DocumentError as error:
            message = f"this is not a statement that can be decided on: {error.message}"
            raise UsageError(message, path=subject, line=error.line, column=error.column, fix=error.fix) from None
        return {f"{FOLDER}/{said.vendor}/{statements.file_name(said)}": data}
    prefix = f"{FOLDER}/{subject}/"
    found = {path: data for path, data in there.items() if path.startswith(prefix) and path.endswith(".json")}
    if not found:
        message = f"there is no statement on {subject!r} among the decisions"
        raise UsageError(message, fix="Name the file of the statement: preflight approve FILE.json --signature FILE")
    return found


def _fitting(parsed: Signature, armored: bytes, subject: str, candidates: Mapping[str, bytes]) -> Mailed:
    for path, data in candidates.items():
        if _fits(parsed, data):
            return Mailed(path, data, armored)
    if any(_fits(parsed, data.replace(b"\n", b"\r\n")) for data in candidates.values()):
        message = "it was signed with other line ends, so a program changed the statement on its way"
        raise UsageError(message, fix=ATTACHED)
    what = subject if subject.endswith(".json") else f"any statement on {subject}"
    message = f"the signature is not one of {what}, as it is here"
    raise UsageError(message, fix=ATTACHED)


def _fits(parsed: Signature, data: bytes) -> bool:
    try:
        sshsig.verify(parsed, data, parsed.namespace)
    except SignatureFault:
        return False
    return True


def _refuse_others(files: Mapping[str, bytes], there: Mapping[str, bytes]) -> None:
    """Refuse to write where something else has the name. Raises UsageError."""
    for path, data in files.items():
        if there.get(path, data) != data:
            message = f"{path} is there already, and is another one"
            raise UsageError(message, fix="Look at both; a decision is never written over.")


def _read(path: Path, most: int) -> bytes:
    try:
        if not path.is_file():  # a pipe could be waited for in vain
            message = f"there is no file {path}"
            raise UsageError(message, fix="Name the file that was sent.")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UsageError(message, fix="Name the file that was sent.") from None
    if len(data) > most:
        message = f"{path} has more than the {most:,} bytes that are read"
        raise UsageError(message, fix="Name the file that was sent.")
    return data
