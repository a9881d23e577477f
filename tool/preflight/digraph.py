"""Directed graphs: what can be reached, what runs in circles, and what everything has to pass.

A graph is a mapping from each node to the nodes that follow it; every node is a key. Every function takes time
that grows nearly like nodes and edges (``reach`` in addition a bit for each pair, in chunks of memory), and none
of them recurses, so that a chain of any length is fine. The result does not depend on the order of the edges.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    Graph = Mapping[str, Collection[str]]

CHUNK = 8192  # nodes that are counted in one pass of ``reach``: a kilobyte of memory for each node


def reversed_edges(graph: Graph) -> dict[str, list[str]]:
    """Return the graph with every edge turned round."""
    turned: dict[str, list[str]] = {node: [] for node in graph}
    for node in graph:
        for follower in graph[node]:
            turned[follower].append(node)
    return turned


def components(graph: Graph) -> list[list[str]]:
    """Return the strongly connected components: nodes that all reach each other. What follows comes first.

    Tarjan's algorithm, with a stack of its own.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, followers = work[-1]
            for follower in followers:
                if follower not in index:
                    index[follower] = low[follower] = len(index)
                    stack.append(follower)
                    on_stack.add(follower)
                    work.append((follower, iter(graph[follower])))
                    break
                if follower in on_stack:
                    low[node] = min(low[node], index[follower])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_popped(stack, on_stack, node))
    return found


def _popped(stack: list[str], on_stack: set[str], last: str) -> list[str]:
    component = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        component.append(node)
        if node == last:
            return component


def reach(graph: Graph) -> dict[str, int]:
    """Return how many other nodes can be reached from each.

    Exact. Nodes that reach each other reach the same, so only components are counted, as bits of a number.
    """
    listed = components(graph)
    number = {node: at for at, component in enumerate(listed) for node in component}
    following = [{number[after] for node in each for after in graph[node]} - {at} for at, each in enumerate(listed)]
    counts = [0] * len(listed)
    ends = list(accumulate(len(each) for each in listed))  # each component has a bit for every node of it
    for start in range(0, ends[-1] if ends else 0, CHUNK):
        bits: list[int] = []
        for at, end in enumerate(ends):  # what follows has a lower number, and is done
            known = _ones(end - len(listed[at]) - start, end - start)
            for after in following[at]:
                known |= bits[after]
            bits.append(known)
            counts[at] += known.bit_count()
    return {node: counts[at] - 1 for node, at in number.items()}


def _ones(first: int, end: int) -> int:
    """Return a number with the bits from ``first`` to before ``end`` set, as far as they are in a chunk."""
    first, end = max(first, 0), min(end, CHUNK)
    return (1 << end) - (1 << first) if first < end else 0


def dominators(graph: Graph, roots: Iterable[str]) -> dict[str, str | None]:
    """Return for every node that the roots reach the last node that all ways to it lead through.

    None: no one node has to be passed, the node itself aside. Lengauer and Tarjan's algorithm, with path
    compression; the roots are followers of a node that comes before all.
    """
    order, parent = _walked(graph, roots)
    turned = reversed_edges(graph)
    position = {node: at for at, node in enumerate(order, start=1)}  # 0 is the node before all
    size = len(order) + 1
    semi = list(range(size))
    label = list(range(size))
    ancestor = [-1] * size
    dominator = [0] * size
    bucket: list[list[int]] = [[] for _ in range(size)]
    first = {position[node] for node in order if parent[node] is None} | {position[root] for root in roots}
    for at in range(size - 1, 0, -1):
        node = order[at - 1]
        before = [position[each] for each in turned[node] if each in position] + ([0] if at in first else [])
        semi[at] = min([semi[at], *(semi[_best(each, ancestor, label, semi)] for each in before)])
        bucket[semi[at]].append(at)
        came_from = parent[node]
        above = 0 if came_from is None else position[came_from]
        ancestor[at] = above
        for each in bucket[above]:
            best = _best(each, ancestor, label, semi)
            dominator[each] = best if semi[best] < semi[each] else above
        bucket[above] = []
    for at in range(1, size):
        if dominator[at] != semi[at]:
            dominator[at] = dominator[dominator[at]]
    return {node: order[dominator[at] - 1] if dominator[at] else None for node, at in position.items()}


def _walked(graph: Graph, roots: Iterable[str]) -> tuple[list[str], dict[str, str | None]]:
    """Return the nodes that the roots reach in the order of a walk in depth, and where each was come from."""
    order: list[str] = []
    parent: dict[str, str | None] = {}
    for root in roots:
        if root in parent:
            continue
        parent[root] = None
        order.append(root)
        work = [(root, iter(graph[root]))]
        while work:
            node, followers = work[-1]
            for follower in followers:
                if follower not in parent:
                    parent[follower] = node
                    order.append(follower)
                    work.append((follower, iter(graph[follower])))
                    break
            else:
                work.pop()
    return order, parent


def _best(node: int, ancestor: list[int], label: list[int], semi: list[int]) -> int:
    """Return the node with the least semidominator on the way up; the way is made short for the next who asks."""
    way = []
    at = node
    while ancestor[at] >= 0 and ancestor[ancestor[at]] >= 0:
        way.append(at)
        at = ancestor[at]
    for each in reversed(way):
        above = ancestor[each]
        if semi[label[above]] < semi[label[each]]:
            label[each] = label[above]
        ancestor[each] = ancestor[above]
    return label[node]
