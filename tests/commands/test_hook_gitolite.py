"""The hook on a server of gitolite, set up as docs/enforcement.md says.

There is no ssh in between: all that it does is to call gitolite's shell with the name that belongs to the key.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.conftest import commit
from commands.test_hook import LIVE
from ready import ASK

if TYPE_CHECKING:
    from signing import Keys

SHELL = Path("/usr/share/gitolite3/gitolite-shell")  # where packages put it
pytestmark = pytest.mark.skipif(not (SHELL.exists() and shutil.which("gitolite")), reason="needs gitolite")

SSH = """#!/bin/sh
shift
SSH_ORIGINAL_COMMAND="$*" SSH_CONNECTION="127.0.0.1 1 127.0.0.1 2" exec {shell} "$WHO"
"""
CONFIGURED = """
repo registry
    RW+ = amara tomas
    option hook.pre-receive = preflight
"""
HOOK = "#!/bin/sh\nexec {program} --as-of 2026-11-22 hook pre-receive --branch main\n"
DOCUMENTED = ("LOCAL_CODE", "'repo-specific-hooks'")  # in its settings, where they are commented out
IDENTITY = ("-c", "user.name=A", "-c", "user.email=amara.okafor@harbourline.example")


@dataclass
class Server:
    """A home folder of gitolite."""

    home: Path

    def run(self, *command: str | Path, at: Path, who: str = "admin") -> subprocess.CompletedProcess[str]:
        surroundings = {**os.environ, "HOME": str(self.home), "WHO": who, "GIT_SSH": str(self.home / "ssh")}
        surroundings |= {"GIT_SSH_VARIANT": "simple", "GIT_COMMITTER_DATE": "2026-11-22T12:00:00Z"}
        return subprocess.run(command, cwd=at, env=surroundings, capture_output=True, text=True, check=False)

    def git(self, *arguments: str | Path, at: Path, who: str = "admin") -> subprocess.CompletedProcess[str]:
        return self.run("git", *IDENTITY, *arguments, at=at, who=who)

    def push(self, registry: Path, who: str = "amara") -> subprocess.CompletedProcess[str]:
        return self.git("push", "--quiet", "ssh://git@here/registry", "HEAD:main", at=registry, who=who)

    def main(self) -> str:
        return self.git("rev-parse", "main", at=self.home / "repositories" / "registry.git").stdout.strip()


@pytest.fixture
def server(tmp_path: Path, signer: Keys, ready: None) -> Server:  # noqa: ARG001 - it only has to be there
    """gitolite with the hook for one repository, and with nobody in it yet."""
    found = Server(tmp_path / "home")
    hooks = found.home / "local" / "hooks" / "repo-specific"
    hooks.mkdir(parents=True)
    (found.home / ".ssh").mkdir()
    for path, text in (
        (found.home / "ssh", SSH.format(shell=SHELL)),
        (hooks / "preflight", HOOK.format(program=" ".join(ASK))),
    ):
        path.write_text(text, "utf-8")
        path.chmod(0o755)
    key = found.home / "admin.pub"
    key.write_text(signer("admin").public, "utf-8")
    assert found.run("gitolite", "setup", "-pk", key, at=found.home).returncode == 0
    settings = found.home / ".gitolite.rc"
    text = settings.read_text("utf-8")
    for name in DOCUMENTED:
        text = re.sub(rf"^(\s*)# ({name})", r"\1\2", text, count=1, flags=re.MULTILINE)
    settings.write_text(text, "utf-8")
    admin = tmp_path / "admin"
    assert found.git("clone", "--quiet", "ssh://git@here/gitolite-admin", admin, at=tmp_path).returncode == 0
    with (admin / "conf" / "gitolite.conf").open("a", encoding="utf-8") as file:
        file.write(CONFIGURED)
    found.git("commit", "--quiet", "--all", "--message", "The registry", at=admin)
    pushed = found.git("push", "--quiet", "origin", "HEAD", at=admin)
    assert pushed.returncode == 0, pushed.stderr
    return found


def test_gitolite_takes_what_holds_and_refuses_what_does_not(server: Server, registry: Path) -> None:
    first = server.push(registry)
    assert first.returncode == 0, first.stderr
    taken = server.main()
    record = registry / LIVE
    good = record.read_text("utf-8")
    record.write_text(good.replace("status: live", "status: proposed"), "utf-8")
    commit(registry, "A jump of state")
    refused = server.push(registry)
    assert refused.returncode == 1
    assert "lifecycle/transition-allowed" in refused.stderr
    assert "→" in refused.stderr
    assert server.main() == taken
    record.write_text(good.replace("summary: Runs", "summary: Still runs"), "utf-8")
    commit(registry, "Back, and a word")
    assert server.push(registry, who="tomas").returncode == 0
    assert server.main() != taken
