"""``preflight check --base``: which findings are new, known or fixed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from commands.conftest import commit
from commands.proposed import FACTOR, LIVE, PROPOSED, change, fixed, git, marks, raise_price
from preflight.model import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result


def test_findings_are_new_or_known_or_fixed(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    report = judge()
    found = marks(report, LIVE)
    assert found["risk/approved-by-the-roles", "/approvals"] == "new"
    assert found["security/penetration-test-recent", "/security/testing/penetration_test"] == "known"
    assert report["fixed"] == [
        {
            "vendor": LIVE,
            "rule": "risk/not-just-under-a-limit",
            "level": "warning",
            "pointer": "/contract/subscriptions",
            "message": "47,740 EUR a year is just below the 50,000 from which the Chief Financial Officer has to "
            "agree; a word with that role was wanted",
        }
    ]


def test_a_known_red_flag_blocks_like_a_new_one(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    commit(registry, "Raise")
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Experiments", "name: Trident Trials")
    report = judge()
    assert marks(report, LIVE)["risk/approved-by-the-roles", "/approvals"] == "known"
    assert report["summary"]["blocked"]


def test_what_moves_within_a_list_stays_known(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    path = "vendors/signalpost-ads.yaml"
    item = """\
    - product: Signalpost Desk, Asia
      team: brand-marketing
      region: apac
      users: 1
      starts: 2025-08-01
      ends: 2027-07-31
      auto_renews: true
      notice_days: 30
      price: {amount: 1, currency: EUR}
      per: month
      uplift_cap_percent: 12
