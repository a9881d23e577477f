"""``preflight audit export``: an evidence pack for somebody who has nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import __version__, engine
from preflight.auditing import chain, checkpoint, pack, replay_listing, verification
from preflight.commands import audit_chain, audit_span
from preflight.commands.audit_replay import replayed
from preflight.commands.audit_verify import verified
from preflight.commands.given import Given
from preflight.commands.past import is_record
from preflight.commands.session import Session
from preflight.decisions import FOLDER
from preflight.decisions.ruling import namespace_of
from preflight.decisions.signers import Signers
from preflight.errors import DocumentError, PreflightError, UsageError
from preflight.escaping import terminal as escape
from preflight.history import POLICIES, STREAMS, Logged, lines, listing
from preflight.renderers import json as report_json
from preflight.shell import bundle, git, history, listed_keys, new_folder, registry, terminal
from preflight.shell.files import Entry, Kind
from preflight.shell.git import GitTree
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from preflight.auditing.replay import Replayed
    from preflight.commands.audit_span import Span
    from preflight.decisions import Decision
    from preflight.shell.first_line import Passed

MAX_FILE = 16 * 1024 * 1024  # bytes of a record or a policy; a larger one is only in the bundle


@click.command("export", short_help="Write an evidence pack that git, sha256sum and ssh-keygen verify.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--since", metavar="REV|DAY|CHECKPOINT", help="Where the period begins: after that commit, or on that day."
)
@click.option("--until", metavar="REV|DAY", help="Where it ends: with that commit, or on that day.")
@click.option("--vendor", "vendors", multiple=True, metavar="ID", help="Only that vendor. Can be given several times.")
@click.pass_obj
def command(given: Given, folder: Path, *, since: str | None, until: str | None, vendors: tuple[str, ...]) -> int:
    """Write all that an auditor needs of a period into FOLDER, which must not be there yet: records, rules and verdicts
    at both ends, every change, every decision with its signature and the keys of then, the replay, and the whole
    history as a bundle. README.md in it says how to verify all of it with git, sha256sum and ssh-keygen alone.

    The same history gives the same bytes: nothing in it depends on today. With --vendor the files are of those vendors
    only; the bundle holds all of the history.
    """  # noqa: D205 - the first sentence is as long as it is
    new_folder.refuse_present(folder)
    span = audit_span.span(given, since, until)
    if not span.part:
        message = "no commit lies in that period"
        raise UsageError(message, fix="See 'preflight audit log' for the days of commits.")
    # As of the last commit, whatever day it is: the same history has to give the same pack.
    then = Given(given.root, span.line[-1].day, span.spot.commit, quiet=given.quiet, color=False)
    with git.asked_once():
        files, left = _Pack(then, span, vendors).files()
    new_folder.write(folder, files)
    size = sum(len(data) for data in files.values())
    more = f"; {counted(left, 'file')} could not be written under their names, see {pack.LEFT_OUT}" if left else ""
    name = escape(str(folder))
    terminal.show(f"{name}: {counted(len(files), 'file')}, {size:,} bytes, {counted(len(span.part), 'commit')}{more}\n")
    return 0


@dataclass
class _Side:
    """One end of the period."""

    name: str
    passed: Passed


@dataclass
class _Pack:
    given: Given
    span: Span
    vendors: tuple[str, ...]

    def files(self) -> tuple[dict[str, bytes], int]:
        """Return the files of the pack by their paths, and how many of the history could not be written."""
        span = self.span
        sides = [_Side("start", span.line[span.start - 1])] if span.start else []
        sides.append(_Side("end", span.line[-1]))
        found: dict[str, bytes] = {}
        left: list[str] = []
        found |= self._changes()
        for side in sides:
            files, missing = self._side(side)
            found |= files
            left += missing
        keys, signed = self._decisions(found)
        found |= keys
        found[pack.DECISIONS] = "".join(each.line() for each in signed).encode("ascii")
        replay = replayed(self.given, span)
        found["replay.json"] = replay_listing.as_json(self._narrowed(replay), everything=True).encode("utf-8")
        proof = verified(self.given, span, [])
        found["verification.json"] = verification.as_json(proof).encode("utf-8")
        point = audit_chain.taken(span.spot, span.line, span.line[-1].day, f"preflight {__version__}")
        found["checkpoint.json"] = checkpoint.render(point).encode("utf-8")
        found["repository.bundle"] = bundle.whole(span.spot, pack.BRANCH)
        if left:
            found[pack.LEFT_OUT] = pack.left_out(left)
        about = pack.About(
            point.registry,
            span.spot.commit,
            span.since,
            len(span.line),
            len(span.part),
            (span.part[0].day, span.line[-1].day),
            self.vendors,
            replay_listing.verdict(replay),
            f"The history, looked at by itself: {proof.state.replace('-', ' ')}",
            len(left),
            len(signed),
        )
        found[pack.README] = pack.page(about, [side.name for side in sides])
        found[pack.MANIFEST] = pack.manifest(found)
        return found, len(left)

    # ---- What changed ----------------------------------------------------------------------------

    def _changes(self) -> dict[str, bytes]:
        found = history.read(self.given.root, self.span.spot.commit, quiet=self.given.quiet)
        unknown = [each for each in self.vendors if not any(step.names(each) for step in found.steps)]
        if unknown:
            message = f"no commit tells of a vendor {unknown[0]!r}"
            raise UsageError(message, fix="See 'preflight audit log' for the ids that there were.")
        logged = [
            Logged(step.number, step.commit, entry)
            for step in found.steps
            if step.number >= self.span.start and not step.empty
            for entry in step.entries
            if not self.vendors or entry.vendor in (*self.vendors, POLICIES)
        ]
        streams = (
            (stream, [lines.entry(each) for each in logged if each.change.stream == stream]) for stream in STREAMS
        )
        return {
            "changes.json": b"".join(lines.document(found.head, streams)),
            "changes.csv": "".join(listing.comma_separated(logged, found.head)).encode("utf-8"),
        }

    def _narrowed(self, found: Replayed) -> Replayed:
        """Keep of a replay the red flags of the vendors that are asked for; of commits all are told."""
        if not self.vendors:
            return found
        return replace(found, flags=tuple(each for each in found.flags if each.finding.vendor in self.vendors))

    # ---- What was there at one end ---------------------------------------------------------------

    def _side(self, side: _Side) -> tuple[dict[str, bytes], list[str]]:
        commit = side.passed.commit.id
        tree = GitTree(self.given.root, commit)
        found = {f"{side.name}.txt": f"{commit}\n".encode("ascii")}
        try:
            where = registry.layout(tree)
        except PreflightError:
            where = registry.Layout()
        covers = audit_chain.covers(where)
        entries = {each.path: each.kind for each in tree.entries("") if chain.governs(each.path, covers)}
        wanted = [path for path in entries if self._is_wanted(tree, path, where)]
        good, left = pack.sorted_out(wanted)
        for path in good:
            data = tree.read(path, MAX_FILE) if entries[path] in (Kind.FILE, Kind.EXECUTABLE) else None
            if data is None or len(data) > MAX_FILE:
                left.append(path)
            else:
                found[f"{side.name}/{path}"] = data
        return {**found, **self._verdicts(side)}, [f"{side.name}/{path}" for path in left]

    def _is_wanted(self, tree: GitTree, path: str, where: registry.Layout) -> bool:
        if not self.vendors:
            return True
        if path.startswith(f"{FOLDER}/"):
            return path.removeprefix(f"{FOLDER}/").partition("/")[0] in (*self.vendors, POLICIES)
        if not is_record(path, where):
            return True
        kind = tree.kind(path) or Kind.OTHER
        return registry.read_record(tree, Entry(path, kind), where).id in self.vendors

    def _verdicts(self, side: _Side) -> dict[str, bytes]:
        session = Session(self.given.root, side.passed.day, side.passed.commit.id, quiet=True)
        try:
            there = session.entries
            if self.vendors:
                there = [each for each in there if session.file(each).id in self.vendors]
            results = session.judge(there) if there else []
            rules = [compiled.rule for compiled in session.policy.rules]
            report = engine.report(results, rules, session.today.isoformat(), everything=True)
        except PreflightError as error:
            return {f"verdicts-{side.name}.txt": f"Cannot be judged: {escape(str(error))}\n".encode()}
        told = replace(report, base=session.commit, head=session.commit)
        return {f"verdicts-{side.name}.json": report_json.render(told, color=False, width=0).encode("utf-8")}

    # ---- Decisions and keys ----------------------------------------------------------------------

    def _decisions(self, files: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[pack.Signed]]:
        """Return the lists of keys that counted when decisions came, and what ssh-keygen needs of each decision."""
        session = Session(self.given.root, self.given.today, self.span.spot.commit, quiet=True)
        tree = GitTree(self.given.root, self.span.spot.commit)
        keys: dict[str, bytes] = {}
        signed: list[pack.Signed] = []
        try:
            decisions: Sequence[Decision] = session.verified.decisions if session.layout.managed else ()
            policies = session.layout.policies
        except PreflightError:  # verification.json says so
            return keys, signed
        came = tree.arrivals(FOLDER) if decisions else {}
        for each in decisions:
            path = f"end/{each.path}"
            if path not in files or each.path not in came:
                continue
            arrival = came[each.path]
            for commit in (tree.parent(arrival.commit), arrival.commit, self.span.spot.commit):
                found = self._listed(commit, policies, each.fingerprint) if commit else None
                if found is not None:
                    name = f"keys/{found.name[:12]}.allowed_signers"
                    keys[name] = found.data
                    one = pack.Signed(found.principal, namespace_of(each.statement), name, arrival.on, path)
                    signed += [one] if one.plain else []
                    break
        return keys, signed

    def _listed(self, commit: str, policies: str, fingerprint: str) -> _List | None:
        """Return the list of keys of a commit, if that key is on it."""
        listed = listed_keys.read(replace(self.span.spot, commit=commit), policies)
        if listed is None:
            return None
        name, data = listed
        try:
            key = Signers.of(data.decode("utf-8")).key_of(fingerprint)
        except (DocumentError, UnicodeDecodeError):
            return None
        return None if key is None else _List(name, data, key.principal)


@dataclass(frozen=True, slots=True)
class _List:
    """A list of keys: the name of its content, the content, and whom it names for a key."""

    name: str
    data: bytes
    principal: str
