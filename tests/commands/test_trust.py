"""Decisions from end to end: real keys, real histories, and what the gate says of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from preflight import fingerprints
from preflight.commands.session import Session
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.decisions.amendment import digest
from preflight.decisions.statement import Statement
from preflight.examples import merge
from preflight.shell import trust_root
from preflight.shell.documents import parse
from preflight.shell.git import GitTree
from preflight.shell.registry import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import Result
    from preflight.model import Json, JsonObject
    from signing import Keys

ROOT = Path(__file__).parents[2]
DAY = "2026-06-01"
EXAMPLE = parse((ROOT / "policies/example.yaml").read_bytes()).value
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


@pytest.fixture
def house(tmp_path: Path, signer: Keys, run: Callable[..., Result]) -> House:
    return House(tmp_path / "house", signer, run)


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
        "facts": (("Annual cost", "60,000 EUR"),),
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


# ---- What survives which merge ------------------------------------------------------------------


def test_nobody_raises_the_cost_without_the_cfo(house: House) -> None:
    propose(house)
    told = house.gate()
    assert (told.code, told.red) == (1, [(ASKED, RECORD, f"{OFFICER}nobody")])


def merge_commit(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic", by="ida-holm", day="2026-05-21")


def squash(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--squash", "topic")
    house.commit("Squashed", day="2026-05-21")


def rebase(house: House) -> None:
    house.git("rebase", "--quiet", "main", "topic", day="2026-05-21")
    house.git("checkout", "--quiet", "main")
    house.git("merge", "--quiet", "--ff-only", "topic")


def cherry_pick(house: House) -> None:
    house.git("checkout", "--quiet", "main")
    house.git("cherry-pick", "main..topic", day="2026-05-21")


@pytest.mark.parametrize("way", [merge_commit, squash, rebase, cherry_pick])
def test_an_approval_survives_every_way_of_merging(house: House, signer: Keys, way: Callable[[House], None]) -> None:
    propose(house)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    assert house.gate().red == []
    house.git("checkout", "--quiet", "main")
    house.write("README.md", "Another change came first.\n")
    house.commit("Meanwhile", "carl-brun")
    before = house.git("rev-parse", "main").strip()
    way(house)
    after = house.plain()
    assert (after.code, after.red) == (0, [])
    pushed = house.gate(base=before, head="main")  # as a server sees the push
    assert (pushed.code, pushed.red) == (0, [])


# ---- Who proposes does not approve --------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "found"),
    [
        pytest.param(
            "ida-holm", "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose",
            id="the CFO proposes",
        ),
        pytest.param(
            "someone@elsewhere.example",
            "ida-holm on 2026-05-20; but the change is proposed by someone@elsewhere.example, whom "
            "policies/people.yaml does not know, so that it may be the same person",
            id="nobody knows who proposes",
        ),
    ],
)  # fmt: skip
def test_duties_are_separated(house: House, signer: Keys, author: str, found: str) -> None:
    propose(house, author)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    assert (ASKED, RECORD, OFFICER + found) in told.red


@pytest.mark.parametrize("login", ["ida-holm", "IDA-HOLM", "ida-holm@house.example"])
def test_whom_the_server_names_proposes_as_well(
    house: House, signer: Keys, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    propose(house)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    assert house.gate().red == []
    monkeypatch.setenv("PREFLIGHT_PROPOSERS", login)
    found = "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red


def test_whom_the_record_names_proposes_though_somebody_else_entered_it(house: House, signer: Keys) -> None:
    house.topic()
    house.record(60_000, lifecycle={"proposed_by": "ida-holm"})
    house.commit("Raise, as asked by mail", "mina-keller")
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    found = "ida-holm on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red


def test_a_wrong_decision_on_nobody_is_told(house: House, signer: Keys) -> None:
    house.topic()
    files = signer("ida-holm").files(approval(vendor="ghost", repository="another"))
    house.add(files)
    house.commit("Ghost")
    told = house.gate()
    message = f"it was decided for the registry another, and this is {REGISTRY}"
    assert (told.code, told.red) == (1, [("decision/repository", next(iter(files)), message)])


def test_a_fault_that_was_merged_is_silenced_by_a_revocation(house: House, signer: Keys) -> None:
    wrong = approval(repository="another")
    house.add(signer("ida-holm").files(wrong))
    house.commit("Forced through")
    assert [each[:2] for each in house.plain().red] == [("decision/repository", DECISION)]
    house.topic()
    house.add(signer("carl-brun").files(revocation(wrong, by="carl-brun", role="executive-sponsor")))
    house.commit("Taken back")
    assert (house.gate().code, house.plain().red) == (0, [])


def test_a_typo_that_the_cfo_corrects_later_voids_nothing(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.record(60_000, summary="Sends the news letters, and tells how they were read.")
    house.commit("Words", "ida-holm")
    told = house.gate()
    assert (told.code, told.red) == (0, [])


def test_a_raise_beyond_the_bounds_voids_at_once(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.record(70_000)
    house.commit("To the bound")
    assert house.gate().red == []
    house.record(70_001)
    house.commit("Beyond")
    found = "ida-holm on 2026-05-20, up to 70,000 EUR, and it is 70,001 EUR a year now"
    message = f"Chief Financial Officer has to agree (70,001 EUR a year, asked from 50,000 EUR on); found: {found}"
    told = house.gate()
    assert (told.code, told.red) == (1, [(ASKED, RECORD, message)])


# ---- Each way in which an approval is no good -----------------------------------------------------


def refused(house: House, files: Mapping[str, bytes], found: str = "nobody") -> list[tuple[str, str, str]]:
    """Return what is said of those files beside the role that is still missing."""
    propose(house)
    house.add(files)
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    assert (ASKED, RECORD, OFFICER + found) in told.red
    return [each for each in told.red if each[0] != ASKED]


@pytest.mark.parametrize(
    ("changes", "options", "told"),
    [
        pytest.param(
            {}, {"namespace": "git"},
            ("namespace", ".sig", f"the signature was made for 'git', and {NAMESPACE} is wanted"), id="for git",
        ),
        pytest.param(
            {}, {"namespace": POLICY_NAMESPACE},
            ("namespace", ".sig", f"the signature was made for '{POLICY_NAMESPACE}', and {NAMESPACE} is wanted"),
            id="for the policies",
        ),
        pytest.param(
            {"repository": "another"}, {},
            ("repository", "", f"it was decided for the registry another, and this is {REGISTRY}"), id="other registry",
        ),
        pytest.param(
            {"by": "carl-brun"}, {},
            ("principal", "", "it says carl-brun decided, and the key is that of ida-holm"), id="in another's name",
        ),
        pytest.param(
            {"by": "carl-brun"}, {"key": "carl-brun"},
            ("role", "", "carl-brun did not hold the role cfo on 2026-05-20"), id="not in that role",
        ),
    ],
)  # fmt: skip
def test_a_wrong_signature_counts_for_nothing_and_is_told(
    house: House, signer: Keys, changes: dict[str, Any], options: dict[str, str], told: tuple[str, str, str]
) -> None:
    key = signer(options.get("key", "ida-holm"))
    files = key.files(approval(**changes), options.get("namespace"))
    check, ending, message = told
    assert refused(house, files) == [(f"decision/{check}", DECISION + ending, message)]


def test_the_word_on_another_vendor_counts_for_nothing(house: House, signer: Keys) -> None:
    other = signer("ida-holm").files(approval(vendor="other"))
    moved = {path.replace("/other/", "/acme/"): data for path, data in other.items()}
    message = "it is about other, and lies in the folder of acme"
    assert refused(house, moved) == [("decision/vendor", DECISION, message)]


def test_the_word_that_ran_out_counts_for_nothing(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval(valid_until=date(2026, 5, 31)))
    assert refused(house, files, "ida-holm on 2026-05-20, run out") == []


def test_the_word_of_tomorrow_counts_for_nothing(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval(decided_on=date(2026, 6, 2)))
    path = DECISION.replace("05-20", "06-02")
    message = "it says it was decided on 2026-06-02, and it was here on 2026-06-01 already"
    assert refused(house, files) == [("decision/future", path, message)]


def test_a_damaged_length_is_refused(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval())
    lines = files[f"{DECISION}.sig"].split(b"\n")
    lines[1] = lines[1][:16] + b"/" + lines[1][17:]  # the length of the key
    files[f"{DECISION}.sig"] = b"\n".join(lines)
    ((check, path, message),) = refused(house, files)
    assert (check, path) == ("decision/signature", f"{DECISION}.sig")
    assert message.startswith("the signature is not accepted: ")


def test_a_converted_statement_is_refused(house: House, signer: Keys) -> None:
    house.write(".gitattributes", "vendors/decisions/** -text\n")
    house.commit("Attributes")
    files = signer("ida-holm").files(approval())
    files[DECISION] = files[DECISION].replace(b"\n", b"\r\n")
    message = "a carriage return stands here: the file was converted, and is not what was signed"
    assert refused(house, files) == [("decision/statement", DECISION, message)]


def test_a_key_of_the_same_change_signs_nothing(house: House, signer: Keys) -> None:
    propose(house)
    thief = signer("thief")
    path = house.root / "policies/allowed_signers"
    house.write("policies/allowed_signers", path.read_text("utf-8") + thief.line(PLAIN, name="ida-holm"))
    house.add(thief.files(approval()))
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    assert [each[:2] for each in told.red if each[0] == "decision/key"] == [("decision/key", f"{DECISION}.sig")]
    assert (ASKED, RECORD, f"{OFFICER}nobody") in told.red


def test_a_role_of_the_same_change_is_not_held(house: House, signer: Keys) -> None:
    propose(house)
    house.person("carl-brun", roles=[{"role": "cfo", "from": "2020-01-01"}])
    house.add(signer("carl-brun").files(approval(by="carl-brun")))
    house.commit("Word of the CFO")
    told = house.gate()
    assert told.code == 1
    message = "carl-brun did not hold the role cfo on 2026-05-20"
    assert ("decision/role", DECISION, message) in told.red
    assert (ASKED, RECORD, f"{OFFICER}nobody") in told.red


def test_keys_in_a_form_that_openssh_would_skip_stop_the_gate(house: House, signer: Keys) -> None:
    line = signer("ida-holm").line(PLAIN + ' valid-after="20260101Z"')
    house.write("policies/allowed_signers", line)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Keys")
    propose(house)
    result = house.run("--root", house.root, "check", "--base", "main", "--head", "topic", as_of=DAY)
    assert (result.code, result.out) == (2, "")
    assert "policies/allowed_signers:1" in result.err
    assert "a space stands between options; OpenSSH would skip the line without a word" in result.err


def test_two_keys_of_one_person_are_one_person(house: House, signer: Keys) -> None:
    def two(value: Json) -> Json:
        demands = [{**each, "people": 2} if each["role"] == "cfo" else each for each in value["demands"]]
        return {**value, "demands": demands}

    house.amend("approvals", two)
    second = signer("ida-holm", which="second")
    path = house.root / "policies/allowed_signers"
    house.write("policies/allowed_signers", path.read_text("utf-8") + second.line(PLAIN))
    house.commit("Two people")
    files = signer("ida-holm").files(approval()) | second.files(approval(nonce="fedcba9876543210"))
    assert refused(house, files, "ida-holm, and 2 people are asked") == []


def test_what_was_revoked_does_not_come_back(house: House, signer: Keys) -> None:
    given = signer("ida-holm").files(approval())
    house.add(given)
    house.commit("Word of the CFO")
    taken = signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22)))
    house.add(taken)
    house.commit("Taken back", day="2026-05-22")
    propose(house)
    found = "ida-holm on 2026-05-20, revoked"
    assert (ASKED, RECORD, OFFICER + found) in house.gate().red
    for path in taken:  # the revocation taken out, and the approval put there again
        (house.root / path).unlink()
    house.commit("Quietly")
    house.add(given)
    house.commit("Again")
    told = house.gate()
    assert (ASKED, RECORD, OFFICER + found) in told.red
    message = "This decision was merged, and is taken out here; the folder is only added to"
    assert {each for each in told.red if each[0] == "decision/append-only"} == {
        ("decision/append-only", path, message) for path in taken
    }


def test_a_merged_decision_is_not_edited(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.write(DECISION, (house.root / DECISION).read_bytes().replace(b"70000", b"95000"))
    house.commit("More")
    told = house.gate()
    message = "This decision was merged, and is edited here; the folder is only added to"
    assert told.code == 1
    assert ("decision/append-only", DECISION, message) in told.red


def test_a_decision_alone_makes_its_vendor_judged(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.topic()
    house.add(signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22))))
    house.commit("Taken back")
    told = house.gate()
    assert told.red == [(ASKED, RECORD, f"{OFFICER}ida-holm on 2026-05-20, revoked")]
    assert (told.code, [each["change"] for each in told.verdicts if each["rule"] == ASKED]) == (0, ["stands"])


def test_nobody_ends_a_revocation_by_a_decision_with_its_nonce(house: House, signer: Keys) -> None:
    house.add(signer("ida-holm").files(approval()))
    house.commit("Word of the CFO")
    house.add(signer("ida-holm").files(revocation(approval(), decided_on=date(2026, 5, 22))))
    house.commit("Taken back", day="2026-05-22")
    copied = signer("carl-brun").files(
        approval(by="carl-brun", role="executive-sponsor", nonce="f" * 16, decided_on=date(2026, 5, 1))
    )
    path = next(iter(copied))
    told = refused(house, copied, "ida-holm on 2026-05-20, revoked")
    taken = f"vendors/decisions/acme/{revocation(approval(), decided_on=date(2026, 5, 22)).id}.json"
    assert told == [("decision/duplicate", path, f"its nonce is that of {taken}: one of the two was copied")]


def test_a_key_taken_off_the_list_keeps_what_it_signed(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    house.write("policies/allowed_signers", signer("carl-brun").line(PLAIN))
    house.commit("A key less", day="2026-05-25")
    assert house.plain().red == []
    late = signer("ida-holm").files(approval(nonce="fedcba9876543210"))
    house.topic()
    house.add(late)
    house.commit("Late")
    assert [each[:2] for each in house.gate().red] == [("decision/key", f"{next(iter(late))}.sig")]


def test_a_key_that_leaked_voids_what_came_since(house: House, signer: Keys) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise")
    listed = signer("ida-holm").path.with_suffix(".pub")
    command = ["ssh-keygen", "-l", "-f", str(listed)]
    key = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]
    for since, red in (
        ("2026-05-21", []),
        ("2026-05-20", [f"{OFFICER}ida-holm on 2026-05-20, signed by a key that leaked"]),
    ):
        house.amend(
            "approvals", partial(merge, patch={"leaked_keys": [{"key": key, "since": since, "why": "Stolen."}]})
        )
        house.commit("Leaked", day="2026-05-25")
        assert [each[2] for each in house.plain().red] == red


def test_in_a_shallow_clone_it_is_not_known_when_a_decision_came(
    house: House, signer: Keys, tmp_path: Path, run: Callable[..., Result]
) -> None:
    house.record(60_000)
    house.add(signer("ida-holm").files(approval()))
    house.commit("Raise", day="2001-01-01")  # before the decision, if it were believed
    house.write("README.md", "More\n")
    house.commit("More")
    house.git("clone", "--quiet", "--depth", "1", house.root.as_uri(), str(tmp_path / "shallow"))
    whole, cut = (
        Session(root, date(2026, 6, 1), quiet=True).verified.arrived for root in (house.root, tmp_path / "shallow")
    )
    assert (whole[DECISION], dict(cut)) == (date(2026, 5, 20), {})
    result = run("--root", tmp_path / "shallow", "check", "--base", "HEAD", as_of=DAY)
    assert (result.code, result.out) == (2, "")
    assert "this clone is shallow, so what changed cannot be known" in result.err


# ---- Waivers at the gate ------------------------------------------------------------------------


REPORT = "security/certification-current"


def unproven(house: House, **changes: Json) -> None:
    """Let acme be without the report that is asked."""
    house.record(40_000, security={"certifications": [{"standard": "soc2-type2", "held": False}]}, **changes)


def waiver(house: House, by: str = "ruth-lang", **changes: Any) -> Statement:
    """Return a waiver of what the working tree says."""
    session = Session(house.root, date(2026, 6, 1), quiet=True)
    rule = session.policy.rule(REPORT)
    assert rule is not None
    case = session.case(session.file(next(each for each in session.entries if each.path == RECORD)))
    plain = {
        "kind": "waive",
        "role": "security-reviewer",
        "by": by,
        "bounds": {},
        "rule": REPORT,
        "pointer": rule.rule.at,
        "fingerprint": fingerprints.of(session.policy, rule, case.record, rule.rule.at),
        "valid_until": date(2026, 6, 30),
        "reason": "The report comes in June.",
    }
    return approval(**{**plain, **changes})


def test_a_waived_finding_stands_until_its_day(house: House, signer: Keys) -> None:
    house.topic()
    unproven(house)
    house.commit("No report")
    assert [each[0] for each in house.gate().red] == [REPORT]
    said = waiver(house)
    house.add(signer("ruth-lang").files(said))
    house.commit("Waived")
    told = house.gate()
    assert (told.code, told.red, told.waived) == (0, [], [(REPORT, said.id)])
    merge_commit(house)
    assert (house.plain(as_of="2026-06-30").code, house.plain(as_of="2026-06-30").waived) == (0, [(REPORT, said.id)])
    late = house.plain(as_of="2026-07-01")
    assert (late.code, [each[0] for each in late.red]) == (1, [REPORT])
    path = f"vendors/decisions/acme/{said.id}.json"
    message = f"The waiver of {REPORT} by ruth-lang lets nothing stand: it ran out on 2026-06-30"
    assert ("waiver/expired", path, message) in late.warnings


def test_nobody_waives_what_they_propose(house: House, signer: Keys) -> None:
    house.topic()
    unproven(house)
    house.commit("No report", "ruth-lang")
    said = waiver(house)
    house.add(signer("ruth-lang").files(said))
    house.commit("Waived")
    told = house.gate()
    message = f"The waiver of {REPORT} by ruth-lang lets nothing stand: ruth-lang proposes the change"
    assert (told.code, [each[0] for each in told.red], told.waived) == (1, [REPORT], [])
    assert ("waiver/proposer", f"vendors/decisions/acme/{said.id}.json", message) in told.warnings


def test_who_waived_may_correct_a_typo_later(house: House, signer: Keys) -> None:
    unproven(house)
    house.add(signer("ruth-lang").files(waiver(house)))
    house.commit("No report")
    house.topic()
    unproven(house, summary="Sends the news letters, and tells how they were read.")
    house.commit("Words", "ruth-lang")
    told = house.gate()
    assert (told.code, told.red, [rule for rule, _ in told.waived]) == (0, [], [REPORT])


# ---- Changes of the policies ----------------------------------------------------------------------


def state(house: House, revision: str) -> str:
    tree = GitTree(house.root, revision)
    return digest(trust_root.listing(tree, layout(tree)))


def owners(house: House, *people: str, **changes: Any) -> list[tuple[Statement, str]]:
    """Return the word of those people on the change from main to topic."""
    found = []
    for number, person in enumerate(people):
        plain = {"kind": "amend", "vendor": "policies", "role": "policy-owner", "by": person, "bounds": {}}
        plain |= {"amends": state(house, "main"), "into": state(house, "topic"), "nonce": f"{number}" * 16, "facts": ()}
        found.append((approval(**{**plain, **changes}), person))
    return found


def signed(house: House, keys: Keys, *people: str, **changes: Any) -> None:
    for statement, person in owners(house, *people, **changes):
        house.add(keys(person).files(statement))
    house.commit("Signed")


def loosen(house: House) -> None:
    house.topic()
    text = (house.root / "policies/approvals.yaml").read_text("utf-8")
    house.write("policies/approvals.yaml", text.replace("annual_cost_from: 50000", "annual_cost_from: 500000"))
    house.commit("Loosen", "nora-fink")


CHANGED = "This change alters the policy itself: policies/approvals.yaml"


def policy_told(told: Told) -> list[str]:
    return [each[2] for each in told.red if each[0] == "change/policy"]


def test_the_policies_change_by_the_word_of_two_owners(house: House, signer: Keys) -> None:
    loosen(house)
    assert [each.startswith(CHANGED) for each in policy_told(house.gate())] == [True]
    signed(house, signer, "nora-fink")
    (message,) = policy_told(house.gate())
    assert message.endswith("and there is that of nora-fink")
    signed(house, signer, "nora-fink", "paul-novak")
    told = house.gate()
    assert (told.code, told.red) == (0, [])


def test_an_amendment_is_good_for_one_change_only(house: House, signer: Keys) -> None:
    loosen(house)
    signed(house, signer, "nora-fink", "paul-novak")
    house.write("policies/limits.yaml", (house.root / "policies/limits.yaml").read_bytes() + b"# more\n")
    house.commit("One more thing")
    (message,) = policy_told(house.gate())
    assert message.endswith("and there are none")


def test_an_amendment_by_a_key_for_decisions_alone_is_refused(house: House, signer: Keys) -> None:
    loosen(house)
    signed(house, signer, "nora-fink")
    (statement, _), *_ = owners(house, "carl-brun", nonce="e" * 16)
    house.add(signer("carl-brun").files(statement))
    house.commit("Not an owner")
    told = house.gate()
    assert told.code == 1
    assert [each[0] for each in told.red if each[0].startswith("decision/")] == ["decision/key"]
    assert policy_told(told)
