"""What the contract lacks, by policies/contract.yaml.

Of subscriptions only those count that run or are to come: what is over cannot be negotiated any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.facts import renewal
from preflight.shapes import NUMBER, TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from preflight.model import Context, JsonObject

NAME = "contract"
INPUTS = ("/contract/clauses", "/contract/subscriptions")
POLICIES = ("contract",)


_CLAUSE = {"clause": TEXT, "said": TEXT, "reason": TEXT}


def _of_terms(description: str, **members: JsonObject) -> JsonObject:
    return {**faults(description, product=TEXT, **members), "needs": ["/contract/subscriptions"]}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "missing": faults("Clauses that a contract has to hold, and this one does not, as far as is known.", **_CLAUSE),
        "advised": faults("Clauses that would be good to have, and are not known to be there.", **_CLAUSE),
        "guessed": _of_terms(
            "Minimum commitments without a forecast that is sure enough.", confidence=TEXT, wanted=NUMBER
        ),
        "uncapped": _of_terms(
            "Terms that renew by themselves with no cap on the rise of the price, or a high one.",
            cap=TEXT,
            wanted=NUMBER,
        ),
        "long_notice": _of_terms("Terms with a notice longer than we accept.", days=NUMBER, wanted=NUMBER),
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what is missing from the contract."""
    policy, contract = context.policies["contract"], record.get("contract", {})
    lacking = list(_lacking(contract.get("clauses", {}), policy["clauses"]))
    found: JsonObject = {
        "missing": [clause for required, clause in lacking if required],
        "advised": [clause for required, clause in lacking if not required],
    }
    bought = contract.get("subscriptions")
    return found if bought is None else found | _weak(list(_terms(bought, context.today)), policy)


def _weak(terms: list[tuple[int, JsonObject]], policy: JsonObject) -> JsonObject:
    sure, most = policy["forecast_confidence_percent"], policy["uplift_cap_percent"]
    return {
        "guessed": [
            {
                "pointer": f"/contract/subscriptions/{index}/commitment",
                "product": term["product"],
                "confidence": _percent(term["commitment"].get("forecast_confidence")),
                "wanted": sure,
            }
            for index, term in terms
            if "commitment" in term and term["commitment"].get("forecast_confidence", -1) < sure
        ],
        "uncapped": [
            {
                "pointer": f"/contract/subscriptions/{index}/uplift_cap_percent",
                "product": term["product"],
                "cap": _percent(term.get("uplift_cap_percent")),
                "wanted": most,
            }
            for index, term in terms
            if term.get("auto_renews", True) and term.get("uplift_cap_percent", most + 1) > most
        ],
        "long_notice": [
            {
                "pointer": f"/contract/subscriptions/{index}/notice_days",
                "product": term["product"],
                "days": term["notice_days"],
                "wanted": policy["notice_days_most"],
            }
            for index, term in terms
            if term.get("notice_days", 0) > policy["notice_days_most"]
        ],
    }


def _terms(listed: list[JsonObject], today: date) -> Iterator[tuple[int, JsonObject]]:
    """Yield the subscriptions that are not known to be over, with their places in the list."""
    for index, term in enumerate(listed):
        ended = term.get("auto_renews") is False and term.get("ends", "9999-12-31") < today.isoformat()
        if not ended and not renewal.succeeded(term, listed, today):
            yield index, term


def _lacking(given: JsonObject, wanted: list[JsonObject]) -> Iterator[tuple[bool, JsonObject]]:
    for each in wanted:
        said = given.get(each["id"])
        if said is not True:
            yield (
                each["required"],
                {
                    "pointer": f"/contract/clauses/{each['id']}",
                    "clause": each["title"],
                    "said": "not in it" if said is False else "not known",
                    "reason": each["why"],
                },
            )


def _percent(number: float | None) -> str:
    return "not stated" if number is None else f"{number:g} %"
