"""What a statement has to say, and in which form, so that it counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from commands.house import DECISION, REGISTRY, House, approval, refused

if TYPE_CHECKING:
    from signing import Keys


def test_a_wrong_decision_on_nobody_is_told(house: House, signer: Keys) -> None:
    house.topic()
    files = signer("ida-holm").files(approval(vendor="ghost", repository="another"))
    house.add(files)
    house.commit("Ghost")
    told = house.gate()
    message = f"it was decided for the registry another, and this is {REGISTRY}"
    assert (told.code, told.red) == (1, [("decision/repository", next(iter(files)), message)])


def test_wrong_decisions_on_several_who_are_nobody_are_all_told(house: House, signer: Keys) -> None:
    house.topic()
    paths = []
    for vendor in ("ghost", "phantom", "spectre"):
        files = signer("ida-holm").files(approval(vendor=vendor, repository="another"))
        house.add(files)
        paths.append(next(iter(files)))
    house.commit("Ghosts")
    message = f"it was decided for the registry another, and this is {REGISTRY}"
    assert house.gate().red == [("decision/repository", path, message) for path in paths]


def test_the_word_on_another_vendor_counts_for_nothing(house: House, signer: Keys) -> None:
    other = signer("ida-holm").files(approval(vendor="other"))
    moved = {path.replace("/other/", "/acme/"): data for path, data in other.items()}
    message = "it is about other, and lies in the folder of acme"
    assert refused(house, moved) == [("decision/vendor", DECISION, message)]


def test_the_word_that_ran_out_counts_for_nothing(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval(valid_until=date(2026, 5, 31)))
    assert refused(house, files, "ida-holm on 2026-05-20, run out") == []


def test_the_word_of_tomorrow_counts_for_nothing(house: House, signer: Keys) -> None:
    files = signer("ida-holm").files(approval(decided_on=date(2026, 6, 2)))
    path = DECISION.replace("05-20", "06-02")
    message = "it says it was decided on 2026-06-02, and it was here on 2026-05-20 already"
    assert refused(house, files) == [("decision/future", path, message)]


def test_a_converted_statement_is_refused(house: House, signer: Keys) -> None:
    house.write(".gitattributes", "vendors/decisions/** -text\n")
    house.commit("Attributes")
    files = signer("ida-holm").files(approval())
    files[DECISION] = files[DECISION].replace(b"\n", b"\r\n")
    message = "a carriage return stands here: the file was converted, and is not what was signed"
    assert refused(house, files) == [("decision/statement", DECISION, message)]
