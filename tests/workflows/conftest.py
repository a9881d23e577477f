"""A forge in a folder: the real workflow files, run by act in a copy of a registry, without a network.

What a runner has and a test has not is put in its place, and nothing else: Python makes environments without asking
a package registry (and notes what it was asked to install), ``gh`` notes what it is told, artefacts go to a folder,
and the day is that of the sample. The shell keeps what the steps print: act stops reading when a step fails, and what
the step printed last is then missing from its own log.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import preflight

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
ACT = Path(sys.executable).parent / "act"
AS_OF = "2026-11-22"
PULL = 7
UPLOAD = "actions/upload-artifact@330a01c490aca151604b8cf639adc76d48f6c5d4"
DOWNLOAD = "actions/download-artifact@634f93cb2916e3fdff6788551b99b062d0335ce0"
PAGES = "actions/upload-pages-artifact@7b1f4a764d45c48632c6b24a0339c27f5614fb0b"
DEPLOY = "actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e"
ARTEFACTS = {
    # Of a folder what is in it, of a file the file.
    UPLOAD: 'mkdir -p "$ARTEFACTS/$NAME" && if [ -d "$AT" ]; then AT="$AT/."; fi && cp -R "$AT" "$ARTEFACTS/$NAME/"',
    DOWNLOAD: 'mkdir -p "$AT" && cp -R "$ARTEFACTS/$NAME/." "$AT"',
    PAGES: 'cp -R "$AT" "$ARTEFACTS/github-pages"',
    DEPLOY: 'mv "$ARTEFACTS/github-pages" "$ARTEFACTS/published"',
}
STUB = """\
name: artefacts
description: artefacts in a folder
inputs:
  name: {{description: name, default: ""}}
  path: {{description: path, default: ""}}
  if-no-files-found: {{description: ignored, default: ""}}
  retention-days: {{description: ignored, default: ""}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {{NAME: "${{{{ inputs.name }}}}", AT: "${{{{ inputs.path }}}}"}}
      run: {command}
"""
PYTHON = """\
#!/bin/sh
# Anything but an environment that looks at nothing around it is made by Python itself.
[ "$1 $2 $3" = "-I -m venv" ] || exec {python} "$@"
mkdir -p "$4/bin"
cp {bin}/in-environment "$4/bin/python"
cp {bin}/preflight-of-the-day "$4/bin/preflight"
"""
IN_ENVIRONMENT = """\
#!/bin/sh
[ "$1 $2 $3" = "-I -m pip" ] || exec {python} "$@"
shift 3
echo "$@" >> {log}/pip
"""
OF_THE_DAY = """\
#!/bin/sh
echo "${{PREFLIGHT_PROPOSERS-nobody}}" >> {log}/proposers
PYTHONPATH={package} exec {python} -P -m preflight --as-of {as_of} "$@"
"""
BASH = """\
#!{bash}
# The shell of a step. A shell that the step itself starts writes to where the step sends it.
test -z "$KEPT" || exec {bash} "$@"
KEPT=yes {bash} "$@" 2>&1 | tee -a {log}/printed
exit "${{PIPESTATUS[0]}}"
"""
GH = """\
#!/bin/sh
case "$1 $2" in
  "auth token") exit 1 ;;  # act itself asks for one
  "issue list") cat {log}/issues.json; exit ;;
esac
printf '%s\\n' "$*" >> {log}/gh
for each in "$@"; do
  case "$each" in --body-file=*) cp "${{each#--body-file=}}" "{log}/body-$(wc -l < {log}/gh)";; esac
done
"""


def git(root: Path, *arguments: str) -> str:
    """Run git and return what it says."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@dataclass
