"""The form for proposals: one that the forge takes, asking only for what the registry can hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from preflight import intake_form
from preflight.shell import documents

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "schemas" / "vendor.schema.json").read_text("utf-8"))
POLICIES = {
    name: documents.parse((ROOT / "policies" / f"{name}.yaml").read_bytes(), max_bytes=2**20).value
    for name in ("people", "checklist", "rates")
}
ASKED = intake_form.questions(SCHEMA, POLICIES)


@pytest.mark.parametrize("name", ["vendor-proposal.yml"])
def test_the_form_has_the_shape_that_forges_take(name: str) -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / name
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.github-issue-forms", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_forge_refuses_beyond_its_schema_is_not_there() -> None:
    """Reserved words, labels that stand twice, options that a joined list cannot tell apart."""
    labels = [each.label for each in ASKED]
    assert len(set(labels)) == len(labels)
    assert len({each.id for each in ASKED}) == len(ASKED)
    assert not [label for label in labels if "password" in label.lower()]
    for question in ASKED:
        options = [option.label for option in question.options]
        assert len(set(options)) == len(options)
        assert not [each for each in options if each.casefold() == "none"]
        assert not [each for each in options if question.several and "," in each]


def test_what_yaml_might_take_for_something_else_is_text() -> None:
    form = yaml.safe_load(intake_form.text(intake_form.sections(SCHEMA, POLICIES)))
    texts = [value for element in form["body"] for value in element["attributes"].get("options", [])]
    texts += [
        element["attributes"][key]
        for element in form["body"]
        for key in ("label", "placeholder")
        if key in element["attributes"]
    ]
    assert {type(each) for each in texts} == {str}


def test_each_line_of_the_screening_is_asked() -> None:
    asked = {each.id.upper().replace("-", ".") for each in ASKED}
    lines = {line["id"] for line in POLICIES["checklist"]["quick_reference"]}
    assert lines - asked == {"Q1.3"}  # two numbers answer it
    assert {"rate-limit", "volume"} <= {each.id for each in ASKED}


def test_who_left_and_who_is_of_the_other_side_cannot_be_chosen() -> None:
    owners = {each.id: {option.value for option in each.options} for each in ASKED if each.id.endswith("-owner")}
    assert "mara-lindqvist" in owners["marketing-owner"]
    assert not {"viktor-salonen", "kofi-mensah"} & owners["marketing-owner"]
    assert "kofi-mensah" in owners["it-owner"]


def test_a_field_that_the_schema_does_not_have_is_not_asked_for() -> None:
    small = {"type": "object", "properties": {"name": {"type": "string"}, "summary": {"type": "string"}}}
    assert [each.id for each in intake_form.questions(small, {})] == ["name", "summary"]


def test_without_policies_an_id_is_asked_for_in_words() -> None:
    by_id = {each.id: each for each in intake_form.questions(SCHEMA, {})}
    assert (by_id["marketing-owner"].kind, by_id["marketing-owner"].options) == (intake_form.Kind.TEXT, ())
    assert by_id["category"].options
    assert "q1-1" not in by_id


def test_two_questions_with_the_same_words_are_told_apart() -> None:
    checklist = json.loads(json.dumps(POLICIES["checklist"]))
    checklist["quick_reference"][0]["title"] = "Team"
    labels = [each.label for each in intake_form.questions(SCHEMA, {**POLICIES, "checklist": checklist})]
    assert "Team" in labels
    assert "Team (q1-1)" in labels
