"""The report as it is shown: one registry, word for word."""

from __future__ import annotations

import json

from preflight.alignment import DRIFT, Quarter, Snapshot, Vendor, anonymous, views
from preflight.alignment.levels import scale
from preflight.alignment.report import Report, gather

NEED = {"measure": "it-before-signature", "at_least": 80}
STEPS = scale(
    {
        "steps": [
            {"id": "flying-solo", "title": "Flying solo", "what": "Each side for itself.", "needs": []},
            {"id": "one-crew", "title": "One crew", "what": "Together.", "needs": [NEED]},
        ]
    }
)


def vendor(name: str, stage: str, *, good: bool | None, **more: object) -> Vendor:
    shares = {"it-before-signature": good, "it-involved": good}
    told = {"id": name, "category": "crm", "status": "live", "teams": ("sales-desk",), "stage": stage, **more}
    return Vendor(good=shares, drift=dict.fromkeys(DRIFT, 1), **told)  # type: ignore[arg-type] # as the table has it


def report() -> Report:
    before = Snapshot(Quarter(2026, 3), Quarter(2026, 3).last, "", "the registry did not exist yet")
    vendors = (
        vendor("acme", "before-signature", good=True, basis="log", decision_days=40, decided="2026-Q4", fixed=2),
        vendor("bolt-co", "after-signature", good=False, basis="record"),
    )
    now = Snapshot(Quarter(2026, 4), Quarter(2026, 4).last, "c" * 40, "", vendors, 1, {"it": 3})
    return gather("2026-11-22", "c" * 40, STEPS, [before, now], {"sales-desk": "marketing"})


TABLE = """\
Step 1 of 2: Flying solo · 2 vendors as of 2026-11-22, up to commit cccccccccccc
Each side for itself.

For step 2, One crew, there lacks:
  IT took part before the signature: 50%; at least 80% is wanted

At the end of                       2026-Q3    2026-Q4
----------------------------------  ---------  ---------
Step on the scale                   –          1
IT took part at all                 –          50%
IT took part before the signature   –          50%
IT took part before the proposal    –          –
Owned on both sides                 –          –
Reviewed or approved by both sides  –          –
No review overdue                   –          –
No duty of somebody who left        –          –
All connections documented          –          –
Used by those it was bought for     –          –
No red flag stands                  –          –
No waiver in force                  –          –
Days to decision, median            –          40
Days to going live, median          –          –
Waivers granted                     –          1
Reviews and approvals by IT         –          3
Reviews overdue                     –          2
Duties of people who left           –          2
Connections without description     –          2
Vendors hardly used                 –          2
Red flags standing                  –          2
Waivers in force                    –          2
Waivers that let nothing stand      –          2
  2026-Q3 cannot be told: the registry did not exist yet

IT first took part              Vendors    Which
------------------------------  ---------  -------
before it was proposed          0
before the contract was signed  1
after the contract was signed   1          bolt-co
after it went live              0
never                           0
not known                       0

Team                    Step    Vendors    Lacks for the next
----------------------  ------  ---------  ----------------------------------
sales-desk (marketing)  1       2          IT took part before the signature:
                                           50%; at least 80% is wanted

Findings repaired before the signature: 2, of 1 vendor
Days from proposal to decision: 40 at the median of 1
Days from proposal to going live: nothing in the last year

Who took part is told by the authors of commits, as they claim, and by the
records' word; a share is of all, those included of which nobody can say.
"""


def test_the_tables_for_a_terminal() -> None:
    assert views.as_table(report()) == TABLE


def test_markdown_names_those_that_were_late() -> None:
    shown = views.as_markdown(report())
    assert "| bolt-co | live | after the contract was signed | the record's word |" in shown
    assert "| acme |" not in shown


def test_without_names_teams_and_vendors_are_a_kind_and_a_number() -> None:
    found = json.loads(anonymous.without_names(report(), {"crm"}))
    assert [each["vendor"] for each in found["vendors"]] == ["crm 1", "crm 2"]
    assert [each["stage"] for each in found["vendors"]] == ["after-signature", "before-signature"]
    assert [each["team"] for each in found["teams"]] == ["marketing 1"]
    assert (found["as_of"], found["head"], found["quarters"][0]["missing"]) == ("2026-Q4", None, None)


def test_a_category_that_only_this_house_has_is_not_told() -> None:
    found = json.loads(anonymous.without_names(report(), ()))
    assert {each["category"] for each in found["vendors"]} == {"vendor"}
