"""By which key a decision counts, and what the gate says of a signature that does not."""

from __future__ import annotations

import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from commands.house import ASKED, DAY, DECISION, OFFICER, PLAIN, RECORD, REGISTRY, House, approval, propose, refused
from preflight.decisions import NAMESPACE, POLICY_NAMESPACE
from preflight.examples import merge

if TYPE_CHECKING:
    from signing import Keys


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


def test_a_damaged_length_is_refused(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval())
    lines = files[f"{DECISION}.sig"].split(b"\n")
    lines[1] = lines[1][:16] + b"/" + lines[1][17:]  # the length of the key
    files[f"{DECISION}.sig"] = b"\n".join(lines)
    ((check, path, message),) = refused(house, files)
    assert (check, path) == ("decision/signature", f"{DECISION}.sig")
    assert message.startswith("the signature is not accepted: ")


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
