"""What the log tells of a vendor: how it came, who approved and merged it, and what changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.history import rows
from preflight.landing import REVIEWERS, trailed
from preflight.provenance import CLAIMED, SIGNED, Basis, Said
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.history import Change, Commit
    from preflight.landing import Act
    from preflight.model import Json
    from preflight.staff import Staff

STATUS = "/lifecycle/status"
IN_USE = frozenset({"approved", "live"})
NOT_YET = frozenset({None, "proposed", "rejected"})
MOST = 10  # changes on the page; the log has all of them
MOST_BROUGHT = 5
SHOWN = 60  # characters of a value


@dataclass(frozen=True, slots=True)
class Story:
    """The acts of a vendor's present life, and which of them brought it and approved it last (None: none did).

    A vendor whose record was taken out and came again begins anew; ``earlier`` is the number of its former lives.
    """

    acts: tuple[Act, ...]
    approval: int | None
    earlier: int = 0

    @property
    def moment(self) -> Act:
        """The act that is asked about: the last approval, or else how the vendor came."""
        return self.acts[self.approval or 0]

    @property
    def since(self) -> tuple[Act, ...]:
        """What came after it."""
        return self.acts[(self.approval or 0) + 1 :]


def begin(acts: Sequence[Act]) -> Story:
    """Sort out what happened to a vendor; there has to be at least one act."""
    births = list(_births(acts))
    life = tuple(acts[births[-1] :] if births else acts)
    approvals = [at for at, act in enumerate(life) if any(_approves(each) for each in (*act.record, *act.decisions))]
    return Story(life, approvals[-1] if approvals else None, max(0, len(births) - 1))


def _births(acts: Sequence[Act]) -> Iterator[int]:
    """Yield the acts by which a record came that was not there before, readable or not."""
    there = False
    for at, act in enumerate(acts):
        if act.record:
            if not there:
                yield at
            there = act.record[-1].kind != "removed"


def _is_birth(change: Change) -> bool:
    return change.kind in {"added", "readable"} and not change.field and change.before is None


def _approves(change: Change) -> bool:
    """Whether a change approves: by the status, by an entry among the approvals, or by a signed decision."""
    if change.stream == "decisions":
        return change.kind == "added" and isinstance(change.after, dict) and change.after.get("kind") == "approve"
    if change.field == STATUS:
        return change.after in IN_USE and change.before in NOT_YET
    if change.field.startswith("/approvals/"):
        return change.after is not None
    return _is_birth(change) and _born_approved(change.after)


def _born_approved(record: Json) -> bool:
    stage = record.get("lifecycle") if isinstance(record, dict) else None
    status = stage.get("status") if isinstance(stage, dict) else None
    return status not in (None, "proposed", "rejected")


def tell(story: Story, staff: Staff) -> Iterator[Said]:
    """Yield what the log tells: proposed, reviewed, approved, merged, since."""
    yield from _proposed(story, staff)
    yield from _reviewed(story, staff)
    yield from _few(list(_approved(story, staff)))
    yield from _few(list(_merged(story, staff)))
    yield from _since(story, staff)


def _few(said: list[Said]) -> Iterator[Said]:
    """Yield the first statement and the last ones, and say how many are left out."""
    if len(said) <= MOST:
        yield from said
        return
    yield said[0]
    what = f"{counted(len(said) - MOST, 'more like this', 'more like these')} left out; 'preflight audit log' lists all"
    yield Said(said[0].part, what, CLAIMED)
    yield from said[1 - MOST :]


def named(name: str, email: str, staff: Staff) -> str:
    """Say who that is: the name and address that are claimed, and who in the directory goes by them."""
    person = staff.known_as(email) or staff.known_as(name)
    claimed = f"{name} <{email}>" if name and email else name or email or "nobody named"
    if person is None:
        return f"{claimed}, whom the directory does not know" if staff.people else claimed
    return f"{claimed}, {person.id}" + (f" of {person.team}" if person.team else "")


def rests(commit: Commit, email: str, staff: Staff) -> Basis:
    """Return what it rests on that somebody with that address did it: on a signature only where it is their own.

    A commit can be signed by one person and name another as its author.
    """
    state, _, signer = commit.signature.partition(" ")
    person = staff.known_as(email)
    own = signer.casefold() == email.casefold() or (person is not None and signer == person.id)
    return SIGNED if state == "good" and signer and own else CLAIMED


def _wrote(act: Act, staff: Staff) -> tuple[str, Basis]:
    """Say who wrote what a landing changed; of a merge with several authors it is one of them."""
    commit = act.landing.commit
    if not act.brought:
        return named(commit.author, commit.email, staff), rests(commit, commit.email, staff)
    people = dict.fromkeys((each.author, each.email) for each in act.brought)
    listed = "; ".join(named(name, email, staff) for name, email in list(people)[:MOST_BROUGHT])
    more = " and others" if len(people) > MOST_BROUGHT else ""
    return f"one of {listed}{more}" if len(people) > 1 else listed, CLAIMED


def _proposed(story: Story, staff: Staff) -> Iterator[Said]:
    first = story.acts[0]
    if story.earlier:
        what = f"the id was used before: its record was taken out and came again, {counted(story.earlier, 'time')}"
        yield Said("proposed", what, CLAIMED)
    for commit in first.brought[:MOST_BROUGHT] or (first.landing.commit,):
        who = named(commit.author, commit.email, staff)
        what = "wrote the record" if not first.brought else "wrote a commit that was merged"
        yield Said(
            "proposed", _quoting(what, commit), rests(commit, commit.email, staff), who, commit.authored[:10], commit.id
        )
    if len(first.brought) > MOST_BROUGHT:
        more = counted(len(first.brought) - MOST_BROUGHT, "more commit was", "more commits were")
        yield Said("proposed", f"{more} merged with it", CLAIMED, commit=first.landing.commit.id)


def _quoting(what: str, commit: Commit) -> str:
    subject = commit.subject if len(commit.subject) <= SHOWN else commit.subject[: SHOWN - 1] + "…"
    return f"{what}: “{subject}”" if subject else what


def _reviewed(story: Story, staff: Staff) -> Iterator[Said]:
    for act in story.acts[: (story.approval or 0) + 1]:
        for commit in dict.fromkeys((act.landing.commit, *act.brought)):
            for name, email in trailed(commit, REVIEWERS):
                who = named(name, email, staff)
                yield Said(
                    "reviewed",
                    "named as a reviewer",
                    rests(commit, email, staff),
                    who,
                    act.landing.day.isoformat(),
                    commit.id,
                )


def _approved(story: Story, staff: Staff) -> Iterator[Said]:
    for act in story.acts:
        commit = act.landing.commit
        on = act.landing.day.isoformat()
        who, basis = _wrote(act, staff)
        for change in act.record:
            if change.field == STATUS and change.after is not None:
                what = f"changed the status from {_short(change.before) or 'nothing'} to {_short(change.after)}"
                yield Said("approved", what, basis, who, on, commit.id, commit.pull_request, "", STATUS)
            elif _is_birth(change) and _born_approved(change.after):
                what = f"the record came with the status {_short(change.after['lifecycle']['status'])}"
                yield Said("approved", what, basis, who, on, commit.id, commit.pull_request, "", STATUS)
        for change in act.decisions:
            if change.kind == "removed":
                what = f"the decision {change.path.rpartition('/')[2]} was taken out"
                yield Said("approved", what, basis, who, on, commit.id, commit.pull_request)


def _merged(story: Story, staff: Staff) -> Iterator[Said]:
    for at, act in enumerate(story.acts):
        approving = any(_approves(each) for each in (*act.record, *act.decisions))
        if at and not approving:
            continue
        commit = act.landing.commit
        who = named(commit.committer, commit.committer_email, staff)
        what = "the record came" if not at else "an approval came"
        if not at and approving:
            what = "the record and an approval came"
        how = " by a merge" if len(commit.parents) > 1 else ""
        request = f", request {commit.pull_request}" if commit.pull_request is not None else ""
        text = f"{what}{how}{request}; the commit is {_sealed(commit)}"
        basis = rests(commit, commit.committer_email, staff)
        yield Said("merged", text, basis, who, act.landing.day.isoformat(), commit.id, commit.pull_request)


def _sealed(commit: Commit) -> str:
    state, _, who = commit.signature.partition(" ")
    return {
        "good": f"signed by {who}",
        "not-allowed": f"signed by {who}, who may not sign commits, or not on that day",
        "unknown-key": "signed with a key that nobody here is known by",
        "bad": "signed, and the signature does not fit",
        "not-verified": "signed in a form that is not read",
    }.get(state, "not signed")


def _since(story: Story, staff: Staff) -> Iterator[Said]:
    found = [(act, each) for act in story.since for each in rows.edited(act.record)]
    for act, change in found[-MOST:]:
        commit = act.landing.commit
        who, basis = _wrote(act, staff)
        on = act.landing.day.isoformat()
        yield Said("since", _became(change), basis, who, on, commit.id, commit.pull_request, "", change.field)
    if len(found) > MOST:
        what = f"{counted(len(found) - MOST, 'earlier change')} left out; 'preflight audit log' lists all"
        yield Said("since", what, CLAIMED)


def _became(change: Change) -> str:
    if change.kind == "renamed":
        return f"the file was moved from {change.before} to {change.after}"
    if change.kind == "unreadable":
        return f"the record could not be read any more: {_short(change.after)}"
    if not change.field:
        return {"removed": "the record was taken out", "readable": "the record could be read again"}.get(
            change.kind, f"the record was {change.kind}"
        )
    if change.before is None:
        return f"{change.field} set to {_short(change.after)}"
    if change.after is None:
        return f"{change.field} taken out, was {_short(change.before)}"
    return f"{change.field}: {_short(change.before)} → {_short(change.after)}"


def _short(value: Json) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
