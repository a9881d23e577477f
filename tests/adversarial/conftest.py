"""The ground on which the attacks are made: built once, copied for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import Ground, build

if TYPE_CHECKING:
    from pathlib import Path

    from signing import Keys


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, signer: Keys) -> Ground:
    return build(tmp_path_factory.mktemp("ground") / "built", signer)


@pytest.fixture
def ground(built: Ground, tmp_path: Path) -> Ground:
    return built.copy(tmp_path / "ground")
