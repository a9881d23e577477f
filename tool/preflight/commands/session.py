"""One run over one registry: where it lies, for which day, and the judging that several commands share."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from preflight import briefing, engine, facts, pointers
from preflight.breaches import did_you_mean
from preflight.commands import rounds, trust
from preflight.commands.recollection import Recollection
from preflight.commands.rounds import case_of
from preflight.errors import CannotJudge, UsageError
from preflight.facts import lifecycle
from preflight.model import NOTHING_EARLIER
from preflight.schema_tree import Node
from preflight.shell import registry
from preflight.shell.files import Entry, Kind, Source, WorkingTree
from preflight.shell.git import GitTree
from preflight.shell.placed import Document, Light
from preflight.shell.terminal import note
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from preflight.commands.rounds import FirstRound
    from preflight.commands.trust import Verified
    from preflight.engine import Judged
    from preflight.model import Brief, Context, Earlier, FactModule, JsonObject, Verdict
    from preflight.policy import Policy
    from preflight.shell.registry import Layout, RecordFile

MOST_NAMED = 5  # vendors in a note

_numbers = itertools.count()


@dataclass
class Session:
    """The options that every command has, and what is read once for all of them."""

    root: Path
    today: date
    at: str | None = None
    law: str | None = None  # the commit whose rules, schemas and policies judge; None: those beside the records
    since: str | None = None  # the commit before the change that is judged; None: no change is, but what is there
    quiet: bool = False
    color: bool = True
    proposed_by: tuple[str, ...] = ()  # logins that the forge or the server names as those who propose the change
    line: str | None = None  # the commit whose line tells what records said; None: that before the change
    asked: set[str] = field(default_factory=set)  # vendors that are looked at for their own sake
    number: int = field(default_factory=lambda: next(_numbers))
    _latest: tuple[Entry, Document | None] | None = field(default=None, init=False, repr=False, compare=False)

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
    def lawful(self) -> Source:
        """The files whose rules judge. Where the records lie is one of them: a change must not move itself away."""
        return self.source if self.law is None else GitTree(self.root, self.law)

    @cached_property
    def layout(self) -> Layout:
        """Where the registry keeps its parts."""
        return registry.layout(self.lawful)

    @cached_property
    def policy(self) -> Policy:
        """The compiled rules. Raises CannotJudge."""
        return registry.load_policy(self.lawful, self.layout)

    @cached_property
    def context(self) -> Context:
        """What facts may know beside a record."""
        return self.policy.context(self.today, decided=self.verified.decided)

    @cached_property
    def verified(self) -> Verified:
        """What was decided, by signatures that were verified. Raises CannotJudge."""
        return trust.verify(self)

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

    def records(self) -> list[RecordFile]:
        """Read all vendor files and return those of the right form; the others are told of on stderr."""
        self.tell_left_out()
        return self._sound

    def tell_left_out(self, count: int | None = None) -> None:
        """Say on stderr how many vendor files are not of the right form, and so not looked at.

        ``count``: how many they are, for who knows.
        """
        if count is None:
            count = len(self.entries) - len(self._sound)
        if count:
            left_out = counted(count, "vendor file")
            note(f"{left_out} not of the right form and left out; 'preflight check' says why", quiet=self.quiet)

    def tell_unrecorded(self, pointer: str, what: str, so: str) -> None:
        """Say on stderr how many vendors do not record something, so that an empty list is not taken for a good one."""
        governed = [each.document.known for each in self._sound if each.document and self._is_governed(each)]
        silent = [record["id"] for record in governed if pointers.get(record, pointer) is None]
        if silent:
            named = ", ".join(silent[:MOST_NAMED]) + (" …" if len(silent) > MOST_NAMED else "")
            share = f"{len(silent):,} of {counted(len(governed), 'vendor')}"
            note(f"{share} record{'s' if len(silent) == 1 else ''} no {what} ({named}): {so}", quiet=self.quiet)

    def _is_governed(self, file: RecordFile) -> bool:
        """Whether the rules apply to a vendor; where a schema knows no life cycle of ours they do."""
        known = any(fact.NAME == lifecycle.NAME for fact in self.policy.facts)
        return not known or file.document is None or bool(lifecycle.of(file.document.known, self.context)["governed"])

    @cached_property
    def _sound(self) -> list[RecordFile]:
        files = ((entry, self.file(entry)) for entry in self.entries)
        return [self._light(entry, file) for entry, file in files if self.sound(file)]

    def _light(self, entry: Entry, file: RecordFile) -> RecordFile:
        if not isinstance(file.document, Document):
            return file
        return replace(file, document=Light.of(file.document, lambda: self.document(entry)))

    def document(self, entry: Entry) -> Document | None:
        """Read a document again. The latest is kept: whoever asks for one place in it asks for the next ones, too."""
        if self._latest is None or self._latest[0] is not entry:
            document = self.file(entry).document
            self._latest = entry, document if isinstance(document, Document) else None
        return self._latest[1]

    def refuse_without(self, fact: FactModule, what: str) -> None:
        """Refuse a registry whose schema or policies lack what a fact is made of. Raises CannotJudge."""
        if any(offered.NAME == fact.NAME for offered in self.policy.facts):
            return
        missing = [name for name in fact.POLICIES if name not in self.policy.documents]
        if missing:
            message = f"there is no {self.layout.policies}/{missing[0]}.yaml, so nothing can be said of {what}"
            raise CannotJudge(message, fix="'preflight init' writes one into a new folder; copy it and adapt it.")
        node = Node(self.policy.shape.schema, self.policy.shape.schema)
        lacking = [pointer for pointer in fact.INPUTS if node.at(pointer) is None]
        message = f"{self.layout.schema} does not have the fields that tell of {what}"
        fix = f"Missing: {', '.join(lacking)}. 'preflight init' writes a schema that has them."
        raise CannotJudge(message, fix=fix)

    def sound(self, file: RecordFile) -> bool:
        """Whether a file that was read is of the right form."""
        return file.document is not None and not file.problems and self.policy.shape.fits(file.document.value)

    def judge(self, entries: Sequence[Entry], *, everything: bool = False) -> list[Judged]:
        """Read and judge vendor files, on all cores where there are many.

        Where a rule compares vendors, the others are read, too. Judged as a whole is only a whole registry.
        """
        whole = entries is self.entries
        results = rounds.judge(self, entries, whole=whole, everything=everything)
        return trust.together(results, trust.told(self, None if whole else [each.vendor for each in results]))

    def first_round(self, file: RecordFile, read: Callable[[], FirstRound], *, judging: bool) -> FirstRound:  # noqa: ARG002 - for those who remember
        """Return what the first round gives of a file; a session that remembers may know it already."""
        return read()

    @property
    def again(self) -> Callable[[], Session]:
        """What opens the same session in another process."""
        given = (self.root, self.today, self.at, self.law, self.since)
        return partial(Session, *given, quiet=True, proposed_by=self.proposed_by, number=self.number)

    @cached_property
    def _before(self) -> GitTree | None:
        return None if self.since is None else GitTree(self.root, self.since)

    def case(self, file: RecordFile) -> engine.Case:
        """Return a file of the right form as a case to judge, with the record before the change."""
        plain = case_of(file)
        if self._before is None:
            return plain
        if self._before.kind(file.path) is None:
            return replace(plain, has_base=True)
        earlier = registry.read_record(self._before, Entry(file.path, Kind.FILE), self.layout)
        if not self.sound(earlier) or earlier.document is None:
            return plain  # what it was cannot be told, so nothing that compares applies
        return replace(plain, before=earlier.document.known, has_base=True)

    @cached_property
    def survey(self) -> Survey:
        """All vendors of the right form, with all their facts; read one after the other."""
        cases = {file.id: case_of(file) for file in self._sound}
        earlier = self.remembered(self.asked, {name: case.path for name, case in cases.items()})
        context = replace(self.context, vendors=frozenset(cases), earlier=earlier, memory={})
        registered = facts.registry(self.policy.facts)
        taken = {name: facts.extracts(registered, case.record, context) for name, case in cases.items()}
        return Survey(self.policy, context, cases, taken, engine.share_all(self.policy, taken, context))

    def remembered(self, vendors: Collection[str], paths: Mapping[str, str], changed: Collection[str] = ()) -> Earlier:
        """Return what records said before a change of those vendors, theirs and those of others of their sellers.

        ``paths`` are the files of all vendors, by id, ``changed`` those that the change edits or takes out. Where
        nothing is compared, nothing is remembered.
        """
        tree = self._before if self.line is None else GitTree(self.root, self.line)
        if tree is None:
            return NOTHING_EARLIER
        return Recollection(
            tree,
            self.policy,
            self.context,
            folder=self.layout.vendors.partition("*")[0],
            touched=frozenset(vendors),
            paths=paths,
            changed=frozenset(changed),
        ).earlier()

    def vendor(self, identifier: str) -> engine.Case:
        """Return one vendor. Raises UsageError where there is none, or its file is not of the right form."""
        [entry, *_] = self.chosen([identifier])
        file = self.file(entry)
        if not self.sound(file):
            message = f"{file.path} cannot be explained, because it is not of the right form"
            raise UsageError(message, fix=f"Run 'preflight check {file.id}' and correct what it says.")
        self.asked.add(file.id)
        return self.survey.cases[file.id]

    def brief(self, identifier: str, base: str | None = None) -> Brief:
        """Return the approver's page of one vendor, compared with its record at the commit ``base``."""
        case, survey = self.vendor(identifier), self.survey
        before = None if base is None else self._record_at(case, base)
        policies = survey.context.policies
        known, verdicts = survey.facts(case.vendor), survey.verdicts(case.vendor)
        return briefing.brief(case.record, known, verdicts, policies, self.policy.shape.schema, before)

    def _record_at(self, case: engine.Case, base: str) -> tuple[JsonObject, JsonObject] | None:
        """Return the record at a commit and its facts, by the rules of now; None where it was not there yet."""
        source = GitTree(self.root, base)
        if source.kind(case.path) is None:
            return {}, {}
        file = registry.read_record(source, Entry(case.path, Kind.FILE), self.layout)
        if file.document is None or not self.sound(file):
            message = f"{case.path} at {base} is not of the right form, so nothing can be compared with it"
            raise UsageError(message, fix="Name another commit with --base.")
        local = facts.local(self.policy.facts)
        return file.document.known, facts.compute(local, file.document.known, self.context)


@dataclass(frozen=True)
class Survey:
    """The vendors of the right form, by id, and what is known of them and of the registry."""

    policy: Policy
    context: Context
    cases: Mapping[str, engine.Case]
    extracts: Mapping[str, JsonObject]
    shared: Mapping[str, JsonObject]

    def facts(self, vendor: str) -> JsonObject:
        """Return all facts of one vendor, those that no rule reads included."""
        return engine.facts_of(self.cases[vendor], self.policy, self.shared[vendor], self.context)

    def verdicts(self, vendor: str, *, only: Collection[str] = (), everything: bool = True) -> tuple[Verdict, ...]:
        """Return the verdicts on one vendor, by all rules or by some."""
        policy = self.policy.only(only) if only else self.policy
        case, shared = self.cases[vendor], self.shared[vendor]
        return engine.judge_case(case, policy, self.context, shared, everything=everything).verdicts
