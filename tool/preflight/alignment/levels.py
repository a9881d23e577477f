"""The step on the scale of policies/alignment.yaml: the highest whose every condition holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.alignment import MEDIANS, SHARES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.alignment.measures import Measure
    from preflight.model import JsonObject

TITLES = {**SHARES, **MEDIANS}


@dataclass(frozen=True, slots=True)
class Need:
    """A condition of a step: a measure, and its least or most value."""

    measure: str
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, found: Measure) -> bool:
        """Whether a measure meets it. What cannot be measured meets nothing."""
        if found.value is None:
            return False
        least, most = self.at_least, self.at_most
        return (least is None or found.value >= least) and (most is None or found.value <= most)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the scale; ``number`` counts from 1."""

    number: int
    id: str
    title: str
    what: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands, and what keeps them from the next step."""

    step: Step
    lacking: tuple[Need, ...]
    next: Step | None


def scale(policy: JsonObject) -> tuple[Step, ...]:
    """Read the scale, of the form of schemas/alignment.schema.json, the lowest step first."""
    return tuple(
        Step(number, each["id"], each["title"], each["what"], tuple(Need(**need) for need in each["needs"]))
        for number, each in enumerate(policy["steps"], 1)
    )


def standing(steps: tuple[Step, ...], found: Mapping[str, Measure]) -> Standing:
    """Return the highest step whose every condition holds; the lowest where none does."""
    reached = [each for each in steps if all(need.holds(found[need.measure]) for need in each.needs)]
    step = reached[-1] if reached else steps[0]
    above = steps[step.number] if step.number < len(steps) else None
    lacking = tuple(need for need in above.needs if not need.holds(found[need.measure])) if above else ()
    return Standing(step, lacking, above)


def lacks(need: Need, found: Measure) -> str:
    """Say what a condition lacks."""
    unit = "%" if found.is_share else " days"
    now = "nothing to measure" if found.value is None else f"{found.value}{unit}"
    wanted = f"at least {need.at_least}{unit}" if need.at_least is not None else f"at most {need.at_most}{unit}"
    unknown = f", {found.unknown} of {found.of} not known" if found.unknown else ""
    return f"{TITLES[need.measure]}: {now}{unknown}; {wanted} is wanted"
