"""Histories to audit: built once, copied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditing.story import FALSE, RECORD, TRUE, Story, begin

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return begin(tmp_path_factory.mktemp("begun") / "registry")


@pytest.fixture
def story(begun: Story, tmp_path: Path) -> Story:
    """The sample with one commit."""
    return begun.copy(tmp_path / "registry")


@pytest.fixture(scope="session")
def played(begun: Story, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Five commits: the third was pushed by an administrator past the gate, the fifth puts it right."""
    story = begun.copy(tmp_path_factory.mktemp("played") / "registry")
    story.write("README.md", "Read me.\n")
    story.commit("Say what this is")
    story.edit(RECORD, TRUE, FALSE)
    story.commit("Urgent (#17)", by="root@harbourline.example")
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.commit("Word it better")
    story.edit(RECORD, FALSE, TRUE)
    story.commit("Put it right")
    return story


@pytest.fixture
def line(played: Story, tmp_path: Path) -> Story:
    """A copy of the five commits, to be changed."""
    return played.copy(tmp_path / "line")
