"""Every change is found and none invented: what is told is what an oracle sees that compares whole versions."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_history import Life, Told, canonical, expected, git, good, write
from preflight.shell import history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from made_history import Made
    from preflight.shell.history import History


def told(found: History, line: Sequence[Made]) -> Counter[Told]:
    """Return what the program tells, in the words of the oracle."""
    counted: Counter[Told] = Counter()
    last: dict[str, Any] = {}  # path → the version that was read last
    for step, made in zip(found.steps, line, strict=True):
        changes = step.changes()
        for change in changes:
            version = made.files.get(change.path)
            now = None if version is None else good(version)
            at: tuple[str, ...] = ()
            before, after = repr(change.before), repr(change.after)
            if change.kind == "changed":
                source = next(
                    (each.before for each in changes if each.kind == "renamed" and each.after == change.path), ""
                )
                was = last[source or change.path]
                at = canonical(change.field, was if change.after is None else now)
            elif change.kind == "unreadable":
                assert change.after
                after = "…"
            counted[step.number, change.vendor, change.kind, at, before, after] += 1
        renamed = {each.after: last.get(each.before) for each in changes if each.kind == "renamed"}
        gone = {path for path in last if path not in made.files}
        last = {path: value for path, value in last.items() if path not in gone} | renamed
        for change in changes:  # somebody else's, in the same place, begins anew
            if change.kind == "unreadable" and change.path not in made.files:
                last.pop(change.path, None)
        last |= {path: value for path, data in made.files.items() if path.endswith(".yaml") and (value := good(data))}
    return counted


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), managed=st.booleans(), steps=st.integers(1, 40), stop=st.integers(0, 40))
def test_what_is_told_is_what_the_oracle_sees(*, seed: int, managed: bool, steps: int, stop: int) -> None:
    life = Life(seed, managed=managed)
    life.live(steps)
    line = life.line()
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder) / "r", life.commits)
        whole = history.read(root, cached=False)
        assert told(whole, line) == expected(line, managed=managed)
        # In two goes, the first anywhere on the line: the same to the byte, and once more from the cache alone.
        part = git(root, "rev-list", "--first-parent", "--reverse", "HEAD").split()[min(stop, len(line) - 1)]
        assert history.read(root, part).steps == whole.steps[: whole_number(whole, part) + 1]
        assert history.read(root) == whole
        assert history.read(root) == whole


def whole_number(found: History, commit: str) -> int:
    return next(step.number for step in found.steps if step.id == commit)


@pytest.mark.parametrize("managed", [True, False])
def test_five_thousand_commits(tmp_path: Path, *, managed: bool) -> None:
    life = Life(5000, managed=managed)
    life.live(5000)
    line = life.line()
    assert len(line) > 5000
    root = write(tmp_path / "r", life.commits)
    found = history.read(root)
    assert told(found, line) == expected(line, managed=managed)
    stamps = [step.commit.date for step in found.steps]
    assert any(later < earlier for earlier, later in itertools.pairwise(stamps)), (
        "dates are set back, and order nothing"
    )
    assert [step.id for step in found.steps] == git(root, "rev-list", "--first-parent", "--reverse", "HEAD").split()