class Run:
    """What a workflow did: whether all jobs are green, what was in the logs, and the summaries."""

    green: bool
    log: str
    summary: str
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Forge:
    """A repository with workflows, and what stands around it."""

    root: Path
    around: Path

    def commit(self, message: str, changes: dict[str, str]) -> str:
        """Write files (an empty text takes one away) and commit them; return the commit."""
        for path, text in changes.items():
            file = self.root / path
            if text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            else:
                file.unlink()
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", message)
        return git(self.root, "rev-parse", "HEAD").strip()

    def read(self, path: str) -> str:
        """Return the text of a file."""
        return (self.root / path).read_text("utf-8")

    def propose(self, changes: dict[str, str], branch: str = "proposal") -> dict[str, Any]:
        """Make a pull request, and the merge commit that a forge makes of it; return the event."""
        base = git(self.root, "rev-parse", "main").strip()
        git(self.root, "checkout", "--quiet", "-b", branch, "main")
        head = self.commit("Proposal", changes)
        git(self.root, "checkout", "--quiet", "--detach", "main")
        git(self.root, "merge", "--quiet", "--no-ff", "--message", "Merge", branch)
        git(self.root, "checkout", "--quiet", "-B", "merge")
        pull = {
            "number": PULL,
            "title": "A proposal",
            "user": {"login": "alice"},
            "base": {"ref": "main", "sha": base},
            "head": {"ref": branch, "sha": head},
        }
        return {"number": PULL, "action": "opened", "pull_request": pull, "repository": {"default_branch": "main"}}

    def logged(self, name: str) -> list[str]:
        """Return the lines that a program that stands in for another has noted."""
        file = self.around / "log" / name
        return file.read_text("utf-8").splitlines() if file.exists() else []

    def run(self, workflow: str, event: str, payload: dict[str, Any], *more: str) -> Run:
        """Run one workflow for an event."""
        (self.around / "event.json").write_text(json.dumps(payload), "utf-8")
        (self.around / "log" / "printed").write_bytes(b"")
        environment = {
            "PATH": os.pathsep.join([*(str(self.around / each) for each in ("shell", "bin")), os.environ["PATH"]]),
            "HOME": str(self.around / "home"),
            "XDG_CACHE_HOME": str(self.around / "cache"),
            "XDG_CONFIG_HOME": str(self.around / "config"),
        }
        stubs = [f"--local-repository={uses}={self.around / uses.partition('@')[0]}" for uses in ARTEFACTS]
        order = [
            *[str(ACT), event, "--json", "--platform", "ubuntu-latest=-self-hosted", "--actor", "bob"],
            *["--eventpath", str(self.around / "event.json"), "--workflows", f".github/workflows/{workflow}.yml"],
            *["--env", f"ARTEFACTS={self.around / 'artefacts'}", "--env", "GIT_PAGER=cat", *stubs, *more],
        ]
        done = subprocess.run(
            order,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,  # the site is built in it
            stdin=subprocess.DEVNULL,
        )
        return _read(done, self.logged("printed"))


def _read(done: subprocess.CompletedProcess[str], printed: Sequence[str]) -> Run:
    lines, summaries, outputs = [], [], {}
    for line in done.stdout.splitlines():
        said = json.loads(line)
        if said.get("command") == "summary":
            summaries.append(str(said["content"]))
        elif said.get("command") == "set-output":
            outputs[str(said["name"])] = str(said["arg"])
        if "raw_output" not in said:
            lines.append(str(said["msg"]))
    log = "\n".join([*lines, *printed, done.stderr])
    # What an action writes is told of twice: by its step, and by the action.
    return Run(done.returncode == 0, log, "\n".join(dict.fromkeys(summaries)), outputs)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry with the real workflow files, committed on main."""
    root = tmp_path_factory.mktemp("forge") / "registry"
    for part in ("policies", "schemas", "vendors", ".github"):
        shutil.copytree(ROOT / part, root / part)
    (root / "tool").mkdir()
    for part in (
        "action.yml",
        "tool/install.sh",
        *(f"tool/constraints-{each}.txt" for each in ("core", "build", "site")),
    ):
        shutil.copy(ROOT / part, root / part)
    git(root.parent, "init", "--quiet", "--initial-branch=main", str(root))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


@pytest.fixture
def forge(prepared: Path, tmp_path: Path) -> Forge:
    """The repository of ``prepared``, to be changed, and a machine to run its workflows on."""
    if sys.platform != "linux" or not ACT.exists():
        pytest.skip("act runs the jobs of ubuntu-latest on the machine itself, so it has to be Linux")
    shutil.copytree(prepared, tmp_path / "registry")
    for folder in ("shell", "bin", "log", "home", "artefacts", "config/act"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config" / "act" / "actrc").write_text("", "utf-8")  # else act asks which image to take
    known = {"python": sys.executable, "bin": tmp_path / "bin", "log": tmp_path / "log", "as_of": AS_OF}
    known["package"] = Path(preflight.__file__).parents[1]
    known["bash"] = shutil.which("bash") or pytest.fail("the steps of the workflows are written for bash")
    programs = {
        "shell/bash": BASH,
        "bin/python3": PYTHON,
        "bin/python": PYTHON,
        "bin/in-environment": IN_ENVIRONMENT,
        "bin/preflight-of-the-day": OF_THE_DAY,
        "bin/gh": GH,
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text.format(**known), "utf-8")
        (tmp_path / name).chmod(0o755)
    for uses, command in ARTEFACTS.items():
        action = tmp_path / uses.partition("@")[0]
        action.mkdir(parents=True)
        (action / "action.yml").write_text(STUB.format(command=json.dumps(command)), "utf-8")
    return Forge(tmp_path / "registry", tmp_path)
