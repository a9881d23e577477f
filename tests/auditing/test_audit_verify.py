"""Whether the history is still the history: checkpoints, and what becomes of them when somebody rewrites it."""

from __future__ import annotations

import json
import os
import subprocess
import zlib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from auditing.story import DECISION, FALSE, RECORD, TRUE, Story
from preflight.auditing import chain, checkpoint
from preflight.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from signing import Keys

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    name: json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    for name in ("checkpoint", "verification")
}
WHO = "noor-haddad"


@pytest.fixture
def point(run: Callable[..., Result], line: Story, tmp_path: Path) -> Path:
    """A checkpoint of the five commits, kept elsewhere."""
    path = tmp_path / "kept" / "point.json"
    result = run("--root", line.root, "audit", "checkpoint", path)
    assert (result.code, result.err) == (0, "")
    return path


def verify(run: Callable[..., Result], story: Story, *points: Path | str, code: int) -> dict[str, Any]:
    """Return what is found, as JSON."""
    result = run("--root", story.root, "audit", "verify", "--format", "json", *points)
    assert result.code == code, result.err
    found: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(found, SCHEMAS["verification"])
    return found


def faults(found: dict[str, Any]) -> dict[str, list[str]]:
    return {each["id"]: each["details"] for each in found["checks"] if each["state"] == "bad"}


# ---- What a checkpoint is -----------------------------------------------------------------------


def test_a_checkpoint_is_a_small_readable_file(line: Story, point: Path) -> None:
    value = json.loads(point.read_text("utf-8"))
    jsonschema.validate(value, SCHEMAS["checkpoint"])
    assert (value["commits"], value["head"], value["made_on"]) == (5, line.head, "2026-11-22")
    assert value["records"] == 24
    digest = sha256((line.root / DECISION).read_bytes()).hexdigest()
    assert {"path": DECISION, "sha256": digest} in value["decisions"]
    assert [each["commits"] for each in value["marks"]] == [1, 2, 3, 4, 5]


def test_the_chain_is_what_the_page_says(line: Story, point: Path) -> None:
    """Reckoned again with git and a hash alone."""
    before = "0" * 64
    for commit in line.git("rev-list", "--first-parent", "--reverse", "HEAD").split():
        data = line.git("cat-file", "commit", commit).encode() + b"\n"
        told = f"{before}\n{commit} {sha256(data).hexdigest()}\n".encode()
        listed = line.git("diff-tree", "-r", "-m", "--root", "--no-commit-id", "--name-only", commit).splitlines()
        for path in sorted(each for each in listed if each.startswith(("vendors/", "policies/", "schemas/"))):
            content = _blob(line, commit, path)
            told += sha256(content).hexdigest().encode() + b" " + path.encode() + b"\0"
        before = sha256(told).hexdigest()
    assert json.loads(point.read_text("utf-8"))["chain"] == before


def _blob(story: Story, commit: str, path: str) -> bytes:
    asked = ["git", "cat-file", "blob", f"{commit}:{path}"]
    return subprocess.run(asked, cwd=story.root, check=True, capture_output=True).stdout


def test_a_checkpoint_is_never_written_over(run: Callable[..., Result], line: Story, point: Path) -> None:
    before = point.read_bytes()
    result = run("--root", line.root, "audit", "checkpoint", point)
    assert (result.code, result.out) == (2, "")
    assert "is there already" in result.err
    assert point.read_bytes() == before


def test_it_is_told_that_a_checkpoint_belongs_elsewhere(run: Callable[..., Result], line: Story) -> None:
    result = run("--root", line.root, "audit", "checkpoint", line.root / "point.json")
    assert result.code == 0
    assert "whoever rewrites it can rewrite that, too" in result.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"commits": 5,', '"commits": -5,', "commits is no count"),
        ('"commits": 5,', '"commits": 5, "commits": 6,', "'commits' stands twice"),
        ('"commits": 5,', '"commits": 4,', "its last mark is not its head"),
        ('"commits": 5,', '"commits": 5, "more": 1,', "nobody knows what 'more' means"),
        ("preflight/checkpoint/v1", "preflight/checkpoint/v9", "its schema is"),
        ('"commits": 5,', '"commits": NaN,', "it is not JSON"),
        ('"covers": [', '"covers": [[', "it is not JSON"),
    ],
)
def test_what_is_no_checkpoint_is_refused(  # noqa: PLR0917 - three of them are one case
    run: Callable[..., Result], line: Story, point: Path, old: str, new: str, said: str
) -> None:
    text = point.read_text("utf-8")
    assert old in text
    point.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run("--root", line.root, "audit", "verify", point)
    assert (result.code, result.out) == (2, "")
    assert f"{point} is no checkpoint: " in result.err
    assert said in result.err


