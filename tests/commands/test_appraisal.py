"""A registry that is judged once for its pages is judged as the check and the explanations judge it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from preflight.commands import appraisal
from preflight.commands.session import Session
from preflight.model import REGISTRY, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from preflight.commands.appraisal import Known

TODAY = date(2026, 11, 22)
LATER = date(2028, 11, 22)  # nobody has looked after the policies since
NO_PASS = {Outcome.FAIL, Outcome.WAIVED}


def name(session: Session, known: Known) -> str:
    return f"{session.today} {known.record['name']}"


@pytest.fixture
def mixed(registry: Path) -> Path:
    """The sample with a file that nobody can read, and one that is not of the right form."""
    (registry / "vendors" / "torn.yaml").write_text("id: [", "utf-8")
    (registry / "vendors" / "bare.yaml").write_text("id: bare\n", "utf-8")
    return registry


def test_facts_and_verdicts_are_those_of_a_vendor_judged_by_itself(mixed: Path) -> None:
    one_by_one = Session(mixed, TODAY, quiet=True).survey
    found = appraisal.appraise(Session(mixed, TODAY, quiet=True), name)
    assert sorted(found.cases) == sorted(one_by_one.cases)
    for vendor, case in one_by_one.cases.items():
        known = found.known(vendor)
        verdicts = one_by_one.verdicts(vendor)
        assert found.cases[vendor].record == case.record
        assert found.facts(vendor) == one_by_one.facts(vendor)
        assert known.verdicts == tuple(each for each in verdicts if each.outcome in NO_PASS)
        assert known.passed == sum(each.outcome is Outcome.PASS for each in verdicts)
        assert found.verdicts(vendor) == verdicts, "passes are not listed for who wants them"
    assert found.extracts == one_by_one.extracts
    assert found.shared == one_by_one.shared


def test_the_registry_as_a_whole_is_judged_as_by_the_check(mixed: Path) -> None:
    session = Session(mixed, LATER, quiet=True)
    judged = [each for each in session.judge(session.entries) if each.vendor == REGISTRY]
    found = appraisal.appraise(Session(mixed, LATER, quiet=True), name)
    assert found.about_registry == tuple(verdict for each in judged for verdict in each.verdicts)
    assert found.about_registry, "there is nothing about the registry to compare"


def test_what_cannot_be_judged_is_named_with_the_reason(mixed: Path) -> None:
    found = appraisal.appraise(Session(mixed, TODAY, quiet=True), name)
    assert [each.vendor for each in found.refused] == ["bare", "torn"]
    assert found.refused[0].why == appraisal.ILL_FORMED
    assert "not valid YAML" in found.refused[1].why


def test_every_vendor_is_looked_at_in_order_and_the_session_knows_the_result(registry: Path) -> None:
    session = Session(registry, TODAY, quiet=True)
    found = appraisal.appraise(session, name)
    paths = sorted((registry / "vendors").glob("*.yaml"))
    assert list(found.looks) == [path.stem for path in paths]
    assert list(found.looks.values()) == [
        f"{TODAY} {yaml.safe_load(path.read_text('utf-8'))['name']}" for path in paths
    ]
    assert session.survey is found
