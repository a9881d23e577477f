"""Fingerprints of what a finding rests on, so that a waiver ends when the record says something else.

A fingerprint is made of record values alone: of the fields that the rule reads, of those that its facts are computed
from, and of the place that the finding points at. Neither the day nor the wording of a message is in it: a certificate
that ran out is the same finding tomorrow.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from preflight import pointers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.expressions import Read
    from preflight.model import FactModule, Json, JsonObject
    from preflight.policy import Policy
    from preflight.rules import CompiledRule

_FIELD = re.compile(r"(?<![\w/])(?:/[a-z0-9_]+)+")
_INDEX = re.compile(r"/\d+(?=/|$)")


def field_of(pointer: str) -> str:
    """Return a pointer without the places in lists: that of the field, in whichever item it stands."""
    return _INDEX.sub("/*", pointer)


def of(policy: Policy, compiled: CompiledRule, record: JsonObject, pointer: str) -> str:
    """Return the fingerprint of a finding of that rule at ``pointer``, as ``sha256:`` and 64 digits."""
    rule = compiled.rule
    # Of an item, what it says counts, and not where in its list it stands.
    item = pointers.get(record, _item(rule.each, pointer)) if rule.each else None
    values = {each: pointers.values(record, each) for each in _fields(policy, compiled)}
    here = None if rule.each else pointers.get(record, pointer) if pointer else None
    about = {"rule": rule.id, "field": field_of(pointer), "here": here, "item": item, "record": values}
    return "sha256:" + hashlib.sha256(_plain(_without_order(about)).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _without_order(value: Json) -> Json:
    """Return a value with all lists in the same order: to sort a list of the record says nothing new."""
    if isinstance(value, dict):
        return {name: _without_order(member) for name, member in value.items()}
    if isinstance(value, list):
        return sorted((_without_order(each) for each in value), key=_plain)
    return value


def _item(each: str, pointer: str) -> str:
    """Return the pointer of the item that a pointer leads into; the list itself where it is not known."""
    index = pointer.removeprefix(each + "/").partition("/")[0] if pointer.startswith(each + "/") else ""
    return f"{each}/{index}" if index else each


def _fields(policy: Policy, compiled: CompiledRule) -> list[str]:
    found: set[str] = set()  # the empty one is the whole record
    offered = {fact.NAME: fact for fact in policy.facts}
    for read in compiled.reads:
        if read.root in {"vendor", "before"}:
            found.add(read.pointer)
        elif read.root == "facts" and read.path:
            found.update(_behind(read, policy.needs, offered))
    return sorted(found)


def _behind(read: Read, needs: Mapping[str, Sequence[str]], offered: Mapping[str, FactModule]) -> Iterator[str]:
    """Yield the fields that a fact is computed from: its needs where it names some, else all inputs."""
    path = [read.root, *read.path]
    while len(path) > 1:
        told = needs.get(".".join(path), ())
        fields = [field for each in told for field in _FIELD.findall(each.partition(" (")[0])]
        if fields:
            yield from fields
            return
        path.pop()
    yield from offered[read.path[0]].INPUTS if read.path[0] in offered else ()
