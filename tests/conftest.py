"""Fixtures that every test may use. Fakes are values; nothing is patched but the environment."""

from __future__ import annotations

import gc
import os
import re
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import compiled
from preflight import cli
from preflight.shell import documents, registry
from ready import started
from signing import Keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-22"  # the day on which the story of the sample registry is told

# What git need not do for repositories that are thrown away: wait for the disk, and start a program to tidy up.
BRIEFLY = {"core.fsync": "none", "gc.auto": "0", "maintenance.auto": "false"}
SETTINGS = {"GIT_CONFIG_COUNT": str(len(BRIEFLY))} | {
    f"GIT_CONFIG_{part}_{number}": text
    for number, pair in enumerate(BRIEFLY.items())
    for part, text in zip(("KEY", "VALUE"), pair, strict=True)
}
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where Linux has one
ROOM = 2 << 30  # several times what the tests need at once

# How long an example takes says how busy the machine is, and nothing of what the product promises.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def in_memory() -> bool:
    """Whether temporary files of the tests can lie in memory: there is room, and programs may be run from there."""
    if sys.platform != "linux" or not os.access(MEMORY, os.R_OK | os.W_OK | os.X_OK):
        return False
    available = re.search(r"^MemAvailable: *(\d+) kB$", Path("/proc/meminfo").read_text("ascii"), re.MULTILINE)
    room = min(shutil.disk_usage(MEMORY).free, 1024 * int(available[1]) if available else 0)
    return room > ROOM and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC


os.environ.update(SETTINGS)
# preflight is started thousands of times: what Python compiles is kept, else each start would compile all of it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if "TMPDIR" not in os.environ and "PYTEST_DEBUG_TEMPROOT" not in os.environ and in_memory():
    # Tens of thousands of small files are made, read once and taken away: on a disk that is half of the time.
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # asked for anew
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
    for name, text in SETTINGS.items():
        monkeypatch.setenv(name, text)


LONG = {"browser", "workflows", "bench", "test_demo.py"}
LOAD_POLICY = compiled.shared()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in this process, as of the day of the story."""
    monkeypatch.setattr(registry, "load_policy", LOAD_POLICY)
    monkeypatch.setattr(documents, "parse", compiled.parse)

    def call(*arguments: str | Path, as_of: str = AS_OF) -> Result:
        capfd.readouterr()
        code = cli.run(["--as-of", as_of, *map(str, arguments)])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what is begun with ``ready.ASK`` be answered by a preflight that has loaded its modules."""
    with started(tmp_path_factory.mktemp("ready")):
        yield


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Make keys to sign with: ``signer("gareth").sign(data)``."""
    return Keys(tmp_path_factory.mktemp("signers"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long: at the end no worker has to wait for the browser of another."""
    items.sort(key=lambda item: not LONG & set(item.path.relative_to(ROOT / "tests").parts))


def pytest_collection_finish() -> None:
    """Take what was loaded and collected out of the garbage collector's rounds: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the expected output of the golden cases anew")
    parser.addoption("--histories", type=int, default=30, help="how many histories of spending are made by chance")
