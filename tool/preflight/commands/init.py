"""``preflight init``: start a registry."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.errors import UsageError
from preflight.shell import starter, terminal
from preflight.shell.files import write
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.commands.session import Session

# Who is who and which systems there are is different in every company: a new registry begins without.
EMPTY = {
    "policies/people.yaml": """\
#
# Who is who: the teams and people that vendor records name, and who may agree to what since when (the roles of
# approvals.yaml). Take the '# ' away, and write your own. Two people at least have to own the policies.
#
# teams:
#   - {id: it-services, name: IT Services, side: it, lead: ben-kerr}
# people:
#   - id: ben-kerr
#     name: Ben Kerr
#     email: ben.kerr@company.example
#     logins: [benkerr]              # user names on the forge
#     team: it-services
#     roles:
#       - {role: it-owner, from: 2026-01-01}
#       - {role: policy-owner, from: 2026-01-01}
teams: []
people: []
""",
    "policies/systems.yaml": """\
#
# Our own systems that vendors connect to; and below them which of them has the last word on which data.
#
# systems:
#   - {id: our-crm, name: Our CRM, kind: crm, owner: ben-kerr, summary: Accounts and contacts.}
# records:
#   - {domain: customers, system: our-crm}
systems: []
records: []
""",
}
# The last section of a file, likewise: who sits in the committee.
CUT = {"policies/ownership.yaml": b"\ncommittee:"}
ATTRIBUTES = ".gitattributes"
SIGNERS = "policies/allowed_signers"
SIGNERS_HEAD = """\
# Whose key is whose, in the format of ssh-keygen(1), section ALLOWED SIGNERS: person, options, key. The person is
# the id of people.yaml. For example somebody who approves, and somebody who owns the policies as well:
# ada-moss namespaces="preflight-decision@v1" ssh-ed25519 AAAA…
# ben-kerr namespaces="preflight-decision@v1,preflight-policy@v1" ssh-ed25519 AAAA…
# Only what is here on the base branch counts, so that no change lets its author sign for somebody else.
"""
WHO = "policies/people.yaml and policies/allowed_signers"
# Signed decisions hold the name of their registry, so every new one needs a name of its own.
APPROVALS, NAMED = "policies/approvals.yaml", re.compile(rb"^registry: \S+", re.MULTILINE)


@click.command(short_help="Start a registry: policies, rules and schemas.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--sample", is_flag=True, help="With the sample vendors and people, to look around.")
@click.pass_obj
def command(session: Session, folder: Path, *, sample: bool) -> int:
    """Write the checklist, the rules, the policies and the schemas into DIR, which may exist and hold other files.

    Nothing is overwritten: where one of the files is there already, nothing is written at all. A .gitattributes of
    your own stays, and you are told which line to add.
    """
    files = starter.files(sample=sample)
    if not sample:
        files |= {path: _head(files[path]) + text.encode() for path, text in EMPTY.items()}
        files |= {path: files[path].partition(section)[0] + b"\n" for path, section in CUT.items()}
        files[SIGNERS] = SIGNERS_HEAD.encode()
        files[APPROVALS] = NAMED.sub(f"registry: registry-{secrets.token_hex(6)}".encode(), files[APPROVALS])
    own = (folder / ATTRIBUTES).exists()
    if own:  # many repositories have one, which is theirs
        line = files.pop(ATTRIBUTES).decode().strip()
    there = [path for path in files if (folder / path).exists() or (folder / path).is_symlink()]
    if there:
        message = f"{folder / there[0]} is there already"
        more = f" (and {counted(len(there) - 1, 'other file')})" if len(there) > 1 else ""
        raise UsageError(message + more, fix="Choose another folder, or move it away first.")
    _refuse_strange_folders(folder, files)
    with tempfile.TemporaryDirectory(prefix=".preflight-init-", dir=_existing(folder)) as staged:
        for path, data in files.items():  # all of it, before the first is moved into place
            write(Path(staged) / path, data)
        for path in files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(staged) / path).replace(folder / path)
    terminal.show(f"{counted(len(files), 'file')} written to {folder}\n")
    if own:
        terminal.note(f"Add this line to {folder / ATTRIBUTES}: {line}")
    first = [] if folder == Path() else [f"cd {shlex.quote(str(folder))}"]
    steps = [*first, "preflight check" if sample else "preflight new my-vendor"]
    people = "" if sample else f"Fill in {WHO}: who is who, and whose key is whose.\n"
    terminal.note("\n".join([f"{people}Next:", *(f"  {step}" for step in steps)]), quiet=session.quiet)
    return 0


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there: the same disk, so that files can be moved."""
    way = [folder.resolve(), *folder.resolve().parents]
    found = next(each for each in way if each.exists())
    if not found.is_dir() or not os.access(found, os.W_OK):
        message = f"{folder} cannot be written: {found} is no folder that can be written to"
        raise UsageError(message, fix="Choose another folder.")
    return found


def _refuse_strange_folders(folder: Path, files: Mapping[str, bytes]) -> None:
    """Refuse to write through a link, or below something that is no folder."""
    for way in sorted({parent for path in files for parent in Path(path).parents}):
        there = folder / way
        if there.is_symlink() or (there.exists() and not there.is_dir()):
            message = f"{there} is there already, and is no folder of this registry"
            raise UsageError(message, fix="Choose another folder, or move it away first.")


def _head(data: bytes) -> bytes:
    """Return the line that tells an editor the schema."""
    return data.splitlines(keepends=True)[0]
