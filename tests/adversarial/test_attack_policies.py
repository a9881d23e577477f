"""Changes of the rules: what weakens them, what breaks them, what comes back, and what comes with a vendor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adversarial.ground import OWNERS, RECORD, SIGN_ON, VENDOR, Ground, squeezed, tells, waived

if TYPE_CHECKING:
    from collections.abc import Callable


ASKED = "risk/approved-by-the-roles"
APPROVALS, SCHEMA = "policies/approvals.yaml", "schemas/vendor.schema.json"
LIMIT = ("annual_cost_from: 50000", "annual_cost_from: 500000")
RULE = f"policies/rules/{ASKED}.yaml"
SIGN_ON_FILE = "policies/rules/security/single-sign-on.yaml"


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


# what weakens → the file that the gate names, at its first line
WEAKENED: dict[Callable[[Ground], None], str] = {
    threshold: APPROVALS,
    rule_deleted: RULE,
    rule_softened: RULE,
    level_lowered: "policies/levels.yaml",
    made_waivable: RULE,
    signature_dropped: APPROVALS,
    owners_dropped: APPROVALS,
    role_taken: "policies/people.yaml",
    key_added: "policies/allowed_signers",
    currency_cheapened: "policies/rates.yaml",
    records_moved: "preflight.yaml",
    schema_opened: SCHEMA,
    workflow_edited: ".github/workflows/gate.yml",
    owners_of_review_edited: "docs/CODEOWNERS",
}
CONSTANT = "looks at no field, so it says the same of every vendor"
# what weakens so that nothing can be judged by it → what is said
UNUSABLE: dict[Callable[[Ground], None], str] = {
    rule_switched_off: f"{RULE}:7:1  rule {ASKED}, when: 'false' {CONSTANT}",
    mode_changed: "policies/allowed_signers  this is a file with the executable bit set, and no list of keys",
}


def refused_as_unusable(ground: Ground, sentence: str, by: str = "") -> None:
    """See that the gate and the server say why they cannot judge, and no verdict."""
    said = ground.check()
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1].startswith(f"preflight: {sentence} · ")
    told = squeezed(ground.refused(by=by))
    assert squeezed(f"REFUSED: the gate cannot judge this push. {sentence} →") in told


@pytest.mark.parametrize("weaken", WEAKENED, ids=lambda each: each.__name__)
def test_rules_that_come_with_a_vendor_judge_nothing(ground: Ground, weaken: Callable[[Ground], None]) -> None:
    weaken(ground)
    ground.raise_cost()
    ground.commit()
    said = ground.check()
    wanted = {("change/policy", WEAKENED[weaken], 1), (ASKED, RECORD, ground.line("approvals:"))}
    assert (said.code, {*said.red}) == (1, wanted)
    assert tells(ground.refused(), wanted)


@pytest.mark.parametrize("weaken", WEAKENED, ids=lambda each: each.__name__)
def test_rules_alone_need_two_owners(ground: Ground, weaken: Callable[[Ground], None]) -> None:
    weaken(ground)
    ground.commit(by=OWNERS[0])
    said = ground.check()
    moved = [(ASKED, RECORD, ground.line("approvals:"))] if weaken is records_moved else []
    assert (said.code, said.red) == (1, [("change/policy", WEAKENED[weaken], 1), *moved])
    wanted = "signatures of two policy owners were wanted for just this change, and there are none"
    assert said.of("change/policy") == [f"This change alters the policy itself: {WEAKENED[weaken]}; {wanted}"]
    assert tells(ground.refused(by=OWNERS[0]), said.red)


@pytest.mark.parametrize("vendor", [True, False], ids=["with a vendor", "alone"])
@pytest.mark.parametrize("weaken", UNUSABLE, ids=lambda each: each.__name__)
def test_rules_that_are_weakened_beyond_use_do_not_get_in(
    ground: Ground,
    weaken: Callable[[Ground], None],
    vendor: bool,  # noqa: FBT001 - with it and without
) -> None:
    weaken(ground)
    if vendor:
        ground.raise_cost()
    ground.commit(by=OWNERS[0])
    refused_as_unusable(ground, UNUSABLE[weaken], by=OWNERS[0])


# A rule that is silenced, and is as valid as before: its examples were changed along.


def asked_of_nobody(ground: Ground) -> None:
    ground.edit(
        SIGN_ON_FILE,
        ("when: facts.lifecycle.governed", "when: vendor.id == 'nobody-at-all'"),
        ("- security: {access: {sso: [oidc]}}", "- {id: nobody-at-all, security: {access: {sso: [oidc]}}}"),
        ("- security: {access: {sso: []}}", "- {id: nobody-at-all, security: {access: {sso: []}}}"),
    )


def held_by_everybody(ground: Ground) -> None:
    ground.edit(
        SIGN_ON_FILE,
        ("assert: vendor.security.access.sso.size() > 0", "assert: vendor.id != 'nobody-at-all'"),
        ("- security: {access: {sso: []}}", "- {id: nobody-at-all}"),
    )


def only_advised(ground: Ground) -> None:
    ground.edit(SIGN_ON_FILE, ("level: red-flag", "level: advice"))


SILENCED = [asked_of_nobody, held_by_everybody, only_advised]


@pytest.mark.parametrize("silence", SILENCED, ids=lambda each: each.__name__)
def test_a_rule_that_is_silenced_with_its_examples_judges_what_comes_with_it(
    ground: Ground, silence: Callable[[Ground], None]
) -> None:
    silence(ground)
    ground.edit(RECORD, ("sso: [saml]", "sso: []"))
    ground.commit()
    assert ground.preflight("policy", "test").code == 0  # nothing is wrong with the rule as such
    said = ground.check()
    place = ground.line("sso: []")
    expected = [("change/policy", SIGN_ON_FILE, 1), ("security/single-sign-on", RECORD, place)]
    assert (said.code, said.red) == (1, expected)
    told = ground.refused()
    assert "change/policy" in told
    assert f"{RECORD}:{place}:" in told


@pytest.mark.parametrize("silence", SILENCED, ids=lambda each: each.__name__)
def test_a_rule_is_silenced_by_two_owners_and_by_nobody_else(ground: Ground, silence: Callable[[Ground], None]) -> None:
    silence(ground)
    ground.commit()
    ground.amend(people=OWNERS[:1])
    said = ground.check()
    assert (said.code, said.red) == (1, [("change/policy", SIGN_ON_FILE, 1)])
    assert said.of("change/policy")[0].endswith(f"and there is that of {OWNERS[0]}")
    assert tells(ground.refused(), said.red)
    ground.amend(people=OWNERS[1:])
    ground.taken()


STRAY = "is not read; the configuration is a file preflight.yaml"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("preflight.yml", f"preflight.yml  preflight.yml {STRAY}"),
        ("preflight.json", f"preflight.json  preflight.json {STRAY}"),
        ("preflight.yaml/x", f"preflight.yaml/  preflight.yaml/ {STRAY}"),
    ],
)
def test_what_would_stop_the_gate_does_not_get_in(ground: Ground, name: str, sentence: str) -> None:
    """Once on main, a stray configuration would refuse every push, that which takes it out included."""
    ground.write(name, "vendors: elsewhere/*.yaml\n")
    ground.commit()
    refused_as_unusable(ground, sentence)


@pytest.mark.parametrize("name", [".github", ".forgejo/workflows/x.yml"])
def test_what_would_replace_the_gate_does_not_get_in(ground: Ground, name: str) -> None:
    ground.write(name, "vendors: elsewhere/*.yaml\n")
    ground.commit()
    said = ground.check()
    assert (said.code, said.red) == (1, [("change/policy", name, 1)])
    assert f"{name}:1:1" in ground.refused()


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


def half_an_expression(ground: Ground) -> None:
    ground.edit(RULE, ("when: facts.lifecycle.contracted", "when: facts.lifecycle.contracted &&"))


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


def key_spaced(ground: Ground) -> None:
    """Put a space between options: OpenSSH skips such a line, and says nothing."""
    ground.edit("policies/allowed_signers", ('" ssh-ed25519', '" valid-after="20260101Z" ssh-ed25519'))


CUT = "the expression does not compile: Syntax error: mismatched input '<EOF>' (column 30 of the expression)"
SKIPPED = "OpenSSH would skip the line without a word"
REFERENCE = "does not lead to a place in this schema"
BROKEN: dict[Callable[[Ground], None], str] = {
    misspelt: f"{SCHEMA}  /requird: the schema keyword 'requird' is not known, so it would check nothing",
    remote: f"{SCHEMA}  /properties/name/$ref: the reference 'http://127.0.0.1:9/x.json' {REFERENCE}",
    local_file: f"{SCHEMA}  /properties/name/$ref: the reference 'file:///etc/passwd' {REFERENCE}",
    circular: f"{SCHEMA}  /properties/name: references lead in a circle back to the same place",
    unparsable: f"{RULE}:8:1  'facts.oversight.missing (' is not of the wanted form",
    half_an_expression: f"{RULE}:7:1  rule {ASKED}, when: {CUT}",
    unknown_field: f"{RULE}:7:1  rule {ASKED}, when: vendor.no_such_field is not a field that the schema knows",
    no_examples: f"{RULE}:2:1  examples is missing at the top of the file",
    no_rules: "policies/rules  there are no rules, so nothing would be checked",
    bomb: f"{APPROVALS}:1:4  the anchor &a lets one place stand for another",
    nested: f"{APPROVALS}:1:34  nested deeper than 24 levels",
    key_unreadable: "policies/allowed_signers:1:52  , is no type of a key",
    key_spaced: f"policies/allowed_signers:1:52  a space stands between options; {SKIPPED}",
}


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda each: each.__name__)
def test_rules_that_cannot_judge_do_not_get_in_though_they_are_signed(
    ground: Ground, breaking: Callable[[Ground], None]
) -> None:
    breaking(ground)
    ground.commit(by=OWNERS[0])
    ground.amend()
    refused_as_unusable(ground, BROKEN[breaking])


CALM = "name: " + "a" * 60 + "!"


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$", "^(a|a)*$"])
def test_a_pattern_that_backtracks_costs_no_time(ground: Ground, pattern: str) -> None:
    """The processor's two seconds are the test: such a pattern takes hours where it is tried one way after another."""
    schema = json.loads(ground.read(SCHEMA))
    schema["properties"]["name"] = {"type": "string", "pattern": pattern}
    ground.write(SCHEMA, json.dumps(schema, indent=2))
    ground.edit("policies/example.yaml", ("name: Example Vendor\n", CALM + "\n"))  # it is held against the schema
    ground.commit(by=OWNERS[0])
    ground.amend()
    refused_as_unusable(ground, f"policies/example.yaml:6:1  '{'a' * 59}…' is not of the wanted form")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$", "^(a|a)*$"])
