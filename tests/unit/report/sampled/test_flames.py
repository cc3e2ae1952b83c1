"""Trees of calls, drawings of them, folded stacks, and the document."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.extract.sampled import profile
from pertract.report.sampled import call_tree, difference, flame_svg, folded_text, profile_document
from pertract.report.sampled.drawing import difference_colour
from pertract.sources.profilers.builder import Gathered

STACKS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple),
    st.integers(1, 50),
    min_size=1,
    max_size=25,
)


def profiled(stacks, unit="samples"):
    gathered = Gathered()
    process = gathered.process("folded", "f", "f")
    process.unit = unit
    for frames, weight in stacks.items():
        process.add_stack(frames, float(weight))
    return profile(gathered.samples()), gathered.samples()


def tree_of(stacks, other=None, **options):
    own = profiled(stacks)[0].stacks
    base = None
    if other is not None:
        table = profiled(other)[0].stacks
        base = table, table.views()[0]
    return call_tree(own, own.views()[0], base=base, **options)


def paths(tree):
    """Each call with its callers."""
    open_, found = [], {}
    for i in range(len(tree)):
        del open_[int(tree.depth[i]) :]
        open_.append(tree.names[tree.name[i]])
        assert tuple(open_) not in found
        found[tuple(open_)] = i
    return found


def below(stacks, path):
    return sum(weight for frames, weight in stacks.items() if frames[: len(path)] == path)


@given(STACKS)
def test_a_call_weighs_what_all_stacks_through_it_weigh(stacks):
    tree = tree_of(stacks)
    found = paths(tree)
    assert set(found) == {frames[:n] for frames in stacks for n in range(1, len(frames) + 1)}
    for path, i in found.items():
        assert tree.weight[i] == pytest.approx(below(stacks, path))
    assert tree.total == sum(stacks.values())
    assert tree.left_out == 0


@given(STACKS)
def test_calls_lie_in_their_caller_without_overlap(stacks):
    tree = tree_of(stacks)
    begin = tree.offsets()
    for path, i in paths(tree).items():
        if len(path) > 1:
            caller = paths(tree)[path[:-1]]
            assert begin[i] >= begin[caller] - 1e-9
            assert begin[i] + tree.weight[i] <= begin[caller] + tree.weight[caller] + 1e-9
    at_depth = sorted((int(tree.depth[i]), begin[i], tree.weight[i]) for i in range(len(tree)))
    for (depth, a, width), (other, b, _) in pairwise(at_depth):
        assert depth != other or a + width <= b + 1e-9


@given(STACKS, STACKS)
def test_two_runs_have_the_calls_of_both(own, other):
    tree = tree_of(own, other)
    for path, i in paths(tree).items():
        assert tree.weight[i] == pytest.approx(below(own, path))
        assert tree.base[i] == pytest.approx(below(other, path))
    assert tree.base_total == sum(other.values())


@given(STACKS, st.integers(1, 6))
def test_what_is_left_out_is_narrower_than_all_that_is_kept(stacks, most):
    whole, tree = tree_of(stacks), tree_of(stacks, most=most)
    assert len(tree) <= most
    assert len(tree) + tree.left_out == len(whole)
    kept = paths(tree)
    assert all(path[:-1] in kept for path in kept if len(path) > 1)
    dropped = [whole.weight[i] for path, i in paths(whole).items() if path not in kept]
    if len(tree) and dropped:
        assert min(tree.weight) >= max(dropped)


def test_a_drawing_holds_every_name_and_its_share():
    tree = tree_of({("main", "<init>"): 3, ("main", "a & b"): 1})
    text = flame_svg(tree, title="T", unit="samples")
    root = ElementTree.fromstring(text)
    titles = [node.text for node in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["main\n4, 100.00% of all", "<init>\n3, 75.00% of all", "a & b\n1, 25.00% of all"]
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", text)


def test_a_difference_is_red_for_more_and_blue_for_less():
    assert difference_colour(0.5, 0.1).startswith("#f5")
    assert difference_colour(0.1, 0.5).endswith("f5")
    assert difference_colour(0.2, 0.2) == difference_colour(0.4, 0.4)
    tree = tree_of({("a",): 9, ("b",): 1}, {("a",): 1, ("b",): 9})
    text = flame_svg(tree, title="T", unit="samples", base="before")
    assert "larger share" in text
    assert difference_colour(0.9, 0.1) in text


def test_folded_text_is_in_nanoseconds_where_times_are_known():
    _, samples = profiled({("a", "b"): 2, ("c",): 1}, unit="s")
    assert folded_text(samples, {}) == "a;b 2000000000\nc 1000000000\n"
    _, counts = profiled({("a", "b"): 2})
    assert folded_text(counts, {}) == "a;b 2\n"
    _, other = profiled({("a", "b"): 5, ("z",): 1})
    assert folded_text(counts, {}, base=other) == "a;b 5 2\nz 1 0\n"


def test_the_document_tells_totals_and_differences():
    own, _ = profiled({("a", "b"): 6, ("c",): 2})
    other, _ = profiled({("a", "b"): 1, ("d",): 1})
    document = profile_document(own, top=1)
    assert document["schema"] == "pertract/profile/1"
    assert document["stacks"]["total"] == 8
    assert document["stacks"]["top"] == [{"frame": "b", "self": 6.0, "total": 6.0}]
    frames = difference(own, other)["frames"]
    assert [(row["frame"], row["difference"]) for row in frames] == [
        ("b", 5.0),
        ("c", 2.0),
        ("d", -1.0),
        ("a", 0.0),
    ]
