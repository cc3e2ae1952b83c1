"""Short delays become part of what they come before."""

from pertract import dsl
from pertract.report.graph.folding import fold


def delay(name: str, length_s: float = 0.1) -> dsl.Delay:
    return dsl.Delay(id=name, delay_s=length_s)


def stage(name: str) -> dsl.Stage:
    return dsl.Stage(id=name, profile="p", partitions=dsl.Partitions(count=1))


def folded(nodes, edges: str, short_s: float = 0.5, keep=()):
    pairs = (edge.split(">") for edge in edges.split())
    return fold(nodes, [dsl.Edge(tail=tail, head=head) for tail, head in pairs], short_s, keep=keep)


def test_a_short_delay_before_a_stage_is_part_of_it():
    found = folded([stage("a"), delay("d"), stage("b")], "a>d d>b")
    assert list(found.graph.edges) == [("a", "b")]
    assert found.before_s == {"b": 0.1}
    assert found.into == {"d": "b"}


def test_a_long_delay_stays():
    found = folded([stage("a"), delay("d", 3.0), stage("b")], "a>d d>b")
    assert list(found.graph) == ["a", "d", "b"]


def test_short_delays_in_a_row_add_up():
    found = folded([stage("a"), delay("d"), delay("e", 0.2), stage("b")], "a>d d>e e>b")
    assert list(found.graph) == ["a", "b"]
    assert found.before_s["b"] == 0.1 + 0.2


def test_a_delay_at_the_end_is_the_end_of_all():
    found = folded([stage("a"), stage("b"), delay("d")], "a>d b>d")
    assert found.end_s == 0.1
    assert found.into == {"d": None}


def test_a_delay_after_one_of_several_ends_is_part_of_it():
    found = folded([stage("a"), stage("b"), delay("d")], "a>d")
    assert found.after_s == {"a": 0.1}


def test_a_delay_stays_where_its_follower_waits_for_something_else():
    nodes = [stage("a"), delay("d"), stage("b"), stage("c")]
    assert "d" in folded(nodes, "a>d d>b c>b").graph
    # Edges past the delay come from what the delay waits for.
    assert "d" not in folded([stage("a"), delay("d"), stage("b")], "a>d d>b a>b").graph


def test_a_delay_stays_before_what_waits_for_another_job():
    assert "d" in folded([delay("d"), stage("b")], "d>b", keep={"b"}).graph


def test_a_delay_stays_where_several_follow_it():
    assert "d" in folded([delay("d"), stage("a"), stage("b")], "d>a d>b").graph


def test_a_delay_alone_stays():
    assert list(folded([delay("d")], "").graph) == ["d"]
