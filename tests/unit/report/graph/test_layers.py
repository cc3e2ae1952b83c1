"""Drawings in layers: order, straight lines, columns."""

from itertools import pairwise

import pytest

from pertract.report.graph.columns import HIGH, in_columns
from pertract.report.graph.layers import Line, Vertex, arrange
from pertract.report.graph.places import GAP
from pertract.report.graph.spacing import kept_apart


def drawn(names: str, *lines: str, width: float = 100.0, height: float = 50.0, **ends):
    """An arrangement of vertices with one-letter names and lines such as ``ab``."""
    vertices = [Vertex(name, width, height) for name in names]
    joined = [Line(tail, head, width / 2, width / 2) for tail, head in lines]
    return arrange(vertices, joined, **ends)


def below(arrangement, upper: str, lower: str) -> bool:
    return arrangement.corners[upper][1] + 50.0 <= arrangement.corners[lower][1]


def test_nothing_needs_no_room():
    assert arrange([], []).corners == {}


def test_a_chain_is_straight():
    found = drawn("abc", "ab", "bc")
    assert {x for x, _ in found.corners.values()} == {0.0}
    assert below(found, "a", "b")
    assert below(found, "b", "c")
    assert all(len({x for x, _ in path}) == 1 for path in found.paths)
    assert found.width == 100.0


def test_what_waits_for_several_stands_below_all_and_between_them():
    found = drawn("abc", "ac", "bc")
    (ax, ay), (bx, by), (cx, _) = (found.corners[name] for name in "abc")
    assert ay == by
    assert bx - ax == pytest.approx(100 + GAP)
    assert cx == pytest.approx((ax + bx) / 2)


def test_the_layer_is_that_of_the_longest_path():
    found = drawn("abcd", "ab", "bc", "ad", "cd")
    assert below(found, "c", "d")
    (way,) = (path for path in found.paths if path[-1] == found.paths[-1][-1] and path is not found.paths[-1])
    assert len({x for x, _ in way}) > 1  # it bends around b and c


def test_what_follows_nothing_stands_just_above_its_follower():
    found = drawn("abcx", "ab", "bc", "xc")
    assert found.corners["x"][1] == found.corners["b"][1]


def test_lines_that_need_not_cross_do_not():
    # In the order given, all four lines would cross.
    found = drawn("abcdwxyz", "az", "by", "cx", "dw")
    upper = sorted("abcd", key=lambda name: found.corners[name])
    lower = sorted("wxyz", key=lambda name: found.corners[name])
    pairs = dict(zip("abcd", "zyxw", strict=True))
    assert [pairs[name] for name in upper] == lower


def test_first_and_last_are_above_and_below_all():
    found = drawn("abcio", "ab", "ic", "ao", first="i", last="o")
    heights = {name: y for name, (_, y) in found.corners.items()}
    assert heights["i"] < min(heights[name] for name in "abc")
    assert heights["o"] > max(heights[name] for name in "abc")


def test_lines_begin_and_end_where_they_are_told():
    found = arrange([Vertex("a", 80, 20), Vertex("b", 60, 30)], [Line("a", "b", 10, 55)])
    (path,) = found.paths
    (ax, ay), (bx, by) = found.corners["a"], found.corners["b"]
    assert path[0] == (ax + 10, ay + 20)
    assert path[-1] == (bx + 55, by)


def test_a_high_drawing_is_put_into_columns():
    names = "abcdefghijklmnopqrstuvwxyz"
    found = drawn(names, *(a + b for a, b in pairwise(names)), height=100.0)
    assert found.height < HIGH < 26 * 100
    left = sorted({x for x, _ in found.corners.values()})
    assert len(left) >= 2
    for column in left:
        inside = [y for x, y in found.corners.values() if x == column]
        assert inside == sorted(inside)
    # Where the column changes, the line goes around: below, up between the columns, in from above.
    (around,) = {path for path in found.paths if len(path) > 2} if len(left) == 2 else [None]
    if around:
        assert around[1][1] == around[2][1] > found.corners["a"][1]


# -- columns ---------------------------------------------------------------------------------------


def test_low_drawings_have_one_column():
    assert in_columns([100.0] * 5, [30.0] * 5, [1] * 5, [200.0] * 5) == [range(5)]


def test_columns_hold_all_layers_in_order():
    columns = in_columns([100.0] * 60, [30.0] * 60, [1] * 60, [200.0] * 60)
    assert len(columns) > 2
    assert [rank for column in columns for rank in column] == list(range(60))


def test_columns_end_where_few_lines_pass():
    passing = [3] * 40
    passing[11] = passing[12] = passing[26] = 1
    columns = in_columns([100.0] * 40, [0.0] * 40, passing, [500.0] * 40)
    assert len(columns) > 1
    assert {column[-1] for column in columns[:-1]} <= {11, 12, 26}


def test_columns_do_not_end_where_many_lines_pass():
    assert len(in_columns([100.0] * 40, [0.0] * 40, [50] * 40, [10.0] * 40)) == 1


# -- spacing ---------------------------------------------------------------------------------------


def test_what_is_apart_stays_where_it_wants_to_be():
    assert kept_apart([0.0, 50.0, 90.0], [1, 1, 1], [10.0, 10.0, 10.0]) == [0.0, 50.0, 90.0]


def test_what_wants_one_place_is_spread_around_it():
    assert kept_apart([5.0, 5.0, 5.0], [1, 1, 1], [10.0, 10.0, 10.0]) == [-5.0, 5.0, 15.0]


def test_what_matters_more_moves_less():
    heavy, light = kept_apart([0.0, 0.0], [9.0, 1.0], [10.0, 10.0])
    assert light - heavy == 10.0
    assert abs(heavy) == pytest.approx(1.0)
