"""Changes of the rules: what weakens them, what breaks them, what comes back, and what comes with a vendor."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from adversarial.ground import OWNERS, RECORD, Ground

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adversarial.ground import Said

ASKED = "risk/approved-by-the-roles"
APPROVALS, SCHEMA = "policies/approvals.yaml", "schemas/vendor.schema.json"
LIMIT = ("annual_cost_from: 50000", "annual_cost_from: 500000")
RULE = f"policies/rules/{ASKED}.yaml"


def threshold(ground: Ground) -> None:
    ground.edit(APPROVALS, LIMIT)


def rule_deleted(ground: Ground) -> None:
    (ground.root / RULE).unlink()


def rule_softened(ground: Ground) -> None:
    ground.edit(RULE, ("level: red-flag", "level: warning"))


def rule_switched_off(ground: Ground) -> None:
    ground.edit(RULE, ("when: facts.lifecycle.contracted", "when: 'false'"))


def level_lowered(ground: Ground) -> None:
    ground.write("policies/levels.yaml", "domains: {risk: advice}\nrules: {}\n")


def made_waivable(ground: Ground) -> None:
    ground.edit(RULE, ("waivable: false", "waivable: true"))


def signature_dropped(ground: Ground) -> None:
    ground.edit(APPROVALS, ("title: Chief Financial Officer, proof: signed", "title: CFO, proof: recorded"))


def owners_dropped(ground: Ground) -> None:
    ground.edit(APPROVALS, ("title: Owner of these policies, proof: signed", "title: Owner, proof: recorded"))


def role_taken(ground: Ground) -> None:
    ground.edit(
        "policies/people.yaml",
        (
            "team: growth-marketing, joined: 2021-09-01}",
            "team: growth-marketing, joined: 2021-09-01, roles: [{role: cfo, from: 2020-01-01}]}",
        ),
    )


def key_added(ground: Ground) -> None:
    ground.write(
        "policies/allowed_signers",
        ground.read("policies/allowed_signers") + ground.keys("gareth-whitlock", which="b").line(),
    )


def currency_cheapened(ground: Ground) -> None:
    ground.write("policies/rates.yaml", ground.read("policies/rates.yaml").replace("rate: 0.", "rate: 0.0"))


def records_moved(ground: Ground) -> None:
    ground.write("elsewhere/quiet.yaml", ground.read("vendors/trident-experiments.yaml"))
    ground.write("preflight.yaml", "vendors: elsewhere/*.yaml\n")


def schema_opened(ground: Ground) -> None:
    schema = json.loads(ground.read(SCHEMA))
    schema["additionalProperties"] = True
    ground.write(SCHEMA, json.dumps(schema, indent=2))


def workflow_edited(ground: Ground) -> None:
    ground.write(".github/workflows/gate.yml", "on: push\n")


def owners_of_review_edited(ground: Ground) -> None:
    ground.write("docs/CODEOWNERS", "* @mallory\n")


def mode_changed(ground: Ground) -> None:
    (ground.root / "policies/allowed_signers").chmod(0o755)


WEAKENED = [
    threshold,
    rule_deleted,
    rule_softened,
    rule_switched_off,
    level_lowered,
    made_waivable,
    signature_dropped,
    owners_dropped,
    role_taken,
    key_added,
    currency_cheapened,
    records_moved,
    schema_opened,
    workflow_edited,
    owners_of_review_edited,
    mode_changed,
]


def says_policy(said: Said) -> bool:
    """Whether the gate refused a change of the rules: by name, or because it cannot judge by them at all."""
    return said.code == 2 if not said.out else "change/policy" in {rule for rule, _, _ in said.red}


@pytest.mark.parametrize("weaken", WEAKENED, ids=lambda each: each.__name__)
def test_rules_that_come_with_a_vendor_judge_nothing(ground: Ground, weaken: Callable[[Ground], None]) -> None:
    weaken(ground)
    ground.raise_cost()
    ground.commit()
    said = ground.check()
    assert said.code in {1, 2}
    assert says_policy(said)
    if said.out:
        assert (ASKED, RECORD) in [each[:2] for each in said.red]
    told = ground.refused()
    assert "change/policy" in told or "cannot judge" in told or ASKED in told


@pytest.mark.parametrize("weaken", WEAKENED, ids=lambda each: each.__name__)
def test_rules_alone_need_two_owners(ground: Ground, weaken: Callable[[Ground], None]) -> None:
    weaken(ground)
    ground.commit(by=OWNERS[0])
    assert says_policy(ground.check())
    ground.refused(by=OWNERS[0])


@pytest.mark.parametrize(
    "name", ["preflight.yml", "preflight.json", "preflight.yaml/x", ".github", ".forgejo/workflows/x.yml"]
)
def test_what_would_stop_or_replace_the_gate_does_not_get_in(ground: Ground, name: str) -> None:
    """Once on main, a stray configuration would refuse every push, that which takes it out included."""
    ground.write(name, "vendors: elsewhere/*.yaml\n")
    ground.commit()
    said = ground.check()
    assert said.code in {1, 2}
    assert "preflight.y" in said.err or "change/policy" in {rule for rule, _, _ in said.red}
    ground.refused()


# ---- Signed, and still no good: what cannot judge does not get in ----------------------------------


def misspelt(ground: Ground) -> None:
    ground.edit(SCHEMA, ('"required"', '"requird"'))


def remote(ground: Ground) -> None:
    with_schema(ground, {"$ref": "http://127.0.0.1:9/x.json"})


def local_file(ground: Ground) -> None:
    with_schema(ground, {"$ref": "file:///etc/passwd"})


def circular(ground: Ground) -> None:
    with_schema(ground, {"$ref": "#/properties/name"})


def with_schema(ground: Ground, name: dict[str, str]) -> None:
    schema = json.loads(ground.read(SCHEMA))
    schema["properties"]["name"] = name
    ground.write(SCHEMA, json.dumps(schema, indent=2))


def unparsable(ground: Ground) -> None:
    ground.edit(RULE, ("faults: facts.oversight.missing", "faults: 'facts.oversight.missing ('"))


def unknown_field(ground: Ground) -> None:
    ground.edit(RULE, ("when: facts.lifecycle.contracted", "when: vendor.no_such_field"))


def no_examples(ground: Ground) -> None:
    ground.write(RULE, ground.read(RULE).partition("examples:")[0])


def no_rules(ground: Ground) -> None:
    for path in (ground.root / "policies/rules").rglob("*.yaml"):
        path.unlink()


def bomb(ground: Ground) -> None:
    ground.write(APPROVALS, "a: &a [" + "x, " * 9 + "]\nb: [*a, *a]\n")


def nested(ground: Ground) -> None:
    ground.write(APPROVALS, "registry: " + "[" * 100_000)


def key_unreadable(ground: Ground) -> None:
    ground.edit("policies/allowed_signers", ('" ssh-ed25519', '" , ssh-ed25519'))


BROKEN: dict[Callable[[Ground], None], str] = {
    misspelt: SCHEMA,
    remote: SCHEMA,
    local_file: SCHEMA,
    circular: SCHEMA,
    unparsable: RULE,
    unknown_field: RULE,
    no_examples: RULE,
    no_rules: "policies/rules",
    bomb: APPROVALS,
    nested: APPROVALS,
    key_unreadable: "policies/allowed_signers",
}


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda each: each.__name__)
def test_rules_that_cannot_judge_do_not_get_in_though_they_are_signed(
    ground: Ground, breaking: Callable[[Ground], None]
) -> None:
    breaking(ground)
    ground.commit(by=OWNERS[0])
    ground.amend()
    said = ground.check()
    assert (said.code, said.out) == (2, "")
    assert BROKEN[breaking] in said.err
    assert "Traceback" not in said.err
    assert "cannot judge" in ground.refused()


CALM = "name: " + "a" * 60 + "!"


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$", "^(a|a)*$"])
def test_a_pattern_that_backtracks_costs_no_time(ground: Ground, pattern: str) -> None:
    """The processor's two seconds are the test: such a pattern takes hours where it is tried one way after another."""
    schema = json.loads(ground.read(SCHEMA))
    schema["properties"]["name"] = {"type": "string", "pattern": pattern}
    ground.write(SCHEMA, json.dumps(schema, indent=2))
    ground.edit(RECORD, ("name: Foghorn SMS\n", CALM + "\n"))
    ground.commit(by=OWNERS[0])
    ground.amend()
    said = ground.check()
    assert said.code in {1, 2}, said.err
    ground.refused()


