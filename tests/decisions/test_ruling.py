"""What counts of the decisions in the folder: each check with its message, in its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from decisions.conftest import REVOCATION, Keyring, said
from decisions.test_sshsig import hardware
from preflight.decisions import FOLDER, NAMESPACE, POLICY_NAMESPACE, Decision, sshsig
from preflight.decisions.court import Terms
from preflight.decisions.ruling import judge
from preflight.decisions.signers import Signers
from preflight.decisions.statement import Statement, file_name, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.model import Problem

TODAY = date(2026, 11, 22)
REPOSITORY = "harbourline/vendors"
PEOPLE: dict[str, Any] = {
    "teams": [],
    "people": [
        {"id": "gareth", "name": "G", "email": "g@x.example", "roles": [{"role": "cfo", "from": "2022-07-01"}]},
        {"id": "helene", "name": "H", "roles": [{"role": "executive-sponsor", "from": "2020-01-01"}]},
        {"id": "beatrix", "name": "B", "roles": [{"role": "cfo", "from": "2016-01-01", "until": "2022-06-30"}]},
        {"id": "viktor", "name": "V", "left": "2026-06-30", "roles": [{"role": "cfo", "from": "2016-01-01"}]},
    ],
}
PATH = f"{FOLDER}/acme/2026-11-02-cfo-01234567.json"
SIG = f"{PATH}.sig"


def filed(keyring: Keyring, statement: Statement, key: str = "ed25519") -> dict[str, bytes]:
    """Return a statement and its signature under the names that they should have."""
    data = render(statement)
    path = f"{FOLDER}/{statement.vendor}/{file_name(statement)}"
    return {path: data, f"{path}.sig": keyring.sign(key, data)}


def ruled(
    files: Mapping[str, bytes], signers: Signers, people: Any = None, **terms: Any
) -> tuple[tuple[Decision, ...], tuple[tuple[str, Problem], ...]]:
    return judge(files, signers, people or PEOPLE, REPOSITORY, TODAY, terms=Terms(**terms))


def only_fault(files: Mapping[str, bytes], signers: Signers, **terms: Any) -> tuple[str, str, str]:
    """Return path, check and message of the one fault, which leaves no decision in force."""
    decisions, faults = ruled(files, signers, **terms)
    assert not [each for each in decisions if each.in_force]
    ((path, problem),) = faults
    assert problem.fix
    return path, problem.rule, problem.message


def test_a_good_decision_is_in_force(keyring: Keyring, signers: Signers) -> None:
    (decision,), faults = ruled(filed(keyring, said()), signers)
    assert faults == ()
    assert decision == Decision(
        id="2026-11-02-cfo-01234567",
        path=PATH,
        statement=said(),
        fingerprint=sshsig.parse(keyring.sign("ed25519", b"")).key.fingerprint,
        touched=False,
        identified=False,
        state="in-force",
    )


@pytest.mark.parametrize("key", ["ed25519", "ecdsa"])
def test_a_person_may_have_two_keys_by_id_and_by_address(key: str, keyring: Keyring, signers: Signers) -> None:
    (decision,), faults = ruled(filed(keyring, said(), key), signers)
    assert (decision.statement.by, decision.in_force, faults) == ("gareth", True, ())


@pytest.mark.parametrize(
    ("changes", "key", "path", "check", "message"),
    [
        pytest.param(
            {"by": "helene"}, "ed25519", PATH, "principal",
            "it says helene decided, and the key is that of gareth", id="the key of somebody else",
        ),
        pytest.param(
            {"by": "nobody"}, "ed25519", PATH, "principal",
            "it says nobody decided, and the key is that of gareth", id="somebody unknown",
        ),
        pytest.param(
            {"repository": "fork/vendors"}, "ed25519", PATH, "repository",
            "it was decided for the registry fork/vendors, and this is harbourline/vendors", id="another registry",
        ),
        pytest.param(
            {"by": "helene"}, "ecdsa384", PATH, "role",
            "helene did not hold the role cfo on 2026-11-02", id="not the role",
        ),
        pytest.param(
            {"by": "beatrix"}, "ecdsa521", PATH, "role",
            "beatrix did not hold the role cfo on 2026-11-02", id="no longer the role",
        ),
        pytest.param(
            {"by": "viktor"}, "rsa", PATH, "role",
            "viktor had left by 2026-11-02, on 2026-06-30", id="left",
        ),
        pytest.param(
            {"decided_on": "2022-06-30"}, "ed25519", f"{FOLDER}/acme/2022-06-30-cfo-01234567.json", "role",
            "gareth did not hold the role cfo on 2022-06-30", id="role granted later",
        ),
    ],
)  # fmt: skip
def test_what_a_statement_says_has_to_be_true(  # noqa: PLR0917 - a row of the table
    changes: dict[str, Any], key: str, path: str, check: str, message: str, keyring: Keyring, signers: Signers
) -> None:
    found = only_fault(filed(keyring, said(**changes), key), signers)
    assert found == (path, f"decision/{check}", message)


def test_a_decision_dated_tomorrow_is_not_yet_in_force(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said(decided_on="2026-11-23"))
    (decision,), _ = ruled(files, signers)
    assert decision.state == "not-yet"
    (decision,), faults = ruled(files, signers, arrived={decision.path: date(2026, 11, 23)})
    assert (decision.state, faults) == ("not-yet", ())  # judged for a day before it was made: no fault


def test_a_decision_that_was_here_before_its_day_has_no_effect_then_or_later(
    keyring: Keyring, signers: Signers
) -> None:
    files = filed(keyring, said(decided_on="2026-11-20"))
    path = next(iter(files))
    message = "it says it was decided on 2026-11-20, and it was here on 2026-11-19 already"
    found = only_fault(files, signers, arrived={path: date(2026, 11, 19)})
    assert found == (path, "decision/future", message)
    (decision,), faults = ruled(files, signers, arrived={path: date(2026, 11, 20)})
    assert (decision.state, faults) == ("in-force", ())


@pytest.mark.parametrize(
    "name", ["acme/x.json", "2026-11-02-cfo-01234567.json", "Acme/2026-11-02-cfo-01234567.json", "acme/note.txt"]
)
def test_a_file_with_another_name_is_refused(name: str, signers: Signers) -> None:
    found = only_fault({f"{FOLDER}/{name}": b""}, signers)
    assert found == (f"{FOLDER}/{name}", "decision/name", "the file has no name of a decision")


def test_the_name_is_that_of_what_it_says(keyring: Keyring, signers: Signers) -> None:
    data, signature = filed(keyring, said()).values()
    wrong = PATH.replace("11-02", "11-03")
    found = only_fault({wrong: data, f"{wrong}.sig": signature}, signers)
    assert found == (wrong, "decision/name", "its name should be 2026-11-02-cfo-01234567.json, by what it says")


@pytest.mark.parametrize("ending", ["", ".sig"])
def test_a_large_file_is_not_read(ending: str, keyring: Keyring, signers: Signers) -> None:
    files = {**filed(keyring, said()), PATH + ending: b" " * 8193}
    message = "the file has more than the 8,192 bytes that are read"
    assert only_fault(files, signers) == (PATH + ending, "decision/size", message)


def test_a_converted_statement_is_refused_with_its_place(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said())
    _, ((path, problem),) = ruled({**files, PATH: files[PATH].replace(b"\n", b"\r\n")}, signers)
    assert (path, problem.rule, problem.position.line, problem.position.column) == (PATH, "decision/statement", 1, 2)
    assert problem.message == "a carriage return stands here: the file was converted, and is not what was signed"


def test_statement_and_signature_belong_together(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said())
    assert only_fault({PATH: files[PATH]}, signers) == (PATH, "decision/signature", "nobody has signed it")
    message = "the statement that it signs is not here"
    assert only_fault({SIG: files[SIG]}, signers) == (SIG, "decision/statement", message)


def test_a_changed_statement_is_refused(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said())
    files[PATH] = files[PATH].replace(b"60,000", b"90,000")
    message = "the signature is not good: it does not fit the text: either of them was changed after signing"
    assert only_fault(files, signers) == (SIG, "decision/signature", message)


def test_a_damaged_signature_is_refused(keyring: Keyring, signers: Signers) -> None:
    files = {**filed(keyring, said()), SIG: b"x"}
    message = "the signature is not accepted: it does not begin with -----BEGIN SSH SIGNATURE-----"
    assert only_fault(files, signers) == (SIG, "decision/signature", message)


def test_a_signature_for_git_is_no_decision(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said())
    files[SIG] = keyring.sign("ed25519", files[PATH], "git")
    message = f"the signature was made for 'git', and {NAMESPACE} is wanted"
    assert only_fault(files, signers) == (SIG, "decision/namespace", message)


def test_a_key_has_to_be_listed_for_decisions_and_valid(keyring: Keyring, signers: Signers) -> None:
    keyring.key("stranger")
    path, check, message = only_fault(filed(keyring, said(), "stranger"), signers)
    assert (path, check, message[:21]) == (SIG, "decision/key", "nobody's key is SHA25")
    path, check, message = only_fault(filed(keyring, said(), "git"), signers)
    assert (path, check) == (SIG, "decision/key")
    assert message.endswith("of gareth may not sign decisions")
    path, check, message = only_fault(filed(keyring, said(), "old"), signers)
    assert (path, check) == (SIG, "decision/key-validity")
    assert message.endswith("of gareth is not valid on 2026-11-02")


def test_an_old_key_cannot_sign_for_a_day_long_past(keyring: Keyring, signers: Signers) -> None:
    back = filed(keyring, said(decided_on="2026-05-31"), "old")
    path = f"{FOLDER}/acme/2026-05-31-cfo-01234567.json"
    assert ruled(back, signers)[0][0].in_force  # nothing is known of when it came
    _, check, message = only_fault(back, signers, arrived={path: TODAY})
    assert (check, message[-31:]) == ("decision/key-validity", "reth is not valid on 2026-11-22")
    gone = filed(keyring, said(by="viktor", decided_on="2026-05-31"), "rsa")
    assert ruled(gone, signers)[0][0].in_force
    _, check, message = only_fault(gone, signers, arrived={path: TODAY})
    assert (check, message) == ("decision/role", "viktor had left by 2026-11-22, on 2026-06-30")


def test_a_decision_on_another_vendor_is_refused(keyring: Keyring, signers: Signers) -> None:
    moved = {path.replace("/acme/", "/other/"): data for path, data in filed(keyring, said()).items()}
    path = PATH.replace("/acme/", "/other/")
    _, ((where, problem),) = ruled(moved, signers)
    assert (where, problem.rule, problem.pointer) == (path, "decision/vendor", "/vendor")
    assert problem.message == "it is about acme, and lies in the folder of other"


def test_what_has_run_out_is_no_fault(keyring: Keyring, signers: Signers) -> None:
    for until, state in (("2026-11-21", "expired"), ("2026-11-22", "in-force")):
        (decision,), faults = ruled(filed(keyring, said(valid_until=until)), signers)
        assert (decision.state, faults) == (state, ())


def test_a_nonce_is_used_once(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said(decided_on="2026-11-03")) | filed(keyring, said())
    (decision,), ((path, problem),) = ruled(files, signers)
    assert (decision.path, path) == (PATH, PATH.replace("11-02", "11-03"))
    assert problem.rule == "decision/duplicate"
    assert problem.message == f"its nonce is that of {PATH}: one of the two was copied"


def test_of_two_with_one_nonce_that_counts_which_came_first(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said(decided_on="2026-11-03")) | filed(keyring, said())
    first = PATH.replace("11-02", "11-03")
    arrived = {first: date(2026, 11, 4), PATH: date(2026, 11, 10)}
    (decision,), ((path, _),) = ruled(files, signers, arrived=arrived)
    assert (decision.path, path) == (first, PATH)  # a day before that of the other is easily written


def test_no_decision_takes_the_place_of_a_revocation_by_its_nonce(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said()) | filed(keyring, said(**REVOCATION, decided_on="2026-11-20"))
    copied = filed(keyring, said(nonce="f" * 16, decided_on="2026-11-01"))
    decisions, ((path, problem),) = ruled(files | copied, signers)
    assert [each.state for each in decisions] == ["revoked", "in-force"]
    assert (path, problem.rule) == (next(iter(copied)), "decision/duplicate")


# ---- Amendments ---------------------------------------------------------------------------------


AMENDMENT: dict[str, Any] = {
    "kind": "amend",
    "vendor": "policies",
    "amends": "sha256:" + "a" * 64,
    "into": "sha256:" + "b" * 64,
}


@pytest.fixture
def owners(keyring: Keyring) -> Signers:
    """The key of one person, listed for amendments alone."""
    return Signers.of(f'gareth namespaces="{POLICY_NAMESPACE}" {keyring.public("ed25519")}')


def amended(keyring: Keyring, statement: Statement, namespace: str) -> dict[str, bytes]:
    data = render(statement)
    path = f"{FOLDER}/{statement.vendor}/{file_name(statement)}"
    return {path: data, f"{path}.sig": keyring.sign("ed25519", data, namespace)}


def test_an_amendment_is_signed_in_a_namespace_of_its_own(keyring: Keyring, signers: Signers, owners: Signers) -> None:
    files = amended(keyring, said(**AMENDMENT), POLICY_NAMESPACE)
    (decision,), faults = ruled(files, owners)
    assert (decision.statement.kind, decision.state, faults) == ("amend", "in-force", ())
    path = f"{next(iter(files))}.sig"
    found = only_fault(amended(keyring, said(**AMENDMENT), NAMESPACE), owners)
    message = f"the signature was made for {NAMESPACE!r}, and {POLICY_NAMESPACE} is wanted"
    assert found == (path, "decision/namespace", message)
    _, check, message = only_fault(files, signers)
    assert (check, message[-30:]) == ("decision/key", "gareth may not sign amendments")
    approving = amended(keyring, said(), NAMESPACE)
    _, check, message = only_fault(approving, owners)
    assert (check, message[-29:]) == ("decision/key", "gareth may not sign decisions")
    found = only_fault(amended(keyring, said(), POLICY_NAMESPACE), owners)
    message = f"the signature was made for {POLICY_NAMESPACE!r}, and {NAMESPACE} is wanted"
    assert found == (SIG, "decision/namespace", message)


@pytest.mark.parametrize(
    ("changes", "namespace", "about"),
    [
        pytest.param({**AMENDMENT, "vendor": "acme"}, POLICY_NAMESPACE, "acme", id="a vendor amended"),
        pytest.param({"vendor": "policies"}, NAMESPACE, "policies", id="the policies approved"),
    ],
)
def test_an_amendment_is_about_the_policies_and_nothing_else_is(
    changes: dict[str, Any], namespace: str, about: str, keyring: Keyring
) -> None:
    both = Signers.of(f"gareth {keyring.public('ed25519')}")
    files = amended(keyring, said(**changes), namespace)
    message = f"an amendment is about policies and nothing else is, and this is about {about}"
    assert only_fault(files, both) == (next(iter(files)), "decision/vendor", message)


def test_an_amendment_may_be_revoked(keyring: Keyring) -> None:
    both = Signers.of(f"gareth {keyring.public('ed25519')}")
    files = amended(keyring, said(**AMENDMENT), POLICY_NAMESPACE)
    back = amended(keyring, said(**REVOCATION, vendor="policies"), NAMESPACE)
    decisions, faults = ruled(files | back, both)
    assert [(each.statement.kind, each.state) for each in decisions] == [("amend", "revoked"), ("revoke", "in-force")]
    assert faults == ()


@pytest.mark.parametrize(
    ("people", "terms", "fault"),
    [
        pytest.param({"until": "2026-11-01"}, {}, "decision/role", id="the role ended as of a day before"),
        pytest.param({}, {"touch": frozenset({"cfo"})}, "decision/touch", id="the role touches a key from now on"),
    ],
)
def test_an_amendment_that_landed_was_signed_by_the_roles_of_then(
    people: dict[str, str], terms: dict[str, Any], fault: str, keyring: Keyring, owners: Signers
) -> None:
    """It may be what ended its own role, and lets nobody do anything again. One that comes now is held against them."""
    who = {"id": "gareth", "roles": [{"role": "cfo", "from": "2020-01-01", **people}]}
    files = amended(keyring, said(**AMENDMENT), POLICY_NAMESPACE)
    days = dict.fromkeys(files, date(2026, 11, 3))
    (decision,), faults = ruled(files, owners, {"people": [who]}, landed=frozenset(files), arrived=days, **terms)
    assert (decision.state, faults) == ("in-force", ())
    _, ((_, problem),) = ruled(files, owners, {"people": [who]}, landed=frozenset(), **terms)
    assert problem.rule == fault


def test_a_role_may_have_to_touch_a_key(keyring: Keyring, signers: Signers) -> None:
    cfo = frozenset({"cfo"})
    message = "the role cfo decides with a hardware key that is touched, and this one was not"
    assert only_fault(filed(keyring, said()), signers, touch=cfo) == (SIG, "decision/touch", message)
    data = render(said())
    for flags, identify, state in ((0, 0, None), (1, 0, "in-force"), (1, 1, None), (5, 1, "in-force")):
        signature = hardware(sshsig.SK_ED25519, flags, data)
        key = sshsig.parse(signature).key
        line = replace(next(iter(signers.keys.values())), key=key)
        terms = {"touch": cfo, "identify": cfo if identify else frozenset()}
        decisions, _ = ruled({PATH: data, SIG: signature}, Signers({key.fingerprint: line}), **terms)
        assert [each.state for each in decisions] == ([state] if state else [])
        assert all(each.touched and each.identified == (flags == 5) for each in decisions)


def test_faults_come_in_the_order_of_paths_whatever_the_order_of_files(keyring: Keyring, signers: Signers) -> None:
    files = filed(keyring, said()) | {f"{FOLDER}/a": b"", f"{FOLDER}/z": b""} | filed(keyring, said(**REVOCATION))
    backwards = dict(reversed(files.items()))
    assert ruled(files, signers) == ruled(backwards, signers)
    assert [path for path, _ in ruled(files, signers)[1]] == [f"{FOLDER}/a", f"{FOLDER}/z"]
