"""Names and domains made comparable, and names that are one slip apart."""

from __future__ import annotations

import random
import string
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import naming
from preflight.shell.documents import parse

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


OURS = naming.legal_forms(
    tuple(parse((Path(__file__).parents[1] / "policies/overlap.yaml").read_bytes()).value["legal_forms"])
)


@pytest.mark.parametrize(
    "name",
    [
        "Gull Push GmbH", "Gull Push G.m.b.H.", "Gull Push GmbH (DE)", "Gull Push Ltd, Dublin", "Gull Push™ GmbH",
        "AB Gull Push", "The Gull Push GmbH", "GmbH Gull Push", "Gull Push GmbH i. L.", "Gull Push", "GullPush",
        "Gull Push AB (publ)", "Gull Push S.r.l. unipersonale", "gull  push ¹ gmbh & co. kg",
        "Gull Push AG (DE)", "Gull Push AG, Bern", "Gull Push AG - Bern", "Gull Push AG Bern", "Gull Push AG CH",
        "S.A. Gull Push", "Pvt. Ltd. Gull Push", "The AB Gull Push", "S. de R.L. de C.V. Gull Push",
    ],
)  # fmt: skip
def test_one_company_has_one_key(name: str) -> None:
    assert naming.seller_key(name, OURS) == "gullpush"


@pytest.mark.parametrize(
    "form",
    [
        "Private Limited", "Pvt. Ltd.", "(Private) Limited", "(Pvt) Ltd", "Pte. Ltd.", "Pte Ltd", "Pty Ltd",
        "(Pty) Ltd.", "Proprietary Limited", "Limited Liability Company", "L.L.C.", "Public Limited Company",
        "Public Limited", "Incorporated", "Corporation", "Company", "Co.", "and Company", "& Co. Ltd", "Aktiebolag",
        "Aktiebolag (publ)", "Aktieselskab", "Anpartsselskab", "Aksjeselskap", "ASA", "Osakeyhtiö", "Oy", "Oyj",
        "Aktiengesellschaft", "Gesellschaft mit beschränkter Haftung", "Gesellschaft mit beschraenkter Haftung",
        "Société anonyme", "Société par actions simplifiée", "Société à responsabilité limitée", "SASU", "S.A.R.L.",
        "Società per azioni", "Società a responsabilità limitata", "S.p.A.", "S.r.l.", "Sociedad Anónima",
        "Sociedad Limitada", "S.L.U.", "Lda", "Unipessoal Lda.", "Besloten vennootschap", "Naamloze vennootschap",
        "Sp. z o.o.", "Spółka z ograniczoną odpowiedzialnością", "Spółka akcyjna", "s.r.o.", "a.s.", "d.o.o.", "Kft.",
        "Zrt.", "OÜ", "Osaühing", "UAB", "SIA", "K.K.", "Kabushiki Kaisha", "Godo Kaisha", "Sdn Bhd",
        "Sendirian Berhad", "Ltda.", "Limitada", "S.A. de C.V.", "S. de R.L. de C.V.", "Tbk", "y Cía.", "et Cie",
    ],
)  # fmt: skip
def test_a_legal_form_is_left_out_however_it_is_written(form: str) -> None:
    assert naming.seller_key(f"Gull Push {form}", OURS) == "gullpush"
    assert naming.seller_key(f"Gull Push ({form})", OURS) == "gullpush"
    assert naming.seller_key(f"Gull Push, {form}", OURS) == "gullpush"


