"""The page as it is shown: one page, word for word."""

from __future__ import annotations

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


def test_markdown_has_a_row_a_statement_with_the_whole_digest() -> None:
    shown = views.as_markdown(PAGE)
    assert shown.startswith("## Acme \\| Mail (acme)\n")
    assert (
        rf"| 2026\-05-19 | the rules of the commit before it | computed anew | commit bbbbbbbbbbbb, sha256:{'d' * 64} |"
        in shown
    )
    assert "*the record names no owner*" in shown


def test_html_has_the_whole_key_and_can_be_printed() -> None:
    shown = views.as_html(PAGE)
    assert f"SHA256:{'k' * 43}" in shown
    assert "@media print" in shown
    assert "Tomas &lt;t@x.example&gt;" in shown
