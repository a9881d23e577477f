"""Decisions: statements that somebody signed, and whether they are in force.

``statement`` says what was decided, ``sshsig`` whether a signature is good, ``signers`` whose key it is,
``ruling`` what of it counts on a day, ``court`` by what that is judged, ``revoking`` what was taken back, ``waivers``
what they waive and ``amendment`` which change of the policies they allow. Nothing here reads a file or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from preflight.decisions.statement import Statement

FOLDER = "vendors/decisions"
NAMESPACE = "preflight-decision@v1"  # of SSH signatures over a decision (PROTOCOL.sshsig, section 2: namespace)
POLICY_NAMESPACE = "preflight-policy@v1"  # over an amendment: a key may be let sign the one, and not the other

State: TypeAlias = Literal["in-force", "expired", "revoked", "not-yet", "void"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A statement whose signature, signer and place are right. Only one that is ``in-force`` has any effect."""

    id: str  # the name of its file without the ending; unique among the decisions on one vendor
    path: str
    statement: Statement
    fingerprint: str  # of the key that signed, as ssh-keygen prints it
    touched: bool  # somebody touched the hardware key; False for every other key
    identified: bool  # and told it a PIN or showed a finger
    state: State  # void: by a key that leaked
    revoked_on: date | None = None  # the first day on which somebody took it back

    @property
    def in_force(self) -> bool:
        """Whether it counts on the day for which it was judged."""
        return self.state == "in-force"
