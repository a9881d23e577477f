"""The jobs of the project itself: they run what a person would run, and are as red as that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workflows.conftest import STUB, git

if TYPE_CHECKING:
    from workflows.conftest import Forge

SETUP = "actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c"
ELSEWHERE = ("macos-latest", "windows-latest")


def changed(forge: Forge, code: int = 0, record: str = "") -> dict[str, Any]:
    """Commit what the tests end with, and a word in a record; return the event of a push to main."""
    run = forge.root / ".ci" / "run"
    run.parent.mkdir()
    run.write_text(f"#!/usr/bin/env bash\necho 'The tests were run.'\nexit {code}\n", "utf-8")
    run.chmod(0o755)
    live = "vendors/trident-experiments.yaml"
    forge.commit("Tests", {live: forge.read(live) + record})
    after = git(forge.root, "rev-parse", "HEAD").strip()
    return {"ref": "refs/heads/main", "after": after, "repository": {"default_branch": "main"}}


@pytest.mark.parametrize("code", [0, 1])
def test_the_tests_decide(forge: Forge, code: int) -> None:
    run = forge.run("project", "push", changed(forge, code), "--job", "test")
    assert ("The tests were run." in run.log, run.green) == (True, code == 0), run.log


@pytest.mark.parametrize("record", ["", "nonsense: true\n"], ids=["good", "bad"])
def test_the_sample_is_judged_on_other_systems(forge: Forge, record: str) -> None:
    """The steps, that is: they run here. From the files and from git, with what installing gives."""
    action = forge.around / SETUP.partition("@")[0]
    action.mkdir(parents=True)
    stub = STUB.replace("  name: {{", "  python-version: {{description: ignored}}\n  name: {{", 1)
    (action / "action.yml").write_text(stub.format(command='"true"'), "utf-8")
    here = [f"--platform={each}=-self-hosted" for each in ELSEWHERE]
    stubbed = f"--local-repository={SETUP}={action}"
    run = forge.run("project", "push", changed(forge, record=record), "--job", "elsewhere", stubbed, *here)
    assert run.green is not bool(record), run.log
    assert ("PASSED" in run.log, "BLOCKED: 1 red flag" in run.log) == (not record, bool(record)), run.log
