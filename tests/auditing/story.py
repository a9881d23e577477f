"""A registry with a history of its own: the committed sample, and what people did to it afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDOR, RECORD = "trident-experiments", "vendors/trident-experiments.yaml"
RULE = "security/single-sign-on"
DECISION = "vendors/decisions/gangway-events/2025-11-24-cfo-84ba562f.json"
TRUE, FALSE = "sso: [saml, oidc]", "sso: []"


@dataclass
class Story:
    """A repository, and what can be done to it."""

    root: Path

    def git(self, *arguments: str, day: str = "2026-11-22", by: str = "tomas.hedlund@harbourline.example") -> str:
        stamp = f"{day}T10:00:00Z"
        who = {"GIT_AUTHOR_NAME": by.partition("@")[0], "GIT_AUTHOR_EMAIL": by, "GIT_AUTHOR_DATE": stamp}
        who |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in who.items()}
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **who, **settings},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text, old
        self.write(path, text.replace(old, new, 1))

    def commit(self, message: str, day: str = "2026-11-22", by: str = "tomas.hedlund@harbourline.example") -> str:
        """Commit all there is, and return the name of the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, day=day, by=by)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def copy(self, to: Path) -> Story:
        shutil.copytree(self.root, to, symlinks=True)
        return Story(to)


def begin(root: Path) -> Story:
    """Return the sample with one commit."""
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    story = Story(root)
    story.git("init", "--quiet", "--initial-branch=main")
    story.commit("Begin", "2026-11-20")
    return story
