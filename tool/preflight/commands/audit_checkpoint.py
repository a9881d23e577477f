"""``preflight audit checkpoint``: write a history down, to be held against it later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import __version__
from preflight.auditing.checkpoint import NAMESPACE, render
from preflight.commands import audit_chain, audit_span
from preflight.errors import UsageError
from preflight.escaping import terminal as escape
from preflight.shell import decision_writing, ssh_keygen, terminal
from preflight.shell.files import write
from preflight.shell.repository import Repository
from preflight.shell.signing_keys import SigningKey, found, named
from preflight.wording import counted

if TYPE_CHECKING:
    from preflight.commands.given import Given

SIGNATURE = ".sig"


@click.command("checkpoint", short_help="Write the history down in a file, to be held against it later.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sign", is_flag=True, help="Have it signed by ssh-keygen; the signature goes to FILE.sig.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="With --sign: the key, or its .pub.")
@click.pass_obj
def command(given: Given, file: Path, *, sign: bool, key: Path | None) -> int:
    """Write down in FILE which history is there now: its last commit, a chain of digests over all of it, and the
    decisions. Keep it where nobody who can push can write; 'preflight audit verify FILE' later tells whether the
    history is still the same. Follows the first-parent line of HEAD, or of --at.
    """  # noqa: D205 - the first sentence is as long as it is
    if key is not None and not sign:
        message = "--key goes together with --sign"
        raise UsageError(message, fix="Add --sign, or leave --key out.")
    targets = [file, Path(f"{file}{SIGNATURE}")] if sign else [file]
    _refuse_present(targets)
    signing = _key(given, key) if sign else None
    span = audit_span.span(given, None, None)
    point = audit_chain.taken(span.spot, span.line, given.today, f"preflight {__version__}")
    text = render(point)
    if signing is not None:
        write(targets[1], _signed(text, signing))
    write(file, text)
    repository = Repository.around(given.root)
    inside = repository is not None and (repository.top or repository.folder).resolve() in file.resolve().parents
    if inside:
        terminal.note(f"{file} lies in the repository: whoever rewrites it can rewrite that, too", quiet=given.quiet)
    told = counted(point.commits, "commit"), counted(point.records, "record"), len(point.decisions)
    terminal.show(
        f"{escape(str(file))}: {told[0]} up to {point.head[:12]}, {told[1]}, {told[2]:,} files of decisions\n"
    )
    return 0


def _refuse_present(targets: list[Path]) -> None:
    for target in targets:
        if target.is_symlink() or target.is_file():
            message = f"{target} is there already, and a checkpoint is never written over"
            raise UsageError(message, fix="Name another file, for example with the day in its name.")


def _key(given: Given, key: Path | None) -> SigningKey:
    if key is not None:
        return named(key)
    keys = found(given.root)
    if not keys:
        message = "no key to sign with was found: neither in git config user.signingkey nor in the ssh-agent"
        raise UsageError(message, fix="Name one with --key ~/.ssh/id_ed25519.")
    if len(keys) > 1 and len({each.line for each in keys}) > 1:
        message = f"{len(keys)} keys could sign: {', '.join(each.origin for each in keys)}"
        raise UsageError(message, fix="Choose one with --key.")
    return keys[0]


def _signed(text: str, key: SigningKey) -> bytes:
    with decision_writing.staging() as ready:
        plain = ready / "checkpoint.json"
        decision_writing.write(plain, text.encode("utf-8"))
        public = key.file
        if public is None:
            public = ready / "key.pub"
            decision_writing.write(public, f"{key.line}\n".encode())
        return ssh_keygen.sign(plain, NAMESPACE, public, agent=key.agent)
