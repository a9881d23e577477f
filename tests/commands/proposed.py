"""Changes that are proposed to the sample registry, and what the report on one says."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LIVE = "trident-experiments"
PROPOSED = "quayside-chat"
FACTOR = "policies/rules/security/second-factor-required.yaml"


def git(root: Path, *arguments: str) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *author, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def change(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def raise_price(root: Path) -> None:
    change(root, f"vendors/{LIVE}.yaml", "amount: 46000", "amount: 52000")


def red(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["vendor"], each["rule"]) for each in report["verdicts"] if each["level"] == "red-flag"}


def marks(report: dict[str, Any], vendor: str) -> dict[tuple[str, str], str]:
    """Return the marks of the findings on a vendor, by rule and pointer."""
    return {(each["rule"], each["pointer"]): each["change"] for each in report["verdicts"] if each["vendor"] == vendor}


def fixed(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["vendor"], each["rule"]) for each in report["fixed"]}
