"""Files that git does not take along, or does not show: what is not committed is not judged by anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight import concealment
from preflight.decisions import FOLDER
from preflight.doctor.observed import Finding, Outcome, ok
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.doctor.observed import Observed

MOST_NAMED = 4
ATTRIBUTES = ".gitattributes"
DECISION = f"{FOLDER}/a-vendor/2026-01-01-cfo-00000000.json"  # stands for all of them


def untracked(seen: Observed) -> Iterator[Finding]:
    """Tell of what git does not know: it lies in this folder only."""
    if seen.git is None or seen.git.bare:
        return
    if seen.git.untracked:
        message = f"{_named(seen.git.untracked)} not known to git: judged here, and proposed to nobody"
        yield Finding("untracked", Outcome.ADVICE, message, "Run: git add, and commit; or move them away.")
    else:
        yield ok("untracked", "git knows all records, policies and schemas")


def ignored(seen: Observed) -> Iterator[Finding]:
    """Tell of what git ignores: it never leaves this folder, and nobody is told."""
    if seen.git is None or seen.git.bare:
        return
    fix = "Take the pattern out of .gitignore; 'git check-ignore -v FILE' shows it."
    if seen.git.ignored:
        message = f"{_named(seen.git.ignored)} ignored by git: judged here, and never proposed"
        yield Finding("ignored", Outcome.PROBLEM, message, fix)
    if seen.managed and seen.git.ignores_decisions:
        message = f"git ignores {FOLDER}/: what was signed there never leaves this folder"
        yield Finding("ignored", Outcome.PROBLEM, message, fix)
    elif not seen.git.ignored:
        yield ok("ignored", "git ignores no record, no policy and no decision")


def attributes(seen: Observed) -> Iterator[Finding]:
    """Tell of attributes that change what people see of a change, and what arrives on their disk."""
    if seen.git is None or seen.git.attributes is None:
        return
    given = seen.git.attributes
    hidden = concealment.concealed(given, seen.folders)
    kinds = {each.attribute: each for each in reversed(hidden)}
    for name, first in sorted(kinds.items()):
        paths = tuple(each.path for each in hidden if each.attribute == name)
        message = f"{ATTRIBUTES} {first.effect} ({name}): {_named(paths)}"
        fix = "Take the attribute out, or restrict it to other folders."
        yield Finding("attributes", Outcome.PROBLEM, message, fix)
    if seen.managed and given.get(DECISION, {}).get(concealment.TEXT) != "unset":
        message = f"git may change line ends below {FOLDER}/ on Windows, and a signature holds for exact bytes"
        fix = f"Add to {ATTRIBUTES} at the top: {seen.prefix}{FOLDER}/** -text"
        yield Finding("attributes", Outcome.ADVICE, message, fix)
    elif not hidden:
        yield ok("attributes", "no attribute hides or changes what the gate reads")


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return f"{counted(len(paths), 'file')} ({', '.join(paths[:MOST_NAMED])}{more})"
