"""The benchmark still runs and shows all rows. How fast anything is depends on the machine, and is no test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TIMES = (
    "libyaml's bare event scan, one core",
    "libyaml's bare event scan, all cores",
    "libyaml's bare event scan, processor time",
    "strict reading, one core",
    "schema verdict, one core",
    "schema verdict of jsonschema-rs itself, one core",
    "facts and rules, one core",
    "**preflight check**, whole run",
    "**preflight check**, one record more",
    "**preflight check**, processor time",
    "**preflight inventory build**, whole run",
    "**preflight inventory build**, processor time",
    "check-jsonschema, whole run",
    "check-jsonschema, one record more",
    "peak memory, largest process",
    "peak memory, all processes, at most",
)
RATIOS = (
    "whole run / scan on all cores",
    "whole run less its start / scan on all cores",
    "whole run / scan on all cores, processor time",
    "whole run / scan on one core",
    "inventory build / whole run",
    "inventory build / whole run, processor time",
    "strict reading / scan",
    "check-jsonschema, one record more / our reading and schema verdict",
    "check-jsonschema, one record more / our schema verdict",
    "preflight --version / python -c pass",
    "peak memory, all processes, at most",
    "audit log of 100 commits over 30 vendors, cold / git log --raw and cat-file",
    "the same, processor time of all cores",
    "the same / git on the history before it was packed anew",
    "the same from the cache / the program's start and reading a commit",
    "the same with one new commit / the program's start and reading it",
    "peak memory of the audit, largest process",
    "a push that changes one of 30 vendors, hook included",
    "a push that changes one of 30 vendors / a check of all of them",
)


def test_quick_run_shows_all_rows(tmp_path: Path) -> None:
    output = tmp_path / "bench.md"
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "--quick", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert output.read_text("utf-8") == done.stdout
    first, second, notes = done.stdout.split("\n\n")
    assert all(any(line.startswith(f"| {row}") for line in first.splitlines()) for row in TIMES)
    assert all(any(line.startswith(f"| {row}") for line in second.splitlines()) for row in RATIOS)
    assert "ajv-cli was left out" in notes