def test_a_checkpoint_reads_back_as_it_was_written(point: Path) -> None:
    data = point.read_bytes()
    assert checkpoint.render(checkpoint.parse(data)).encode() == data
    with pytest.raises(DocumentError):
        checkpoint.parse(b"[" * 100_000)


def test_marks_are_few_and_hold_the_last() -> None:
    links = [chain.Link(number, "a" * 40, "b" * 64) for number in range(1, 10_001)]
    found = chain.marks(links)
    assert len(found) <= chain.MARKS
    assert found[-1] is links[-1]
    assert chain.marks(links[:1]) == (links[0],)


# ---- The history of now -------------------------------------------------------------------------


def test_a_history_that_grew_verifies(run: Callable[..., Result], line: Story, point: Path) -> None:
    line.edit("vendors/folio-cms.yaml", "summary: Still ", "summary: ")
    line.commit("Shorter")
    found = verify(run, line, point, code=0)
    assert found["verdict"] == "verified"
    [said] = [each["message"] for each in found["checks"] if each["id"] == "checkpoint"]
    assert said.endswith("the 5 commits that it recorded are the first of the line; 1 commit came since")


def test_without_a_checkpoint_it_says_what_that_leaves_open(run: Callable[..., Result], played: Story) -> None:
    result = run("--root", played.root, "audit", "verify")
    assert result.code == 0
    assert "30 decisions by 3 people: signatures, keys and roles verified" in result.out
    assert "- that no commit was dropped or rewritten: that takes a checkpoint" in result.out
    assert "VERIFIED without a checkpoint" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())


def rewritten(story: Story) -> None:
    """The same, but what the administrator did is not there any more."""
    story.git("reset", "--quiet", "--hard", "HEAD~3")
    story.edit("vendors/folio-cms.yaml", "summary: ", "summary: Still ")
    story.commit("Word it better")
    story.commit("Put it right")
    story.commit("One more, so that they are as many")


def dropped(story: Story) -> None:
    story.git("reset", "--quiet", "--hard", "HEAD~1")


def amended_date(story: Story) -> None:
    story.git(
        "commit", "--quiet", "--amend", "--no-edit", "--allow-empty", "--date=2026-11-23T10:00:00Z", day="2026-11-23"
    )


def reordered(story: Story) -> None:
    """Nothing is lost, but what was the line is a merged branch now."""
    story.git("checkout", "--quiet", "-b", "other", "HEAD~4")
    story.commit("Elsewhere")
    story.git("merge", "--quiet", "--no-ff", "-m", "Merge the line", "main")
    story.git("checkout", "--quiet", "-B", "main", "other")


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        (rewritten, "the first 2 commits of it are as recorded"),
        (dropped, "there were 5 commits, and there are 4"),
        (amended_date, "the first 4 commits of it are as recorded"),
        (reordered, "only its first commit is as recorded"),
    ],
)
def test_a_history_that_was_rewritten_does_not_verify(
    run: Callable[..., Result], line: Story, point: Path, attack: Callable[[Story], None], told: str
) -> None:
    attack(line)
    found = verify(run, line, point, code=1)
    assert found["verdict"] == "broken"
    assert told in faults(found)["checkpoint"]


