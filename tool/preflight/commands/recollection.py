"""What records said before the change that is judged: their versions on the line that it goes into."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.errors import DocumentError
from preflight.facts import lifecycle, oversight
from preflight.facts.spend import window
from preflight.model import NOTHING_EARLIER, Earlier, Version
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from preflight.model import Context, JsonObject
    from preflight.policy import Policy
    from preflight.shell.git import GitTree


SECTIONS = tuple(
    re.compile(rb"^%b:.*\n(?:(?:[ \t].*)?\r?\n)*" % name, re.MULTILINE) for name in (b"lifecycle", b"legal_entity")
)


@dataclass
class Recollection:
    """The versions of vendor files on the first-parent line of a commit, read as far as they are asked for.

    ``tree`` is the commit before the change, which touches the vendors ``touched``, and edits or takes out the files
    ``changed``. ``folder`` is where records lie, ``paths`` are the files of the vendors of now, by id.
    """

    tree: GitTree
    policy: Policy
    context: Context
    folder: str
    touched: frozenset[str]
    paths: Mapping[str, str]
    changed: frozenset[str]
    _known: dict[str, tuple[Version, ...]] = field(default_factory=dict)

    def earlier(self) -> Earlier:
        """Return what records said before; nothing where no vendor is touched, or no rule looks at money."""
        looked_at = any(fact.NAME == oversight.NAME for fact in self.policy.facts)
        return Earlier(self.versions, self.sellers) if looked_at and self.touched | self.changed else NOTHING_EARLIER

    def versions(self, vendors: Collection[str]) -> Mapping[str, Sequence[Version]]:
        """Return the versions of those vendors, oldest first; none where the change leaves all of them alone."""
        if self.touched.isdisjoint(vendors):
            return {}
        for vendor in vendors:
            if vendor in self.paths and vendor not in self._known:
                self._known[vendor] = tuple(self._read(self.paths[vendor]))
        return {vendor: found for vendor in vendors if (found := self._known.get(vendor))}

    def _read(self, path: str) -> list[Version]:
        names = self._replaced.get(path, {})
        return [
            Version(record, day) for name, day in names.items() if (record := recorded(self.tree, name, self.policy))
        ]

    @cached_property
    def _replaced(self) -> Mapping[str, Mapping[str, date]]:
        """The objects that each file was, and the day on which each was replaced, which is today for that of before.

        What was there twice is told of once: until the later day it says the more.
        """
        found: dict[str, dict[str, date]] = defaultdict(dict)
        for path in (self.paths[vendor] for vendor in self.touched if vendor in self.paths):
            if name := self.tree.name(path):
                found[path][name] = self.context.today
        for path, name, day in self._log:
            found[path].setdefault(name, min(day, self.context.today))  # latest first
        return {path: dict(reversed(names.items())) for path, names in found.items()}

    @cached_property
    def _log(self) -> Sequence[tuple[str, str, date]]:
        return list(self.tree.replaced(window.looked_back_to(self.context)))

    def sellers(self) -> Sequence[JsonObject]:
        """Return who sold by proposals of the window that say something else now, or were taken out.

        Of what was agreed to the record keeps it. A proposal may change; that a company belongs to another stays true.
        """
        return self._sellers

    @cached_property
    def _sellers(self) -> Sequence[JsonObject]:
        objects = {name for path, name, _ in self._log if self._is_record(path)}
        objects |= {self.tree.name(path) for path in self.changed if self._is_record(path)} - {""}
        told = {said for name in sorted(objects) if (said := self._of_the_seller(name))}
        found = (_proposed(each) for each in sorted(told))
        return [each for each in found if each]

    def _is_record(self, path: str) -> bool:
        return path.startswith(self.folder) and path.endswith(".yaml")

    def _of_the_seller(self, name: str) -> bytes:
        """Return of an object the part that tells of state and seller, or all of it where that is not to be seen."""
        try:
            data = self.tree.content(name, documents.MAX_BYTES)
        except OSError:
            return b""
        parts = [each.findall(data + b"\n") for each in SECTIONS]
        return b"".join(part for (part,) in parts) if all(len(each) == 1 for each in parts) else data


def recorded(tree: GitTree, name: str, policy: Policy) -> JsonObject | None:
    """Return the record in an object of git; None for one that the schema of now does not know."""
    try:
        document = documents.parse(tree.content(name, documents.MAX_BYTES))
    except (DocumentError, OSError):
        return None
    return document.known if policy.shape.fits(document.value) else None


def _proposed(text: bytes) -> JsonObject:
    """Return the legal entity that a proposal named; empty where it named none, or was agreed to."""
    try:
        record = documents.parse(text).known
    except DocumentError:
        return {}
    life, entity = (pointers.get(record, f"/{name}") for name in ("lifecycle", "legal_entity"))
    # It may be from before there was a schema, or have come past the gate.
    if not isinstance(life, dict) or not isinstance(entity, dict) or not isinstance(life.get("status"), str):
        return {}
    if lifecycle.was_agreed({"lifecycle": life}):
        return {}
    said = {each: entity[each] for each in ("parent", "name") if isinstance(entity.get(each), str)}
    if isinstance(entity.get("domains"), list):
        said["domains"] = [each for each in entity["domains"] if isinstance(each, str)]
    return said
