"""The wheel: it carries the starter that ``preflight init`` writes, and nothing that a stranger cannot use."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


FOLDERS = ("policies", "schemas", "vendors")


def test_the_wheel_carries_the_policies_schemas_and_samples_of_the_project(tmp_path: Path) -> None:
    build = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name: archive.read(name) for name in archive.namelist() if name.startswith("preflight/starter/")}
    wanted = {
        f"preflight/starter/{path.relative_to(ROOT).as_posix()}": path.read_bytes()
        for path in [ROOT / ".gitattributes", *(each for folder in FOLDERS for each in (ROOT / folder).rglob("*"))]
        if path.is_file()
    }
    assert carried == wanted


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_holds_a_private_key_or_pins_an_address() -> None:
    secret = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
    for path in tracked():
        assert not secret.search(path.read_bytes()), path
    for path in (ROOT / "tool").glob("constraints-*.txt"):
        assert "://" not in path.read_text("utf-8"), path


def test_every_pin_has_a_hash() -> None:
    for path in (ROOT / "tool").glob("constraints-*.txt"):
        pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert pins
        assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
