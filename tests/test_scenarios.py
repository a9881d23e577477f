"""Stories told end to end, through the command line: a purchase in slices, and what it takes to get it through."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from preflight.decisions.statement import Statement
from preflight.examples import merge
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import Result
    from preflight.model import Json, JsonObject
    from signing import Keys, Signer

ROOT = Path(__file__).parents[1]
DAY = "2026-06-01"
EXAMPLE = parse((ROOT / "policies/example.yaml").read_bytes()).value
REGIONS = ("emea", "apac", "latam")
SPLIT = (
    "3 purchases of one owner (with {}) come to 54,000 EUR together, each below the 50,000 from which the Chief "
    "Financial Officer has to agree; one decision on the whole was wanted"
)
CFO = (
    "Chief Financial Officer has to agree (54,000 EUR a year together with {}, asked from 50,000 EUR on); found: nobody"
)
RAISED = (
    "vendors/gale-latam.yaml: Chief Financial Officer has to agree (60,001 EUR a year together with "
    "gale-apac, gale-emea, asked from 50,000 EUR on); found: ida-holm on 2026-05-20, up to 60,000 EUR, and it is "
    "60,001 EUR a year now"
)


class Registry:
    """A registry of the example company: its people, and the records that a story needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("policies", "schemas"):
            shutil.copytree(ROOT / folder, root / folder)
        (root / "vendors").mkdir()
        for name, patch in EXAMPLE["$policies"].items():
            path = root / "policies" / f"{name}.yaml"
            self._dump(path, merge(parse(path.read_bytes()).value, patch))

    def vendor(self, identifier: str, overlay: JsonObject) -> None:
        """Write a record: the example with an overlay."""
        plain = {key: value for key, value in EXAMPLE.items() if not key.startswith("$")}
        record = merge(plain, {"id": identifier, "name": identifier.replace("-", " ").title(), **overlay})
        self._dump(self.root / "vendors" / f"{identifier}.yaml", record)

    def signed(self, signer: Signer, vendors: Mapping[str, str], bounds: JsonObject) -> None:
        """Let the CFO sign for those vendors, given with the company of each."""
        (self.root / "policies/allowed_signers").write_text(signer.line(), "utf-8")
        name = parse((self.root / "policies/approvals.yaml").read_bytes()).value["registry"]
        for number, (vendor, company) in enumerate(vendors.items()):
            nonce = f"{number:016x}"[::-1]
            decided = date.fromisoformat("2026-05-20")
            told: dict[str, Any] = {"facts": tuple(self.named(vendor, company).items()), "bounds": bounds}
            statement = Statement("approve", name, vendor, "cfo", signer.name, decided, "a" * 40, nonce, **told)
            for path, data in signer.files(statement).items():
                (self.root / path).parent.mkdir(parents=True, exist_ok=True)
                (self.root / path).write_bytes(data)

    def named(self, vendor: str, company: str) -> dict[str, str]:
        """Return the facts that say for what somebody signs."""
        record = parse((self.root / "vendors" / f"{vendor}.yaml").read_bytes()).value
        return {"Vendor": record["name"], "Category": record["category"], "Company": company, "Country": "DE"}

    @staticmethod
    def _dump(path: Path, value: Json) -> None:
        apart = json.loads(json.dumps(value))  # no two places share an object, so that nothing becomes an anchor
        path.write_text(yaml.safe_dump(apart, sort_keys=False, allow_unicode=True), "utf-8")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


def said(result: Result, rule: str) -> list[str]:
    """Return what a rule says, file by file, without lines and fixes."""
    found = [line for line in result.out.splitlines() if f"  {rule}  " in line]
    return [f"{line.partition(':')[0]}: {line.split('  ')[2].partition(' · ')[0]}" for line in found]


# ---- A vendor bought in three slices, each below the CFO's limit --------------------------------


def slice_of(region: str, *, approvals: list[JsonObject] | None = None) -> JsonObject:
    """Return what one region buys of Gale Insights: 18,000 a year, far below 50,000."""
    price = {"amount": 18_000, "currency": "EUR"}
    term = {
        **EXAMPLE["contract"]["subscriptions"][0],
        "product": f"Gale Insights for {region.upper()}",
        "region": region,
        "price": price,
        "commitment": None,
    }
    plain = {key: value for key, value in term.items() if value is not None}
    paid = [{"kind": "subscription", "amount": price, "per": "year", "team": "campaigns"}]
    given = [] if approvals is None else approvals
    return {
        "category": "web-analytics",
        "capabilities": [f"gale-reports-{region}"],
        "legal_entity": {
            "name": f"Gale {region.upper()} Ltd",
            "parent": "Gale Analytics Inc.",
            "domains": [f"gale-{region}.example"],
        },
        "contract": {"subscriptions": [plain]},
        "cost": {"recurring": paid, "one_off": None},
        "approvals": [*EXAMPLE["approvals"], *given],
    }


