"""Keys and signatures for tests, made on the spot by ssh-keygen: none is ever committed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.statement import file_name, render

if TYPE_CHECKING:
    from pathlib import Path

    from preflight.decisions.statement import Statement

BITS = {"ecdsa": "256", "rsa": "3072"}


@dataclass(frozen=True)
class Signer:
    """A key pair, and the name that its line in allowed_signers gives it."""

    name: str
    path: Path
    public: str  # type and key, without a comment

    def sign(self, data: bytes, namespace: str = NAMESPACE) -> bytes:
        """Return the armoured signature of ``data``."""
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.path)]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout

    def line(self, *options: str, name: str | None = None) -> str:
        """Return the line of the key in allowed_signers; without options it may sign anything."""
        return " ".join(filter(None, (name or self.name, ",".join(options), self.public))) + "\n"

    def files(self, statement: Statement, namespace: str | None = None) -> dict[str, bytes]:
        """Return the statement and its signature, by the paths at which they belong."""
        data = render(statement)
        path = f"vendors/decisions/{statement.vendor}/{file_name(statement)}"
        usual = POLICY_NAMESPACE if statement.kind == "amend" else NAMESPACE
        return {path: data, f"{path}.sig": self.sign(data, namespace or usual)}


@dataclass
class Keys:
    """Makes each key when it is first asked for."""

    folder: Path
    made: dict[str, Signer] = field(default_factory=dict)

    def __call__(self, name: str, kind: str = "ed25519", *, which: str = "") -> Signer:
        """Return the key of that name; with ``which`` another one of the same person."""
        label = f"{name}-{kind}-{which}"
        if label not in self.made:
            path = self.folder / label
            bits = ("-b", BITS[kind]) if kind in BITS else ()
            command = ["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", "", "-f", str(path)]
            subprocess.run(command, check=True, capture_output=True)
            public = " ".join(path.with_suffix(".pub").read_text("utf-8").split()[:2])
            self.made[label] = Signer(name, path, public)
        return self.made[label]
