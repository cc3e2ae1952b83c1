"""What repeats in a graph is found."""

from itertools import pairwise

import networkx as nx

from pertract.report.graph.repeats import Pattern, patterns


def found(edges: str, looks: dict[str, str]) -> list[Pattern]:
    graph = nx.DiGraph()
    graph.add_nodes_from(looks)
    graph.add_edges_from(edge.split(">") for edge in edges.split())
    return patterns(graph, looks)


def chain(kinds: str) -> list[Pattern]:
    """Patterns of a chain of nodes that look like these letters."""
    looks = {f"n{i}": kind for i, kind in enumerate(kinds)}
    names = list(looks)
    return found(" ".join(f"{a}>{b}" for a, b in pairwise(names)), looks)


def shape(kinds: str) -> list[tuple[int, int]]:
    """Repetitions and length of every pattern."""
    return [(pattern.count, len(pattern.rounds[0])) for pattern in chain(kinds)]


def test_what_does_not_repeat_stays_alone():
    assert shape("abc") == [(1, 1), (1, 1), (1, 1)]


def test_two_alike_are_no_repetition():
    assert shape("aab") == [(1, 1), (1, 1), (1, 1)]


def test_alike_nodes_in_a_row_are_one_pattern():
    assert shape("baaaac") == [(1, 1), (4, 1), (1, 1)]
    assert chain("aaa")[0].rounds == (("n0",), ("n1",), ("n2",))


def test_rounds_of_several_nodes_are_found():
    assert shape("xabcabcabcy") == [(1, 1), (3, 3), (1, 1)]


def test_the_shortest_round_is_taken():
    assert shape("abababababab") == [(6, 2)]


def test_what_covers_more_is_taken():
    # Three a in a row are less than four rounds of a, a, a, b.
    assert shape("aaabaaabaaabaaab") == [(4, 4)]


def test_branches_end_a_chain():
    looks = dict.fromkeys("abcdef", "same")
    result = found("a>b b>c c>d c>e d>f e>f", looks)
    assert [(p.count, p.rounds[0]) for p in result] == [
        (3, ("a",)),
        (1, ("d",)),
        (1, ("e",)),
        (1, ("f",)),
    ]


def test_many_alike_branches_stand_side_by_side():
    branches = [f"b{i}" for i in range(7)]
    looks = {"start": "s", **dict.fromkeys(branches, "branch"), "end": "e"}
    edges = " ".join(f"start>{b} {b}>end" for b in branches)
    start, branch, end = found(edges, looks)
    assert (branch.count, branch.parallel) == (7, True)
    assert (start.count, end.count) == (1, 1)


def test_branches_of_several_nodes_stand_side_by_side():
    looks, edges = {"start": "s"}, []
    for i in range(6):
        looks |= {f"wait{i}": "wait", f"job{i}": "job"}
        edges += [f"start>wait{i}", f"wait{i}>job{i}"]
    _, branch = found(" ".join(edges), looks)
    assert branch.rounds[2] == ("wait2", "job2")
    assert branch.parallel


def test_few_branches_are_told_apart():
    looks = {"start": "s", **dict.fromkeys("abcde", "branch")}
    assert [p.count for p in found(" ".join(f"start>{b}" for b in "abcde"), looks)] == [1] * 6


def test_every_node_is_in_one_pattern():
    result = chain("abcabcabcaaaab")
    names = [name for pattern in result for names in pattern.rounds for name in names]
    assert sorted(names) == sorted(f"n{i}" for i in range(14))
