"""Golden cases: a folder is a registry and a command, and the whole of what the command says.

``args`` holds the command line; policies and schemas are those of the project, with the files of the case
laid over them, and with the sample vendors where it has a file ``with-sample``; ``expected.txt`` holds the
exit code and everything that was printed. ``pytest --accept`` writes what is printed now, to be read before
it is committed.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[1]
CASES = Path(__file__).parent / "cases"
NOT_PART_OF_IT = {"args", "expected.txt", ".keep", "with-sample"}


def names() -> list[str]:
    return sorted(path.name for path in CASES.iterdir())


@pytest.fixture
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Lay out the registry of a case."""
    root = tmp_path / "registry"
    for shared in ("policies", "schemas"):
        shutil.copytree(ROOT / shared, root / shared, ignore=shutil.ignore_patterns("editor"))
    case = CASES / request.param
    if (case / "with-sample").exists():
        shutil.copytree(ROOT / "vendors", root / "vendors")
    for path in sorted(case.rglob("*")):
        inside = path.relative_to(case)
        if path.is_file() and inside.name not in NOT_PART_OF_IT:
            (root / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / inside)
    return root


@pytest.mark.parametrize(("registry", "name"), [(name, name) for name in names()], ids=names(), indirect=["registry"])
def test_case(registry: Path, name: str, run: Callable[..., Result], request: pytest.FixtureRequest) -> None:
    case = CASES / name
    result = run("--root", registry, *shlex.split((case / "args").read_text("utf-8")))
    said = f"exit code {result.code}\n--- stdout\n{result.out}--- stderr\n{result.err}".replace(
        str(registry), "REGISTRY"
    )
    assert "Traceback" not in said
    assert "defect of preflight" not in said
    if request.config.getoption("--accept"):
        (case / "expected.txt").write_text(said, "utf-8")
    assert said == (case / "expected.txt").read_text("utf-8")


def test_verdicts_are_the_same_from_another_folder(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    here = run("--root", ROOT, "check", "--format", "json")
    monkeypatch.chdir("/")
    assert run("--root", os.path.relpath(ROOT), "check", "--format", "json").out == here.out
