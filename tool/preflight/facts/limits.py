"""The figures of policies/limits.yaml, so that a rule compares with a limit by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "limits"
INPUTS = ()
POLICIES = ("limits",)


def _days(what: str) -> JsonObject:
    return {"type": "integer", "description": what}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "certification_age_days": _days("Age at which a certification counts as out of date."),
        "assessment_age_days": _days("Age at which a security review has to be repeated."),
        "penetration_test_age_days": _days("Age at which a penetration test counts as out of date."),
        "breaking_changes_a_year": _days("Most breaking API changes in a year."),
        "notification_hours": _days("Hours within which an incident must be told."),
        "release_age_days": _days("Days without a release after which a product stands still."),
        "roadmap_age_days": _days("Age at which a roadmap counts as out of date."),
        "financials_age_days": _days("Age at which financial figures count as out of date."),
        "audit_retention_days": _days("Days that an audit trail must be kept."),
        "completeness_percent": _days("Share of a domain's questions that should be answered."),
        "post_mortem_days": _days("Days within which an incident is looked back on."),
        "usage_age_days": _days("Age at which figures of usage count as out of date."),
        "usage_percent": _days("Share of the seats below which a licence counts as little used."),
        "jurisdictions_allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Countries in which our data may be stored.",
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - limits are the same for every record
    """Return the limits as they stand in the policy."""
    limits: JsonObject = context.policies["limits"]
    return limits
