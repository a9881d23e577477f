"""What is shown beside the verdict."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from preflight.shell import terminal

if TYPE_CHECKING:
    from collections.abc import Callable


class Watched(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Callable[[io.StringIO], io.StringIO]:
    def replaced(stream: io.StringIO) -> io.StringIO:
        monkeypatch.setattr("sys.stderr", stream)
        return stream

    return replaced


def progress(*, quiet: bool = False) -> None:
    with terminal.Progress("Judging vendors", 10, quiet=quiet) as bar:
        for _ in range(10):
            bar.advance(1)


def test_a_long_run_on_a_terminal_shows_a_bar(
    stderr: Callable[[io.StringIO], io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PATIENCE", -1.0)
    shown = stderr(Watched())
    progress()
    assert "Judging vendors" in shown.getvalue()
    assert "100%" in shown.getvalue()


@pytest.mark.parametrize(
    ("stream", "patience", "quiet"),
    [
        pytest.param(Watched(), 60.0, False, id="a run that is over at once"),
        pytest.param(io.StringIO(), -1.0, False, id="nobody watches"),
        pytest.param(Watched(), -1.0, True, id="quiet is wanted"),
    ],
)
def test_no_bar_where_it_would_be_noise(
    stderr: Callable[[io.StringIO], io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO,
    patience: float,
    quiet: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    monkeypatch.setattr(terminal, "PATIENCE", patience)
    shown = stderr(stream)
    progress(quiet=quiet)
    assert shown.getvalue() == ""


@pytest.mark.parametrize(
    ("wanted", "environment", "colour"),
    [
        pytest.param(True, {}, True, id="a terminal"),
        pytest.param(True, {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(True, {"NO_COLOR": ""}, True, id="an empty NO_COLOR says nothing"),
        pytest.param(False, {}, False, id="--no-color"),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,  # noqa: FBT001 - a parameter of the table
    environment: dict[str, str],
    colour: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    monkeypatch.setattr("sys.stdout", Watched())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.colours(wanted=wanted) is colour
