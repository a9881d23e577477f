"""Fixtures that every test may use. Fakes are values; nothing is patched but the environment."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import cli
from signing import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-22"  # the day on which the story of the sample registry is told


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Jobs in the background are begun without Ctrl-C, and would hand that on to the programs that the tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Result:
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the surroundings of the test run (CI, hooks, colours) out of what is tested."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITHUB_", "GL_", "PREFLIGHT_")) or name in {"NO_COLOR", "FORCE_COLOR", "CI"}:
            monkeypatch.delenv(name)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command line in this process, as of the day of the story."""

    def call(*arguments: str | Path, as_of: str = AS_OF) -> Result:
        capfd.readouterr()
        code = cli.run(["--as-of", as_of, *map(str, arguments)])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Make keys to sign with: ``signer("gareth").sign(data)``."""
    return Keys(tmp_path_factory.mktemp("signers"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the expected output of the golden cases anew")