def test_a_decision_that_was_taken_out_is_found_with_and_without_a_checkpoint(
    run: Callable[..., Result], line: Story, point: Path
) -> None:
    (line.root / DECISION).unlink()
    commit = line.commit("Tidy up")
    found = faults(verify(run, line, point, code=1))
    assert found["checkpoint-decisions"] == [f"{DECISION} is not there any more"]
    assert found["append-only"] == [f"{commit[:12]} of 2026-11-22 by tomas.hedlund takes out {DECISION}"]
    line.git("revert", "--no-edit", "HEAD")
    again = faults(verify(run, line, point, code=1))
    assert set(again) == {"append-only"}, "it was away for a while, and that stays true"


def test_a_decision_that_never_was_is_missed_after_a_rewrite(
    run: Callable[..., Result], line: Story, point: Path
) -> None:
    line.git("checkout", "--quiet", "--orphan", "fresh")
    for path in (DECISION, f"{DECISION}.sig"):
        (line.root / path).unlink()
    line.commit("Begin", "2026-11-20")
    found = faults(verify(run, line, point, code=1))
    assert found["checkpoint-decisions"] == [f"{path} is not there any more" for path in (DECISION, f"{DECISION}.sig")]
    assert found["checkpoint"][0] == "not even its beginning is the same"


def test_a_decision_that_was_edited_is_found(run: Callable[..., Result], line: Story, point: Path) -> None:
    line.edit(DECISION, "gareth-whitlock", "tomas-hedlund")
    line.commit("Correct a name")
    found = faults(verify(run, line, point, code=1))
    assert found["checkpoint-decisions"] == [f"{DECISION} was edited"]
    assert {"append-only", "decisions"} <= set(found)


def test_a_replaced_object_is_told_and_not_followed(run: Callable[..., Result], line: Story, point: Path) -> None:
    line.git("replace", "HEAD~1", "HEAD~2")
    name = line.git("rev-parse", "HEAD~1")
    found = verify(run, line, point, code=1)
    assert faults(found) == {"replaced": [f"{name} is shown as something else"]}


def test_grafts_are_told(run: Callable[..., Result], line: Story) -> None:
    (line.root / ".git/info").mkdir(exist_ok=True)
    (line.root / ".git/info/grafts").write_text(f"{line.head}\n", encoding="utf-8")
    found = verify(run, line, code=1)
    assert faults(found) == {"replaced": ["info/grafts gives commits other parents"]}
    assert found["commits"] == 5


def test_an_object_with_other_content_is_found(run: Callable[..., Result], line: Story, point: Path) -> None:
    """Git itself shows it without a word: it looks at hashes when it receives, not when it reads."""
    name = line.git("rev-parse", f"HEAD:{RECORD}")
    data = _blob(line, "HEAD", RECORD).replace(TRUE.encode(), FALSE.encode())
    path = line.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob %d\0" % len(data) + data))
    assert FALSE.encode() in _blob(line, "HEAD", RECORD)
    found = faults(verify(run, line, point, code=1))
    assert found["objects"] == [name]
    assert "checkpoint" in found, "the chain is reckoned from what the files hold"


def test_a_missing_object_cannot_be_verified(run: Callable[..., Result], line: Story) -> None:
    name = line.git("rev-parse", f"HEAD~2:{RECORD}")
    path = line.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.unlink()
    result = run("--root", line.root, "audit", "verify")
    assert (result.code, result.out) == (2, "")
    assert "git" in result.err


def test_a_shallow_clone_proves_nothing(run: Callable[..., Result], line: Story, point: Path, tmp_path: Path) -> None:
    line.git("clone", "--quiet", "--depth=2", f"file://{line.root}", str(tmp_path / "shallow"))
    result = run("--root", tmp_path / "shallow", "audit", "verify", point)
    assert (result.code, result.out) == (2, "")
    assert "git fetch --unshallow" in result.err


def test_a_bare_repository_is_verified(run: Callable[..., Result], line: Story, point: Path, tmp_path: Path) -> None:
    line.git("clone", "--quiet", "--bare", str(line.root), str(tmp_path / "bare.git"))
    assert verify(run, Story(tmp_path / "bare.git"), point, code=0)["verdict"] == "verified"


