"""The list of keys: one key, one person; what OpenSSH would read in another way is refused."""

from __future__ import annotations

import random
import re
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.decisions import NAMESPACE
from preflight.decisions.signers import Signers
from preflight.errors import DocumentError

if TYPE_CHECKING:
    from pathlib import Path

    from decisions.conftest import Keyring

OPTIONS = f'namespaces="{NAMESPACE},git",valid-after="20260101Z",valid-before="20270101Z"'


def test_a_list_of_keys_is_read(keyring: Keyring) -> None:
    one_line = f"gareth {OPTIONS} {keyring.public('ed25519')} laptop of Gareth"
    text = f"# who may sign\n\n{one_line}\nm@x.example {keyring.public('rsa')}\n"
    signers = Signers.of(text)
    one, other = signers.keys.values()
    assert (one.principal, one.position.line, other.principal) == ("gareth", 3, "m@x.example")
    assert signers.key_of(one.key.fingerprint) is one
    assert signers.key_of("SHA256:x") is None
    assert (one.allows(NAMESPACE), one.allows("file"), other.allows("file")) == (True, False, True)
    assert other.valid_on(date(1999, 1, 1))


@pytest.mark.parametrize(("day", "valid"), [("20251231", 0), ("20260101", 1), ("20261231", 1), ("20270101", 0)])
def test_a_key_is_valid_on_the_days_on_which_openssh_says_so(
    day: str, valid: int, keyring: Keyring, tmp_path: Path
) -> None:
    line = f"gareth {OPTIONS} {keyring.public('ed25519')}\n"
    (key,) = Signers.of(line).keys.values()
    assert key.valid_on(date.fromisoformat(day)) == bool(valid)
    (tmp_path / "signers").write_text(line)
    (tmp_path / "sig").write_bytes(keyring.sign("ed25519", b"x"))
    command = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-I", "gareth", "-O", f"verify-time={day}120000Z"]
    command += ["-f", str(tmp_path / "signers"), "-s", str(tmp_path / "sig")]
    assert (subprocess.run(command, input=b"x", check=False, capture_output=True).returncode == 0) == bool(valid)


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        pytest.param("* KEY", 1, "* is a pattern", id="everybody"),
        pytest.param("*@x.example KEY", 1, "*@x.example is a pattern", id="everybody of a company"),
        pytest.param("a,b KEY", 1, "several names stand before one key", id="two names"),
        pytest.param("!a KEY", 1, "!a is a pattern", id="not a"),
        pytest.param('"a" KEY', 1, "is neither the id of a person", id="quoted"),
        pytest.param("A KEY", 1, "A is neither the id of a person", id="no id"),
        pytest.param(" a KEY", 1, "the line begins with a space", id="a space before"),
        pytest.param("a  KEY", 3, "more than one space stands here", id="two spaces"),
        pytest.param("a\tKEY", 2, "a tab stands here", id="tab"),
        pytest.param("a KEY\r", 83, "a carriage return stands here", id="CRLF"),
        pytest.param("a", 2, "the key is missing", id="nothing but a name"),
        pytest.param("a ssh-ed25519", 14, "the key is missing", id="nothing but a type"),
        pytest.param('a namespaces="x" valid-after="20260101Z" KEY', 18, "a space stands between options", id="space"),
        pytest.param('a namespaces="x", valid-after="20260101Z" KEY', 17, "something else than a comma", id="comma"),
        pytest.param("a cert-authority KEY", 3, "cert-authority lets a key name", id="authority"),
        pytest.param('a cert-authority,namespaces="x" KEY', 3, "cert-authority lets a key", id="authority first"),
        pytest.param("a verify-required KEY", 3, "'verify-required' is neither an option", id="unknown option"),
        pytest.param('a namespace="x" KEY', 3, "'namespace' is neither an option", id="misspelt option"),
        pytest.param("a namespaces=x KEY", 3, "namespaces has no value in double quotes", id="no quotes"),
        pytest.param('a namespaces="x",namespaces="y" KEY', 18, "the option namespaces stands here twice", id="twice"),
        pytest.param('a namespaces="x*" KEY', 3, "'x*' is no exact namespace", id="a pattern of namespaces"),
        pytest.param('a namespaces="" KEY', 3, "'' is no exact namespace", id="no namespace"),
        pytest.param('a valid-after="20260101" KEY', 3, "20260101 is not a whole day in UTC", id="local time"),
        pytest.param('a valid-after="202601011200Z" KEY', 3, "202601011200Z is not a whole day", id="noon"),
        pytest.param('a valid-after="20260230Z" KEY', 3, "20260230Z is no day of the calendar", id="no day"),
        pytest.param('a valid-after="soon" KEY', 3, "'soon' is no day", id="a word"),
        pytest.param('a valid-after="20260102Z",valid-before="20260102Z" KEY', 27, "the key ends before", id="no time"),
        pytest.param("a ssh-ed25519 AAAA", 15, "this key is not accepted: it ends too early", id="cut"),
        pytest.param("a ssh-ed25519 A=A", 15, "this key is not accepted: its base64 text", id="no base64"),
        pytest.param("a ssh-dss AAAA", 3, "keys of the type ssh-dss are not accepted", id="DSA"),
        pytest.param("a ssh-rsa-cert-v01@openssh.com AAAA", 3, "keys of the type ssh-rsa-cert-v01", id="certificate"),
        pytest.param('a namespaces="x" AAAA AAAA', 18, "AAAA is no type of a key", id="no type"),
        pytest.param("a WRONG", 3, "the line says ssh-rsa, the key itself ssh-ed25519", id="another type"),
        pytest.param("a SHORT", 11, "its RSA key has 2,048 bits", id="a short key"),
        pytest.param("a KEY\nb KEY", 3, "the key of b stands in line 1 as that of a", id="one key, two people"),
        pytest.param("a KEY\na KEY", 3, "this key of a stands in line 1 already", id="one key twice"),
    ],
)
def test_it_says_where_a_line_is_wrong(line: str, column: int, message: str, keyring: Keyring) -> None:
    keyring.key("rsa2048", "rsa", "-b", "2048")
    public = keyring.public("ed25519")
    text = line.replace("KEY", public).replace("WRONG", public.replace("ssh-ed25519", "ssh-rsa"))
    text = text.replace("SHORT", keyring.public("rsa2048"))
    with pytest.raises(DocumentError, match=re.escape(message)) as raised:
        Signers.of(text + "\n")
    assert (raised.value.line, raised.value.column) == (line.count("\n") + 1, column)
    assert raised.value.fix