def test_a_rule_that_turns_without_end_is_stopped(ground: Ground) -> None:
    many = f"[{', '.join('1' for _ in range(60))}]"
    turning = f"{many}.all(a, {many}.all(b, {many}.all(c, a + b + c > 0)))"
    ground.edit(RULE, ("when: facts.lifecycle.contracted", f"when: '{turning}'"))
    ground.commit(by=OWNERS[0])
    ground.amend()
    said = ground.check()
    assert said.code == 2, said.out
    assert "cannot judge" in ground.refused()


# ---- Amendments -----------------------------------------------------------------------------------


def test_an_amendment_is_spent_once_it_is_merged(ground: Ground) -> None:
    """Loosened by two owners, tightened by two owners: the first two signatures do not loosen it again."""
    ground.edit(APPROVALS, LIMIT)
    ground.commit(by=OWNERS[0])
    ground.amend()
    ground.taken()
    ground.edit(APPROVALS, LIMIT[::-1])
    ground.commit(by=OWNERS[0])
    ground.amend()
    ground.taken()
    ground.edit(APPROVALS, LIMIT)
    ground.commit()
    assert [rule for rule, _, _ in ground.check().red] == ["change/policy"]
    assert "change/policy" in ground.refused()


def test_two_keys_of_one_owner_are_one_owner(ground: Ground) -> None:
    ground.edit(APPROVALS, LIMIT)
    ground.commit(by=OWNERS[0])
    ground.amend(people=(OWNERS[0], OWNERS[0]))
    assert "there is that of noor-haddad" in ground.check().of("change/policy")[0]
    ground.refused()


