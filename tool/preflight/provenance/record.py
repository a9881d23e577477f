"""What the record itself says: who asked, reviewed and approved, on what evidence, and who owns it. Its word, no more.

A record of somebody else's schema may hold anything at these places; what has another form says nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.pointers import get
from preflight.provenance import WORD, Said
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject
    from preflight.staff import Staff

SIDES = {"marketing": "owner in marketing", "it": "owner in IT"}


def proposed(record: Json) -> Iterator[Said]:
    """Yield who asked for it."""
    who, on = (_text(get(record, f"/lifecycle/{name}")) for name in ("proposed_by", "proposed_on"))
    if who or on:
        yield Said("proposed", "asked for it" if who else "it was proposed", WORD, who, on, pointer="/lifecycle")


def reviewed(record: Json) -> Iterator[Said]:
    """Yield the reviews that the record lists."""
    for at, each in _entries(record, "/reviews"):
        outcome = _text(each.get("outcome")).replace("-", " ")
        what = f"{_text(each.get('kind')) or 'some'} review" + (f", {outcome}" if outcome else "")
        yield Said("reviewed", what, WORD, _text(each.get("by")), _text(each.get("date")), pointer=f"/reviews/{at}")


def approved(record: Json) -> Iterator[Said]:
    """Yield the approvals that the record lists; nobody signed them."""
    for at, each in _entries(record, "/approvals"):
        until = _text(get(each, "/bounds/valid_until"))
        what = f"approved as {_text(each.get('role')) or 'nobody said what'}, not verified"
        what += f", until {until}" if until else ""
        yield Said("approved", what, WORD, _text(each.get("by")), _text(each.get("date")), pointer=f"/approvals/{at}")


def evidence(record: Json, day: date) -> Iterator[Said]:
    """Yield certifications and evidence as they were then, with their validity on that day."""
    for at, each in _entries(record, "/security/certifications"):
        standard = _text(each.get("standard")) or "a certification"
        held = "held" if each.get("held") is True else "not held"
        text = f"{standard}, {held}" + (_valid(each, day) if each.get("held") is True else "")
        pointer = f"/security/certifications/{at}"
        yield Said("evidence", text, WORD, "", _text(each.get("issued")), pointer=pointer)
    for at, each in _entries(record, "/evidence"):
        about = _text(each.get("for")) or "the record"
        digest = _text(each.get("sha256"))
        hashed = f", sha256 {digest[:12]}…" if digest else ""
        issuer = _text(each.get("issuer"))
        text = f"for {about}" + (f", issued by {issuer}" if issuer else "") + _valid(each, day) + hashed
        pointer = f"/evidence/{at}"
        yield Said("evidence", text, WORD, _text(each.get("reviewed_by")), _text(each.get("issued")), pointer=pointer)


def _valid(entry: JsonObject, day: date) -> str:
    issued, until = (_day(entry.get(name)) for name in ("issued", "valid_until"))
    if issued and issued > day:
        return f"; it was issued only after {day}"
    if until is None:
        return "; without an end"
    left = (until - day).days
    return f"; valid until {until}, {counted(left, 'day')} left then" if left >= 0 else f"; it had ended on {until}"


def owners(record: Json, staff: Staff, today: date) -> Iterator[Said]:
    """Yield who owns it, and which of them have left."""
    for side, title in SIDES.items():
        who, team = (_text(get(record, f"/ownership/{side}/{name}")) for name in ("owner", "team"))
        if not who and not team:
            continue
        person = staff.people.get(who)
        note = ""
        if who and person is None and staff.people:
            note = ", whom the directory does not know"
        elif person and person.left and person.left < today.isoformat():
            note = f", who left on {person.left}"
        text = title + (f", team {team}" if team else "") + note
        yield Said("owners", text, WORD, who, pointer=f"/ownership/{side}")


def _entries(record: Json, pointer: str) -> Iterator[tuple[int, JsonObject]]:
    listed = get(record, pointer)
    for at, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            yield at, each


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _day(value: Json) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):  # a schema of somebody else may let anything through
        return None
