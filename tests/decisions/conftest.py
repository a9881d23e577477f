"""Keys and signatures, made on the spot by ssh-keygen: none is ever committed. They have to be there to be tested."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from preflight.decisions import NAMESPACE
from preflight.decisions.signers import Signers
from preflight.decisions.statement import Statement, parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = {
    "ed25519": (),
    "ecdsa": ("-b", "256"),
    "ecdsa384": ("-b", "384"),
    "ecdsa521": ("-b", "521"),
    "rsa": ("-b", "3072"),
}


def string(data: bytes) -> bytes:
    """Encode as RFC 4251 does."""
    return len(data).to_bytes(4, "big") + data


@dataclass
class Keyring:
    """Makes keys when they are asked for, and signs with them."""

    folder: Path
    keys: dict[str, Path] = field(default_factory=dict)

    def key(self, name: str, kind: str = "ed25519", *options: str) -> Path:
        if name not in self.keys:
            path = self.folder / name
            command = ["ssh-keygen", "-q", "-t", kind.rstrip("345821"), *options, "-N", "", "-C", name, "-f", str(path)]
            if kind == "ed25519":
                command[3] = kind
            subprocess.run(command, check=True, capture_output=True)
            self.keys[name] = path
        return self.keys[name]

    def public(self, name: str) -> str:
        """Return type and key, without the comment."""
        return " ".join(self.key(name).with_suffix(".pub").read_text("utf-8").split()[:2])

    def sign(self, name: str, data: bytes, namespace: str = NAMESPACE) -> bytes:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.key(name))]
        return subprocess.run(command, input=data, check=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    ring = Keyring(tmp_path_factory.mktemp("keys"))
    for kind, options in KINDS.items():
        ring.key(kind, kind, *options)
    return ring


def accepts(folder: Path, signature: bytes, message: bytes, namespace: str = NAMESPACE) -> bool:
    """Whether ssh-keygen takes the signature, whoever's the key is."""
    path = folder / "signature"
    path.write_bytes(signature)
    command = ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", str(path)]
    return subprocess.run(command, input=message, check=False, capture_output=True).returncode == 0


BOUNDS = {"annual_cost": {"amount": 75000, "currency": "EUR"}}
REVOCATION: dict[str, Any] = {
    "kind": "revoke",
    "revokes": "2026-11-02-cfo-01234567",
    "reason": "Sold.",
    "nonce": "f" * 16,
    "facts": {"Decision": "approve"},
}


def said(**changes: Any) -> Statement:
    """Return a statement like many, but for some members; None takes one out. Only approvals have bounds."""
    value = {
        "schema": "preflight/decision/v1",
        "kind": "approve",
        "repository": "harbourline/vendors",
        "vendor": "acme",
        "role": "cfo",
        "by": "gareth",
        "decided_on": "2026-11-02",
        "facts": {"Annual cost": "60,000 EUR"},
        "rules": "a" * 40,
        "nonce": "0123456789abcdef",
        **({"bounds": BOUNDS} if changes.get("kind", "approve") == "approve" else {}),
        **changes,
    }
    return parse(json.dumps({name: each for name, each in value.items() if each is not None}).encode())


@pytest.fixture
def oracle(tmp_path: Path) -> Callable[..., bool]:
    return lambda *arguments: accepts(tmp_path, *arguments)


@pytest.fixture
def signers(keyring: Keyring) -> Signers:
    whose = {"ed25519": "gareth", "ecdsa": "g@x.example", "ecdsa384": "helene", "ecdsa521": "beatrix", "rsa": "viktor"}
    lines = [f'{name} namespaces="{NAMESPACE}" {keyring.public(key)}' for key, name in whose.items()]
    keyring.key("old")
    keyring.key("git")
    lines.append(f'gareth valid-before="20260601Z" {keyring.public("old")}')
    lines.append(f'gareth namespaces="git" {keyring.public("git")}')
    return Signers.of("\n".join(lines))