"""
    change(
        registry, path, "    - product: Signalpost Desk, Europe\n", item + "    - product: Signalpost Desk, Europe\n"
    )
    report = judge()
    caps = {at: mark for (rule, at), mark in marks(report, "signalpost-ads").items() if rule.endswith("rise-capped")}
    assert caps == {
        "/contract/subscriptions/0/uplift_cap_percent": "new",
        "/contract/subscriptions/1/uplift_cap_percent": "known",
        "/contract/subscriptions/2/uplift_cap_percent": "known",
    }
    assert ("signalpost-ads", "contract/price-rise-capped") not in fixed(report)


def test_an_entry_that_goes_takes_its_finding_along(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    path = registry / "vendors/folio-cms.yaml"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("  - {system: sounding-seo,")]
    path.write_text("\n".join(kept) + "\n", "utf-8")
    report = judge()
    assert ("folio-cms", "architecture/no-ended-partner") in fixed(report)
    assert set(marks(report, "folio-cms").values()) == {"known"}


def test_of_a_vendor_that_is_added_everything_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / "vendors/kittiwake-social.yaml").read_text("utf-8")
    (registry / "vendors/kittiwake-two.yaml").write_text(text.replace("id: kittiwake-social", "id: kittiwake-two"))
    found = marks(judge(), "kittiwake-two")
    assert found["security/penetration-test-recent", "/security/testing/penetration_test"] == "new"
    assert set(found.values()) == {"new"}


def test_what_goes_with_a_record_is_not_fixed(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / f"vendors/{LIVE}.yaml").unlink()
    report = judge()
    assert marks(report, LIVE)["change/removed", ""] == "new"
    assert LIVE not in {vendor for vendor, _ in fixed(report)}


def test_a_rename_carries_nothing_over(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / f"vendors/{LIVE}.yaml").unlink()
    (registry / "vendors/trident.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident"), "utf-8")
    report = judge()
    assert set(marks(report, "trident").values()) == {"new"}
    assert [(each["vendor"], each["kind"]) for each in report["delta"]["vendors"]] == [
        ("trident", "added"),
        (LIVE, "removed"),
    ]


def test_beside_a_record_that_could_not_be_read_everything_is_new(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    path = registry / f"vendors/{LIVE}.yaml"
    text = path.read_text("utf-8")
    path.write_text(text + "name: Again\n", "utf-8")
    commit(registry, "Broken")
    path.write_text(text, "utf-8")
    report = judge()
    assert set(marks(report, LIVE).values()) == {"new"}
    assert fixed(report) == {(LIVE, "yaml/duplicate-key")}
    [delta] = report["delta"]["vendors"]
    assert (delta["kind"], delta["annual_before"], delta["annual_after"]) == ("changed", None, 47740)


def test_a_fault_of_form_that_stays_is_known(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Experiments", "nme: Trident Experiments")
    commit(registry, "Misspelt")
    change(registry, f"vendors/{LIVE}.yaml", "classification:", "clasification:")
    found = [(each["rule"], each["message"], each["change"]) for each in judge()["verdicts"]]
    assert {change for rule, message, change in found if "name" in message} == {"known"}
    assert {change for rule, message, change in found if "clasification" in message} == {"new"}


def test_what_the_change_does_to_a_vendor_that_it_leaves_alone_is_part_of_the_verdict(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, "vendors/glossary-localise.yaml", "  status: live\n", "  status: deprecated\n")
    report = judge()
    assert marks(report, "folio-cms") == {("architecture/no-ended-partner", "/integrations/3"): "new"}


def test_what_the_change_repairs_in_a_vendor_that_it_leaves_alone_is_fixed(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, "vendors/sounding-seo.yaml", "  status: deprecated\n", "  status: live\n")
    report = judge()
    assert ("folio-cms", "architecture/no-ended-partner") in fixed(report)
    assert marks(report, "folio-cms") == {}


def test_who_refers_to_a_vendor_that_goes_is_told(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, "vendors/folio-cms.yaml", "{system: sounding-seo,", f"{{system: {PROPOSED},")
    commit(registry, "Connected")
    (registry / f"vendors/{PROPOSED}.yaml").unlink()
    report = judge()
    assert marks(report, "folio-cms") == {("ownership/references-exist", "/integrations/2/system"): "new"}
    assert report["summary"]["blocked"]


def test_asked_for_some_vendors_it_says_nothing_of_others(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, "vendors/glossary-localise.yaml", "  status: live\n", "  status: deprecated\n")
    raise_price(registry)
    report = judge(LIVE)
    assert {each["vendor"] for each in report["verdicts"]} == {LIVE}
    assert [each["vendor"] for each in report["delta"]["vendors"]] == [LIVE]
    assert marks(report, LIVE)["risk/approved-by-the-roles", "/approvals"] == "new"


def test_without_a_common_history_every_finding_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    git(registry, "checkout", "--quiet", "--orphan", "other")
    report = judge(base="main")
    assert {each["change"] for each in report["verdicts"]} == {"new"}
    assert report["fixed"] == []
    assert {each["kind"] for each in report["delta"]["vendors"]} == {"added"}


def test_the_first_vendor_of_a_registry_has_nothing_before_it(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    first = (registry / f"vendors/{PROPOSED}.yaml").read_text("utf-8")
    shutil.rmtree(registry / "vendors")
    commit(registry, "Rules alone")
    (registry / "vendors").mkdir()
    (registry / f"vendors/{PROPOSED}.yaml").write_text(first, "utf-8")
    report = judge()
    assert set(marks(report, PROPOSED).values()) == {"new"}


def test_what_the_policy_makes_heavier_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    report = judge()
    assert marks(report, "folio-cms") == {("security/second-factor-required", "/security/access/mfa"): "new"}
    assert {each["change"] for each in report["verdicts"] if each["vendor"] == REGISTRY} == {"new"}


def test_a_red_flag_that_stood_before_keeps_nobody_from_changing_the_policy(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    commit(registry, "Harder")
    change(registry, FACTOR, "level: red-flag", "level: red-flag # as agreed")
    assert marks(judge(), "folio-cms") == {}


def test_without_a_base_nothing_is_marked(registry: Path, run: Callable[..., Result]) -> None:
    report = json.loads(run("--root", registry, "check", "--format", "json").out)
    assert {"fixed", "delta"} & set(report) == set()
    assert not any("change" in each for each in report["verdicts"])
