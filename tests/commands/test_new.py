"""``preflight new``: a record from flags or questions."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import scaffold
from preflight.schema_tree import Node
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
FLAGS = ("--name", "Acme Mail", "--category", "email-marketing")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("policies", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return tmp_path


def test_flags_alone_write_a_record_that_the_gate_can_read(root: Path, run: Callable[..., Result]) -> None:
    result = run(
        "--root", root, "new", "acme-mail", *FLAGS, "--domain", "acme.example", "--set", "/data/residency=[DE, NO]"
    )
    assert result.out == "vendors/acme-mail.yaml written. Fill in what you know, then run: preflight check acme-mail\n"
    text = (root / "vendors" / "acme-mail.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/editor/vendor.schema.json\n")
    assert documents.parse(text.encode()).value == {
        "id": "acme-mail",
        "name": "Acme Mail",
        "category": "email-marketing",
        "legal_entity": {"domains": ["acme.example"]},
        "lifecycle": {"status": "proposed", "proposed_on": "2026-11-22"},
        "data": {"residency": ["DE", "NO"]},
    }
    judged = json.loads(run("--root", root, "check", "--format", "json").out)
    assert not [each for each in judged["verdicts"] if each["rule"].startswith(("yaml/", "schema/", "file/"))]


def test_a_new_record_explains_every_field_of_the_schema(root: Path, run: Callable[..., Result]) -> None:
    run("--root", root, "new", "acme-mail", *FLAGS)
    text = (root / "vendors" / "acme-mail.yaml").read_text("utf-8")
    schema = json.loads((root / "schemas" / "vendor.schema.json").read_text("utf-8"))
    missing = [name for name in schema["properties"] if not re.search(rf"^(# )?{name}:", text, flags=re.MULTILINE)]
    assert missing == []
    assert max(map(len, text.splitlines())) <= 120


def test_taking_all_comment_signs_away_gives_yaml_that_claims_nothing() -> None:
    """Whoever uncomments a field and fills nothing in is told so; no answer is invented for them."""
    schema = json.loads((ROOT / "schemas" / "vendor.schema.json").read_text("utf-8"))
    text = scaffold.record(Node(schema, schema), {"id": "x"}, "vendor.schema.json")
    body = re.sub(r"^# (?=[ ]*(- )?[a-z_0-9]+:( |$))", "", text, flags=re.MULTILINE)

    def leaves(value: object) -> list[object]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return [value] if inside is None else [leaf for each in inside for leaf in leaves(each)]

    value = documents.parse(body.encode()).value
    assert len(value) == len(schema["properties"])
    assert set(leaves({key: each for key, each in value.items() if key != "id"})) == {None}


REFUSED = [
    pytest.param(
        ("Acme",), "'Acme' cannot be an id · Use lower case letters, digits and hyphens", id="an id in capitals"
    ),
    pytest.param(("../x", *FLAGS), "'../x' cannot be an id", id="an id that is a path"),
    pytest.param(("-x",), "No such option", id="an id that looks like an option"),
    pytest.param(
        ("acme",), "--name and --category are needed · Give the flags", id="nothing but an id, and nobody to ask"
    ),
    pytest.param(
        ("acme", "--name", "A", "--category", "mail"),
        "'mail' is not one of the known values",
        id="a category that is not there",
    ),
    pytest.param(
        ("acme", *FLAGS, "--set", "/securty/x=1"), "the schema has no field /securty/x", id="a field that is not there"
    ),
    pytest.param(
        ("acme", *FLAGS, "--set", "nonsense"), "is not of the form /pointer=value", id="a setting without a pointer"
    ),
    pytest.param(("acme", *FLAGS, "--set", "/data/classes=[&a x]"), "the anchor &a", id="a value in loose YAML"),
    pytest.param(
        ("acme", *FLAGS, "--domain", "not a domain"),
        "/legal_entity/domains/0: 'not a domain' is not of the wanted form",
        id="a domain that is none",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_a_bad_call_writes_nothing_and_says_why(
    root: Path, run: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    result = run("--root", root, "new", *arguments)
    assert result.code == 2
    assert message in result.err
    assert not (root / "vendors").exists()


def test_a_record_that_is_there_is_never_overwritten(root: Path, run: Callable[..., Result]) -> None:
    run("--root", root, "new", "acme-mail", *FLAGS)
    before = (root / "vendors" / "acme-mail.yaml").read_bytes()
    result = run("--root", root, "new", "acme-mail", "--name", "Other", "--category", "crm")
    assert (result.code, result.err) == (
        2,
        "preflight: vendors/acme-mail.yaml is there already · Edit it, or choose another id. An id is never reused.\n",
    )
    assert (root / "vendors" / "acme-mail.yaml").read_bytes() == before


ALIKE = [
    pytest.param(("--name", "ACME-Mail, Inc."), "both go by the name 'acme mail'", id="the same name in another form"),
    pytest.param(("--name", "Acme Mails"), "are much alike", id="nearly the same name"),
    pytest.param(
        ("--name", "Something", "--domain", "acme.example"), "both have the domain acme.example", id="the same domain"
    ),
]


@pytest.mark.parametrize(("flags", "reason"), ALIKE)
def test_a_likely_duplicate_is_named_with_the_reason(
    root: Path, run: Callable[..., Result], flags: tuple[str, ...], reason: str
) -> None:
    run("--root", root, "new", "acme-mail", *FLAGS, "--domain", "acme.example")
    result = run("--root", root, "new", "other", "--category", "crm", *flags)
    assert result.code == 0
    assert "possible duplicate of acme-mail" in result.err
    assert reason in result.err


def test_an_unlike_vendor_gives_no_warning(root: Path, run: Callable[..., Result]) -> None:
    run("--root", root, "new", "acme-mail", *FLAGS)
    assert run("--root", root, "new", "zephyr", "--name", "Zephyr Ads", "--category", "advertising").err == ""


@pytest.mark.parametrize(
    "name",
    [
        "A: b",
        "#hash",
        "- dash",
        "'quote\"",
        "NO",
        "12",
        "true",
        "[x]",
        "{y}",
        "a, b",
        "é – ü",
        "2026-01-01",
        "*x",
        "&y",
    ],
)
def test_any_name_reads_back_as_it_was_meant(root: Path, run: Callable[..., Result], name: str) -> None:
    assert run("--root", root, "new", "odd", "--name", name, "--category", "other").code == 0
    assert documents.parse((root / "vendors" / "odd.yaml").read_bytes()).value["name"] == name
