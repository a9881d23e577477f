"""Fingerprints of what a finding rests on, so that a waiver ends when the record says something else.

A fingerprint is made of record values alone: of the fields that the rule reads, of those that its facts are computed
from, of the place that the finding points at, and of what an approval is for: product, category and company. Neither
the day nor the wording of a message is in it: a certificate that ran out is the same finding tomorrow.

What other records say, which a rule may read as well, has a digest of its own (``beside``).

What a rule says of a change rests on the record before, too: a waiver that was used for one change is good for no other
that ends in the same record.

A fact may have a function ``settled``, which says of a record alone what values of the fact mean on whatever day. Of
such a value that a rule reads, the value is covered and not the field behind it: what is approved is governed as before
when it goes live, so a waiver outlives that.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.model import SIGNED_FOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from preflight.expressions import Read
    from preflight.model import FactModule, Json, JsonObject
    from preflight.policy import Policy
    from preflight.rules import CompiledRule

HINTS = frozenset({"close"})  # members of a fault that help to repair it, and say nothing of what it is
_FIELD = re.compile(r"(?<![\w/])(?:/[a-z0-9_]+)+")
WHOLE = "the whole record"
_INDEX = re.compile(r"/\d+(?=/|$)")


def field_of(pointer: str) -> str:
    """Return a pointer without the places in lists: that of the field, in whichever item it stands."""
    return _INDEX.sub("/*", pointer)


def of(
    policy: Policy, compiled: CompiledRule, record: JsonObject, pointer: str, before: JsonObject | None = None
) -> str:
    """Return the fingerprint of a finding of that rule at ``pointer``, as ``sha256:`` and 64 digits.

    ``before`` is the record that this one replaces; it matters to rules about a change alone.
    """
    rule = compiled.rule
    # Of an item, what it says counts, and not where in its list it stands.
    item = pointers.get(record, _item(rule.each, pointer)) if rule.each else None
    values = _values(policy, compiled, record)
    here = None if rule.each else pointers.get(record, pointer) if pointer else None
    about = {"rule": rule.id, "field": field_of(pointer), "here": here, "item": item, "record": values}
    if compiled.needs_before:
        about["before"] = _values(policy, compiled, before or {})
    return _digest(about)


def beside(policy: Policy, compiled: CompiledRule, pointer: str, shared: JsonObject) -> str:
    """Return the digest of what other records say that a finding at ``pointer`` rests on.

    Empty for a rule that asks nothing of them. ``shared`` are the registry facts of the vendor.
    """
    told: dict[str, Json] = {}
    for path in policy.of_others(compiled):
        value: Json = shared
        for part in path:
            value = value.get(part) if isinstance(value, dict) else value
        if path == compiled.faults and isinstance(value, list):  # what stands at other places is waived there
            here = (each for each in value if isinstance(each, dict))
            value = [_named(each) for each in here if each.get("pointer", compiled.rule.at) == pointer]
        told[".".join(path)] = value
    return _digest(told) if told else ""


def _named(fault: JsonObject) -> JsonObject:
    """Return what a fault names. Numbers, such as the days that it is there, are others tomorrow."""
    told = {name: member for name, member in fault.items() if name not in HINTS}
    return {name: member for name, member in told.items() if isinstance(member, bool | str | list)}


def covers(policy: Policy, compiled: CompiledRule, pointer: str) -> tuple[str, ...]:
    """Return what the fingerprint of a finding is made of: fields of the record, and facts (``facts.…``)."""
    named = {name or WHOLE for name in _values(policy, compiled, {})}
    return _in_order({*named, _place(compiled, pointer)})


def says(policy: Policy, compiled: CompiledRule, record: JsonObject, pointer: str) -> dict[str, list[Json]]:
    """Return what the record says of each of ``covers``: the values wherever it stands, in its order.

    Of the whole record nothing is told.
    """
    facts = _values(policy, compiled, record)
    found: dict[str, list[Json]] = {}
    for name in covers(policy, compiled, pointer):
        if name == WHOLE:
            found[name] = []
        else:
            found[name] = [facts[name]] if name.startswith("facts.") else pointers.values(record, name)
    return found


def differing(
    policy: Policy, compiled: CompiledRule, records: tuple[JsonObject, JsonObject], pointer: str
) -> tuple[str, ...]:
    """Return what of a fingerprint says something else in two records; ``pointer`` is the place in the first.

    Of a finding about an item of a list it is the item where nothing else differs.
    """
    before, after = (_without_order(_values(policy, compiled, each)) for each in records)
    found = {name or WHOLE for name in before if before[name] != after[name]}
    here = "" if compiled.rule.each else pointer
    if here and _differ(*(pointers.get(each, here) for each in records)):
        found.add(_place(compiled, pointer))
    return _in_order(found or {_place(compiled, pointer)})


def _place(compiled: CompiledRule, pointer: str) -> str:
    each = compiled.rule.each
    return field_of(_item(each, pointer) if each else pointer) or WHOLE


def _differ(one: Json, other: Json) -> bool:
    return _plain(_without_order(one)) != _plain(_without_order(other))


def _in_order(names: Collection[str]) -> tuple[str, ...]:
    """Return names in order, facts last, without those that lie inside of another."""
    inside = {name for name in names for other in names if name.startswith(f"{other}/")}
    return tuple(sorted(set(names) - inside, key=lambda name: (name.startswith("facts."), name)))


def _digest(value: Json) -> str:
    return "sha256:" + hashlib.sha256(_plain(_without_order(value)).encode("utf-8", "surrogatepass")).hexdigest()


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


def _values(policy: Policy, compiled: CompiledRule, record: JsonObject) -> dict[str, Json]:
    """Return what a rule decides on, by the pointer of the field or the name of the fact; the empty one is all."""
    fields = set(SIGNED_FOR.values())  # what is waived for one product of a company is not waived for another
    found: dict[str, Json] = {}
    offered = {fact.NAME: fact for fact in policy.facts}
    for read in compiled.reads:
        if read.root in {"vendor", "before"}:
            fields.add(read.pointer)
        elif read.root == "facts" and read.path:
            settled = _settled(read, offered, record)
            found |= settled
            fields.update(() if settled else _behind(read, policy.needs, offered))
    return {**{each: pointers.values(record, each) for each in fields}, **found}


def _settled(read: Read, offered: Mapping[str, FactModule], record: JsonObject) -> dict[str, Json]:
    """Return the value of a fact that says by itself what a rule has to know; nothing where the fields behind it do."""
    name, *member = read.path
    say = getattr(offered.get(name), "settled", None)
    values = say(record) if say and len(member) == 1 else {}
    return {str(read): values[member[0]]} if member and member[0] in values else {}


def _behind(read: Read, needs: Mapping[str, Sequence[str]], offered: Mapping[str, FactModule]) -> Iterator[str]:
    """Yield the fields that a fact is computed from: what it needs, else all inputs; and its optional inputs."""
    module = offered.get(read.path[0])
    optional = getattr(module, "OPTIONAL_INPUTS", ())
    yield from optional.get(".".join(read.path[1:]), ()) if isinstance(optional, dict) else optional
    path = [read.root, *read.path]
    while len(path) > 1:
        told = needs.get(".".join(path), ())
        fields = [field for each in told for field in _FIELD.findall(each.partition(" (")[0])]
        if fields:
            yield from fields
            return
        path.pop()
    yield from module.INPUTS if module else ()
