"""What a drawing shows of a model."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

import pertract
from pertract import dsl
from pertract.dsl import text
from pertract.report.graph import graph_svg
from pertract.report.graph.content import Shown, figure
from pertract.report.graph.drawing import box_of
from pertract.report.graph.layout import place
from pertract.report.graph.lettering import width_of

ROOT = Path(__file__).parents[4]
SVG = "{http://www.w3.org/2000/svg}"


def read(name: str) -> dsl.PerformanceModel:
    path = ROOT / "dsl" / "valid" / f"{name}.yaml"
    return text.parse(path.read_text(encoding="utf-8"), name=path.name)


def boxes(shown: Shown) -> dict[object, Shown]:
    found = {shown.name: shown}
    for inner in shown.inside:
        found |= boxes(inner)
    return found


def words(model: dsl.PerformanceModel) -> list[str]:
    return [element.text or "" for element in ET.fromstring(graph_svg(model)).iter(f"{SVG}text")]


def words_in(shown: Shown) -> list[str]:
    return [word for line in shown.lines for word in (line.text, line.right) if word]


# -- stages, delays, data --------------------------------------------------------------------------


def test_a_stage_tells_tasks_their_time_its_share_and_what_it_reads():
    shown = boxes(figure(read("mixed-cluster")).root)
    calls = words_in(shown["calls"])
    assert calls[:2] == ["calls", "64 tasks"]
    assert "5.1 s a task" in calls
    assert "41 %" in calls
    assert ("reads warehouse.calls", "8 GiB") in [(line.text, line.right) for line in shown["calls"].lines]
    assert "reads what joined cached" in words_in(shown["gradient-1"])
    assert "all tasks start at once" in words_in(shown["deep-model"])


def test_shares_add_up_to_all_work():
    shown = boxes(figure(read("mixed-cluster")).root).values()
    assert sum(sum(each.shares.values()) for each in shown) == pytest.approx(1.0)
    assert boxes(figure(read("mixed-cluster")).root)["calls"].shares["drive"] > 0


def test_links_tell_the_volume_or_else_the_factor():
    links = figure(read("minimal")).links
    assert links["read", "combine"].label == "256 MiB"
    links = figure(read("diamond")).links
    assert links["orders", "join"].label == "x 0.5"
    assert links["orders", "plan-the-join"].label == ""
    assert not links["plan-the-join", "join"].has_data


def test_a_law_tells_the_volume():
    # 4 MB of each of 8 tasks, and 2 % of what enters.
    label = figure(read("several-runs")).links["read", "combine"].label
    assert label == "51.1 MiB"


def test_a_delay_hands_on_data_that_come_to_it():
    model = read("diamond")
    job = model.execution.jobs[0]
    edges = tuple(
        edge.model_copy(update={"data_transmission_factor": 1.0})
        if "plan-the-join" in (edge.tail, edge.head)
        else edge
        for edge in job.edges
    )
    job = job.model_copy(update={"edges": edges})
    execution = model.execution.model_copy(update={"nodes": (job,)})
    links = figure(model.model_copy(update={"execution": execution})).links
    assert links["plan-the-join", "join"].has_data
    assert links["plan-the-join", "join"].label == ""


def test_links_from_jobs_tell_the_factor():
    links = figure(read("from-original-files")).links
    assert links["job0", "job1"].label == "x 1"
    assert links["job1", "job2"].label == "x 1"


def test_lines_between_stages_of_different_jobs_are_drawn():
    figure_ = figure(read("concurrent-jobs"))
    layout = place(box_of(figure_.root), figure_.links)
    assert ("write", "export") in layout.routes
    assert 'class="line  far"' in graph_svg(read("concurrent-jobs"))


def test_loops_are_named():
    shown = boxes(figure(read("mixed-cluster")).root)
    assert "↻ round 1 of iterations" in words_in(shown["round-1"])
    assert "↻ round 2 of iterations" in words_in(shown["round-2"])


def test_group_and_pool_are_named():
    shown = boxes(figure(read("streaming")).root)
    assert "group sensors-query, pool batches" in words_in(shown["batch-0"])


# -- what repeats ----------------------------------------------------------------------------------


def repeating(rounds: int) -> dsl.PerformanceModel:
    """Jobs of two stages with a long delay between them."""
    nodes: list[dsl.Job | dsl.Delay] = []
    for number in range(rounds):
        stages = [
            dsl.Stage(
                id=f"s{number}.{i}",
                name=f"{what} at Loop.scala:{i}",
                profile="p",
                partitions=dsl.Partitions(count=4 + number),
            )
            for i, what in enumerate(("map", "reduce"))
        ]
        edges = (dsl.Edge(tail=stages[0].id, head=stages[1].id, data_transmission_factor=0.5),)
        nodes += [
            dsl.Delay(id=f"d{number}", delay_s=5.0),
            dsl.Job(id=f"j{number}", nodes=tuple(stages), edges=edges),
        ]
    names = [node.id for node in nodes]
    demand = dsl.Demand(
        resource="cpu", activity="compute", unit="core_seconds", mean={"constant": 1.0}, spread=(1.0,)
    )
    profile = dsl.StageProfile(
        id="p", weights=(4,), demands=(demand,), volumes=dsl.Volumes(input_bytes=2**20)
    )
    return dsl.PerformanceModel(
        name="loop",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=4),)),
            nodes=tuple(nodes),
            edges=tuple(dsl.Edge(tail=a, head=b) for a, b in pairwise(names)),
        ),
        profiles=dsl.ResourceProfiles(stages=(profile,)),
        resources=dsl.ResourceArchitecture(nodes=(dsl.NodeGroup(id="w", count=1, cores=4),)),
    )


def test_rounds_of_an_iteration_are_drawn_once_with_their_number():
    shown = figure(repeating(30))
    (frame,) = shown.root.inside
    assert (frame.kind, frame.count) == ("repeat", 30)
    assert [each.name for each in frame.inside] == ["d0", "j0"]
    assert [each.name for each in frame.inside[1].inside] == ["s0.0", "s0.1"]
    assert shown.notes == ["Drawn once: d0 … j29: 30 times 2 boxes, one after the other."]
    assert shown.links.keys() == {("d0", "j0"), ("s0.0", "s0.1")}
    stage = frame.inside[1].inside[0]
    assert words_in(stage)[:2] == ["s0.0 … s29.0", "4-33 tasks"]
    assert stage.shares["cpu"] == pytest.approx(0.5)


def test_two_rounds_are_drawn_as_they_are():
    assert len(figure(repeating(2)).root.inside) == 4


def test_what_repeats_says_so_beside_the_drawing_and_for_screen_readers():
    root = ET.fromstring(graph_svg(repeating(30)))
    assert "30 x" in [element.text for element in root.iter(f"{SVG}text")]
    assert "d0 … j29: 30 times 2 boxes" in root.find(f"{SVG}desc").text


def test_links_to_what_repeats_lead_to_its_frame():
    model = repeating(5)
    extra = [dsl.Job(id="before"), dsl.Job(id="after")]
    nodes = (extra[0], *model.execution.nodes, extra[1])
    edges = (dsl.Edge(tail="before", head="d0"), *model.execution.edges, dsl.Edge(tail="j4", head="after"))
    execution = model.execution.model_copy(update={"nodes": nodes, "edges": edges})
    links = figure(model.model_copy(update={"execution": execution})).links
    assert ("before", ("repeat", "d0")) in links
    assert (("repeat", "d0"), "after") in links


def test_short_delays_are_written_in_the_boxes():
    shown = figure(pertract.extract(ROOT / "examples" / "randomforest.zstd"))
    drawn = boxes(shown.root)
    assert "stage-6-delay" not in drawn
    assert "driver: 20 ms before" in words_in(drawn["stage-6"])
    assert shown.links["stage-6", "stage-7"].label == "2.54 MiB"
    assert any(
        note.startswith("Written in the boxes: 48 delays of the driver up to 594 ms (1 % of")
        for note in shown.notes
    )
    assert drawn["job-6"].count == 5


# -- the file --------------------------------------------------------------------------------------


def test_title_and_description_are_there_for_all():
    root = ET.fromstring(graph_svg(read("diamond")))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title description"
    assert root.find(f"{SVG}title").text == "Execution architecture of join of two tables"
    assert root.find(f"{SVG}desc").text.startswith("1 job, 3 stages, 15 tasks; Spark")


def test_light_and_dark_have_colours_for_the_same_things():
    style = ET.fromstring(graph_svg(read("minimal"))).find(f"{SVG}style").text
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    assert dark

    def coloured(rules: str) -> set[str]:
        return {name for name, body in re.findall(r"([.\w, -]+) \{([^}]*)\}", rules) if "#" in body}

    assert coloured(light) == coloured(dark)
    used = {
        name
        for names in re.findall(r'class="([^"]+)"', graph_svg(read("mixed-cluster")))
        for name in names.split()
    }
    assert used <= set(re.findall(r"\.([\w-]+)", light))


@pytest.mark.parametrize("name", ["<b>&amp;", 'a"b', "tab\tand\x00null", "\ud83d", "名前" * 200, "x" * 3000])
def test_names_of_any_kind_are_drawn(name):
    model = read("minimal")
    model = model.model_copy(update={"name": name})
    root = ET.fromstring(graph_svg(model).encode())
    assert float(root.get("width")) < 1100


def test_text_stays_in_its_box():
    model = read("minimal")
    (start, job) = model.execution.nodes
    stage = job.nodes[0].model_copy(update={"id": "i" * 200, "name": "name " * 100})
    job = job.model_copy(update={"nodes": (stage, job.nodes[1]), "edges": (), "name": "job " * 100})
    execution = model.execution.model_copy(update={"nodes": (start, job)})
    long = model.model_copy(update={"execution": execution})
    shortened = [word for word in words(long) if "…" in word]
    assert len(shortened) >= 3
    assert max(map(width_of, shortened)) < place(box_of(figure(long).root), []).rects[("application",)].width


def test_everything_is_on_the_page():
    root = ET.fromstring(graph_svg(read("mixed-cluster")))
    width, height = float(root.get("width")), float(root.get("height"))
    for text_element in root.iter(f"{SVG}text"):
        assert 0 <= float(text_element.get("x")) <= width
        assert -20 <= float(text_element.get("y")) <= height
