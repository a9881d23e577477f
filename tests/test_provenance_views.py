"""The page as it is shown: one page, word for word."""

from __future__ import annotations

import json
from dataclasses import replace

from preflight.provenance import CLAIMED, COMPUTED, SIGNED, UNTOLD, WORD, Page, Said, views

COMMIT, BASE = "a1b2c3d4e5f6" + "0" * 28, "b" * 40
PAGE = Page(
    vendor="acme",
    name="Acme | Mail",
    path="vendors/acme.yaml",
    status="live",
    there=True,
    head=COMMIT,
    as_of="2026-11-22",
    then=COMMIT,
    then_on="2026-05-20",
    approved=True,
    said=(
        Said("proposed", "wrote the record: “Propose Acme”", CLAIMED, "Tomas <t@x.example>", "2026-02-10", COMMIT),
        Said("reviewed", "security review, passed", WORD, "noor", "2026-04-01", pointer="/reviews/0"),
        Said(
            "approved",
            "approves up to high risk, as cfo; in force",
            SIGNED,
            "gareth",
            "2026-05-19",
            key="SHA256:" + "k" * 43,
        ),
        Said("merged", "an approval came, request 9", SIGNED, "Kofi", "2026-05-20", COMMIT, 9),
        Said("rules", "the rules of the commit before it", COMPUTED, "", "2026-05-19", BASE, key="sha256:" + "d" * 64),
        Said("findings", "it cannot be judged by them: no schema", UNTOLD),
    ),
)
TEXT = """\
Acme | Mail (acme)
vendors/acme.yaml · live · as of 2026-11-22, up to commit a1b2c3d4e5f6
“Then” is the last approval: 2026-05-20, commit a1b2c3d4e5f6.

Proposed
  2026-02-10  Tomas <t@x.example>: wrote the record: “Propose Acme” [claimed by
              the commit a1b2c3d4e5f6]

Reviewed
  2026-04-01  noor: security review, passed [word of the record]

Approved
  2026-05-19  gareth: approves up to high risk, as cfo; in force [signature
              verified, SHA256:kkkkkkkkkkk…]

Waived
              no rule was waived

Merged
  2026-05-20  Kofi: an approval came, request 9 [signature verified, commit
              a1b2c3d4e5f6]

Evidence then
              the record named no evidence

Rules then
  2026-05-19  the rules of the commit before it [computed anew, commit
              bbbbbbbbbbbb, sha256:ddddddddddd…]

Red flags then
              it cannot be judged by them: no schema [cannot be told]

Changed since
              nothing

Owners now
              the record names no owner

Names and dates of commits are what they claim; only signatures prove who. What
was judged anew was judged by the rules before that commit, as of its day.
"""


def test_the_page_for_a_terminal() -> None:
    assert views.as_text(PAGE) == TEXT


def test_statements_stand_in_the_order_of_their_days_and_waivers_by_themselves() -> None:
    said = (
        Said("reviewed", "security review", WORD, "noor", "2026-04-20"),
        Said("reviewed", "architecture review", WORD, "ruben", "2026-04-19"),
        Said("approved", "changed the status", CLAIMED, "Tomas", "2026-05-20", COMMIT),
        Said("approved", "2 more like these left out", CLAIMED),
        Said("waived", "waives security/sso", SIGNED, "noor", "2026-05-10", key="SHA256:k"),
        Said("approved", "approves up to high risk", SIGNED, "gareth", "2026-05-19", key="SHA256:k"),
    )
    page = replace(PAGE, said=said)
    text = views.as_text(page)
    order = ["architecture review", "security review", "approves up to", "changed the status", "2 more like", "Waived"]
    places = [text.index(each) for each in [*order, "waives security/sso"]]
    assert places == sorted(places)
    told = json.loads(views.as_json(page))
    assert "waived" not in told, "the published format has them among the approvals"
    assert [each["on"] for each in told["approved"]] == ["2026-05-10", "2026-05-19", "2026-05-20", None]


def test_markdown_has_a_row_a_statement_with_the_whole_digest() -> None:
    shown = views.as_markdown(PAGE)
    assert shown.startswith("## Acme \\| Mail (acme)\n")
    assert (
        f"| 2026-05-19 | the rules of the commit before it | computed anew | commit bbbbbbbbbbbb, sha256:{'d' * 64} |"
        in shown
    )
    assert "*the record names no owner*" in shown


def test_html_has_the_whole_key_and_can_be_printed() -> None:
    shown = views.as_html(PAGE)
    assert f"SHA256:{'k' * 43}" in shown
    assert "@media print" in shown
    assert "Tomas &lt;t@x.example&gt;" in shown
