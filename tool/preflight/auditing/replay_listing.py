"""A replay as a table for the terminal, as JSON, or as Markdown for a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.auditing.replay import CAUSES
from preflight.escaping import json_text, markdown, terminal
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from preflight.auditing.replay import Cause, Finding, Flag, Group, Replayed, Seen, Spot
    from preflight.model import JsonObject

SCHEMA = "preflight/replay/v1"
SHORT = 12  # characters of a commit's name
MOST_TOLD = 8  # findings of one commit on a terminal; JSON has all of them
CAVEAT = (
    "Each commit was judged as of the day that it claims, but no earlier than those before it, by the rules before it. "
    "What a forge knew (who approved, who pushed) is not in git."
)
ONLY_TOGETHER = "In order only together"
TOLD = ("refused", "together", "cannot-judge")  # states that are told whatever else there is to say
QUIET = {
    "first": "the beginning",
    "no-rules": "no rules before it",
    "setup": "setting up: no vendor yet",
    "untouched": "nothing to judge",
    "passed": "passed",
}


def verdict(found: Replayed) -> str:
    """Say in one sentence what came of it."""
    refused, unjudged, together = (found.of(state) for state in ("refused", "cannot-judge", "together"))
    judged = len(found.of("passed")) + len(refused) + len(together)
    how = counted(judged, "commit")
    if refused:
        said = f"{len(refused):,} of {how} that were judged went round the gate"
    else:
        said = f"No commit went round the gate; {how} {'was' if judged == 1 else 'were'} judged"
    if together:
        said += f", {len(together):,} of them in order only together with others"
    if unjudged:
        said += (
            f", {counted(len(unjudged), 'more')} cannot be judged" if len(unjudged) > 1 else ", 1 more cannot be judged"
        )
    left = len(found.of("untouched"))
    rest = f" ({left:,} touch nothing that is judged)" if left else ""
    standing = sum(each.went is None for each in found.flags)
    return f"{said}{rest}. {counted(len(found.flags), 'red flag')} seen, {standing} still standing"


# ---- Terminal -----------------------------------------------------------------------------------


def table(found: Replayed, *, everything: bool) -> str:
    """Return a paragraph for each commit that went round the gate, and for each red flag when it came and went."""
    lines: list[str] = []
    for title, told in (
        ("Round the gate", found.of("refused")),
        *((f"{ONLY_TOGETHER}: {_may_be(each)}", _members(found, each)) for each in found.groups),
        ("Cannot be judged", found.of("cannot-judge")),
        ("Against the rules of today", _only_today(found)),
        ("The other commits", _others(found) if everything else []),
    ):
        if told:
            lines += [*wrapped(title), ""]
            for each in told:
                lines += [*_paragraph(each), ""]
    if found.flags:
        lines += ["Red flags", ""]
        for flag in found.flags:
            lines += [*_flag_lines(flag), ""]
    lines += wrapped(f"{verdict(found)}.")
    return "\n".join([*lines, *wrapped(CAVEAT)]) + "\n"


def _may_be(group: Group) -> str:
    """Say what is known of commits that are in order only together, and what is not."""
    many = counted(len(group.spots), "commit")
    return f"these {many} pass the gate if they were pushed as one; git does not tell whether they were"


def _members(found: Replayed, group: Group) -> list[Seen]:
    numbers = {each.number for each in group.spots}
    return [each for each in found.seen if each.spot.number in numbers]


def _paragraph(seen: Seen) -> Iterator[str]:
    commit = seen.spot.commit
    yield from wrapped(f"{_named(seen.spot)}  {_about(seen)}", hanging=" " * 12)
    if commit.subject:
        yield from wrapped(commit.subject, indent=" " * 12, hanging=" " * 12)
    if seen.state in QUIET and not seen.today:
        yield terminal(f"            {QUIET[seen.state]}")
    if seen.reason:
        yield from wrapped(seen.reason, indent="  ", hanging="      ")
    yield from _finding_lines(seen.findings, "")
    yield from _finding_lines(seen.today or (), "today: ")


def _finding_lines(findings: Iterable[Finding], before: str) -> Iterator[str]:
    listed = sorted(findings, key=lambda each: not each.new)
    for each in listed[:MOST_TOLD]:
        yield from wrapped(f"{before}{_said(each)}", indent="  ", hanging="      ")
    if len(listed) > MOST_TOLD:
        yield f"  and {counted(len(listed) - MOST_TOLD, 'more finding')}; --format json has all of them"


def _flag_lines(flag: Flag) -> Iterator[str]:
    each = flag.finding
    at = f" {each.pointer}" if each.pointer else ""
    yield from wrapped(f"{each.vendor or '(registry)'}  {each.rule}{at}", hanging="      ")
    yield from wrapped(each.message, indent="  ", hanging="      ")
    yield from wrapped(f"came  {_came(flag)}", indent="  ", hanging="        ")
    yield from wrapped(f"went  {_went(flag)}", indent="  ", hanging="        ")


def _said(finding: Finding) -> str:
    mark = "" if finding.new else "known: "
    vendor = f"{finding.vendor}  " if finding.vendor else ""
    return f"{vendor}{finding.rule}  {mark}{finding.message}"


def _named(spot: Spot) -> str:
    return f"{spot.day}  {spot.commit.id[:SHORT]}"


def _about(seen: Seen) -> str:
    commit = seen.spot.commit
    who = commit.author or commit.email or "nobody named"
    merged = (
        "" if commit.committer_email == commit.email else f", committed by {commit.committer or commit.committer_email}"
    )
    request = f" · request {commit.pull_request}" if commit.pull_request is not None else ""
    return f"{who}{merged} · {commit.signature}{request}"


def _came(flag: Flag) -> str:
    how = "stood there already" if flag.came_by is None else CAUSES[flag.came_by]
    return f"{_named(flag.came)}  {how}"


def _went(flag: Flag) -> str:
    if flag.went is None or flag.went_by is None:
        return "still standing"
    return f"{_named(flag.went)}  {CAUSES[flag.went_by]}"


def _only_today(found: Replayed) -> list[Seen]:
    """Return the commits that only the rules of now would refuse."""
    return [each for each in found.seen if each.today and each.state not in TOLD]


def _others(found: Replayed) -> list[Seen]:
    grouped = {spot.number for group in found.groups for spot in group.spots}
    return [each for each in found.seen if each.state in QUIET and not each.today and each.spot.number not in grouped]


# ---- Markdown -----------------------------------------------------------------------------------


def as_markdown(found: Replayed, *, everything: bool) -> str:
    """Return the same for an issue or a report."""
    lines = ["## The gate, held again over every commit", "", f"{markdown(verdict(found))}.", ""]
    told = [
        *found.of("refused"),
        *found.of("cannot-judge"),
        *_only_today(found),
        *(_others(found) if everything else ()),
    ]
    if told:
        lines += ["| Commit | Who | What the gate says |", "| --- | --- | --- |"]
        lines += [_row(each) for each in sorted(told, key=lambda each: each.spot.number)]
        lines.append("")
    for group in found.groups:
        lines += [f"### {ONLY_TOGETHER}", "", markdown(f"{_may_be(group)[0].upper()}{_may_be(group)[1:]}."), ""]
        lines += ["| Commit | Who | What the gate says |", "| --- | --- | --- |"]
        lines += [*(_row(each) for each in _members(found, group)), ""]
    if found.flags:
        lines += ["### Red flags", "", "| Vendor | Rule | Came | Went |", "| --- | --- | --- | --- |"]
        lines += [_flag_row(each) for each in found.flags]
        lines.append("")
    return "\n".join([*lines, markdown(CAVEAT)]) + "\n"


def _row(seen: Seen) -> str:
    commit = seen.spot.commit
    who = markdown(_about(seen)) + (f"<br>{markdown(commit.subject)}" if commit.subject else "")
    said = [_said(each) for each in seen.findings] + [f"today: {_said(each)}" for each in seen.today or ()]
    if seen.state == "cannot-judge":
        said = [f"cannot be judged: {seen.reason}"]
    what = "<br>".join(markdown(each) for each in said) or QUIET.get(seen.state, "")
    return f"| {seen.spot.day}<br>`{commit.id[:SHORT]}` | {who} | {what} |"


def _flag_row(flag: Flag) -> str:
    each = flag.finding
    what = f"{markdown(each.rule)}<br>{markdown(each.pointer)}<br>{markdown(each.message)}"
    return f"| **{markdown(each.vendor)}** | {what} | {markdown(_came(flag))} | {markdown(_went(flag))} |"


# ---- JSON ---------------------------------------------------------------------------------------


def as_json(found: Replayed, *, everything: bool) -> str:
    """Return JSON, described by schemas/replay.schema.json."""
    told = [each for each in found.seen if everything or each.state not in QUIET or each.today]
    states = ("first", "no-rules", "setup", "untouched", "passed", "together", "refused", "cannot-judge")
    value: JsonObject = {
        "schema": SCHEMA,
        "head": found.head,
        "since": found.since,
        "summary": {
            "commits": len(found.seen),
            **{state.replace("-", "_"): sum(each.state == state for each in found.seen) for state in states},
            "red_flags": len(found.flags),
            "standing": sum(each.went is None for each in found.flags),
        },
        "commits": [_commit(each) for each in told],
        "together": [[_spot(spot) for spot in group.spots] for group in found.groups],
        "flags": [_flag(each) for each in found.flags],
    }
    return json_text(value)


def _commit(seen: Seen) -> JsonObject:
    commit = seen.spot.commit
    return {
        **_spot(seen.spot),
        "date": commit.date,
        "author": commit.author,
        "email": commit.email,
        "committer": commit.committer,
        "committer_email": commit.committer_email,
        "subject": commit.subject,
        "pull_request": commit.pull_request,
        "signature": commit.signature,
        "state": seen.state,
        "reason": seen.reason or None,
        "vendors": sorted(seen.vendors),
        "findings": [_finding(each) for each in seen.findings],
        "today": None if seen.today is None else [_finding(each) for each in seen.today],
    }


def _spot(spot: Spot) -> JsonObject:
    return {"number": spot.number, "commit": spot.commit.id, "day": spot.day.isoformat()}


def _finding(each: Finding) -> JsonObject:
    return {
        "vendor": each.vendor or None,
        "rule": each.rule,
        "field": each.pointer,
        "message": each.message,
        "path": each.path,
        "new": each.new,
    }


def _flag(flag: Flag) -> JsonObject:
    each = flag.finding
    return {
        "vendor": each.vendor,
        "rule": each.rule,
        "field": each.pointer,
        "message": each.message,
        "came": _end(flag.came, flag.came_by),
        "went": None if flag.went is None else _end(flag.went, flag.went_by),
    }


def _end(spot: Spot, cause: Cause | None) -> JsonObject:
    return {**_spot(spot), "by": cause}


FORMATS: dict[str, Callable[..., str]] = {"table": table, "json": as_json, "markdown": as_markdown}
