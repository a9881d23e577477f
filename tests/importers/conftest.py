"""The form of the sample registry, and issues filled in with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from preflight import intake_form
from preflight.importers.candidates import Background
from preflight.shell import registry
from preflight.shell.files import WorkingTree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def background() -> Background:
    source = WorkingTree(ROOT)
    layout = registry.layout(source)
    shape = registry.load_shape(source, layout)
    policies = {name: each.value for name, each in registry.policy_documents(source, layout, shape).items()}
    return Background(shape.schema, policies, date(2026, 11, 22))


def body(background: Background, answers: dict[str, str]) -> str:
    """Return the body that a forge makes of answers, by the id of the question."""
    asked = intake_form.questions(background.schema, background.policies)
    assert answers.keys() <= {each.id for each in asked}
    parts = [f"### {each.label}\r\n\r\n{answers.get(each.id, '_No response_')}" for each in asked]
    return "\r\n\r\n".join(parts)
