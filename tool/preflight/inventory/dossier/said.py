"""What was decided of a vendor: signed and verified, or only written into the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.deciding.bounds import in_words
from preflight.deciding.listing import SHOWN, what
from preflight.inventory.dossier.labels import words
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.deciding.listing import Row
    from preflight.model import JsonObject

GOOD = {"in-force": "good", "exceeded": "bad", "idle": "warn", "void": "bad"}
SIGNED = "signed and verified"
RECORDED = "recorded only, unverified"
MOST = 60


@dataclass(frozen=True, slots=True)
class Said:
    """One decision. ``key`` is the fingerprint of the key that signed it; empty: nobody did. Days are ISO."""

    vendor: str
    kind: str
    role: str
    by: str
    on: str
    until: str
    lines: tuple[str, ...]
    state: str
    colour: str
    why: str
    proof: str
    key: str
    hardware: bool
    arrived: str
    path: str


def titles(policies: Mapping[str, JsonObject]) -> dict[str, str]:
    """Return the titles of the roles that approvals know, by id."""
    return {each["role"]: each.get("title", each["role"]) for each in policies.get("approvals", {}).get("roles", ())}


def signed(rows: Iterable[Row], named: Mapping[str, str]) -> list[Said]:
    """Return signed decisions, the newest first. ``named`` are titles of roles."""
    listed = sorted(rows, key=lambda row: (row.decision.statement.decided_on, row.decision.path), reverse=True)
    return [_signed(row, named) for row in listed]


def _signed(row: Row, named: Mapping[str, str]) -> Said:
    decision, said = row.decision, row.decision.statement
    return Said(
        vendor=said.vendor,
        kind={"approve": "Approval", "waive": "Waiver", "revoke": "Revocation", "amend": "Agreement"}[said.kind],
        role=named.get(said.role, words(said.role)),
        by=said.by,
        on=said.decided_on.isoformat(),
        until=said.valid_until.isoformat() if said.valid_until else "",
        lines=tuple(_upper(each) for each in what(said)),
        state=SHOWN.get(row.standing, row.standing),
        colour=GOOD.get(row.standing, "mute"),
        why=row.why,
        proof=SIGNED,
        key=decision.fingerprint,
        hardware=decision.touched,
        arrived=row.arrived.isoformat() if row.arrived else "",
        path=decision.path,
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def recorded(record: JsonObject, rows: Sequence[Row], named: Mapping[str, str]) -> Iterator[Said]:
    """Yield approvals that stand in the record and that no signature of the same role, person and day proves."""
    proven = {
        (said.role, said.by, said.decided_on.isoformat())
        for said in (row.decision.statement for row in rows)
        if said.kind == "approve"
    }
    for each in reversed(get(record, "/approvals") or ()):
        if (each.get("role"), each.get("by"), each.get("date")) in proven:
            continue
        bounds = each.get("bounds", {})
        reach = [f"Approves {'; '.join(in_words(bounds))}"] if in_words(bounds) else []
        yield Said(
            vendor=record.get("id", ""),
            kind="Approval",
            role=named.get(each.get("role", ""), words(each.get("role", ""))),
            by=each.get("by", ""),
            on=each.get("date", ""),
            until=bounds.get("valid_until", ""),
            lines=(*reach, *(each[name] for name in ("reference", "note") if name in each)),
            state="",
            colour="mute",
            why="",
            proof=RECORDED,
            key="",
            hardware=False,
            arrived="",
            path="",
        )
