"""What attributes of git hide from people, and what they may do."""

from __future__ import annotations

import pytest

from preflight.concealment import NEW, concealed, managed, probes

FOLDERS = ("policies", "vendors")


@pytest.mark.parametrize(
    ("attributes", "effect"),
    [
        pytest.param({"diff": "unset"}, "hides changes from reviews", id="-diff"),
        pytest.param({"linguist-generated": "true"}, "folds changes away in reviews", id="generated=true"),
        pytest.param({"gitlab-generated": "set"}, "folds changes away in reviews", id="generated on GitLab"),
        pytest.param({"export-ignore": "set"}, "leaves files out of archives", id="export-ignore"),
        pytest.param({"filter": "lfs"}, "changes files on their way into a checkout", id="a filter"),
        pytest.param({"working-tree-encoding": "UTF-16"}, "changes files on their way into a checkout", id="encoding"),
        pytest.param({"merge": "union"}, "lets merges keep both sides without asking", id="merge=union"),
    ],
)
def test_what_hides_a_managed_file_is_named_with_its_effect(attributes: dict[str, str], effect: str) -> None:
    [found] = concealed({"vendors/acme.yaml": attributes, "docs/logo.png": attributes}, FOLDERS)
    [(name, value)] = attributes.items()
    assert (found.path, found.attribute, found.effect) == ("vendors/acme.yaml", f"{name}: {value}", effect)


@pytest.mark.parametrize(
    "attributes",
    [
        {"diff": "set"},
        {"diff": "yaml"},
        {"filter": "unset"},
        {"merge": "unset"},
        {"text": "unset"},
        {"export-ignore": "unset"},
    ],
    ids=str,
)
def test_what_hides_nothing_is_let_be(attributes: dict[str, str]) -> None:
    assert concealed({"vendors/acme.yaml": attributes}, FOLDERS) == []


def test_a_file_that_is_there_is_named_before_one_to_come() -> None:
    hidden = {path: {"diff": "unset"} for path in (*probes(FOLDERS), "vendors/zeta.yaml")}
    assert [each.path for each in concealed(hidden, FOLDERS)] == [
        "vendors/zeta.yaml",
        f"policies/{NEW}",
        f"vendors/{NEW}",
    ]


def test_managed_are_folders_and_those_of_files_and_globs() -> None:
    assert managed(("policies",), ("vendors/*.yaml", "schemas/vendor.schema.json")) == (
        "policies",
        "schemas",
        "vendors",
    )
    assert managed((), ("**/*.yaml",)) == ("",)
    assert [each.path for each in concealed({"x.yaml": {"diff": "unset"}}, ("",))] == ["x.yaml"]
