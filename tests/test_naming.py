"""Names and domains made comparable, and names that are one slip apart."""

from __future__ import annotations

import random
import string
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import naming

FORMS = naming.legal_forms((*naming.LEGAL_FORMS, "sp z oo", "sl", "dac"))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        pytest.param("Acme Mail", "acme mail", id="case"),
        pytest.param("ACME-Mail, Inc.", "acme mail", id="punctuation and legal form"),
        pytest.param("Acme B.V.", "acme", id="a legal form with dots"),
        pytest.param("Acme b. v.", "acme", id="a legal form with dots and spaces"),
        pytest.param("Glossary Lokalizacja sp. z o.o.", "glossary lokalizacja", id="a legal form of several words"),
        pytest.param("Glossary Lokalizacja Sp. z oo", "glossary lokalizacja", id="the same, written together"),
        pytest.param("Foo GmbH & Co. KG", "foo", id="several legal forms"),
        pytest.param("Quayside Conversación S.L.", "quayside conversacion", id="accents"),
        pytest.param("Ørsted A/S", "orsted", id="letters that no accent explains"),
        pytest.param("Straßer", "strasser", id="folded case"),
        pytest.param("Ａｃｍｅ", "acme", id="wide letters"),
        pytest.param("Ac\u200bme", "acme", id="a character that nobody sees"),
        pytest.param("snake_case", "snake case", id="an underscore is punctuation"),
        pytest.param("SE Ranking", "se ranking", id="a legal form stands at the end"),
        pytest.param("Co", "co", id="nothing but a legal form"),
        pytest.param("Ltd. Co.", "ltd", id="nothing but legal forms"),
        pytest.param("\u0410\u0441m\u0435 Mail", "acme mail", id="letters that look like others"),
        pytest.param(
            "\u042f\u043d\u0434\u0435\u043a\u0441",
            "\u044f\u043d\u0434\u0435\u043a\u0441",
            id="a word of another alphabet",
        ),
        pytest.param("東京 メール", "東京 メール", id="other scripts"),
        pytest.param("– ! –", "", id="nothing but punctuation"),
    ],
)
def test_spellings_of_one_name_are_one_text(name: str, plain: str) -> None:
    assert naming.plain(name, FORMS) == plain


@settings(deadline=None)
@given(st.text(max_size=40))
def test_making_a_name_plain_twice_changes_nothing_more(name: str) -> None:
    once = " ".join(naming.words(name))
    assert " ".join(naming.words(once)) == once
    assert naming.plain(naming.plain(name, FORMS), FORMS) == naming.plain(name, FORMS)


@pytest.mark.parametrize(
    ("domain", "owned"),
    [
        pytest.param("acme.com", "acme.com", id="as registered"),
        pytest.param("Mail.ACME.com.", "acme.com", id="below it, in capitals, with a dot at the end"),
        pytest.param("a.b.acme.example", "acme.example", id="further below"),
        pytest.param("www.acme.co.uk", "acme.co.uk", id="below the second level of a country"),
        pytest.param("acme.co.uk", "acme.co.uk", id="a second level of a country is nobody's own"),
        pytest.param("shop.acme.de", "acme.de", id="a country that sells directly"),
        pytest.param("acme.co", "acme.co", id="a top level that looks like a second one"),
        pytest.param("acme.github.io", "acme.github.io", id="a host that many share"),
        pytest.param("docs.acme.github.io", "acme.github.io", id="below a name at such a host"),
    ],
)
def test_who_registered_a_domain(domain: str, owned: str) -> None:
    assert naming.owned(domain) == owned


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("beacon mail", "beacon mails", id="a letter more at the end"),
        pytest.param("beacon mail", "eacon mail", id="a letter less at the beginning"),
        pytest.param("hub spot", "hubspot", id="written together"),
        pytest.param("meridian", "meredian", id="another letter"),
        pytest.param("meridian", "meirdian", id="two letters that changed places"),
        pytest.param("meridina", "meridian", id="the last two"),
    ],
)
def test_one_slip_apart(one: str, other: str) -> None:
    assert naming.near(one, other)
    assert naming.near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("meridian", "meridian", id="the same name is not a slip"),
        pytest.param("cask", "cast", id="short names"),
        pytest.param("meridian", "meradien", id="two other letters"),
        pytest.param("abcdefg", "gbcdefa", id="letters that changed places from afar"),
        pytest.param("studio 4", "studio 5", id="numbered on purpose"),
        pytest.param("studio 1", "studio 11", id="a digit more"),
    ],
)
def test_further_apart_or_not_to_be_told_apart(one: str, other: str) -> None:
    assert not naming.near(one, other)
    assert not naming.near(other, one)


