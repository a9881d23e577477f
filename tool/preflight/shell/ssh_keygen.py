"""``ssh-keygen``: the only place that calls it. It holds the keys, asks for passphrases, and waits for a touch.

No private key is ever read here: a file is handed over by name, and a public key stands for one in the agent.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from preflight.decisions.sshsig import MAX_ARMORED
from preflight.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "ssh-keygen"
PATIENCE = 120  # seconds for an agent, or where nobody is there to answer; a person may take as long as they need
INSTALL = (
    "It is a part of OpenSSH: 'apt install openssh-client' on Debian and Ubuntu, 'dnf install openssh-clients' on "
    "Fedora, 'OpenSSH Client' among the optional features of Windows; macOS has it."
)


def sign(text: Path, namespace: str, key: Path, *, agent: bool) -> bytes:
    """Have a file signed, and return the armored signature, which is left beside it as ``.sig``. Raises UsageError.

    ``key`` is a private key, or a public one whose private half lies beside it or, with ``agent``, in the agent.
    """
    answers = sys.stdin is not None and sys.stdin.isatty()
    command = [PROGRAM, "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(text)]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and arguments of our own
            command,
            stdin=None if answers else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # What it asks, and that it waits for a touch, has to reach whoever sits there.
            stderr=None if answers else subprocess.PIPE,
            timeout=None if answers and not agent else PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"{PROGRAM} did not sign within {PATIENCE} seconds"
        raise UsageError(message, fix="Unlock the agent or touch the hardware key, and run it again.") from None
    except FileNotFoundError:
        message = f"{PROGRAM} is not installed, and it makes the signature"
        raise UsageError(message, fix=INSTALL) from None
    except OSError as error:
        message = f"{PROGRAM} cannot be run: {error.strerror or error}"
        raise UsageError(message, fix=INSTALL) from None
    if done.returncode:
        raise _refused(done.returncode, done.stderr)
    return _signature(text)


def _signature(text: Path) -> bytes:
    try:
        with text.with_name(text.name + ".sig").open("rb") as file:
            return file.read(MAX_ARMORED + 1)
    except OSError as error:
        message = f"{PROGRAM} ended without a signature: {error.strerror or error}"
        raise UsageError(message, fix="Check the space on the disk, and which ssh-keygen is found first.") from None


def _refused(status: int, said: bytes | None) -> UsageError:
    lines = [line.strip() for line in (said or b"").decode("utf-8", "replace").splitlines()]
    reason = next((line for line in lines if line), "")
    if "unknown option" in reason or "illegal option" in reason:
        message = f"this {PROGRAM} is too old to sign files"
        return UsageError(message, fix="OpenSSH 8.2 or later is needed.")
    how = reason or (f"exit code {status}; what it said stands above" if said is None else f"exit code {status}")
    fix = "Check the key and its passphrase; 'ssh-add -l' lists what the agent holds."
    return UsageError(f"{PROGRAM} did not sign: {how}", fix=fix)
