"""The demonstration plays through, refuses what it says it refuses, and is audited."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.decisions.signers import Signers

ROOT = Path(__file__).parents[1]
PLAY = ROOT / "tool" / "demo" / "play.py"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of a play that went through, and what it told."""
    folder = tmp_path_factory.mktemp("play")
    done = subprocess.run([sys.executable, PLAY, folder], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return folder, done.stdout


@pytest.mark.parametrize(
    "said",
    [
        "The soc2-type2 certification ended on 2026-10-31",
        "Chief Financial Officer has to agree (60,000 EUR a year",
        "up to 75,000 EUR, and",
        "Neither SAML nor OpenID Connect",
        "signatures of two policy owners were wanted for just this change",
        "nobody's key is SHA256:",
        "This decision was merged, and is taken out here",
        "47,740 EUR a year, asked from",
    ],
)
def test_the_server_says_why_it_refuses(played: tuple[Path, str], said: str) -> None:
    assert said in played[1]


def test_every_refusal_fits_on_a_screen(played: tuple[Path, str]) -> None:
    refusals = [each for each in played[1].split("$ git push origin main\n") if "REFUSED" in each]
    lines = [sum("│ remote:" in line for line in each.splitlines()) for each in refusals]
    assert len(lines) == 8
    assert max(lines) < 25


def test_what_went_through_is_on_main_and_nothing_else(played: tuple[Path, str]) -> None:
    log = ["git", "log", "--format=%s", "main"]
    done = subprocess.run(log, cwd=played[0] / "registry.git", capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "Barnacle Chat",
        "Finance signs from 48,000 EUR on, signed by both owners",
        "No single sign-on until the release; waived by Security",
        "Approve Foghorn SMS, signed by the CFO",
        "Propose Foghorn SMS",
        "Start the registry",
    ]


def test_the_audit_finds_the_one_that_went_past_the_gate(played: tuple[Path, str]) -> None:
    told = played[1]
    assert "1 of 5 commits that were judged went round the gate." in told
    assert "gareth-whitlock: approves up to 75,000 EUR a year" in told


def test_the_story_says_what_the_records_say(played: tuple[Path, str]) -> None:
    folder, told = played
    clone = folder / "clones" / "elise-fontaine"
    record = (clone / "vendors" / "barnacle-chat.yaml").read_text("utf-8")
    assert "\nname: Barnacle Chat\n" in record
    held = [
        name for name in ("proposed_on", "approved_on", "approvals:", "soc2", "Foghorn", "foghorn") if name in record
    ]
    assert held == [], "no proposal, no certificate, no review, nobody who agreed"
    assert "\nreviews: []\n" in record
    signers = Signers.of((clone / "policies" / "allowed_signers").read_text("utf-8"))
    assert len(signers.keys) == 7
    assert len({each.principal for each in signers.keys.values()}) == 4
    flat = " ".join(told.split())
    assert "Four people may sign:" in flat
    assert "holds seven keys of four people" in flat
    assert "decisions by 4 people: signatures, keys and roles verified" in flat


def test_every_command_names_its_day(played: tuple[Path, str]) -> None:
    assert " ".join(played[1].split()).startswith("This plays on days of its own, from 2026-11-23 to 2026-12-22,")
    typed = [line.strip() for line in played[1].splitlines() if re.match(r"  (\$ |/)\S*preflight", line)]
    assert typed
    assert [line for line in typed if not re.search(r"preflight --as-of 2026-1[12]-\d\d ", line)] == []


def test_a_decision_verifies_by_hand_with_the_name_in_it(played: tuple[Path, str]) -> None:
    clone = played[0] / "clones" / "elise-fontaine"
    [statement] = (clone / "vendors" / "decisions" / "foghorn-sms").glob("*-cfo-*.json")
    signers = clone / "policies" / "allowed_signers"
    by = json.loads(statement.read_text("utf-8"))["by"]
    what = ["-I", by, "-n", "preflight-decision@v1", "-s", f"{statement}.sig"]
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), *what]
    done = subprocess.run(command, input=statement.read_bytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(
        b'Good "preflight-decision@v1" signature for gareth-whitlock with ED25519 key SHA256:'
    )


def test_no_key_leaves_its_folder(played: tuple[Path, str]) -> None:
    seen = [path for path in (played[0] / "clones").rglob("*") if path.is_file() and ".git" not in path.parts]
    assert seen
    assert not [path for path in seen if b"PRIVATE KEY" in path.read_bytes()]


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    done = subprocess.run([sys.executable, PLAY, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"{tmp_path} is not empty; name another folder\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
