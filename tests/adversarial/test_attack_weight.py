"""Much of everything: what makes the gate slow or heavy. Here, too, the kernel holds processor and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import MALLORY, PREFLIGHT, RECORD, VENDOR

if TYPE_CHECKING:
    from adversarial.ground import Ground

pytestmark = pytest.mark.usefixtures("from_the_start")  # the limits are held from the first import on
ASKED = "risk/approved-by-the-roles"
MANY = 1_000


def test_a_record_as_large_as_may_be_is_judged(ground: Ground) -> None:
    """64 KiB of what a schema compares with each other: names that all differ."""
    names = [f"alias number {number}" for number in range(20)]
    entries = "".join(
        f"    - {{kind: other, amount: {{amount: {n}, currency: EUR}}, date: 2026-12-01, team: growth-marketing}}\n"
        for n in range(1, 500)
    )
    ground.raise_cost()
    ground.edit(
        RECORD,
        ("  one_off:\n", f"  one_off:\n{entries}"),
        ("name: Foghorn SMS\n", f"name: Foghorn SMS\naliases: {names}\n"),
    )
    assert 55_000 < len(ground.read(RECORD)) < 65_536
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert RECORD in {path for _, path, _ in said.red}
    ground.refused()


def test_comments_and_blanks_do_not_count_for_nothing(ground: Ground) -> None:
    ground.write(RECORD, ground.read(RECORD) + "#\n" * 200_000)
    ground.commit()
    assert [each[:2] for each in ground.check().red] == [("yaml/size", RECORD)]


def test_a_blob_larger_than_anybody_reads_is_not_opened(ground: Ground) -> None:
    """64 MB of one letter: some sixty kilobytes on the way here."""
    ground.write(RECORD, b"a" * 64_000_000)
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert [path for rule, path, _ in said.red if rule in {"yaml/size", "file/unreadable"}] == [RECORD]
    assert RECORD in ground.refused()


def test_many_decisions_on_one_vendor_are_read(ground: Ground) -> None:
    for number in range(1_000):
        ground.write(f"vendors/decisions/{VENDOR}/2026-12-01-cfo-{number:08x}.json", '{"schema": ' * 300)
    ground.raise_cost()
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert len([rule for rule, _, _ in said.red if rule == "decision/statement"]) == 1_000


def test_one_record_among_a_thousand_new_ones_is_found(ground: Ground) -> None:
    """More than two seconds of work, so without that limit: it has to be refused, and end."""
    text = ground.read(RECORD).partition("approvals:")[0].replace("approved\n  approved_on: 2026-11-30", "proposed")
    stream = []
    for number in range(MANY):
        data = text.replace(f"id: {VENDOR}", f"id: v-{number}").replace("Foghorn Messaging", f"Company {number}")
        data = data.replace("name: Foghorn SMS", f"name: Vendor {number}")
        stream.append(f"blob\nmark :{number + 1}\ndata {len(data.encode())}\n{data}\n")
    stream.append(
        f"commit refs/heads/many\ncommitter a <{MALLORY.replace('-', '.')}@harbourline.example> 1797940800 +0000\n"
        f"data 4\nMany\nfrom {ground.tip()}\n"
    )
    stream += [f"M 100644 :{number + 1} vendors/v-{number}.yaml\n" for number in range(MANY)]
    ground.git("fast-import", "--quiet", given="".join(stream).encode())
    ground.git("checkout", "--quiet", "many")
    ground.raise_cost()
    ground.commit()
    hook = ground.server / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\nexec {' '.join(PREFLIGHT)} hook pre-receive\n", "utf-8")
    said = ground.refused("HEAD:refs/heads/main")
    assert f"{RECORD}:" in said
    assert ASKED in said