def distance(one: str, other: str) -> int:
    """Return the number of slips between two texts, worked out in the plain and slow way."""
    rows = [list(range(len(other) + 1))]
    for at, left in enumerate(one, 1):
        row = [at]
        for there, right in enumerate(other, 1):
            cost = min(rows[-1][there] + 1, row[-1] + 1, rows[-1][there - 1] + (left != right))
            if at > 1 and there > 1 and left == other[there - 2] and one[at - 2] == right:
                cost = min(cost, rows[-2][there - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


names = st.text("ab ", min_size=4, max_size=9)


@settings(deadline=None, max_examples=400)
@given(names, names)
def test_near_means_one_slip(one: str, other: str) -> None:
    long_enough = min(len(one), len(other)) >= naming.SHORTEST_NEAR
    assert naming.near(one, other) == (long_enough and distance(one, other) == 1)


@settings(deadline=None)
@given(st.sets(st.text("ab1", min_size=4, max_size=8), max_size=30))
def test_neighbours_are_all_that_are_near(listed: set[str]) -> None:
    found = naming.neighbours(listed, 10_000)
    wanted = {tuple(sorted(pair)) for pair in combinations(listed, 2) if naming.near(*pair)}
    assert {tuple(sorted((one, other))) for one, others in found.items() for other in others} == wanted


def compared(count: int) -> int:
    """Return how many pairs of so many names are compared: names of one kind, and a few of them misspelt."""
    made = random.Random(7)  # noqa: S311 - repeatable on purpose
    words = ["".join(made.choices(string.ascii_lowercase, k=made.randint(4, 9))) for _ in range(500)]
    listed = {f"{made.choice(words)} {made.choice(words)} {number}" for number in range(count)}
    listed |= {name.replace("a", "e", 1) for name in sorted(listed)[::10]}
    by_length: dict[int, list[str]] = {}
    for name in sorted(listed):
        by_length.setdefault(len(name), []).append(name)
    return sum(1 for size in by_length for _ in naming._pairs(by_length[size], by_length.get(size - 1, ()), 20))


def test_the_number_of_comparisons_grows_like_the_number_of_names() -> None:
    small, large = compared(2_000), compared(8_000)
    assert 0 < small < 2_000
    assert large < 5 * small


def test_a_crowd_of_names_that_are_all_near_costs_no_more_than_its_share() -> None:
    crowd = [f"acme mail {chr(0x4E00 + number)}" for number in range(3_000)]
    assert sum(1 for _ in naming._pairs(crowd, (), 20)) <= 20 * 3_000
    found = naming.neighbours(crowd, 20)
    assert {len(others) for others in found.values()} == {20}


@pytest.mark.parametrize(
    "name",
    [
        "Gull Push GmbH", "Gull Push G.m.b.H.", "Gull Push GmbH (DE)", "Gull Push Ltd, Dublin", "Gull Push™ GmbH",
        "AB Gull Push", "The Gull Push GmbH", "GmbH Gull Push", "Gull Push GmbH i. L.",
        "Gull Push AB (publ)", "Gull Push S.r.l. unipersonale", "gull  push ¹ gmbh & co. kg",
    ],
)  # fmt: skip
def test_one_company_has_one_body(name: str) -> None:
    forms = naming.legal_forms((*naming.LEGAL_FORMS, "ab publ", "i l"))
    assert naming.body(name, forms) == "gull push"


@pytest.mark.parametrize("name", ["Gull", "Gull Pusher GmbH", "Gull SE Push", "Gull Pushes"])
def test_another_company_has_another(name: str) -> None:
    assert naming.body(name, naming.legal_forms(naming.LEGAL_FORMS)) != "gull push"