def test_a_pattern_of_main_that_backtracks_costs_no_time_either(ground: Ground, pattern: str) -> None:
    """Two owners let it in, and a name comes that it does not fit."""
    schema = json.loads(ground.read(SCHEMA))
    schema["properties"]["name"] = {"type": "string", "pattern": pattern}
    ground.write(SCHEMA, json.dumps(schema, indent=2))
    ground.edit("policies/example.yaml", ("name: Example Vendor\n", "name: aaa\n"))
    ground.slip_in("Pattern")
    ground.edit(RECORD, ("name: Foghorn SMS\n", CALM + "\n"))
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert ("schema/pattern", RECORD, ground.line(CALM)) in said.red
    assert "schema/pattern" in ground.refused()


def test_a_rule_that_turns_without_end_is_stopped(ground: Ground) -> None:
    many = f"[{', '.join('1' for _ in range(60))}]"
    turning = f"{many}.all(a, {many}.all(b, {many}.all(c, a + b + c > 0)))"
    ground.edit(RULE, ("when: facts.lifecycle.contracted", f"when: 'facts.lifecycle.contracted && {turning}'"))
    ground.commit(by=OWNERS[0])
    ground.amend()
    place = f"{RECORD}:{ground.line('approvals:')}:1"
    said = f"rule {ASKED} cannot be judged for vendor {VENDOR} ({place}): INTERNAL: Iteration budget exceeded"
    refused_as_unusable(ground, f"{RULE}  {said}")


