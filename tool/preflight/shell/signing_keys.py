"""Which keys somebody could sign with here: a file that was named, the one that git signs with, those of the agent.

Only public halves are read.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from preflight.decisions import sshsig
from preflight.decisions.sshsig import PublicKey, SignatureFault
from preflight.errors import UsageError

PATIENCE = 10  # seconds; an agent that does not answer has no keys
MAX_PUBLIC = 16 * 1024  # bytes of a .pub file
LITERAL = "key::"  # how git marks a public key that stands in its settings itself


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key to sign with. ``file`` is what ssh-keygen gets; None: the agent has it, and ``line`` names it.

    ``public`` is None where the file is a private key without its .pub beside it.
    """

    origin: str
    public: PublicKey | None
    file: Path | None = None
    line: str = ""

    @property
    def agent(self) -> bool:
        """Whether the agent has to sign, as far as that is known."""
        if self.file is None:
            return True
        return self.file.suffix == ".pub" and not self.file.with_suffix("").exists()


def named(path: Path) -> SigningKey:
    """Return the key in a file: a private one, or a .pub. Raises UsageError."""
    given = path.expanduser()
    origin = f"--key {path}"
    if not given.is_file():
        message = f"{origin} is not a file"
        raise UsageError(message, fix="Name a key such as ~/.ssh/id_ed25519, or its .pub if the agent holds it.")
    public = given if given.suffix == ".pub" else given.with_name(given.name + ".pub")
    if not public.is_file():
        return SigningKey(origin, None, given)
    line = _line(public)
    try:
        return SigningKey(origin, read(line), given, line)
    except SignatureFault as fault:
        message = f"the key in {public} is not accepted: {fault.reason}"
        raise UsageError(message, fix="Use an Ed25519 key: ssh-keygen -t ed25519.") from None


def found(root: Path) -> list[SigningKey]:
    """Return the keys that are at hand: that of ``git config user.signingkey``, then those of the agent."""
    return [*_of_git(root), *_of_agent()]


def read(line: str) -> PublicKey:
    """Read a line of a .pub file. Raises SignatureFault."""
    parts = line.split()
    if len(parts) < 2:  # noqa: PLR2004 - type and key
        raise SignatureFault("it is not the line of a public key")
    key = sshsig.read_key(sshsig.base64_exactly(parts[1]))
    if key.kind != parts[0]:
        reason = f"it says {parts[0][:40]}, and is {key.kind}"
        raise SignatureFault(reason)
    return key


def _of_git(root: Path) -> list[SigningKey]:
    said = _said(["git", "-C", str(root), "config", "--get", "--type=path", "user.signingkey"])
    origin = "git config user.signingkey"
    if said.startswith((LITERAL, "ssh-", "sk-", "ecdsa-")):
        return _readable(origin, said.removeprefix(LITERAL))
    path = Path(said)
    if not said or not path.is_absolute() or not path.is_file():
        return []  # the name of an OpenPGP key, or of a file that is gone
    try:
        key = named(path)
    except UsageError:
        return []
    return [SigningKey(origin, key.public, key.file, key.line)] if key.public else []


def _of_agent() -> list[SigningKey]:
    if os.name == "posix" and not os.environ.get("SSH_AUTH_SOCK"):
        return []
    return [key for line in _said(["ssh-add", "-L"]).splitlines() for key in _readable("the ssh-agent", line)]


def _readable(origin: str, line: str) -> list[SigningKey]:
    try:
        return [SigningKey(origin, read(line), None, " ".join(line.split()[:2]))]
    except SignatureFault:
        return []


def _said(command: list[str]) -> str:
    """Return what a program says; nothing where it is not there, refuses or does not answer."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and arguments of our own
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def _line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_PUBLIC).decode("utf-8", "replace")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise UsageError(message, fix="Make it readable.") from None
    return " ".join(text.split()[:2])
