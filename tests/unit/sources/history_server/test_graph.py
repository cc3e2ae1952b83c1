import json

import pytest

from pertract.sources.history_server import graph


def page(*stages):
    """Make the part of a job page that matters: stages with lines of DOT and incoming edges."""
    parts = [
        f'<div stage-id="{number}" class="stage-metadata"><div class="dot-file">{dot}</div>'
        + "".join(f'<div class="incoming-edge">{a},{b}</div>' for a, b in edges)
        + "</div>"
        for number, dot, edges in stages
    ]
    return '<div id="dag-viz-metadata">' + "".join(parts) + "</div>"


def node(number, label):
    return f"digraph G {{\n  subgraph clusterstage_0 {{\n{number} [label=&quot;{label}&quot;]\n  }}\n}}"


@pytest.mark.parametrize(
    ("label", "name", "site"),
    [
        ("MapPartitionsRDD [7]&lt;br&gt;map at A.scala:1", "MapPartitionsRDD", "map at A.scala:1"),
        ("MapPartitionsRDD [7]\\nmap at A.scala:1", "MapPartitionsRDD", "map at A.scala:1"),
        ("RDD [7] [Cached] [Barrier] [Unordered]&lt;br&gt;f", "RDD", "f"),
        ("hdfs://nn/in[1] [7]&lt;br&gt;f", "hdfs://nn/in[1]", "f"),
        ("a \\&quot;b\\&quot; \\u00e9 [7]&lt;br&gt;&amp;lt;f&amp;gt;", 'a "b" é', "<f>"),
        ("RDD [7]", "RDD", None),
        ("no number", "no number", None),
    ],
)
def test_labels_of_many_versions(label, name, site):
    (rdd,) = graph.stage_graphs(page((0, node(7, label), ())))[0].rdds
    assert (rdd.id, rdd.name, rdd.call_site) == (7, name, site)


def test_scopes_are_the_clusters_around_a_node(recorded):
    graphs = graph.stage_graphs(recorded.page)
    assert json.loads(graphs[0].rdds[0].scope) == {"name": "map", "parent": {"name": "Exchange"}}
    assert graphs[1].rdds[0].scope is None


def test_a_page_of_spark_4_names_its_clusters_in_more_lines():
    dot = (
        "digraph G {\n  id=&quot;graph_1&quot;\n  subgraph clusterstage_1 {\n"
        "    id=&quot;graph_stage_1&quot;;\n    isCluster=&quot;true&quot;;\n    label=&quot;Stage 1&quot;;\n"
        "    subgraph cluster3 {\n      isCluster=&quot;true&quot;;\n      label=&quot;map&quot;;\n"
        "      2 [id=&quot;node_2&quot; labelType=&quot;html&quot; label=&quot;R [2]&lt;br&gt;f&quot;];\n"
        "    }\n  }\n}"
    )
    (rdd,) = graph.stage_graphs(page((1, dot, ())))[1].rdds
    assert (rdd.name, json.loads(rdd.scope)) == ("R", {"name": "map"})


def test_parents_compute_what_enters():
    graphs = graph.stage_graphs(
        page(
            (0, node(3, "A [3]"), ()),
            (1, node(5, "B [5]"), ((3, 5),)),
            (2, node(6, "C [6]"), ()),
            (3, node(9, "D [9]"), ((5, 9), (6, 9), (99, 9))),
        )
    )
    assert graph.parents(graphs, [0, 1, 2, 3]) == {0: [], 1: [0], 2: [], 3: [1, 2]}


@pytest.mark.parametrize("text", ["", "<html>login</html>", '<div id="dag-viz-metadata"></div>'])
def test_a_page_without_graphs(text):
    assert graph.stage_graphs(text) == {}
