"""The repository itself: whether there is one, and whether it shows the whole and true history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.doctor.observed import Finding, Outcome, ok
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Observed


def repository(seen: Observed) -> Iterator[Finding]:
    """Look for git: without it there is neither a base to judge by, nor a history."""
    if seen.git is None:
        message = "this folder is not in a git repository: nobody can tell who changed what, and no change is held back"
        yield Finding("repository", Outcome.PROBLEM, message, "Run: git init, and commit what is there.")
    else:
        yield ok("repository", "a bare repository of git" if seen.git.bare else "a clone of git")


def shallow(seen: Observed) -> Iterator[Finding]:
    """Look for the commits before: a change is judged by the one at which it parted."""
    if seen.git is None:
        return
    if seen.git.shallow:
        message = "this clone is shallow: what a change is compared with is not here, so 'check --base' refuses"
        yield Finding("shallow", Outcome.PROBLEM, message, "Run: git fetch --unshallow; in CI set fetch-depth: 0.")
    else:
        yield ok("shallow", "the whole history is here")


def replaced(seen: Observed) -> Iterator[Finding]:
    """Look for replaced objects: they show another history than the one that was committed."""
    if seen.git is None:
        return
    if seen.git.replaced:
        message = (
            f"{counted(seen.git.replaced, 'ref')} below refs/replace/: git shows people another history than the "
            "one that was committed"
        )
        fix = "See what they replace with 'git replace -l', and take them away: git replace -d NAME."
        yield Finding("replace-refs", Outcome.PROBLEM, message, fix)
    if seen.git.grafted:
        message = "a file of grafts shows people another history than the one that was committed"
        yield Finding("replace-refs", Outcome.PROBLEM, message, "Take the file info/grafts out of git's folder.")
    if not seen.git.replaced and not seen.git.grafted:
        yield ok("replace-refs", "no object is replaced")


def head(seen: Observed) -> Iterator[Finding]:
    """Look at HEAD: it names the branch that people get."""
    if seen.git is None:
        return
    if not seen.git.born:
        message = "nothing was committed yet, so there are no rules that a change could be judged by"
        fix = "Commit the registry; the first commit has to hold by its own rules."
        if seen.bare:
            fix = f"Push the registry to {seen.git.branch}, or name the branch that has it: git symbolic-ref HEAD."
        yield Finding("head", Outcome.PROBLEM, message, fix)
    elif seen.git.branch is None:
        message = "HEAD names a commit and no branch; what is committed now belongs to none"
        yield Finding("head", Outcome.ADVICE, message, "In CI this is usual. Else: git switch BRANCH.")
    else:
        yield ok("head", f"HEAD is the branch {seen.git.branch}")
