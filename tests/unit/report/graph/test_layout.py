"""Boxes in boxes."""

from pertract.report.graph.layout import PADDING, Box, Rect, place

A, B, C = (Box(name, 100.0, 40.0) for name in "abc")


def test_a_box_holds_what_is_inside_below_its_heading():
    layout = place(Box("all", 0.0, 30.0, (A, B)), [("a", "b")])
    outer, a = layout.rects["all"], layout.rects["a"]
    assert (a.x, a.y) == (PADDING, 30.0 + PADDING)
    assert outer.width == 100.0 + 2 * PADDING


def test_a_box_is_as_wide_as_its_heading_needs_with_the_inside_in_the_middle():
    layout = place(Box("all", 500.0, 0.0, (A,)), [])
    assert layout.rects["all"].width == 500.0
    assert layout.rects["a"].x == 200.0


def test_a_line_into_another_box_passes_both_borders():
    root = Box("all", inside=(Box("one", 0.0, 20.0, (A, B)), Box("two", 0.0, 20.0, (C,))))
    layout = place(root, [("a", "b"), ("a", "c")])
    route = layout.routes["a", "c"]
    one, two = layout.rects["one"], layout.rects["two"]
    assert route[0][1] == layout.rects["a"].bottom
    assert route[-1][1] == layout.rects["c"].y
    assert one.bottom in [y for _, y in route]
    assert two.y in [y for _, y in route]
    assert two.y > one.bottom


def test_boxes_that_wait_for_each_other_inside_have_a_line_upwards():
    root = Box("all", inside=(Box("one", 0, 20, (A, B)), Box("two", 0, 20, (C,))))
    layout = place(root, [("a", "c"), ("c", "b")])
    ends = [layout.routes["a", "c"], layout.routes["c", "b"]]
    ups = [route for route in ends if route[0][1] > route[-1][1]]
    assert len(ups) == 1
    for (tail, head), route in layout.routes.items():
        assert route[0][1] in (layout.rects[tail].y, layout.rects[tail].bottom)
        assert route[-1][1] in (layout.rects[head].y, layout.rects[head].bottom)


def test_a_link_to_what_is_inside_is_left_out():
    layout = place(Box("all", inside=(Box("one", 0, 0, (A,)),)), [("one", "a"), ("a", "one")])
    assert layout.routes == {}


def test_rectangles_overlap_where_they_have_an_area_in_common():
    rect = Rect(0, 0, 10, 10)
    assert rect.overlaps(Rect(9, 9, 5, 5))
    assert not rect.overlaps(Rect(10, 0, 5, 5))
    assert not rect.overlaps(Rect(0, 12, 5, 5))
