"""What protects a registry and cannot be seen from here: it is said, so that nobody takes silence for safety."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.doctor.observed import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Observed

FORGE = (
    (
        "required-check",
        "whether the gate's check is required before a merge",
        "Settings, Rules: require the status check of the gate for the default branch, from the expected source only.",
        "Settings, Merge requests: 'Pipelines must succeed'; protect the default branch.",
    ),
    (
        "own-workflow",
        "whether a change may alter the workflow that judges it",
        "In the organisation: a ruleset 'Require workflows to pass' with the gate from another repository.",
        "Take the CI configuration from another project, or use a pipeline execution policy.",
    ),
    (
        "bypass",
        "who may go past the rules of the branch",
        "Settings, Rules: the bypass list is empty; force pushes and deletions are blocked.",
        "Settings, Repository, Protected branches: nobody may push or force push; only merge.",
    ),
    (
        "owner-reviews",
        "whether a review by code owners is required, and asked for again after a new push",
        "Settings, Rules: require review from code owners, and approval of the most recent push.",
        "Settings, Merge requests: code owner approval, and remove approvals when commits are added.",
    ),
)


def forge(seen: Observed) -> Iterator[Finding]:
    """Name the settings of the forge that the gate rests on."""
    if seen.git is None or seen.bare:
        return
    for check, what, github, gitlab in FORGE:
        fixes = [fix for name, fix in (("github", github), ("gitlab", gitlab)) if name in seen.forges]
        fix = " Or, on GitLab: ".join(fixes or [github])
        yield Finding(check, Outcome.CANNOT_TELL, f"{what} cannot be seen from here", fix)


def server(seen: Observed) -> Iterator[Finding]:
    """Whoever can write to the folder of a bare repository goes past every hook."""
    if not seen.bare:
        return
    message = "who may log in to this server and write to this folder cannot be seen from here"
    fix = "Let people push through git only (gitolite, git-shell), and keep hooks/ with the administrators."
    yield Finding("server-access", Outcome.CANNOT_TELL, message, fix)
