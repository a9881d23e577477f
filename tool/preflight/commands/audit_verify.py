"""``preflight audit verify``: whether the history is still the history."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.auditing import verification
from preflight.auditing.checkpoint import NAMESPACE
from preflight.auditing.verification import Check, Verification
from preflight.commands import audit_chain, audit_span
from preflight.commands.session import Session
from preflight.decisions import amendment, sshsig
from preflight.decisions.signers import Signers
from preflight.decisions.sshsig import SignatureFault
from preflight.errors import DocumentError, PreflightError, UsageError
from preflight.shell import decision_files, git_objects, object_check, registry, terminal, trust_root
from preflight.shell.git import GitTree
from preflight.shell.registry import Layout
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.auditing.chain import Link
    from preflight.auditing.checkpoint import Checkpoint
    from preflight.commands.audit_span import Span
    from preflight.commands.given import Given

SHORT = 12
SIGNATURE = ".sig"


@click.command("verify", short_help="Prove that the history is still the one that checkpoints recorded.")
@click.argument("checkpoints", nargs=-1, metavar="[CHECKPOINT]...", type=click.Path(path_type=Path))
@click.option(
    "--signers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Whose keys may sign checkpoints. Default: policies/allowed_signers of the commit that is verified.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(list(verification.FORMATS)),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.pass_obj
def command(given: Given, checkpoints: tuple[Path, ...], *, signers: Path | None, output: str) -> int:
    """Verify the first-parent line of HEAD, or of --at: every object on it is hashed again, every decision is verified
    again, and no decision may have been edited or taken out. With checkpoints, kept elsewhere: the history that they
    recorded has to be the beginning of the one here. The output says what all that does not prove.

    \b
    Exit codes:
      0  verified
      1  a fault was found
      2  cannot tell: a shallow clone, a file that is no checkpoint, policies that cannot be read
    """  # noqa: D205, D301 - the first sentence is as long as it is; click wants the backspace itself
    given_points = [(path, audit_span.read_checkpoint(path)) for path in checkpoints]
    trusted = None if signers is None else _signers(signers)
    span = audit_span.span(given, None, None)
    found = verified(given, span, given_points, trusted)
    terminal.show(verification.FORMATS[output](found))
    return found.code


def verified(
    given: Given, span: Span, checkpoints: Sequence[tuple[Path, Checkpoint]], trusted: Signers | None = None
) -> Verification:
    """Verify a line. Raises PreflightError where there is none, or an object of it is missing."""
    checks: list[Check] = [*_replaced(span), _objects(span)]
    checks += [_append_only(span), *_decisions(given, span), _signatures(span), *_dates(span)]
    known: dict[tuple[str, ...], list[Link]] = {}
    for path, point in checkpoints:
        if point.covers not in known:
            known[point.covers] = audit_chain.links(span.spot, span.line, point.covers)
        checks += _held(given, span, path, point, known[point.covers])
        checks.append(_signature(span, path, point, trusted))
    return Verification(span.spot.commit, len(span.line), tuple(checks), len(checkpoints))


# ---- The history by itself ----------------------------------------------------------------------


def _replaced(span: Span) -> Iterator[Check]:
    """Tell of what makes git show another history than the one that is there. We do not follow it; others do."""
    root = span.spot.root
    listed = git_objects.output(root, ["for-each-ref", "--format=%(refname)", "refs/replace/"]).decode(
        "ascii", "replace"
    )
    details = [f"{each.removeprefix('refs/replace/')} is shown as something else" for each in listed.split()]
    grafts = Path(span.spot.folder) / "info" / "grafts"
    if grafts.is_file() and grafts.stat().st_size:
        details.append("info/grafts gives commits other parents")
    if details:
        message = "git here shows others another history than the one that is there; it was not followed"
        yield Check("replaced", "bad", message, tuple(details))
    else:
        yield Check("replaced", "good", "nothing stands in the place of another object: no replace refs, no grafts")


def _objects(span: Span) -> Check:
    names = object_check.listed(span.spot.root, span.spot.commit)
    wrong = object_check.false_names(span.spot.root, names)
    if wrong:
        message = (
            f"{counted(len(wrong), 'object')} of {len(names):,} on the line hold something else than their names say"
        )
        return Check("objects", "bad", message, tuple(wrong))
    kind = object_check.NAMED_BY[len(span.spot.commit)].replace("sha", "SHA-")
    message = (
        f"all {counted(len(names), 'object')} on the line (commits, folders, files) are what their names say ({kind})"
    )
    return Check("objects", "good", message)


def _append_only(span: Span) -> Check:
    changed = audit_chain.changed_decisions(span.spot, span.line)
    if changed:
        details = tuple(
            f"{each.commit.id[:SHORT]} of {each.day} by {each.commit.author} {'takes out' if gone else 'edits'} {path}"
            for each, path, gone in changed
        )
        return Check("append-only", "bad", f"decisions were edited or taken out, {len(changed):,} times", details)
    return Check("append-only", "good", "no commit edits or takes out a decision")


def _decisions(given: Given, span: Span) -> Iterator[Check]:
    session = Session(given.root, given.today, span.spot.commit, quiet=True)
    try:
        if not session.layout.managed:
            yield Check("decisions", "told", "there are no signed decisions in a registry of this kind")
            return
        found = session.verified
    except PreflightError as error:
        yield Check("decisions", "unknown", "decisions cannot be verified", (str(error),))
        return
    if found.faults:
        details = tuple(f"{path}: {problem.rule}: {problem.message}" for path, problem in found.faults)
        yield Check("decisions", "bad", f"{counted(len(found.faults), 'decision')} cannot be trusted", details)
    good = len(found.decisions)
    if good or not found.faults:
        people = len({each.statement.by for each in found.decisions})
        told = (
            f"{counted(good, 'decision')} by {counted(people, 'person', 'people')}: signatures, keys and roles verified"
        )
        yield Check("decisions", "good", told if good else "there are no decisions to verify")


def _signatures(span: Span) -> Check:
    states = Counter(each.commit.signature.partition(" ")[0] for each in span.line)
    wrong = [each for each in span.line if each.commit.signature == "bad"]
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    if wrong:
        details = tuple(f"{each.commit.id[:SHORT]} of {each.day} by {each.commit.author}" for each in wrong)
        return Check("signatures", "bad", f"signatures of commits that do not fit: {told}", details)
    who = Counter(
        each.commit.signature.partition(" ")[2] for each in span.line if each.commit.signature.startswith("good ")
    )
    details = tuple(f"{name}: {counted(count, 'commit')}" for name, count in sorted(who.items()))
    return Check("signatures", "told", f"signatures of commits: {told}", details)


def _dates(span: Span) -> Iterator[Check]:
    back = [
        later
        for earlier, later in zip(span.line, span.line[1:], strict=False)
        if later.commit.date[:10] < earlier.day.isoformat() and later.day == earlier.day
    ]
    if back:
        details = tuple(f"{each.commit.id[:SHORT]} claims {each.commit.date[:10]}, after {each.day}" for each in back)
        message = f"{counted(len(back), 'commit claims', 'commits claim')} a day before that of a commit before"
        yield Check("dates", "told", message, details)


# ---- Against a checkpoint -----------------------------------------------------------------------


def _held(given: Given, span: Span, path: Path, point: Checkpoint, links: Sequence[Link]) -> Iterator[Check]:
    tree = GitTree(given.root, span.spot.commit)
    try:
        where = registry.layout(tree)
    except PreflightError:  # told elsewhere; a history that was rewritten is one all the same
        where = Layout()
    yield from verification.against(str(path), point, links, audit_chain.decisions(tree, where))
    name = audit_chain.registry_name(tree, where)
    if name != point.registry:
        message = f"{path} is of the registry {point.registry}, and this one calls itself {name}"
        yield Check("checkpoint-registry", "told", message)
    on_line = 0 < point.commits <= len(links) and links[point.commits - 1].commit == point.head
    if on_line and point.trust_root is not None:
        then = GitTree(given.root, point.head)
        if amendment.digest(trust_root.listing(then, registry.layout(then))) != point.trust_root:
            message = f"{path}: what judges at {point.head[:SHORT]} is not what it recorded"
            yield Check("checkpoint-trust-root", "bad", message)


def _signature(span: Span, path: Path, point: Checkpoint, trusted: Signers | None) -> Check:
    beside = Path(f"{path}{SIGNATURE}")
    check: Callable[..., Check] = partial(Check, "checkpoint-signature")
    if not beside.is_file():
        return check("told", f"{path} is not signed: trust it as far as you trust the place where it was kept")
    try:
        read = sshsig.parse(audit_span.content(beside))
        sshsig.verify(read, audit_span.content(path), NAMESPACE)
    except SignatureFault as fault:
        return check("bad", f"the signature of {path} is no good: {fault.reason}")
    try:
        tree = GitTree(span.spot.root, span.spot.commit)
        keys = trusted or decision_files.signers(tree, registry.layout(tree).policies)
    except PreflightError as error:
        return check("unknown", f"it cannot be told whose key signed {path}", (str(error),))
    key = keys.key_of(read.key.fingerprint)
    if key is None:
        return check("bad", f"{path} is signed by a key that nobody is listed for: {read.key.fingerprint}")
    if not key.allows(NAMESPACE) or not key.valid_on(point.made_on):
        message = f"{path} is signed by a key of {key.principal} that may not sign {NAMESPACE}, or not on that day"
        return check("bad", message)
    whose = "the list given by --signers" if trusted else "policies/allowed_signers here"
    return check("good", f"{path} is signed by {key.principal}, by {whose}")


def _signers(path: Path) -> Signers:
    try:
        return Signers.of(audit_span.content(path).decode("utf-8"))
    except DocumentError as error:
        raise UsageError(error.message, path=str(path), line=error.line, column=error.column, fix=error.fix) from None
    except UnicodeDecodeError:
        message = f"{path} is no list of keys"
        raise UsageError(message, fix="Name a file such as policies/allowed_signers.") from None