@pytest.mark.parametrize(
    "form", ["GmbH", "S.A.", "Pvt. Ltd.", "Sp. z o.o.", "Sociedad Anónima", "K.K.", "Sdn Bhd", "PT"]
)
def test_a_legal_form_may_stand_in_front(form: str) -> None:
    assert naming.seller_key(f"{form} Gull Push", OURS) == "gullpush"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Push GmbH", "Mueller Push GmbH"),
        ("Müller Push GmbH", "Muller Push GmbH"),
        ("Ørsted A/S", "Oersted A/S"),
        ("Gull Push GmbH", "Gul\u0345l Push GmbH"),
        ("O'Neil Push GmbH", "O\u0149eil Push GmbH"),
        ("Gall Push GmbH", "G\u1e9all Push GmbH"),
        ("Gull Push GmbH", "Gull Push OG"),
        ("Gull Push, Inc.", "Gull Push PBC"),
        ("Gull Push e.U.", "Gull Push FlexCo"),
        ("Ålborg ApS", "Aalborg ApS"),
        ("Ålborg ApS", "Alborg ApS"),
        ("Straße AG", "STRASSE AG"),
        ("Ærø Mail", "Aero Mail"),
        ("Ærø Mail", "Aro Mail"),
        ("Gull and Push Ltd", "Gull & Push Ltd"),
        ("Gull und Push GmbH", "Gull + Push GmbH"),
        ("Gull et Push SAS", "Gull Push SAS"),
        ("Gull e Push S.p.A.", "Gull & Push S.p.A."),
        ("Gull y Push S.L.", "Gull & Push S.L."),
        ("Gull och Push AB", "Gull & Push AB"),
        ("Gull og Push AS", "Gull & Push AS"),
        ("Gull en Push B.V.", "Gull & Push B.V."),
        ("Gull Push GmbH", "GuII Push GmbH"),
        ("Gull Push GmbH", "Gu11 Push GmbH"),
        ("Gull Push Ltd", "Gull Push Itd"),
        ("Gull Push GmbH", "Gull Push GrnbH"),
        ("Foghorn Media", "F0gh0rn Media"),
        ("Modern Way", "Modem VVay"),
        ("Bar Name", "BarName"),
        ("Gull Push", "Gull\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}Push"),
        ("Gull Push", "Gull\u4e00Push"),
        ("Gull Push", "Gull\N{NON-BREAKING HYPHEN}Push"),
    ],
)
def test_another_spelling_is_no_other_seller(one: str, other: str) -> None:
    assert naming.seller_key(one, OURS) == naming.seller_key(other, OURS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gull Push", "Gull"),
        ("Gull Push", "Gull Pusher GmbH"),
        ("Gull Push", "Gull SE Push"),
        ("Gull Push", "Gull Pushes"),
        ("Pro AB Testing", "Pro AB Tools"),
        ("Studio II", "Studio GmbH"),
        ("Studio 11", "Studio 12"),
        ("Plan E GmbH", "Plan GmbH"),
        ("Sandisk", "Sisk"),
        ("\u30e1\u30fc\u30eb", "\u30e1\u30eb"),
        ("The Company Ltd", "The Limited Ltd"),
        ("Und GmbH", "And GmbH"),
        ("Co", "AG"),
        ("The", "Die"),
    ],
)
def test_another_seller_has_another_key(one: str, other: str) -> None:
    assert naming.seller_key(one, OURS) != naming.seller_key(other, OURS)


SPELT = st.lists(
    st.sampled_from(
        [
            "Gull",
            "Müller",
            "the",
            "and",
            "e",
            "AG",
            "S.A.",
            "Ltd.",
            "(DE)",
            "&",
            "GrnbH",
            "1l0",
            "aaee",
            "vvv",
            "\u4e00",
        ]
    )
    | st.text(max_size=6),
    max_size=6,
).map(" ".join)


@settings(deadline=None)
@given(SPELT)
def test_a_key_is_its_own_key_and_that_of_a_name_is_never_empty(name: str) -> None:
    key = naming.seller_key(name, OURS)
    assert naming.seller_key(key, OURS) == key
    assert bool(key) == bool(naming.words(name))


@settings(deadline=None)
@given(SPELT)
def test_capitals_and_blanks_make_no_other_seller(name: str) -> None:
    assert naming.seller_key(name.replace(" ", "  "), OURS) == naming.seller_key(name, OURS)
    if name.isascii():
        assert naming.seller_key(name.swapcase(), OURS) == naming.seller_key(name, OURS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gull & Co GmbH", "Gull and Co GmbH"),
        ("Blue Sky EU Services GmbH", "BlueSky EU Services GmbH"),
        ("BlueSky (EU) Services GmbH", "BlueSky EU Services GmbH"),
        ("The Gull GmbH", "TheGull GmbH"),
        ("Gull E-Push GmbH", "Gull EPush GmbH"),
        ("Gull GmbH", "GullGmbH"),
        ("Pro AB Testing", "ProAB Testing"),
    ],
)
def test_blanks_make_no_other_seller(one: str, other: str) -> None:
    assert {*naming.seller_keys(one, OURS)} & {*naming.seller_keys(other, OURS)}


def test_two_sellers_share_no_key() -> None:
    names = ["Gull Push GmbH", "Gull Mail GmbH", "Push GmbH", "AB Testing Ltd", "Pro AB Testing", "The Company Ltd"]
    keys = [key for name in names for key in naming.seller_keys(name, OURS)]
    assert len(keys) == len({*keys})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("FOGHORN Messaging, G.m.b.H.", "Foghorn Messaging GmbH", True),
        ("Acme,  Inc.", "acme inc", True),
        ("Foo S.p.A.", "Foo SpA", True),
        ("1&1 AG", "11 AG", False),
        ("Data.Bird GmbH", "DataBird GmbH", False),
        ("North Star AG", "Northstar AG", False),
        ("Weiß GmbH", "Weiss GmbH", False),
    ],
)
def test_a_registered_name_is_another_by_whatever_is_more_than_setting(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a table
    assert (naming.registered(one) == naming.registered(other)) is same
