"""``preflight audit who``: who proposed, reviewed, approved and merged a vendor, on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight.breaches import did_you_mean
from preflight.commands import gate
from preflight.commands.session import Session
from preflight.deciding import listing
from preflight.decisions import amendment
from preflight.errors import PreflightError, UsageError
from preflight.history import POLICIES
from preflight.landing import acts
from preflight.pointers import get
from preflight.provenance import Page, record, ruled, story, views
from preflight.shell import branches, history, registry, terminal, trust_root
from preflight.shell.files import Entry, Kind
from preflight.shell.git import GitTree
from preflight.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from preflight.commands.given import Given
    from preflight.decisions import Decision
    from preflight.landing import Act, Landing
    from preflight.model import Json, Verdict
    from preflight.provenance import Said
    from preflight.provenance.story import Story
    from preflight.shell.history import History
    from preflight.shell.registry import Layout


@click.command("who", short_help="Tell who proposed, reviewed, approved and merged a vendor.")
@click.argument("vendor", metavar="ID")
@click.option(
    "--format",
    "output",
    type=click.Choice(list(views.FORMATS)),
    default="text",
    show_default=True,
    help="Output format; html is one file that can be printed.",
)
@click.option("--at", "revision", metavar="REV", help="Up to that commit. Default: HEAD, or --at before the command.")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing.")
@click.pass_obj
def command(given: Given, *, vendor: str, output: str, revision: str | None, no_cache: bool) -> int:
    """Tell on one page who proposed, reviewed, approved and merged a vendor, when, on what evidence and by which rules.

    Each statement says what it rests on: a signature that was verified, what a commit claims, the word of the record,
    or what was computed anew from what git holds. "Then" is the last approval: the red flags are those that stood or
    were waived by the rules before that commit, as of its day. A vendor is found by its id, also when its file was
    moved or taken out.
    """
    found = history.read(given.root, revision or given.at or "HEAD", cached=not no_cache, quiet=given.quiet)
    landings = branches.landings(given.root, found, vendor)
    happened = acts(landings)
    if vendor not in happened or vendor == POLICIES:
        known = sorted({each.vendor for step in found.steps for each in step.entries} - {POLICIES})
        message = f"no commit tells of a vendor {vendor!r}"
        raise UsageError(message, fix=did_you_mean(vendor, known) or "See 'preflight audit log'.")
    page = _Clerk(given, found, landings, vendor, happened[vendor]).page()
    terminal.show(views.FORMATS[output](page))
    return 0


class _Clerk:
    """Looks up what belongs on the page of one vendor."""

    def __init__(self, given: Given, found: History, landings: list[Landing], vendor: str, happened: list[Act]) -> None:
        self.root: Path = given.root
        self.today: date = given.today
        self.head = found.head
        self.landings = landings
        self.vendor = vendor
        self.story: Story = story.begin(happened)
        self.session = Session(given.root, given.today, found.head, quiet=True)
        self.staff = self._staff()

    def page(self) -> Page:
        """Put the page together."""
        moment = self.story.moment
        path, there = self._place(self.story.acts)
        last = self._last()
        now = self._record(last.landing.commit.id, path)
        name = now.get("name") if isinstance(now, dict) else None
        return Page(
            vendor=self.vendor,
            name=name if isinstance(name, str) else self.vendor,
            path=path,
            status=status if there and isinstance(status := get(now, story.STATUS), str) else "",
            there=there,
            head=self.head,
            as_of=self.today.isoformat(),
            then=moment.landing.commit.id,
            then_on=moment.landing.day.isoformat(),
            approved=self.story.approval is not None,
            said=tuple(self._said(now, there=there)),
        )

    def _said(self, now: Json, *, there: bool) -> Iterator[Said]:
        moment = self.story.moment
        until = self.story.acts[: (self.story.approval or 0) + 1]
        then = self._record(moment.landing.commit.id, self._place(until)[0])
        yield from record.proposed(now)
        yield from story.tell(self.story, self.staff)
        yield from record.reviewed(now)
        yield from self._decided()
        yield from record.approved(now)
        yield from record.evidence(then, moment.landing.day)
        yield from self._judged()
        if there:
            yield from self._standing()
        yield from self._rules_since()
        yield from record.owners(now, self.staff, self.today)

    # ---- What lies in git ---------------------------------------------------------------------------

    def _layout(self, commit: str) -> Layout:
        return registry.layout(GitTree(self.root, commit))

    def _staff(self) -> Staff:
        """Return the directory of the commit that is read; empty where there is none that can be used."""
        try:
            people = registry.policy_documents(self.session.source, self.session.layout).get("people")
        except PreflightError:
            return Staff()
        return Staff.of(people.value) if people else Staff()

    def _place(self, happened: Iterable[Act]) -> tuple[str, bool]:
        """Return the path that the record had last, and whether it is still there."""
        path, there = "", False
        for act in happened:
            for each in act.record:
                path, there = each.path, each.kind != "removed"
        return path or f"{self.vendor} has no record", there

    def _last(self) -> Act:
        """Return the last act after which the record was there; the last of all where none tells."""
        held = [act for act in self.story.acts if any(each.kind != "removed" for each in act.record)]
        return held[-1] if held else self.story.acts[-1]

    def _record(self, commit: str, path: str) -> Json:
        """Return the record as a commit has it; None where it cannot be read."""
        try:
            file = registry.read_record(GitTree(self.root, commit), Entry(path, Kind.FILE), self.session.layout)
        except PreflightError:
            return None
        return file.document.value if file.document else None

    # ---- What was decided and judged ----------------------------------------------------------------

    def _decided(self) -> Iterator[Said]:
        try:
            verified = self.session.verified
        except PreflightError as error:
            if self.session.layout.managed:
                yield ruled.untold("approved", f"whether decisions are signed rightly: {error.message}")
            return
        ours = [each for each in verified.decisions if each.statement.vendor == self.vendor]
        arrived: Mapping[str, date] = verified.arrived
        yield from ruled.decided(ours, arrived, _in_words)
        folder = f"/{self.vendor}/"
        yield from ruled.faulty(each for each in verified.faults if folder in each[0])

    def _judged(self) -> Iterator[Said]:
        """Yield by which rules it was judged then, and what they say; or why that cannot be told."""
        landing = self.story.moment.landing
        commit = landing.commit
        base = commit.parents[0] if commit.parents else ""
        listing: amendment.Listing = {}
        try:
            source = GitTree(self.root, base or commit.id)
            listing = trust_root.listing(source, self._layout(base or commit.id))
            day = self.landings[landing.number - 1].day if base else landing.day
            if listing:
                yield from ruled.rules(base or commit.id, day.isoformat(), amendment.digest(listing))
            else:
                yield ruled.untold("rules", "there were no rules, schemas or policies")
        except PreflightError as error:
            yield ruled.untold("rules", error.message)
        try:
            yield from ruled.findings("findings", self._verdicts(base, commit.id, landing.day), self.vendor)
        except PreflightError as error:
            yield ruled.untold("findings", f"it cannot be judged by them: {error.message}")
        if not base and listing:
            yield ruled.untold("rules", "it is the first commit, so there were no rules before it; its own judged it")

    def _verdicts(self, base: str, commit: str, day: date) -> Iterable[Verdict]:
        around = Session(self.root, day, quiet=True)
        if not base:
            own = Session(self.root, day, commit, quiet=True)
            _ = own.policy  # before any record is read: without rules nothing is judged
            return [verdict for each in own.judge(own.chosen([self.vendor])) for verdict in each.verdicts]
        # Whom the surroundings name as proposers proposes something today, not then.
        changed = gate.judge(around, base, commit, [self.vendor], everything=False, opened=_unprompted)
        return [verdict for each in changed.results for verdict in each.verdicts]

    def _standing(self) -> Iterator[Said]:
        """Yield the red flags that stand now."""
        try:
            _ = self.session.policy  # as above
            judged = self.session.judge(self.session.chosen([self.vendor]))
        except PreflightError:
            return  # that it cannot be judged was told
        yield from ruled.findings("since", (verdict for each in judged for verdict in each.verdicts), self.vendor)

    def _rules_since(self) -> Iterator[Said]:
        after = self.landings[self.story.moment.landing.number + 1 :]
        touched = [each for each in after if any(change.stream == "policies" for change in each.changes)]
        if touched:
            yield ruled.amended(len(touched), touched[-1].commit.id, touched[-1].day.isoformat())


def _unprompted(session: Session) -> Session:
    return replace(session, proposed_by=())


def _in_words(decision: Decision) -> str:
    return ", ".join(listing.what(decision.statement))
