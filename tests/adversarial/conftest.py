"""The ground on which the attacks are made: built once, copied for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import compiled
from adversarial.ground import Ground, build
from preflight.shell import documents, registry
from ready import READY

if TYPE_CHECKING:
    from pathlib import Path

    from signing import Keys


@pytest.fixture
def from_the_start(ready: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - what is left out
    """Let every command start anew: where the limits hold for all that it does."""
    monkeypatch.delenv(READY, raising=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, signer: Keys) -> Ground:
    return build(tmp_path_factory.mktemp("ground") / "built", signer)


LOAD_POLICY = compiled.shared()


@pytest.fixture
def ground(
    built: Ground,
    tmp_path: Path,
    ready: None,  # noqa: ARG001 - it only has to be there
    monkeypatch: pytest.MonkeyPatch,
) -> Ground:
    # What is judged in this process, beside the server.
    monkeypatch.setattr(registry, "load_policy", LOAD_POLICY)
    monkeypatch.setattr(documents, "parse", compiled.parse)
    return built.copy(tmp_path / "ground")
