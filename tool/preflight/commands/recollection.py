"""What records said before the change that is judged: their versions on the line that it goes into."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from preflight.errors import DocumentError
from preflight.facts import oversight
from preflight.facts.spend import window
from preflight.model import Version, nothing_earlier
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from preflight.model import Context, Earlier, JsonObject
    from preflight.policy import Policy
    from preflight.shell.git import GitTree


def of(tree: GitTree, policy: Policy, context: Context, touched: Collection[str], paths: Mapping[str, str]) -> Earlier:
    """Return what gives versions of vendors that sell together, where the change touches one of them.

    ``tree`` is the commit before the change, ``paths`` are the files of the vendors of now, by id.
    """
    if not any(fact.NAME == oversight.NAME for fact in policy.facts):
        return nothing_earlier
    return Recollection(tree, policy, context, frozenset(touched), paths).versions


@dataclass
class Recollection:
    """The versions of vendor files on the first-parent line of a commit, read as far as they are asked for."""

    tree: GitTree
    policy: Policy
    context: Context
    touched: frozenset[str]
    paths: Mapping[str, str]
    _known: dict[str, tuple[Version, ...]] = field(default_factory=dict)

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
        return [Version(record, day) for name, day in names.items() if (record := self._record(name))]

    @cached_property
    def _replaced(self) -> Mapping[str, Mapping[str, date]]:
        """The objects that each file was, and the day on which each was replaced, which is today for that of before.

        What was there twice is told of once: until the later day it says the more.
        """
        found: dict[str, dict[str, date]] = defaultdict(dict)
        for path in (self.paths[vendor] for vendor in self.touched if vendor in self.paths):
            if name := self.tree.name(path):
                found[path][name] = self.context.today
        for path, name, day in self.tree.replaced(window.looked_back_to(self.context)):
            found[path].setdefault(name, min(day, self.context.today))  # latest first
        return {path: dict(reversed(names.items())) for path, names in found.items()}

    def _record(self, name: str) -> JsonObject | None:
        """Return the record in an object; None for one that the schema of now does not know."""
        try:
            document = documents.parse(self.tree.content(name, documents.MAX_BYTES))
        except (DocumentError, OSError):
            return None
        return document.known if self.policy.shape.fits(document.value) else None
