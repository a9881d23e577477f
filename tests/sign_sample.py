"""Sign the decisions of the sample registry with fresh keys: python tests/sign_sample.py

Each statement in vendors/decisions/ is signed as it stands, by a key made for the person whom it names. The public
keys go to policies/allowed_signers; the private ones are deleted at once, so that nobody can sign for the people of
the story. A statement that was changed needs this again, and then all are signed anew.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions import statement as statements

HEAD = """\
# Whose key is whose, in the format of ssh-keygen(1), section ALLOWED SIGNERS: person, options, key.
# Only what is here on the base branch counts, so that no change lets its author sign for somebody else.
"""
OWNERS = ("noor-haddad", "ruben-castellanos")  # of the policies, whether they signed something already or not


def main(root: Path) -> None:
    """Sign every statement below ``root``."""
    found = sorted((root / "vendors" / "decisions").glob("*/*.json"))
    signers = sorted({statements.parse(path.read_bytes()).by for path in found} | set(OWNERS))
    with tempfile.TemporaryDirectory() as folder:
        keys = {person: key(Path(folder) / person) for person in signers}
        for path in found:
            said = statements.parse(path.read_bytes())
            path.with_suffix(".json.sig").unlink(missing_ok=True)
            namespace = POLICY_NAMESPACE if said.kind == "amend" else NAMESPACE
            run("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(keys[said.by]), str(path))
        lines = [line(person, keys[person].with_suffix(".pub")) for person in signers]
    (root / "policies" / "allowed_signers").write_text(HEAD + "".join(lines), "utf-8")


def key(path: Path) -> Path:
    """Make a key pair at ``path``."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path))
    return path


def line(person: str, public: Path) -> str:
    """Return the line of a person in allowed_signers."""
    kind, encoded = public.read_text("utf-8").split()[:2]
    namespaces = f"{NAMESPACE},{POLICY_NAMESPACE}" if person in OWNERS else NAMESPACE
    return f'{person} namespaces="{namespaces}" {kind} {encoded}\n'


def run(*command: str) -> None:
    """Run a command, quietly; raises where it fails."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
