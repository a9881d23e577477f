"""One run over one registry: where it lies, for which day, and the judging that several commands share."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from preflight import engine
from preflight.breaches import did_you_mean
from preflight.errors import UsageError
from preflight.model import Problem
from preflight.shell import registry, workers
from preflight.shell.files import Entry, Source, WorkingTree
from preflight.shell.git import GitTree
from preflight.shell.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from preflight.engine import Judged
    from preflight.policy import Policy
    from preflight.shell.registry import Layout, RecordFile

_numbers = itertools.count()
_open: dict[int, Session] = {}


@dataclass
class Session:
    """The options that every command has, and what is read once for all of them."""

    root: Path
    today: date
    at: str | None = None
    quiet: bool = False
    color: bool = True
    number: int = field(default_factory=lambda: next(_numbers))

    @cached_property
    def source(self) -> Source:
        """The files: of the folder, or of one commit."""
        if not self.root.is_dir():
            message = f"{self.root} is not a folder"
            raise UsageError(message, fix="Name the root of a registry with --root.")
        return WorkingTree(self.root) if self.at is None else GitTree(self.root, self.at)

    @cached_property
    def commit(self) -> str | None:
        """The commit that is read, or None for the working tree."""
        return self.source.commit if isinstance(self.source, GitTree) else None

    @cached_property
    def layout(self) -> Layout:
        """Where the registry keeps its parts."""
        return registry.layout(self.source)

    @cached_property
    def policy(self) -> Policy:
        """The compiled rules. Raises CannotJudge."""
        return registry.load_policy(self.source, self.layout)

    @cached_property
    def entries(self) -> list[Entry]:
        """The vendor files."""
        return registry.record_entries(self.source, self.layout)

    def chosen(self, identifiers: Sequence[str]) -> list[Entry]:
        """Return the entries of those vendors, or all. Raises UsageError for one that is not there."""
        if not identifiers:
            return self.entries
        names = [(registry.stem(entry.path), entry) for entry in self.entries]
        plain = self.layout.managed and len({name for name, _ in names}) == len(names)
        if not plain or not set(identifiers) <= {name for name, _ in names}:
            # An id may stand in a file of another name, and twice: then all of them are meant.
            names += [(file.id, entry) for file, entry in zip(self.files(self.entries), self.entries, strict=True)]
        known = {name for name, _ in names}
        for wanted in identifiers:
            if wanted not in known:
                message = f"there is no vendor {wanted!r} here"
                raise UsageError(message, fix=did_you_mean(wanted, known) or "See 'preflight inventory list'.")
        return list({entry.path: entry for name, entry in names if name in identifiers}.values())

    def files(self, entries: Sequence[Entry]) -> list[RecordFile]:
        """Read vendor files."""
        return [self.file(entry) for entry in entries]

    def file(self, entry: Entry) -> RecordFile:
        """Read one vendor file."""
        return registry.read_record(self.source, entry, self.layout)

    def judge(self, entries: Sequence[Entry], *, everything: bool = False) -> list[Judged]:
        """Read and judge vendor files, on all cores where there are many."""
        _ = self.policy  # compiled before processes are forked, and refused before anything is read
        _open[self.number] = self
        spec = (self.number, self.root, self.today, self.at)
        try:
            with Progress("Judging vendors", len(entries), quiet=self.quiet) as progress:
                results = workers.spread(partial(_judge_chunk, spec, everything), entries, progress.advance)
        finally:
            _open.pop(self.number, None)
        return _without_twins(results)


Spec = tuple[int, "Path", "date", str | None]


def _judge_chunk(spec: Spec, everything: bool, entries: Sequence[Entry]) -> list[Judged]:  # noqa: FBT001 - bound by partial
    """Judge a chunk in a worker process: forked ones find the open session, others open it again."""
    number, root, today, at = spec
    session = _open.get(number)
    if session is None:
        session = _open[number] = Session(root, today, at, quiet=True, number=number)
    # One at a time: a document is large beside its verdicts, so it is not kept until the others are read.
    return [
        judge_file(session, registry.read_record(session.source, entry, session.layout), everything=everything)
        for entry in entries
    ]


def judge_file(session: Session, file: RecordFile, *, everything: bool = False) -> Judged:
    """Judge one file that was read: its form first; rules see only records of the right shape."""
    if file.document is None:
        return engine.breached(file.id, file.path, file.problems)
    problems = (*file.problems, *session.policy.shape.problems(file.document.value, file.document))
    if problems:
        return engine.breached(file.id, file.path, problems)
    case = engine.Case(file.id, file.path, file.document.known, file.document)
    return engine.judge_case(case, session.policy, session.policy.context(session.today), everything=everything)


def _without_twins(results: list[Judged]) -> list[Judged]:
    """Two files with one id are two stories of one vendor: both are refused."""
    twice = {vendor for vendor, count in Counter(each.vendor for each in results).items() if count > 1}
    return [
        each if each.vendor not in twice else engine.breached(each.vendor, each.path, [_twin(each.vendor)])
        for each in results
    ]


def _twin(vendor: str) -> Problem:
    return Problem(
        "file/id", f"another file has the id {vendor!r} too", "Give each vendor one file and an id of its own."
    )