def test_policies_that_cannot_be_read_leave_it_open(run: Callable[..., Result], line: Story, point: Path) -> None:
    line.write("policies/levels.yaml", "nonsense: [")
    line.commit("Break it")
    found = verify(run, line, point, code=2)
    assert found["verdict"] == "cannot-tell"
    assert [each["id"] for each in found["checks"] if each["state"] == "unknown"] == ["decisions"]


def test_a_date_before_the_one_before_is_told(run: Callable[..., Result], line: Story) -> None:
    commit = line.commit("Old news", day="2001-01-01")
    found = verify(run, line, code=0)
    [check] = [each for each in found["checks"] if each["id"] == "dates"]
    assert check["details"] == [f"{commit[:12]} claims 2001-01-01, after 2026-11-22"]


# ---- Signatures ---------------------------------------------------------------------------------


def signed(run: Callable[..., Result], story: Story, key: Path, to: Path) -> None:
    result = run("--root", story.root, "audit", "checkpoint", to, "--sign", "--key", key)
    assert result.code == 0, result.err


def about_signature(found: dict[str, Any]) -> tuple[str, str]:
    [check] = [each for each in found["checks"] if each["id"] == "checkpoint-signature"]
    return check["state"], check["message"]


def test_a_signed_checkpoint_is_verified_by_the_keys_that_the_auditor_trusts(
    run: Callable[..., Result], line: Story, signer: Keys, tmp_path: Path
) -> None:
    point, keys = tmp_path / "signed.json", tmp_path / "auditors"
    key = signer("audrey-auditor")
    signed(run, line, key.path, point)
    assert (tmp_path / "signed.json.sig").is_file()
    keys.write_text(key.line('namespaces="preflight-checkpoint@v1"'), encoding="utf-8")
    found = verify(run, line, "--signers", keys, point, code=0)
    assert about_signature(found) == ("good", f"{point} is signed by audrey-auditor, by the list given by --signers")
    keys.write_text(key.line('namespaces="preflight-decision@v1"'), encoding="utf-8")
    assert (
        "may not sign preflight-checkpoint@v1"
        in about_signature(verify(run, line, "--signers", keys, point, code=1))[1]
    )


def test_a_checkpoint_that_was_edited_has_no_signature(
    run: Callable[..., Result], line: Story, signer: Keys, tmp_path: Path
) -> None:
    point = tmp_path / "signed.json"
    signed(run, line, signer("audrey-auditor").path, point)
    text = point.read_text("utf-8")
    point.write_text(text.replace("2026-11-22", "2026-11-21"), encoding="utf-8")
    state, message = about_signature(verify(run, line, point, code=1))
    assert (state, "is no good" in message) == ("bad", True)


def test_a_key_that_nobody_is_listed_for_signs_nothing(
    run: Callable[..., Result], line: Story, signer: Keys, tmp_path: Path
) -> None:
    point = tmp_path / "signed.json"
    signed(run, line, signer("mallory").path, point)
    state, message = about_signature(verify(run, line, point, code=1))
    assert (state, "a key that nobody is listed for" in message) == ("bad", True)


def test_nothing_is_left_behind_where_signing_fails(run: Callable[..., Result], line: Story, tmp_path: Path) -> None:
    key = tmp_path / "no-key"
    key.write_text("nothing\n", encoding="utf-8")
    result = run("--root", line.root, "audit", "checkpoint", tmp_path / "out" / "point.json", "--sign", "--key", key)
    assert (result.code, result.out) == (2, "")
    assert "ssh-keygen did not sign" in result.err
    assert not (tmp_path / "out").exists()


def test_hostile_names_stay_words(run: Callable[..., Result], line: Story) -> None:
    (line.root / DECISION).unlink()
    line.commit("x", by="\x1b[31m##[group]@x.example")
    for form in ("text", "markdown", "json"):
        out = run("--root", line.root, "audit", "verify", "--format", form).out
        assert "\x1b" not in out
        assert "##[" not in out


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_checkpoint_is_not_written_through_a_link(run: Callable[..., Result], line: Story, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "target.json")
    assert run("--root", line.root, "audit", "checkpoint", tmp_path / "link.json").code == 2
    assert not (tmp_path / "target.json").exists()
