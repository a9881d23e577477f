"""A registry with a past: real commits by several people, on days of the test's own."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ELISE = "Elise Fontaine <elise.fontaine@harbourline.example>"  # Marketing Operations
TOMAS = "Tomas Hedlund <tomas.hedlund@harbourline.example>"  # Growth Marketing
KOFI = "Kofi Mensah <kofi.mensah@harbourline.example>"  # Integration Services, IT
STRANGER = "Somebody <somebody@elsewhere.example>"


@dataclass(frozen=True)
class Chronicle:
    """A folder under git."""

    root: Path

    def begin(self, author: str = ELISE, day: str = "2026-01-15") -> str:
        """Commit what lies there as the first commit."""
        self.git("init", "-q", "-b", "main")
        return self.commit("Start the registry", author, day)

    def commit(self, message: str, author: str = TOMAS, day: str = "2026-02-10", committer: str = "") -> str:
        """Commit everything below the root, on that day; return the commit."""
        self.git("add", "--all")
        self._as(author, day, committer, "commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str) -> None:
        """Go to a new branch."""
        self.git("checkout", "-q", "-b", name)

    def merge(self, name: str, message: str, author: str = ELISE, day: str = "2026-05-04") -> str:
        """Merge a branch into main, with a merge commit."""
        self.git("checkout", "-q", "main")
        self._as(author, day, "", "merge", "-q", "--no-ff", "-m", message, name)
        return self.git("rev-parse", "HEAD").strip()

    def _as(self, author: str, day: str, committer: str, *arguments: str) -> None:
        surroundings: dict[str, str] = {}
        for role, who in (("AUTHOR", author), ("COMMITTER", committer or author)):
            name, _, address = who.partition(" <")
            surroundings |= {
                f"GIT_{role}_NAME": name,
                f"GIT_{role}_EMAIL": address.rstrip(">"),
                f"GIT_{role}_DATE": f"{day}T12:00:00Z",
            }
        self.git(*arguments, more=surroundings)

    def git(self, *arguments: str, more: dict[str, str] | None = None) -> str:
        """Run git, and return what it says."""
        surroundings = {**os.environ, **(more or {}), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(["git", *arguments], cwd=self.root, env=surroundings, check=True, capture_output=True)
        return done.stdout.decode("utf-8", "replace")

    # ---- Records ------------------------------------------------------------------------------------

    def keep(self, *vendors: str) -> None:
        """Take out all records and decisions but those."""
        for path in (self.root / "vendors").rglob("*"):
            if path.is_file() and path.stem not in vendors and path.parent.name not in vendors:
                path.unlink()

    def record(self, vendor: str, lifecycle: str, source: str = "flare-sms") -> None:
        """Write a record like another one, with its own life cycle: the lines below ``lifecycle:``."""
        text = (self.root / "vendors" / f"{source}.yaml").read_text("utf-8")
        text = text.replace(f"id: {source}\n", f"id: {vendor}\n", 1)
        text = re.sub(r"(?m)^name: .*$", f"name: The {vendor}", text, count=1)
        stages = "".join(f"  {line.strip()}\n" for line in lifecycle.strip().splitlines())
        text = re.sub(r"(?ms)^lifecycle:\n.*?(?=^\S|^$)", f"lifecycle:\n{stages}", text, count=1)
        (self.root / "vendors" / f"{vendor}.yaml").write_text(text, "utf-8")

    def edit(self, vendor: str, old: str, new: str) -> None:
        """Replace a text that has to be there."""
        path = self.root / "vendors" / f"{vendor}.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
