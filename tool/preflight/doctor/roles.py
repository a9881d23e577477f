"""Roles and their holders: whether anybody is there who can agree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from preflight.codeowners import POLICY_OWNER, Directory
from preflight.doctor.observed import Finding, Outcome, ok
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Observed

MOST_NAMED = 4
FEWEST = 2  # owners of the policy: nobody changes the rules alone


def holders(seen: Observed) -> Iterator[Finding]:
    """Look for roles that nobody holds: a demand for their word holds purchases back, or tempts to go round it."""
    if seen.people is None or seen.approvals is None:
        return
    directory = Directory.of(seen.people, seen.today)
    demanded = {each["role"] for each in seen.approvals.get("demands", ())}
    empty = [role["role"] for role in seen.approvals["roles"] if not directory.holders(role["role"])]
    path = f"{seen.policies}/people.yaml"
    for role in empty:
        if role == POLICY_OWNER:
            continue  # has a check of its own
        needed = role in demanded
        message = f"nobody holds the role {role}" + (", and purchases need its word" if needed else "")
        fix = "Give it to somebody, with the first day; or take the role out of approvals.yaml."
        yield Finding("roles", Outcome.PROBLEM if needed else Outcome.ADVICE, message, fix, path)
    if not empty and seen.approvals["roles"]:
        yield ok("roles", f"{counted(len(seen.approvals['roles']), 'role')}, each with a holder")


def policy_owners(seen: Observed) -> Iterator[Finding]:
    """Count the policy owners: a change of the rules needs two who agree to it."""
    if seen.people is None:
        return
    directory = Directory.of(seen.people, seen.today)
    found = directory.holders(POLICY_OWNER)
    if len(found) < FEWEST:
        few = f"only {found[0]} holds" if found else "nobody holds"
        message = f"{few} the role {POLICY_OWNER}, and a change of the rules needs two"
        fix = "Give the role to two people at least, so that nobody changes the rules alone; better three."
        yield Finding("policy-owners", Outcome.PROBLEM, message, fix, f"{seen.policies}/people.yaml")
    else:
        yield ok("policy-owners", f"{', '.join(found)} own the rules")


def logins(seen: Observed) -> Iterator[Finding]:
    """Look at the logins, which tell who proposed a change: one that two people have tells nothing."""
    if seen.people is None:
        return
    given = [(login.casefold(), each["id"]) for each in seen.people["people"] for login in each.get("logins", ())]
    count = Counter(login for login, _ in set(given))
    path = f"{seen.policies}/people.yaml"
    twice = sorted(login for login, times in count.items() if times > 1)
    for login in twice:
        named = " and ".join(sorted({name for each, name in given if each == login}))
        message = f"the login {login} stands for {named}, so it cannot be told which of them proposed a change"
        yield Finding("logins", Outcome.PROBLEM, message, "Give each login to one person.", path)
    there = [each for each in seen.people["people"] if each.get("left", "9999") >= seen.today.isoformat()]
    without = [each["id"] for each in there if not each.get("logins")]
    if without:
        named = ", ".join(without[:MOST_NAMED]) + (" …" if len(without) > MOST_NAMED else "")
        message = (
            f"{counted(len(without), 'person', 'people')} without a login ({named}): nobody sees what they propose"
        )
        yield Finding("logins", Outcome.ADVICE, message, "Add their user names on the forge as 'logins'.", path)
    if there and not twice and not without:
        yield ok("logins", "everybody has a login of their own")
