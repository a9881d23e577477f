"""Who proposed, reviewed, approved and merged a vendor: what can be told, and what each statement rests on.

``story`` tells it from the log, ``verdicts`` and ``record`` add what was judged and what the record says, ``views``
show it. Nothing here reads git or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

SCHEMA = "preflight/who/v1"

Basis: TypeAlias = Literal[
    "signature verified", "claimed by the commit", "word of the record", "computed anew", "cannot be told"
]
SIGNED: Basis = "signature verified"
CLAIMED: Basis = "claimed by the commit"
WORD: Basis = "word of the record"
COMPUTED: Basis = "computed anew"
UNTOLD: Basis = "cannot be told"

Part: TypeAlias = Literal[
    "proposed", "reviewed", "approved", "waived", "merged", "evidence", "rules", "findings", "since", "owners"
]
PARTS: dict[Part, str] = {
    "proposed": "Proposed",
    "reviewed": "Reviewed",
    "approved": "Approved",
    "waived": "Waived",
    "merged": "Merged",
    "evidence": "Evidence then",
    "rules": "Rules then",
    "findings": "Red flags then",
    "since": "Changed since",
    "owners": "Owners now",
}
NOBODY: dict[Part, str] = {  # what stands where a part is empty
    "proposed": "nothing tells who proposed it",
    "reviewed": "no review is recorded",
    "approved": "no approval is recorded or signed",
    "waived": "no rule was waived",
    "merged": "nothing tells who merged it",
    "evidence": "the record named no evidence",
    "rules": "no rules are known",
    "findings": "none",
    "since": "nothing",
    "owners": "the record names no owner",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. What is not known, or does not belong to it, is empty; ``on`` is a day, YYYY-MM-DD."""

    part: Part
    what: str
    basis: Basis
    who: str = ""
    on: str = ""
    commit: str = ""
    request: int | None = None
    key: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """All that can be told of one vendor up to the commit ``head``. ``then`` is the commit of the last approval.

    Where there was none, ``then`` is the commit by which the record came. ``there``: the record is still there.
    """

    vendor: str
    name: str
    path: str
    status: str
    there: bool
    head: str
    as_of: str
    then: str
    then_on: str
    approved: bool
    said: tuple[Said, ...]
