"""Graphs, held against the plain and slow way of finding the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import digraph

if TYPE_CHECKING:
    from collections.abc import Iterable

Graph = dict[str, list[str]]
NODES = "abcdefgh"
graphs = st.dictionaries(st.sampled_from(NODES), st.lists(st.sampled_from(NODES), unique=True, max_size=4)).map(
    lambda edges: {node: edges.get(node, []) for node in NODES}
)


def walk(graph: Graph, starts: Iterable[str], without: str = "") -> set[str]:
    """Return what can be reached, starts included, when one node is taken out."""
    seen = {start for start in starts if start != without}
    work = list(seen)
    while work:
        for follower in graph[work.pop()]:
            if follower != without and follower not in seen:
                seen.add(follower)
                work.append(follower)
    return seen


@settings(deadline=None)
@given(graphs)
def test_edges_are_turned_round(graph: Graph) -> None:
    turned = digraph.reversed_edges(graph)
    assert {(one, other) for one in graph for other in graph[one]} == {
        (one, other) for other in turned for one in turned[other]
    }


@settings(deadline=None)
@given(graphs)
def test_components_reach_each_other_and_come_after_what_follows(graph: Graph) -> None:
    listed = digraph.components(graph)
    assert sorted(node for component in listed for node in component) == sorted(graph)
    done: set[str] = set()
    for component in listed:
        for node in component:
            mutual = {other for other in walk(graph, [node]) if node in walk(graph, [other])}
            assert set(component) == mutual
            assert set(graph[node]) <= done | set(component)
        done |= set(component)


@settings(deadline=None)
@given(graphs)
def test_reach_counts_all_others_that_can_be_reached(graph: Graph) -> None:
    assert digraph.reach(graph) == {node: len(walk(graph, [node]) - {node}) for node in graph}


@settings(deadline=None, max_examples=400)
@given(graphs, st.sets(st.sampled_from(NODES), min_size=1))
def test_dominators_are_what_all_ways_lead_through(graph: Graph, roots: set[str]) -> None:
    found = digraph.dominators(graph, sorted(roots))
    reached = walk(graph, roots)
    assert set(found) == reached
    for node in reached:
        passed = set()
        gate = found[node]
        while gate is not None:
            passed.add(gate)
            gate = found[gate]
        assert passed == {each for each in reached - {node} if node not in walk(graph, roots, without=each)}


def test_a_dominator_comes_before_what_hangs_on_it() -> None:
    found = list(digraph.dominators({"a": ["c"], "b": ["c"], "c": ["d"], "d": []}, ["a", "b"]))
    assert found.index("c") < found.index("d")


def test_a_long_chain_is_no_deep_recursion() -> None:
    count = 2 * digraph.CHUNK + 5
    chain = {f"{at:06}": [f"{at + 1:06}"] if at + 1 < count else [] for at in range(count)}
    reach = digraph.reach(chain)
    assert (reach["000000"], reach[f"{count - 1:06}"]) == (count - 1, 0)
    assert digraph.dominators(chain, ["000000"])[f"{count - 1:06}"] == f"{count - 2:06}"


def test_a_circle_larger_than_a_chunk_is_counted_whole() -> None:
    count = digraph.CHUNK + 7
    circle = {f"{at}": [f"{(at + 1) % count}"] for at in range(count)} | {"outside": ["0"]}
    reach = digraph.reach(circle)
    assert (reach["0"], reach["outside"]) == (count - 1, count)


def test_an_empty_graph_is_a_graph() -> None:
    assert digraph.components({}) == []
    assert digraph.reach({}) == {}
    assert digraph.dominators({}, []) == {}