# ---- Against ssh-keygen ---------------------------------------------------------------------------
# Every changed line is read here, and ssh-keygen is asked about each that lets somebody sign. The seed is fixed.

CASES, SEED, ASKED = 5000, 20261122, 400
INSERTED = [" ", ",", "=", "*", "?", "!", "#", '"', "\t", "\r", "\n", "\\", "-", "@", "a", "Z", "0", "1", ".", "\u00e9"]
PIECES = ["git", NAMESPACE, "20260101Z", "20270101Z", "valid-after", "valid-before", "namespaces", "gareth", "2026"]


def mutated(random_: random.Random, line: str) -> str:
    """Change a line in one way of many, mostly before the key."""
    at = random_.randrange(random_.choice([len(line), line.index("ssh-"), 12]))
    way = random_.choice(["insert", "delete", "replace", "swap", "piece", "double"])
    if way == "insert":
        return line[:at] + random_.choice(INSERTED) + line[at:]
    if way == "delete":
        return line[:at] + line[at + random_.randrange(1, 4) :]
    if way == "replace":
        return line[:at] + random_.choice(INSERTED) + line[at + 1 :]
    if way == "swap":
        options = line.split(" ")[1].split(",")
        random_.shuffle(options)
        return line.replace(line.split(" ")[1], random_.choice([",", ", ", " "]).join(options[: random_.randrange(4)]))
    if way == "piece":
        return line.replace(random_.choice(PIECES), random_.choice([*PIECES, "*", "git*", "20261122Z", "20261123Z"]), 1)
    return line + random_.choice(["\n", " "]) + line


def test_nobody_may_sign_here_whom_ssh_keygen_refuses(keyring: Keyring, tmp_path: Path) -> None:
    random_ = random.Random(SEED)  # noqa: S311 - no secret
    plain = f"gareth {OPTIONS} {keyring.public('ed25519')}"
    day, accepted = date(2026, 11, 22), {(plain, "gareth")}
    (signing,) = Signers.of(plain).keys
    for _ in range(CASES):
        line = mutated(random_, plain)
        line = mutated(random_, line) if "ssh-" in line[13:] and random_.random() < 0.3 else line
        try:
            key = Signers.of(line + "\n").key_of(signing)
        except DocumentError:
            continue
        if key and key.allows(NAMESPACE) and key.valid_on(day):
            accepted.add((line, key.principal))
    assert len(accepted) > 20  # also lines that were changed and are good all the same
    (tmp_path / "sig").write_bytes(keyring.sign("ed25519", b"x"))
    told = []
    for line, principal in sorted(accepted)[:ASKED]:
        (tmp_path / "signers").write_text(line + "\n", "utf-8")
        command = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-I", principal, "-O", "verify-time=20261122120000Z"]
        command += ["-f", str(tmp_path / "signers"), "-s", str(tmp_path / "sig")]
        if subprocess.run(command, input=b"x", check=False, capture_output=True).returncode:
            told.append(line)
    assert told == [], [each[:110] for each in told]
