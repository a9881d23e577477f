"""What protects a repository and what does not: checks on what the shell saw, each with a fix.

``observed`` holds what was seen and what is said of it; the other modules hold one group of checks each.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from preflight.doctor import content, history, hooks, keys, owners, roles, unseen, workflows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.doctor.observed import Finding, Observed

    Check: TypeAlias = Callable[[Observed], Iterator[Finding]]

# In the order in which one would put things right. A check that makes no sense here says nothing.
CHECKS: tuple[Check, ...] = (
    history.repository,
    history.shallow,
    history.replaced,
    history.head,
    owners.file,
    owners.trust_root,
    owners.rules,
    roles.holders,
    roles.policy_owners,
    roles.logins,
    keys.signers,
    keys.principals,
    keys.terms,
    keys.signing,
    workflows.readable,
    workflows.gate,
    workflows.triggers,
    workflows.pinned,
    hooks.pre_receive,
    hooks.server,
    hooks.pre_commit,
    content.attributes,
    content.ignored,
    content.untracked,
    unseen.forge,
    unseen.server,
)


def examine(seen: Observed) -> list[Finding]:
    """Run all checks; what could not be read comes first."""
    return [*seen.unreadable, *chain.from_iterable(check(seen) for check in CHECKS)]
