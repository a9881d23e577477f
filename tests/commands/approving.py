"""Who approves which vendor, and the statement that comes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deciding_desk import DECISIONS, Desk

if TYPE_CHECKING:
    from pathlib import Path

CFO = "gareth-whitlock"
VENDOR = "beacon-mail"


def statement(desk: Desk, vendor: str = VENDOR) -> tuple[Path, dict[str, Any]]:
    """Return the one statement that was added."""
    [path] = [desk.root / each for each in desk.made() if each.endswith(".json")]
    assert path.parent == desk.root / DECISIONS / vendor
    return path, json.loads(path.read_bytes())
