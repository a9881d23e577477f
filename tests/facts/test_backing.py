"""Evidence and excuses that name something in vain."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import backing
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

CHECKLIST = {"domains": [{"questions": [{"id": "C1.1"}, {"id": "C1.2"}]}]}


@pytest.mark.parametrize(
    ("record", "dangling", "strangers"),
    [
        pytest.param({}, [], [], id="nothing is named"),
        pytest.param({"a": [1], "evidence": [{"for": "/a/0"}]}, [], [], id="an entry that is there"),
        pytest.param(
            {"a": [1], "evidence": [{"for": "/a/1"}, {"for": "/a"}]}, ["/a/1"], [], id="an entry that is gone"
        ),
        pytest.param({"evidence": [{"for": "/b"}]}, ["/b"], [], id="a field that is not there"),
        pytest.param({"not_applicable": [{"question": "C1.2"}]}, [], [], id="a question of the checklist"),
        pytest.param({"not_applicable": [{"question": "C9.1"}]}, [], ["C9.1"], id="a question that nobody asks"),
    ],
)
def test_what_is_named_in_vain(record: JsonObject, dangling: list[str], strangers: list[str]) -> None:
    context = Context(date(2026, 6, 1), {"checklist": CHECKLIST})
    assert backing.of(record, context) == {"dangling": dangling, "strangers": strangers}
