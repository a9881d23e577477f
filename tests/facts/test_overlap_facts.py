"""Vendors that look like one, vendors for the same work, and subscriptions held double: found, and explained."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from preflight import neighbourhood, resemblance
from preflight.facts import overlap
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

POLICY = {
    "legal_forms": ["bv", "gmbh", "inc", "ltd", "sp z oo"],
    "generic_capabilities": ["reporting"],
    "regions_everywhere": ["global"],
}
CONTEXT = Context(date(2026, 6, 1), {"overlap": POLICY})
SHAPE = Draft202012Validator({"additionalProperties": False, **overlap.SHAPE})


def vendor(name: str, /, **sections: Json) -> JsonObject:
    return {"name": name, "category": "crm", "lifecycle": {"status": "live"}, **sections}


def gathered(**records: JsonObject) -> dict[str, JsonObject]:
    extracts = {identifier: overlap.extract(record, CONTEXT) for identifier, record in records.items()}
    found = overlap.gather(extracts, CONTEXT)
    for facts in found.values():
        SHAPE.validate(facts)
    return found


def twins(one: JsonObject, other: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = gathered(one=one, other=other)["one"]["duplicates"]
    return found


def entity(name: str = "", *domains: str, parent: str = "") -> JsonObject:
    return {"name": name} | ({"domains": list(domains)} if domains else {}) | ({"parent": parent} if parent else {})


# ---- Duplicates ---------------------------------------------------------------------------------

ALIKE = [
    pytest.param(
        vendor("Acme", legal_entity={"domains": ["a.example", "acme.example"]}),
        vendor("Other", legal_entity={"domains": ["acme.example"]}),
        ("/legal_entity/domains/1", "same", ["Both have the domain acme.example."]),
        id="the same domain",
    ),
    pytest.param(
        vendor("Acme", legal_entity={"domains": ["acme.example"]}),
        vendor("Other", legal_entity={"domains": ["mail.acme.example"]}),
        (
            "/legal_entity/domains/0",
            "same",
            ["Their domains acme.example and mail.acme.example belong to one owner."],
        ),
        id="a domain below the other",
    ),
    pytest.param(
        vendor("Acme", legal_entity=entity("Acme Works B.V.")),
        vendor("Other", legal_entity=entity("ACME works bv")),
        ("/legal_entity/name", "same", ["Both are sold by Acme Works B.V.."]),
        id="the same company",
    ),
    pytest.param(
        vendor("Acme Mail, Inc."),
        vendor("ACME-Mail"),
        ("/name", "same", ["Both go by the name 'acme mail'."]),
        id="the same name, written otherwise",
    ),
    pytest.param(
        vendor("Acme", aliases=["Old Name", "Mailer"]),
        vendor("Mailer GmbH"),
        ("/aliases/1", "same", ["Both go by the name 'mailer'."]),
        id="an alias that is the name of the other",
    ),
    pytest.param(
        vendor("Acme", legal_entity=entity("Mailer Ltd")),
        vendor("Other", aliases=["Mailer"]),
        ("/legal_entity/name", "same", ["Both go by the name 'mailer'."]),
        id="a company that is an alias of the other",
    ),
    pytest.param(
        vendor("Meridian"),
        vendor("Meirdian"),
        ("/name", "similar", ["The names 'meridian' and 'meirdian' are much alike."]),
        id="two letters that changed places",
    ),
    pytest.param(
        vendor("Acme", contract={"subscriptions": [{"product": "Salesforce Enterprise"}]}),
        vendor("Other", contract={"subscriptions": [{"product": "X"}, {"product": "SALESFORCE, enterprise"}]}),
        ("/contract/subscriptions/0/product", "similar", ["'Salesforce Enterprise' is bought from both."]),
        id="the same product",
    ),
    pytest.param(
        vendor("Acme", contract={"subscriptions": [{"product": "Beacon Mail Enterprise"}]}),
        vendor("Other", contract={"subscriptions": [{"product": "Beacon Mail Professional, 40 seats"}]}),
        ("/contract/subscriptions/0/product", "similar", ["'Beacon Mail Enterprise' is bought from both."]),
        id="the same product in two plans",
    ),
    pytest.param(
        vendor("Reseller", contract={"subscriptions": [{"product": "Meridian Scale"}]}),
        vendor("Meridian"),
        (
            "/contract/subscriptions/0/product",
            "similar",
            ["Reseller sells us 'Meridian Scale', and Meridian has a record of its own."],
        ),
        id="the product of a vendor that has a record",
    ),
    pytest.param(
        vendor("Meridian"),
        vendor("Reseller", contract={"subscriptions": [{"product": "Meridian Scale"}]}),
        ("/name", "similar", ["Reseller sells us 'Meridian Scale', and Meridian has a record of its own."]),
        id="a vendor whose product is bought elsewhere",
    ),
    pytest.param(
        vendor("Acme Mail", legal_entity=entity("Acme Ltd", "acme.example")),
        vendor("Acme Ads", category="advertising", legal_entity=entity("Acme Ltd", "acme.example")),
        (
            "/legal_entity/domains/0",
            "similar",
            [
                "Both have the domain acme.example.",
                "Both are sold by Acme Ltd.",
                "Their categories differ (crm, advertising), so they may be two products of one company.",
            ],
        ),
        id="two products of one company",
    ),
    pytest.param(
        vendor("Acme", category="email-marketing", legal_entity=entity("Acme Ltd")),
        vendor("acme", category="advertising", legal_entity=entity("Acme Ltd")),
        ("/name", "same", ["Both go by the name 'acme'.", "Both are sold by Acme Ltd."]),
        id="one product in two categories",
    ),
]


@pytest.mark.parametrize(("one", "other", "wanted"), ALIKE)
def test_a_likely_duplicate_is_told_with_place_strength_and_reasons(
    one: JsonObject, other: JsonObject, wanted: tuple[str, str, list[str]]
) -> None:
    [found] = twins(one, other)
    assert (found["pointer"], found["strength"], found["reasons"]) == wanted
    assert found["vendor"] == "other"


@pytest.mark.parametrize(("one", "other", "wanted"), ALIKE)
def test_both_of_a_pair_are_told(one: JsonObject, other: JsonObject, wanted: tuple[str, str, list[str]]) -> None:
    [found] = twins(other, one)
    assert found["strength"] == wanted[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(vendor("Acme"), vendor("Zephyr"), id="nothing in common"),
        pytest.param(vendor("Cask"), vendor("Cast"), id="short names that are alike"),
        pytest.param(vendor("Studio 4"), vendor("Studio 5"), id="names that are numbered"),
        pytest.param(vendor("B.V."), vendor("GmbH"), id="names that are nothing but legal forms"),
        pytest.param(
            vendor("Acme", legal_entity={"domains": ["acme.co.uk"]}),
            vendor("Other", legal_entity={"domains": ["other.co.uk"]}),
            id="domains below the same second level of a country",
        ),
        pytest.param(
            vendor("Acme", legal_entity=entity(parent="Longshore plc")),
            vendor("Other", legal_entity=entity(parent="Longshore plc")),
            id="one parent company alone",
        ),
        pytest.param(
            vendor("Acme", contract={"subscriptions": [{"product": "Enterprise plan"}]}),
            vendor("Other", contract={"subscriptions": [{"product": "Enterprise plan"}]}),
            id="the same plan of two products",
        ),
        pytest.param(
            vendor("Acme", contract={"subscriptions": [{"product": "Attribution add-on"}]}),
            vendor("Other", contract={"subscriptions": [{"product": "Attribution"}]}),
            id="one word, which may be what the product does",
        ),
        pytest.param(
            vendor("Acme", contract={"subscriptions": [{"product": "Meridian Scale", "ends": "2026-05-31"}]}),
            vendor("Meridian"),
            id="a product that is no longer bought",
        ),
    ],
)
def test_others_are_left_alone(one: JsonObject, other: JsonObject) -> None:
    assert twins(one, other) == []
    assert twins(other, one) == []


def test_what_puts_a_pair_in_another_light_is_told() -> None:
    acme = vendor("Acme", legal_entity=entity("Acme Ltd", parent="Group plc"))
    old = {**acme, "lifecycle": {"status": "retired", "retired_on": "2026-01-01"}}
    new = {**acme, "lifecycle": {"status": "live", "replaces": ["old"]}}
    aside = {**acme, "lifecycle": {"status": "live", "alternatives": [{"name": "New one", "vendor": "new"}]}}
    found = gathered(old=old, new=new, aside=aside, alone={**acme, "legal_entity": {}})
    seen = {each["vendor"]: (each["ended"], each["explained"], each["sister"]) for each in found["new"]["duplicates"]}
    assert seen == {"old": (True, True, True), "aside": (False, True, True), "alone": (False, False, False)}


def test_the_likeliest_come_first_and_those_who_have_ended_last() -> None:
    gone = {"status": "rejected"}
    found = gathered(
        me=vendor("Meridian", legal_entity=entity("Meridian Ltd", "meridian.example")),
        near=vendor("Meridiam"),
        twin=vendor("Meridian", legal_entity=entity("Meridian Ltd", "meridian.example")),
        past=vendor("Meridian", lifecycle=gone),
        name=vendor("Meridian"),
    )
    assert [each["vendor"] for each in found["me"]["duplicates"]] == ["twin", "name", "near", "past"]


# ---- Capabilities -------------------------------------------------------------------------------


def worker(name: str, team: str | None = "crm", region: str | None = "emea", *able: str, **more: Json) -> JsonObject:
    capabilities = list(able or ("newsletter",))
    owner = {"ownership": {"marketing": {"owner": "x", **({"team": team} if team else {})}}}
    bought = {"product": f"{name} plan", **({"region": region} if region else {})}
    return vendor(name, capabilities=capabilities, contract={"subscriptions": [bought]}, **owner) | more


def shared(one: JsonObject, other: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = gathered(one=one, other=other)["one"]["capabilities"]
    return found


OVERLAPPING = [
    pytest.param(
        worker("Ann"), worker("Ben"), (True, True), "Ann and Ben are both used for newsletter by crm in emea.", id="all"
    ),
    pytest.param(
        worker("Ann", "crm", "global"),
        worker("Ben", "crm", "nordics"),
        (True, True),
        "Ann and Ben are both used for newsletter by crm in nordics.",
        id="everywhere and somewhere",
    ),
    pytest.param(
        worker("Ann", "crm", "global"),
        worker("Ben", "crm", "global"),
        (True, True),
        "Ann and Ben are both used for newsletter by crm.",
        id="everywhere",
    ),
    pytest.param(
        worker("Ann", None),
        worker("Ben"),
        (False, True),
        "Ann and Ben are both used for newsletter in emea. By which team Ann is used is not recorded, so it may be"
        " the same.",
        id="a team that nobody recorded",
    ),
    pytest.param(
        worker("Ann", "crm", None),
        worker("Ben", "crm", None),
        (True, False),
        "Ann and Ben are both used for newsletter by crm. In which region Ann and Ben are used is not recorded, so it"
        " may be the same.",
        id="regions that nobody recorded",
    ),
    pytest.param(
        worker("Ann", "crm", "emea", "a", "b", "c", "reporting", "d", "e", "f", "g"),
        worker("Ben", "crm", "emea", "g", "f", "e", "d", "c", "b", "reporting", "a"),
        (True, True),
        "Ann and Ben are both used for a, b, c, d, e and 2 more by crm in emea.",
        id="much in common",
    ),
]


@pytest.mark.parametrize(("one", "other", "sure", "reason"), OVERLAPPING)
def test_the_same_work_for_the_same_team_and_region_overlaps(
    one: JsonObject, other: JsonObject, sure: tuple[bool, bool], reason: str
) -> None:
    [found] = shared(one, other)
    assert (found["same_team"], found["same_region"]) == sure
    assert found["reason"] == reason
    assert found["pointer"] == "/capabilities"
    assert len(shared(other, one)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(worker("Ann", "crm"), worker("Ben", "brand"), id="another team"),
        pytest.param(worker("Ann", "crm", "emea"), worker("Ben", "crm", "apac"), id="another region"),
        pytest.param(worker("Ann", "crm", "emea", "x"), worker("Ben", "crm", "emea", "y"), id="other work"),
        pytest.param(
            worker("Ann", "crm", "emea", "reporting"), worker("Ben", "crm", "emea", "reporting"), id="work that all do"
        ),
        pytest.param(worker("Ann"), worker("Ben", lifecycle={"status": "deprecated"}), id="one that is being left"),
        pytest.param(worker("Ann"), worker("Ben", lifecycle={"status": "rejected"}), id="one that was refused"),
        pytest.param(
            worker("Ann"), worker("Ben", lifecycle={"status": "retired", "retired_on": "2026-05-01"}), id="one gone"
        ),
    ],
)
def test_the_rest_does_not_overlap(one: JsonObject, other: JsonObject) -> None:
    assert shared(one, other) == []
    assert shared(other, one) == []


def test_who_takes_over_from_another_does_not_overlap_with_it() -> None:
    found = gathered(old=worker("Ann"), new=worker("Ben", lifecycle={"status": "live", "replaces": ["old"]}))
    assert [facts["capabilities"] for facts in found.values()] == [[], []]


def test_a_team_of_any_subscription_counts() -> None:
    bought = [{"product": "P", "team": "brand", "region": "emea"}, {"product": "Q", "team": "field", "region": "apac"}]
    one = worker("Ann", contract={"subscriptions": bought})
    [found] = shared(one, worker("Ben", "field", "apac"))
    assert found["reason"] == "Ann and Ben are both used for newsletter by field in apac."


def test_who_is_used_in_many_regions_is_used_everywhere() -> None:
    many = [{"product": f"P{number}", "region": f"r{number}"} for number in range(overlap.MOST_PLACES + 1)]
    [found] = shared(worker("Ann", contract={"subscriptions": many}), worker("Ben", "crm", "elsewhere"))
    assert found["same_region"] is True


def test_the_surest_and_largest_overlap_comes_first() -> None:
    found = gathered(
        me=worker("Me", "crm", "emea", "a", "b"),
        maybe=worker("Maybe", None, "emea", "a", "b"),
        small=worker("Small", "crm", "emea", "b"),
        large=worker("Large", "crm", "emea", "a", "b"),
    )
    assert [each["vendor"] for each in found["me"]["capabilities"]] == ["large", "small", "maybe"]


def test_an_alternative_that_was_weighed_is_marked() -> None:
    weighed = worker("Ann", lifecycle={"status": "live", "alternatives": [{"name": "B", "vendor": "other"}]})
    assert shared(weighed, worker("Ben"))[0]["explained"] is True
    assert shared(worker("Ann"), worker("Ben"))[0]["explained"] is False


def test_what_is_not_known_is_left_out() -> None:
    found = gathered(one=vendor("Acme"))
    assert found == {"one": {"duplicates": [], "more_duplicates": 0}}


# ---- Subscriptions held double ------------------------------------------------------------------


def double(*subscriptions: JsonObject) -> list[tuple[str, str]]:
    found = gathered(one=vendor("Acme", contract={"subscriptions": list(subscriptions)}))["one"]["subscriptions"]
    return [(each["pointer"], each["other"]) for each in found]


SECOND = [("/contract/subscriptions/1", "/contract/subscriptions/0")]


@pytest.mark.parametrize(
    ("subscriptions", "wanted"),
    [
        pytest.param([{"product": "Desk"}, {"product": "desk"}], SECOND, id="the same product"),
        pytest.param([{"product": "Desk, Europe"}, {"product": "Desk, North America"}], SECOND, id="for two regions"),
        pytest.param(
            [{"product": "Desk Gotham", "region": "gotham"}, {"product": "Desk"}], SECOND, id="with its own region"
        ),
        pytest.param([{"product": "Desk Team"}, {"product": "Desk Enterprise, 40 seats"}], SECOND, id="in two plans"),
        pytest.param([{"product": "Desk"}, {"product": "Portal"}], [], id="two products"),
        pytest.param([{"product": "Team plan"}, {"product": "Enterprise plan"}], [], id="two plans without a name"),
        pytest.param([{"product": "Desk", "ends": "2026-05-31"}, {"product": "Desk"}], [], id="one is over"),
        pytest.param([{"product": "Desk", "ends": "2026-06-01"}, {"product": "Desk"}], SECOND, id="on its last day"),
        pytest.param(
            [{"product": "Desk", "ends": "2026-12-31"}, {"product": "Desk", "starts": "2027-01-01"}],
            [],
            id="one follows the other",
        ),
        pytest.param(
            [{"product": "Desk", "ends": "2026-12-31"}, {"product": "Desk", "starts": "2026-12-31"}],
            SECOND,
            id="both on one day",
        ),
        pytest.param(
            [{"product": "Desk"}, {"product": "Desk"}, {"product": "Desk"}],
            [*SECOND, ("/contract/subscriptions/2", "/contract/subscriptions/0")],
            id="three times",
        ),
    ],
)
def test_the_same_product_at_the_same_time_is_held_double(
    subscriptions: list[JsonObject], wanted: list[tuple[str, str]]
) -> None:
    assert double(*subscriptions) == wanted


def test_a_double_subscription_is_told_in_a_sentence() -> None:
    bought = [
        {"product": "Desk", "team": "crm", "region": "emea"},
        {"product": "Desk Plus", "team": "field", "region": "apac"},
    ]
    [found] = gathered(one=vendor("Acme", contract={"subscriptions": bought}))["one"]["subscriptions"]
    assert found["reason"] == (
        "'Desk Plus' by field for apac and 'Desk' by crm for emea look like the same product, bought twice at the"
        " same time; one contract may cost less."
    )


# ---- The registry -------------------------------------------------------------------------------


def crowd(count: int) -> dict[str, JsonObject]:
    """Return so many vendors that all have one domain, one company, one capability, one team and one region."""
    return {
        f"v{number:05}": worker(f"Vendor {number}", legal_entity=entity("Crowd Ltd", "crowd.example"))
        for number in range(count)
    }


def looked(records: dict[str, JsonObject]) -> int:
    """Return how many pairs are compared."""
    extracts = {identifier: overlap.extract(record, CONTEXT) for identifier, record in records.items()}
    found = (neighbourhood.twin_candidates(extracts), neighbourhood.sharing_candidates(extracts))
    return sum(len(each.others) for candidates in found for each in candidates.values())


def test_the_number_of_comparisons_grows_like_the_registry() -> None:
    counts = [looked(crowd(size)) for size in (500, 1_000, 2_000)]
    assert counts == [2 * neighbourhood.MOST_TOLD * size for size in (500, 1_000, 2_000)]


def test_walking_an_index_touches_no_more_than_a_few_of_a_group() -> None:
    class Counted(list[str]):
        touched = 0

        def __getitem__(self, key: object) -> list[str]:  # type: ignore[override]  # it only counts
            assert isinstance(key, slice)
            part = list.__getitem__(self, key)
            Counted.touched += len(part)
            return part

    groups = {("name", f"{number}"): Counted(f"v{each}" for each in range(10_000)) for number in range(20)}
    found = neighbourhood._first(groups, list(groups), "v0")  # type: ignore[arg-type]  # a stand-in
    assert Counted.touched <= 2 * neighbourhood.MOST_LOOKED
    assert (len(found.others), found.at_least) == (neighbourhood.MOST_TOLD, 9_999)


def test_in_a_crowd_a_few_are_told_and_the_rest_is_counted() -> None:
    for facts in gathered(**crowd(60)).values():
        for name in ("duplicates", "capabilities"):
            assert len(facts[name]) == neighbourhood.MOST_TOLD
            assert facts[f"more_{name}"] == 59 - neighbourhood.MOST_TOLD


def test_among_a_few_the_likeliest_are_told_and_the_rest_is_counted_exactly() -> None:
    records = crowd(neighbourhood.MOST_TOLD + 3)
    records["v00000"]["aliases"] = ["Twin"]
    records["v00007"]["aliases"] = ["Twin"]
    facts = gathered(**records)["v00000"]
    assert facts["duplicates"][0]["vendor"] == "v00007"
    assert facts["more_duplicates"] == 2


def test_the_order_of_the_records_changes_nothing() -> None:
    records = {
        "a": worker("Meridian", "crm", "emea", legal_entity=entity("X Ltd", "x.example")),
        "b": worker("Meridiam", None, "emea", legal_entity=entity("X Ltd")),
        "c": worker("Meirdian", "crm", None, aliases=["Meridian"]),
    }
    wanted = gathered(**records)
    for order in permutations(records):
        assert gathered(**{name: records[name] for name in order}) == wanted


WORDS = st.sampled_from(["alpha mail", "alpha mial", "alpha mails", "beta desk", "Alpha Mail Ltd", "gamma"])
DOMAINS = st.sampled_from(["a.example", "x.a.example", "b.example"])
RECORDS = st.builds(
    lambda name, aliases, company, domains, able, team, region, status: vendor(
        name,
        aliases=aliases,
        legal_entity={"name": company, "domains": domains},
        capabilities=able,
        lifecycle={"status": status},
        **({"ownership": {"marketing": {"owner": "x", "team": team}}} if team else {}),
        contract={"subscriptions": [{"product": name} | ({"region": region} if region else {})]},
    ),
    WORDS,
    st.lists(WORDS, max_size=2, unique=True),
    WORDS,
    st.lists(DOMAINS, max_size=1),
    st.lists(st.sampled_from(["x", "y", "reporting"]), unique=True),
    st.sampled_from(["crm", "brand", ""]),
    st.sampled_from(["emea", "apac", "global", ""]),
    st.sampled_from(["live", "deprecated", "rejected"]),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(RECORDS, min_size=2, max_size=4))
def test_the_index_misses_no_pair_that_comparing_all_would_find(records: list[JsonObject]) -> None:
    named = {f"v{number}": record for number, record in enumerate(records)}
    found = gathered(**named)
    extracts = {identifier: overlap.extract(record, CONTEXT) for identifier, record in named.items()}
    for one, other in permutations(named, 2):
        told = {each["vendor"] for each in found[one]["duplicates"]}
        assert (resemblance.twin(extracts[one], extracts[other]) is not None) == (other in told)
        told = {each["vendor"] for each in found[one]["capabilities"]}
        assert (resemblance.shared_work(extracts[one], extracts[other]) is not None) == (other in told)