# ---- What a change brings, under the rules that it brings -----------------------------------------


def test_what_was_waived_is_red_by_rules_that_nobody_waives_any_more(ground: Ground) -> None:
    """Owners take the authority away; a vendor comes along that is waived by the rules before."""
    ground.edit(RECORD, ("sso: [saml]", "sso: []"))
    ground.decide(OWNERS[0], role="security-reviewer", **waived(ground))
    ground.commit("Waived")
    assert ground.check().red == []
    ground.edit("policies/waivers.yaml", ("domains: [security, governance, ai]", "domains: [governance, ai]"))
    ground.commit("Security is not waived any more", by=OWNERS[0])
    ground.amend()
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    ground.refused()


def test_what_a_change_says_of_before_is_held_against_the_rules_that_come_with_it(ground: Ground) -> None:
    """Owners want payments to be entered within a month; one of six weeks ago comes along."""
    ground.edit("policies/rules/contract/payments-entered-in-time.yaml", ("today) <= 90", "today) <= 30"))
    paid = "    - {kind: training, amount: {amount: 900, currency: EUR}, date: 2026-11-10, team: growth-marketing}\n"
    ground.edit(RECORD, ("  one_off:\n", f"  one_off:\n{paid}"))
    ground.commit("Within a month, and a payment", by=OWNERS[0])
    ground.amend()
    late = "contract/payments-entered-in-time"
    assert (late, RECORD) in [each[:2] for each in ground.check().red]
    assert late in ground.refused()


def test_what_was_a_warning_is_red_by_rules_that_make_it_a_red_flag(ground: Ground) -> None:
    ground.edit(SIGN_ON_FILE, ("level: red-flag", "level: warning"))
    ground.slip_in("It was a warning")
    ground.edit(RECORD, ("sso: [saml]", "sso: []"))
    ground.commit("No single sign-on")
    ground.edit(SIGN_ON_FILE, ("level: warning", "level: red-flag"))
    ground.commit("A red flag from now on", by=OWNERS[0])
    ground.amend()
    assert [each[:2] for each in ground.check().red] == [(SIGN_ON, RECORD)]
    ground.refused()
