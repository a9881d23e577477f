"""Taking trust away: whether a change of keys and of the list of leaked ones does that, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.decisions.signers import SignerKey, Signers
    from preflight.model import JsonObject

LEAKED = "leaked_keys"  # in policies/approvals.yaml


def newly_leaked(before: JsonObject, after: JsonObject) -> frozenset[str] | None:
    """Return the fingerprints that a change of policies/approvals.yaml enters as leaked; None: it does more than that.

    To take one off the list, or to say that it leaked later, would make signatures count again.
    """
    was, now = ({**each, LEAKED: None} for each in (before, after))
    if was != now:
        return None
    known, entered = ({each["key"]: each for each in value.get(LEAKED) or ()} for value in (before, after))
    if any(entered.get(key) != each for key, each in known.items()):
        return None
    return frozenset(entered.keys() - known.keys())


def takes_keys_away(before: Signers, after: Signers, leaked: frozenset[str], people: Mapping[str, str]) -> bool:
    """Whether a change of policies/allowed_signers lets nobody sign who could not sign before.

    Lines may go, or hold for less. A key may come for somebody who loses one, for no more than that one could sign.
    ``leaked``: keys that are entered as leaked in the same change. ``people``: the id of each person by every name.
    """
    if any(not _is_less(each, was) for key, each in after.keys.items() if (was := before.keys.get(key))):
        return False
    lost: dict[str, list[SignerKey]] = {}
    for key, was in before.keys.items():
        if key in leaked or key not in after.keys or after.keys[key].valid_before != was.valid_before:
            lost.setdefault(_person(was, people), []).append(was)
    for key in after.keys.keys() - before.keys.keys():
        new = after.keys[key]
        former = lost.get(_person(new, people), [])
        replaced = next((each for each in former if _names(new, each)), None)
        if replaced is None:
            return False
        former.remove(replaced)  # one for one
    return True


def _person(key: SignerKey, people: Mapping[str, str]) -> str:
    return people.get(key.principal.casefold(), key.principal)


def _is_less(now: SignerKey, was: SignerKey) -> bool:
    """Whether a line lets a key sign no more than before."""
    ends = was.valid_before is None or (now.valid_before is not None and now.valid_before <= was.valid_before)
    begins = was.valid_after is None or (now.valid_after is not None and now.valid_after >= was.valid_after)
    return now.principal == was.principal and ends and begins and _names(now, was)


def _names(now: SignerKey, was: SignerKey) -> bool:
    """Whether a line names no more namespaces than another; one that names none means all."""
    return was.namespaces is None or (now.namespaces is not None and now.namespaces <= was.namespaces)
