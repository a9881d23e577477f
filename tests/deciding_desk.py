"""A registry in which people can decide: the sample, with keys that were made on the spot and committed first."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.decisions import NAMESPACE, POLICY_NAMESPACE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IDENTITY = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
AS_OF = "2026-11-22"
PEOPLE = ("gareth-whitlock", "ruben-castellanos", "noor-haddad", "helene-marchetti", "elise-fontaine", "sanne-devries")
DECISIONS = "vendors/decisions"


@dataclass(frozen=True)
class Desk:
    """The registry, and the folder in which everybody's keys lie."""

    root: Path
    keys: Path

    @classmethod
    def at(cls, root: Path, folder: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Desk:
        """List a key of each of ``PEOPLE``, and keep the surroundings of the test run out: git's settings, an agent."""
        patch.setenv("HOME", str(folder.mktemp("home")))
        patch.delenv("XDG_CONFIG_HOME", raising=False)
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        patch.delenv("SSH_ASKPASS", raising=False)
        patch.delenv("DISPLAY", raising=False)
        keys = folder.getbasetemp() / "keys"  # made once for all tests of a process
        keys.mkdir(exist_ok=True)
        found = cls(root, keys)
        found.enlist(*(found.line(person) for person in PEOPLE))
        found.commit("Keys")
        return found

    def key(self, name: str, kind: str = "ed25519", *more: str) -> Path:
        """Return a private key; its .pub lies beside it."""
        path = self.keys / f"{name}-{kind}"
        if not path.exists():
            phrase = ("-N", "") if "-N" not in more else ()
            run("ssh-keygen", "-q", "-t", kind, *more, *phrase, "-C", "", "-f", str(path))
        return path

    def line(self, person: str, key: Path | None = None, namespaces: str = f"{NAMESPACE},{POLICY_NAMESPACE}") -> str:
        """Return the line of a key in allowed_signers."""
        public = (key or self.key(person)).with_suffix(".pub").read_text("utf-8").split()
        return f'{person} namespaces="{namespaces}" {public[0]} {public[1]}'

    def enlist(self, *lines: str) -> None:
        """Add lines to allowed_signers."""
        with (self.root / "policies" / "allowed_signers").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that has to be there."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def git(self, *arguments: str) -> str:
        """Run git, and return what it says."""
        return run("git", *IDENTITY, *arguments, at=self.root)

    def commit(self, message: str, author: str = "A <a@example.com>", day: str = AS_OF) -> str:
        """Commit everything, as if on that day, and return the name of the commit."""
        self.git("add", "--all")
        command = ("git", *IDENTITY, "commit", "-q", "--author", author, "-m", message)
        run(*command, at=self.root, more={"GIT_COMMITTER_DATE": f"{day}T12:00:00Z"})
        return self.git("rev-parse", "HEAD").strip()

    def made(self) -> list[str]:
        """Return what was written since the last commit, ignored or not, and what lies in the folder of git."""
        listed = self.git("status", "--porcelain", "--untracked-files=all", "--ignored").splitlines()
        left = [path.name for path in (self.root / ".git").glob("preflight-*")]
        return sorted(line[3:] for line in listed) + left

    def process(self, *arguments: str, path: Path | None = None) -> tuple[list[str], dict[str, str]]:
        """Return command and environment of preflight as a process of its own; ``path`` comes first in PATH."""
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        if path is not None:
            environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
        return [sys.executable, "-m", "preflight", "--root", str(self.root), "--as-of", AS_OF, *arguments], environment


def run(*command: str, at: Path | None = None, more: dict[str, str] | None = None) -> str:
    """Run a program, with ``more`` in its environment, and return what it says; raises where it fails."""
    done = subprocess.run(command, cwd=at, env={**os.environ, **(more or {})}, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def program(folder: Path, name: str, script: str) -> Path:
    """Put a program of our own into a folder, for the front of PATH; return the folder."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return folder
