"""The assessment: all that is shown, and the formats to show it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.assessment import json_format, markdown_format, table_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from preflight.assessment.drift import Series
    from preflight.assessment.plan import Proposal
    from preflight.assessment.stack import Summary
    from preflight.assessment.state import Vendor


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is shown. ``proposals`` are by vendor; ``series`` is empty where drift was not asked for.

    ``has_plans`` says whether records have a place for a plan.
    """

    as_of: str
    summary: Summary
    vendors: Sequence[Vendor]
    proposals: Mapping[str, Proposal]
    series: Sequence[Series]
    has_plans: bool = True


FORMATS: dict[str, Callable[[Assessment], str]] = {
    "table": table_format.as_table,
    "json": json_format.as_json,
    "markdown": markdown_format.as_markdown,
}
