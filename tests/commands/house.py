"""The registry of the example company, in which people decide with real keys, and what the gate says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.statement import Statement
from preflight.examples import merge
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import Result
    from preflight.model import Json, JsonObject
    from signing import Keys

ROOT = Path(__file__).parents[2]
DAY = "2026-06-01"
EXAMPLE = parse((ROOT / "policies/example.yaml").read_bytes()).value
FOR = {"Vendor": "Acme", "Category": EXAMPLE["category"], "Company": EXAMPLE["legal_entity"]["name"], "Country": "DE"}
REGISTRY = "example-registry"
RULES = ("risk/approved-by-the-roles", "security/certification-current")
RECORD = "vendors/acme.yaml"
ASKED = "risk/approved-by-the-roles"
OFFICER = "Chief Financial Officer has to agree (60,000 EUR a year, asked from 50,000 EUR on); found: "
DECISION = "vendors/decisions/acme/2026-05-20-cfo-01234567.json"
PLAIN = f'namespaces="{NAMESPACE}"'
OWNER = f'namespaces="{NAMESPACE},{POLICY_NAMESPACE}"'


class House:
    """The registry of the example company, with few rules, in a repository of its own."""

    def __init__(self, root: Path, signer: Keys, run: Callable[..., Result]) -> None:
        self.root = root
        self.signer = signer
        self.run = run
        self.clock = 0
        shutil.copytree(ROOT / "schemas", root / "schemas")
        shutil.copytree(ROOT / "policies", root / "policies", ignore=lambda *_: ["rules", "allowed_signers"])
        for rule in RULES:
            (root / f"policies/rules/{rule}.yaml").parent.mkdir(parents=True)
            shutil.copyfile(ROOT / f"policies/rules/{rule}.yaml", root / f"policies/rules/{rule}.yaml")
        for name, patch in EXAMPLE["$policies"].items():
            self.amend(name, partial(merge, patch=patch))
        self.amend("approvals", self._signed_owners)
        self.amend("people", self._with_addresses)
        self.amend("levels", lambda value: {key: {} if isinstance(each, dict) else each for key, each in value.items()})
        lines = [signer("ida-holm").line(PLAIN), signer("carl-brun").line(PLAIN), signer("ruth-lang").line(PLAIN)]
        lines += [signer("nora-fink").line(OWNER), signer("paul-novak").line(OWNER)]
        self.write("policies/allowed_signers", "".join(lines))
        self.git("init", "--quiet", "--initial-branch=main")
        self.record(40_000)
        self.commit("Begin")

    @staticmethod
    def _signed_owners(value: JsonObject) -> JsonObject:
        roles = [
            {**each, "proof": "signed"} if each["role"] in {"policy-owner", "cfo"} else each for each in value["roles"]
        ]
        return {**value, "registry": REGISTRY, "roles": roles}

    @staticmethod
    def _with_addresses(value: JsonObject) -> JsonObject:
        people = [{**each, "email": f"{each['id']}@house.example"} for each in value["people"]]
        for each in people:
            if each["id"] in {"nora-fink", "paul-novak"}:
                each["roles"] = [*each["roles"], {"role": "policy-owner", "from": "2020-01-01"}]
        return {**value, "people": people}

    # ---- Files

    def write(self, path: str, data: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)

    def add(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            self.write(path, data)

    def amend(self, name: str, change: Callable[[Json], Json]) -> None:
        path = f"policies/{name}.yaml"
        value = change(parse((self.root / path).read_bytes()).value)
        self.write(path, yaml.safe_dump(json.loads(json.dumps(value)), sort_keys=False, allow_unicode=True))

    def person(self, identifier: str, **changes: Any) -> None:
        def change(value: Json) -> Json:
            people = [{**each, **changes} if each["id"] == identifier else each for each in value["people"]]
            return {**value, "people": people}

        self.amend("people", change)

    def record(self, cost: int, vendor: str = "acme", **changes: Json) -> None:
        """Write a record that costs so much a year."""
        plain = {key: value for key, value in EXAMPLE.items() if not key.startswith("$")}
        price = {"amount": cost, "currency": "EUR"}
        term = {**plain["contract"]["subscriptions"][0], "price": price}
        paid = [{"kind": "subscription", "amount": price, "per": "year", "team": "campaigns"}]
        overlay = {
            "id": vendor,
            "name": vendor.title(),
            "contract": {"subscriptions": [term]},
            "cost": {"recurring": paid, "one_off": None},
            "approvals": [{**each, "bounds": {"risk": "critical"}} for each in EXAMPLE["approvals"]],
            **changes,
        }
        value = json.loads(json.dumps(merge(plain, overlay)))
        self.write(f"vendors/{vendor}.yaml", yaml.safe_dump(value, sort_keys=False, allow_unicode=True))

    # ---- History

    def git(self, *arguments: str, by: str = "mina-keller", day: str = "2026-05-20") -> str:
        self.clock += 1
        stamp = f"{day}T12:{self.clock // 60:02}:{self.clock % 60:02}Z"
        email = by if "@" in by else f"{by}@house.example"
        names = {"GIT_AUTHOR_NAME": by, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": stamp}
        names |= {"GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@forge.example", "GIT_COMMITTER_DATE": stamp}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **names}, check=True, capture_output=True, text=True
        )
        return done.stdout

    def commit(self, message: str, by: str = "mina-keller", day: str = "2026-05-20") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, by=by, day=day)

    def topic(self) -> None:
        self.git("checkout", "--quiet", "-b", "topic")

    # ---- Verdicts

    def gate(self, *, base: str = "main", head: str = "topic", as_of: str = DAY) -> Told:
        return self._told("--base", base, "--head", head, as_of=as_of)

    def plain(self, *, as_of: str = DAY) -> Told:
        return self._told(as_of=as_of)

    def _told(self, *arguments: str, as_of: str) -> Told:
        result = self.run("--root", self.root, "check", *arguments, "--format", "json", as_of=as_of)
        assert result.out, result.err
        return Told(result.code, json.loads(result.out)["verdicts"])


class Told:
    """What the gate said: its exit code, and the findings as (rule, path, message)."""

    def __init__(self, code: int, verdicts: list[JsonObject]) -> None:
        self.code = code
        self.verdicts = verdicts

    @property
    def red(self) -> list[tuple[str, str, str]]:
        """What blocks, in the order in which it is told."""
        return self._of("red-flag", "fail")

    @property
    def warnings(self) -> list[tuple[str, str, str]]:
        return self._of("warning", "fail")

    @property
    def waived(self) -> list[tuple[str, str | None]]:
        return [(each["rule"], each["waiver"]) for each in self.verdicts if each["outcome"] == "waived"]

    def _of(self, level: str, outcome: str) -> list[tuple[str, str, str]]:
        return [
            (each["rule"], each["path"], each["message"])
            for each in self.verdicts
            if (each["level"], each["outcome"]) == (level, outcome)
        ]


def approval(**changes: Any) -> Statement:
    """Return the word of the CFO on acme, up to 70,000 EUR a year."""
    given: dict[str, Any] = {
        "kind": "approve",
        "repository": REGISTRY,
        "vendor": "acme",
        "role": "cfo",
        "by": "ida-holm",
        "decided_on": date(2026, 5, 20),
        "rules": "a" * 40,
        "nonce": "0123456789abcdef",
        "facts": (*FOR.items(), ("Annual cost", "60,000 EUR")),
        "bounds": {"annual_cost": {"amount": 70_000, "currency": "EUR"}},
    }
    return Statement(**{**given, **changes})


def revocation(of: Statement, **changes: Any) -> Statement:
    plain = {"kind": "revoke", "bounds": {}, "revokes": of.id, "reason": "Sold.", "nonce": "f" * 16}
    return approval(**{**plain, **changes})


def propose(house: House, by: str = "mina-keller") -> None:
    """Raise the cost to what the CFO has to agree to, in a change of its own."""
    house.topic()
    house.record(60_000)
    house.commit("Raise", by)


def refused(house: House, files: Mapping[str, bytes], found: str = "nobody") -> list[tuple[str, str, str]]:
    """Return what is said of those files beside the role that is still missing."""
    propose(house)
    house.add(files)
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    assert (ASKED, RECORD, OFFICER + found) in told.red
    return [each for each in told.red if each[0] != ASKED]


def merge_commit(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic", by="ida-holm", day="2026-05-21")
