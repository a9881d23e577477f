"""policies/allowed_signers: whether those who have to sign can, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from preflight.codeowners import POLICY_OWNER, Directory
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.signers import SignerKey, Signers
from preflight.doctor.observed import Finding, Outcome, ok
from preflight.errors import DocumentError
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.doctor.observed import Observed
    from preflight.model import JsonObject

SOON = 30  # days
FEWEST = 2  # owners of the policy who sign
NEW_KEY = "Have them make one (ssh-keygen -t ed25519) and send the .pub file; two policy owners add the line."


def signers(seen: Observed) -> Iterator[Finding]:
    """Read the file, which has to be there where signatures are asked for."""
    asked = _signed(seen)
    path = _path(seen)
    if seen.signers is None:
        if asked:
            message = f"there is no such file, and signatures are asked for from: {', '.join(asked)}"
            yield Finding("signers", Outcome.PROBLEM, message, NEW_KEY, path)
        return
    try:
        known = Signers.of(seen.signers)
    except DocumentError as error:
        message = f"{error.message}; no signature counts until it can be read"
        yield Finding("signers", Outcome.PROBLEM, message, error.fix, path, error.line)
        return
    if asked and not known.keys:
        message = f"it holds no key yet, and signatures are asked for from: {', '.join(asked)}"
        yield Finding("signers", Outcome.PROBLEM, message, NEW_KEY, path)
        return
    yield ok("signers", f"{path} holds {counted(len(known.keys), 'key')}")


def principals(seen: Observed) -> Iterator[Finding]:
    """Look whose the keys are: each belongs to somebody who is known and still there."""
    keys, people = _keys(seen), seen.people
    if not keys or people is None:
        return
    known = _by_name(people)
    day = seen.today.isoformat()
    found: list[Finding] = []
    for key in keys:
        person = known.get(key.principal)
        line = key.position.line
        if person is None:
            message = f"a key belongs to {key.principal}, who is nobody in people.yaml"
            fix = "Correct the name: an id or an e-mail address of people.yaml; or take the line out."
            found.append(Finding("key-holders", Outcome.PROBLEM, message, fix, _path(seen), line))
        elif person.get("left", "9999") < day and key.valid_on(seen.today):
            message = f"the key of {key.principal}, who left on {person['left']}, is still good"
            ended = _compact(person["left"])
            fix = f'End it: valid-before="{ended}", or the day after. What was signed before stays true.'
            found.append(Finding("key-holders", Outcome.PROBLEM, message, fix, _path(seen), line))
        elif key.principal != person["id"] and key.valid_on(seen.today):
            message = (
                f"a key stands under {key.principal}, and decisions say {person['id']}: whoever verifies one by hand "
                "with ssh-keygen and that name is told that it cannot be verified"
            )
            fix = f"Begin the line with {person['id']} instead."
            found.append(Finding("key-holders", Outcome.ADVICE, message, fix, _path(seen), line))
    yield from found or [ok("key-holders", "each key belongs to somebody who is there")]


def terms(seen: Observed) -> Iterator[Finding]:
    """Look for keys that end, and the power to agree with them. Ended ones stay in the file for what they signed."""
    keys = _keys(seen)
    if not keys:
        return
    today, found = seen.today, []
    good = {key.principal for key in keys if key.valid_on(today)}
    lasting = {key.principal for key in keys if key.valid_on(today) and not _ends_soon(key, seen)}
    gone = {name for name, each in _by_name(seen.people).items() if each.get("left", "9999") < today.isoformat()}
    for key in keys:
        last = key.valid_before
        if key.principal in gone or last is None:
            continue
        if last <= today and key.principal not in good:
            message = f"the only key of {key.principal} expired: it was good until the day before {last}"
            found.append(Finding("key-terms", Outcome.PROBLEM, message, NEW_KEY, _path(seen), key.position.line))
        elif _ends_soon(key, seen) and key.principal not in lasting:
            days = (last - today).days
            message = f"the key of {key.principal} expires in {counted(days, 'day')}, on {last}, and there is no other"
            found.append(Finding("key-terms", Outcome.ADVICE, message, NEW_KEY, _path(seen), key.position.line))
    yield from found or [ok("key-terms", f"no key is missed within {SOON} days")]


def signing(seen: Observed) -> Iterator[Finding]:
    """Look whether those who have to sign have a key that may."""
    asked = _signed(seen)
    if not asked or seen.people is None or seen.signers is None:
        return
    directory, keys = Directory.of(seen.people, seen.today), _keys(seen)
    found: list[Finding] = []
    held_by = {role: held for role in asked if (held := directory.holders(role))}  # that one is empty is told of roles
    for role, held in held_by.items():
        namespace = POLICY_NAMESPACE if role == POLICY_OWNER else NAMESPACE
        good = {key.principal for key in keys if key.valid_on(seen.today) and key.allows(namespace)}
        able = [name for name in held if good & {name, directory.people[name].get("email", name)}]
        least = FEWEST if role == POLICY_OWNER else 1
        unable = [name for name in held if name not in able]
        if len(able) < least:
            message = (
                f"the role {role} signs, and {len(able) or 'none'} of its {counted(len(held), 'holder')} can: no key "
                f"that is good for {namespace} belongs to {', '.join(unable)}"
            )
            if not unable:
                message = f"the role {role} signs by {least} people, and {len(held)} holds it"
            found.append(Finding("signing", Outcome.PROBLEM, message, NEW_KEY, _path(seen)))
        elif unable:
            message = f"{', '.join(unable)} cannot sign as {role}: no key of theirs is good for {namespace}"
            found.append(Finding("signing", Outcome.ADVICE, message, NEW_KEY, _path(seen)))
    if held_by:
        yield from found or [ok("signing", f"who has to sign can: {', '.join(held_by)}")]


def _path(seen: Observed) -> str:
    return f"{seen.policies}/allowed_signers"


def _signed(seen: Observed) -> list[str]:
    """Return the roles whose word counts only with a signature."""
    roles = seen.approvals["roles"] if seen.approvals else ()
    return [each["role"] for each in roles if each.get("proof") == "signed"]


def _keys(seen: Observed) -> list[SignerKey]:
    """Return all keys; none where the file is not there, or is of no use (that is told once)."""
    try:
        return list(Signers.of(seen.signers).keys.values()) if seen.signers is not None else []
    except DocumentError:
        return []


def _by_name(people: JsonObject | None) -> dict[str, JsonObject]:
    """Return people by each name that a key may have: id and e-mail address."""
    everybody = people["people"] if people else ()
    return {name: each for each in everybody for name in (each["id"], each.get("email", each["id"]))}


def _ends_soon(key: SignerKey, seen: Observed) -> bool:
    ends = key.valid_before
    return ends is not None and seen.today < ends <= seen.today + timedelta(days=SOON)


def _compact(day: str) -> str:
    return day.replace("-", "") + "Z"
