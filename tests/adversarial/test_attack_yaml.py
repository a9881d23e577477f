"""Hostile YAML: every trap that was measured in the field is refused with its place, and within the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import RECORD

if TYPE_CHECKING:
    from adversarial.ground import Ground

TOP = "name: Foghorn SMS\n"  # the fifth line of the record
LINE = 5
COST = "amount: 60000"
LEVELS = "".join(f"x{level + 1}: &x{level + 1} [{', '.join([f'*x{level}'] * 9)}]\n" for level in range(9))


def top(text: str) -> tuple[str, str]:
    """Put something in the place of the name."""
    return TOP, text


BOMBS = {  # what makes more of itself, or much of little
    "alias bomb": (top(f"x0: &x0 [a, a, a, a, a, a, a, a, a]\n{LEVELS}"), "yaml/anchor", LINE),
    "an alias alone": (top("name: *somebody\n"), "yaml/alias", LINE),
    "nesting of 50,000, which ends libyaml with a crash": (top("name: " + "[" * 50_000 + "\n"), "yaml/depth", LINE),
    "nesting of 20,000, closed": (top("name: " + "[" * 20_000 + "]" * 20_000 + "\n"), "yaml/depth", LINE),
    "nesting of mappings": (top("name: " + "{a: " * 12_000 + "\n"), "yaml/depth", LINE),
    "nesting by indentation": (top("name:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 300))), "yaml/depth", 29),
    "20,001 nodes": (top("name: [" + "0," * 20_001 + "]\n"), "yaml/nodes", LINE),
    "a file of more than 64 KiB": (top("name: " + "x" * 66_000 + "\n"), "yaml/size", 1),
    "a file of 3.3 MB": (top("name: " + "x" * 3_300_000 + "\n"), "yaml/size", 1),
    "20,000 digits": (("users: 40", "users: " + "9" * 20_000), "yaml/number", 0),
}
TRAPS = {
    # What is read in two ways
    "a key that stands twice": (top("name: Foghorn SMS\nname: Another\n"), "yaml/duplicate-key", LINE + 1),
    "a merge key": (top("name: Foghorn SMS\n<<: {id: other}\n"), "yaml/merge-key", LINE + 1),
    "a binary tag": (top("name: !!binary Rm9n\n"), "yaml/tag", LINE),
    "a set": (top("name: !!set {a, b}\n"), "yaml/tag", LINE),
    "a Python object": (top("name: !!python/object/apply:os.system [id]\n"), "yaml/tag", LINE),
    "a tag of one's own": (top("name: !mine Foghorn\n"), "yaml/tag", LINE),
    "a second document": (top("name: Foghorn SMS\n---\nid: foghorn-sms\n"), "yaml/second-document", LINE + 1),
    "a key that is a number": (top("name: Foghorn SMS\n1: a\ntrue: b\n"), "yaml/key", LINE + 1),
    "a key that is a list": (top("name: Foghorn SMS\n? [a]\n: b\n"), "yaml/key", LINE + 1),
    # Numbers that are none
    "not a number": ((COST, "amount: .nan"), "yaml/number", 0),
    "infinity": ((COST, "amount: .inf"), "yaml/number", 0),
    "minus infinity": ((COST, "amount: -.Inf"), "yaml/number", 0),
    "more than a double holds": ((COST, "amount: 1e400"), "yaml/number", 0),
    "octal": ((COST, "amount: 014"), "schema/type", 0),
    "hexadecimal": ((COST, "amount: 0x1F"), "schema/type", 0),
    "with underscores": ((COST, "amount: 1_000"), "schema/type", 0),
    "sexagesimal": ((COST, "amount: 12:30:00"), "schema/type", 0),
    "a negative price": ((COST, "amount: -60000"), "schema/minimum", 0),
    # What is not what it looks like
    "the 30th of February": (("proposed_on: 2026-11-23", "proposed_on: 2026-02-30"), "schema/format", 0),
    "a country that YAML 1.1 takes for false": (("country: DE", "country: no"), "schema/pattern", 0),
    "an escape that becomes ESC": (top('name: "\\e[31mred"\n'), "yaml/character", LINE),
    "an escape that becomes NUL": (top('name: "a\\0b"\n'), "yaml/character", LINE),
    "an escape that becomes a line separator": (top('name: "a\\u2028b"\n'), "yaml/character", LINE),
    "a raw ESC": (top("name: \x1b[31mred\n"), "yaml/character", LINE),
    "a raw NUL": (top("name: a\0b\n"), "yaml/character", LINE),
    "text that runs backwards": (top("name: \u202egnipS\n"), "yaml/character", LINE),
    "an invisible character": (top("name: Fog\u200bhorn\n"), "yaml/character", LINE),
    "a next line, raw": (top("name: Fog\x85horn\n"), "yaml/character", LINE),
    "a next line, raw, in quotes": (top('name: "Fog\x85horn"\n'), "yaml/character", LINE),
    "an escape that becomes a next line": (top('name: "Fog\\Nhorn"\n'), "yaml/character", LINE),
    "a carriage return alone, in quotes": (top('name: "Fog\rhorn"\n'), "yaml/carriage-return", LINE),
    "an address that is a program": (("status_page: https:", "status_page: javascript:"), "schema/pattern", 0),
    "an address that is data": (("status_page: https:", "status_page: data:text/html,"), "schema/pattern", 0),
    "a carriage return alone": (top("name: Foghorn\rid: other\n"), "yaml/carriage-return", LINE),
}


@pytest.mark.usefixtures("from_the_start")  # the limits are held from the first import on
@pytest.mark.parametrize("attack", BOMBS)
def test_a_bomb_is_refused_with_its_place_within_the_limits(ground: Ground, attack: str) -> None:
    refused_with_its_place(ground, *BOMBS[attack])


@pytest.mark.parametrize("attack", TRAPS)
def test_a_trap_is_refused_with_its_place(ground: Ground, attack: str) -> None:
    refused_with_its_place(ground, *TRAPS[attack])


def refused_with_its_place(ground: Ground, change: tuple[str, str], rule: str, line: int) -> None:
    """Make a change of the record, and see it refused: by that rule, at that line or where the change begins."""
    old, new = change
    ground.edit(RECORD, (old, new))
    place = line or 1 + ground.read(RECORD).partition(new)[0].count("\n")
    ground.commit()
    said = ground.check()
    assert said.code == 1, said.err
    assert (rule, RECORD, place) in said.red


BYTES = {
    "a mark of byte order": (b"\xef\xbb\xbf", "utf-8", "yaml/byte-order-mark"),
    "UTF-16": (b"\xff\xfe", "utf-16-le", "yaml/byte-order-mark"),
    "bytes that are no UTF-8": (b"# \xff\n", "utf-8", "yaml/encoding"),
    "NUL bytes in front": (b"\0\0", "utf-8", "yaml/character"),
}


@pytest.mark.parametrize("attack", BYTES)
def test_bytes_that_are_no_plain_text_are_refused(ground: Ground, attack: str) -> None:
    before, encoding, rule = BYTES[attack]
    ground.write(RECORD, before + ground.read(RECORD).encode(encoding))
    ground.commit()
    said = ground.check()
    assert (said.code, said.red) == (1, [(rule, RECORD, 1)])


def test_exponents_do_not_dodge_a_limit(ground: Ground) -> None:
    ground.edit(RECORD, (COST, "amount: 0.5e6"))
    ground.commit()
    assert ground.check().red == [("risk/approved-by-the-roles", RECORD, ground.line("approvals:"))]


def test_a_trap_is_refused_by_the_server_too(ground: Ground) -> None:
    ground.edit(RECORD, top("name: " + "[" * 50_000 + "\n"))
    ground.commit()
    assert f"{RECORD}:{LINE}:" in ground.refused()