def test_three_regions_cannot_buy_in_slices_what_the_cfo_would_have_to_sign(
    registry: Registry, run: Callable[..., Result]
) -> None:
    registry.vendor("gale-emea", slice_of("emea"))
    alone = run("--root", registry.root, "check", as_of=DAY)
    assert alone.code == 0, alone.out
    # The second region is still below; the third one is not.
    registry.vendor("gale-apac", slice_of("apac"))
    assert run("--root", registry.root, "check", as_of=DAY).code == 0
    registry.vendor("gale-latam", slice_of("latam"))
    result = run("--root", registry.root, "check", as_of=DAY)
    assert result.code == 1
    assert said(result, "risk/no-split-purchase") == [
        f"vendors/gale-{one}.yaml: {SPLIT.format(f'gale-{two}, gale-{three}')}"
        for one, two, three in (("apac", "emea", "latam"), ("emea", "apac", "latam"), ("latam", "apac", "emea"))
    ]
    assert said(result, "risk/approved-by-the-roles") == [
        f"vendors/gale-{one}.yaml: {CFO.format(f'gale-{two}, gale-{three}')}"
        for one, two, three in (("apac", "emea", "latam"), ("emea", "apac", "latam"), ("latam", "apac", "emea"))
    ]


def test_the_same_three_slices_in_one_file_are_seen_as_well(registry: Registry, run: Callable[..., Result]) -> None:
    terms = [slice_of(region)["contract"]["subscriptions"][0] for region in REGIONS]
    price = {"amount": 54_000, "currency": "EUR"}
    paid = [{"kind": "subscription", "amount": price, "per": "year", "team": "campaigns"}]
    whole = {**slice_of("emea"), "contract": {"subscriptions": terms}, "cost": {"recurring": paid, "one_off": None}}
    registry.vendor("gale", whole)
    result = run("--root", registry.root, "check", as_of=DAY)
    assert result.code == 1
    assert len(said(result, "risk/no-split-purchase")) == 1


def test_with_the_signature_of_the_cfo_the_slices_pass_and_a_raise_asks_again(
    registry: Registry, run: Callable[..., Result], signer: Keys
) -> None:
    bounds = {"annual_cost": {"amount": 60_000, "currency": "EUR"}}
    written = [{"role": "cfo", "by": "ida-holm", "date": "2026-05-20", "bounds": bounds}]
    for region in REGIONS:
        registry.vendor(f"gale-{region}", slice_of(region, approvals=written))
    result = run("--root", registry.root, "check", as_of=DAY)
    assert result.code == 1
    alone = "found: ida-holm on 2026-05-20 by the word of the record alone, and a signature is asked"
    assert [alone in line for line in said(result, "risk/approved-by-the-roles")] == [True] * 3
    registry.signed(signer("ida-holm"), {f"gale-{each}": f"Gale {each.upper()} Ltd" for each in REGIONS}, bounds)
    for region in REGIONS:
        registry.vendor(f"gale-{region}", slice_of(region))
    result = run("--root", registry.root, "check", as_of=DAY)
    assert result.code == 0, result.out
    page = run("--root", registry.root, "explain", "gale-apac", "--for", "approver", as_of=DAY).out
    agreed = "[x] Chief Financial Officer: agreed: ida-holm on 2026-05-20, signed (2026-05-20-cfo-10000000)."
    assert agreed in " ".join(page.split())
    dearer = slice_of("latam")
    dearer["contract"]["subscriptions"][0]["price"] = {"amount": 24_001, "currency": "EUR"}
    dearer["cost"]["recurring"][0]["amount"] = {"amount": 24_001, "currency": "EUR"}
    registry.vendor("gale-latam", dearer)
    result = run("--root", registry.root, "check", as_of=DAY)
    assert result.code == 1
    assert [line for line in said(result, "risk/approved-by-the-roles") if line.startswith("vendors/gale-latam")] == [
        RAISED
    ]