def test_of_two_changes_of_the_rules_that_race_one_gets_in(ground: Ground, tmp_path: Path) -> None:
    """Both are signed for the same state. Whichever is second was signed for a state that is no more."""
    other = ground.copy(tmp_path / "other")
    other.git("remote", "set-url", "origin", str(ground.server))
    for each, path in ((ground, APPROVALS), (other, "policies/waivers.yaml")):
        each.write(path, each.read(path) + "# Looked through.\n")
        each.commit(by=OWNERS[0])
        each.amend()
    done: list[Said] = []
    pushing = [threading.Thread(target=lambda each=each: done.append(each.push())) for each in (ground, other)]
    for thread in pushing:
        thread.start()
    for thread in pushing:
        thread.join()
    assert sorted(each.code == 0 for each in done) == [False, True]
    late = ground if ground.tip() != ground.main() else other
    late.git("fetch", "--quiet", "origin")
    late.git("rebase", "--quiet", "origin/main")
    assert "there are none" in late.check().of("change/policy")[0]
    late.refused()


def test_rules_that_are_weakened_and_put_back_in_one_push_are_a_change_of_the_rules(ground: Ground) -> None:
    """Nothing differs at the end, and the history of main would hold rules that nobody signed."""
    path = "policies/approvals.yaml"
    as_it_was = ground.read(path)
    ground.edit(path, ("annual_cost_from: 50000", "annual_cost_from: 50000000"))
    ground.commit("Weaken")
    ground.write(path, as_it_was)
    ground.commit("Put back")
    [said] = ground.check().of("change/policy")
    assert said == f"A commit of this change alters the policy itself, and a later one puts it back: {path}"
    ground.refused()
