"""A commit is read from its object: nothing in it passes for something else, and nothing in it is believed."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from made_history import Made, git, write
from preflight.history import Commit, Seal, commits, seals
from preflight.history.seals import Key
from preflight.shell import history

if TYPE_CHECKING:
    from pathlib import Path

    from signing import Keys

ID = "a" * 40
HEAD = b"tree " + b"b" * 40 + b"\nparent " + b"c" * 40 + b"\n"
AUTHOR = b"author A <a@example.com> 1700000000 +0200\n"
COMMITTER = b"committer C <c@example.com> 1700003600 +0000\n"


def commit(message: bytes, *, author: bytes = AUTHOR, more: bytes = b"") -> Commit:
    return commits.parse(ID, HEAD + author + COMMITTER + more + b"\n" + message)[0]


def test_a_commit_tells_who_and_when_in_their_own_zone() -> None:
    found = commit(b"Add\n\nWhy\n\nReviewed-by: B <b@example.com>\n")
    assert (found.author, found.email, found.authored) == ("A", "a@example.com", "2023-11-15T00:13:20+02:00")
    assert (found.committer, found.committer_email, found.date) == ("C", "c@example.com", "2023-11-14T23:13:20+00:00")
    assert (found.subject, found.parents) == ("Add", ("c" * 40,))
    assert found.trailers == (("Reviewed-by", "B <b@example.com>"),)


@pytest.mark.parametrize(
    ("author", "name", "email", "year"),
    [
        pytest.param(b"author \x1b[31m|\x1f <x> 1700000000 +0000\n", "\x1b[31m|\x1f", "x", "2023", id="escapes"),
        pytest.param(b"author <> 1700000000 +0000\n", "", "", "2023", id="nobody"),
        pytest.param(b"author A <a> 99999999999999999999 +0000\n", "A", "a", "9999", id="after all years"),
        pytest.param(b"author A <a> 1700000000 +9999\n", "A", "a", "2023", id="a zone that is none"),
        pytest.param(b"author A <a>\n", "A", "a", "1970", id="no date"),
        pytest.param(b"author A <a> -5 +0000\n", "A", "a", "1970", id="before all years"),
        pytest.param(b"author \xff\xfe <a> 1700000000 +0000\n", "��", "a", "2023", id="no UTF-8"),
        pytest.param(b"", "", "", "1970", id="missing"),
    ],
)
def test_names_and_dates_can_be_anything(author: bytes, name: str, email: str, year: str) -> None:
    found = commit(b"x\n", author=author)
    assert (found.author, found.email, found.authored[:4]) == (name, email, year)


@pytest.mark.parametrize("encoding", [b"latin-1", b"nonsense", b"zlib", b"idna", b"undefined", b"\xff"])
def test_a_message_in_another_encoding_is_read_as_well_as_can_be(encoding: bytes) -> None:
    found = commit(b"caf\xe9\n", more=b"encoding " + encoding + b"\n")
    assert found.subject.startswith("caf")


@pytest.mark.parametrize(
    ("message", "number"),
    [
        (b"Add a vendor (#123)\n", 123),
        (b'Revert "Add a vendor (#123)" (#456)\n', 456),
        (b"Merge pull request #7 from x/y\n\nAdd\n", 7),
        (b"Merge branch 'x' into 'main'\n\nAdd\n\nSee merge request group/project!12\n", 12),
        (b"Add\n\nPR-URL: https://example.com/o/r/pull/34\n", 34),
        (b"Add\n\nReviewed-on: https://example.com/o/r/pulls/35\nReviewed-by: B\n", 35),
        (b"Add\n\nPull-Request: #36\n", 36),
        (b"Add (#12) again\n", None),
        (b"Fix #12\n", None),
        (b"Add\n\nWe saw #12.\n", None),
        (b"Add (#99999999999)\n", None),
    ],
)
def test_the_number_of_the_request_is_read_where_forges_write_it(message: bytes, number: int | None) -> None:
    assert commit(message).pull_request == number


def test_a_subject_is_one_line_and_no_trailer() -> None:
    found = commit(b"\n\nOne:\ntwo\n\nbody\n")
    assert (found.subject, found.trailers) == ("One: two", ())
    assert commit(b"Key: value\n").trailers == ()


# ---- Signatures ---------------------------------------------------------------------------------


@pytest.fixture
def signed(tmp_path: Path, signer: Keys) -> Path:
    """A registry in which gareth signs the second commit with ssh-keygen, as git does."""
    root = write(tmp_path / "r", [Made([], {"vendors/a.yaml": b"name: A\n", "policies/allowed_signers": b""})])
    git(root, "checkout", "-q", "main")
    (root / "vendors" / "a.yaml").write_text("name: B\n", "utf-8")
    (root / "policies" / "allowed_signers").write_text(signer("gareth").line('namespaces="git"'), "utf-8")
    sign(root, signer("gareth").path)
    return root


def sign(root: Path, key: Path) -> None:
    git(root, "add", "-A")
    who = ["-c", "user.name=CFO", "-c", "user.email=cfo@example.com"]
    git(root, *who, "-c", "gpg.format=ssh", "-c", f"user.signingkey={key}", "commit", "-q", "-S", "-m", "Signed")


def signatures(root: Path) -> list[str]:
    return [step.signature for step in history.read(root).steps]


def test_a_signature_names_who_holds_the_key_and_not_who_is_claimed(signed: Path) -> None:
    assert signatures(signed) == ["unsigned", "good gareth"]
    last = history.read(signed).steps[-1]
    assert b'"signature": "good gareth"' in last.lines("changes")
    assert last.commit.author == "CFO"


def test_git_itself_says_the_same(signed: Path) -> None:
    setting = f"gpg.ssh.allowedSignersFile={signed / 'policies' / 'allowed_signers'}"
    assert git(signed, "-c", setting, "log", "-1", "--format=%G? %GS").strip() == "G gareth"


def test_keys_of_the_head_decide_also_of_what_was_kept(signed: Path, signer: Keys) -> None:
    assert signatures(signed)[1] == "good gareth"
    path = signed / "policies" / "allowed_signers"
    for line, wanted in [
        (signer("noor").line(), "unknown-key"),
        (signer("gareth").line('namespaces="preflight-decision@v1"'), "not-allowed gareth"),
        (signer("gareth").line('valid-before="20200101Z"'), "not-allowed gareth"),
        (signer("gareth").line('valid-after="20200101Z"'), "good gareth"),
    ]:
        path.write_text(line, "utf-8")
        git(signed, "add", "-A")
        git(signed, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "Keys")
        assert signatures(signed)[1] == wanted


def test_a_commit_that_was_changed_after_signing_is_bad(signed: Path) -> None:
    raw = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=signed, capture_output=True, check=True).stdout
    forged = raw.replace(b"CFO", b"CEO")
    asked = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    name = subprocess.run(asked, cwd=signed, input=forged, capture_output=True, check=True).stdout.decode().strip()
    git(signed, "update-ref", "refs/heads/main", name)
    assert signatures(signed)[1] == "bad"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_types_of_keys(signed: Path, signer: Keys, kind: str) -> None:
    (signed / "policies" / "allowed_signers").write_text(signer("noor", kind).line(), "utf-8")
    sign(signed, signer("noor", kind).path)
    assert signatures(signed)[-1] == "good noor"


def test_what_is_no_ssh_signature_is_not_verified() -> None:
    pgp = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
    _, payload, signature = commits.parse(ID, HEAD + AUTHOR + COMMITTER + pgp + b"\nx\n")
    assert seals.examine(payload, signature) == Seal("not-verified")
    torn = b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----"
    assert seals.examine(b"x", torn) == Seal("not-verified")
    assert seals.examine(b"", b"") == Seal("unsigned")


def test_a_key_counts_from_its_first_day_to_the_one_before_its_last() -> None:
    seal, key = Seal("ssh", "f"), Key("noor", signs=True, after="2026-01-02", before="2026-03-01")
    told = {day: seals.state(seal, date.fromisoformat(day), {"f": key}).split()[0] for day in DAYS}
    assert told == DAYS


DAYS = {"2026-01-01": "not-allowed", "2026-01-02": "good", "2026-02-28": "good", "2026-03-01": "not-allowed"}


def test_a_date_that_is_set_back_gives_no_ended_key_its_days_back(signed: Path, signer: Keys) -> None:
    (signed / "policies" / "allowed_signers").write_text(signer("gareth").line('valid-before="20230101Z"'), "utf-8")
    git(signed, "add", "-A")
    early = {"GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z", "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z"}
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "gpg.format=ssh"]
    command += ["-c", f"user.signingkey={signer('gareth').path}", "commit", "-q", "-S", "-m", "Early"]
    subprocess.run(command, cwd=signed, env={"PATH": "/usr/bin:/bin:/usr/local/bin", **early}, check=True)
    assert signatures(signed)[-1] == "not-allowed gareth"
