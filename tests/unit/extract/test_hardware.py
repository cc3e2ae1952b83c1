from pathlib import Path

import pytest

import pertract
from pertract.api.clusters import read_hardware
from pertract.errors import SourceNotFound, UsageError
from pertract.extract.hardware import Hardware

ROOT = Path(__file__).parents[3]


def hardware(*nodes, **others):
    return Hardware.model_validate({"schema": "pertract/hardware/1", "nodes": list(nodes), **others})


def test_the_example_is_valid():
    found = read_hardware(ROOT / "examples/hardware.yaml")
    assert found.kind("gpu-7.example.com") == 0
    assert found.kind("node-1", ("archive",)) == 1
    assert found.kind("node-1") == 2


def test_without_yarn(tmp_path):
    path = tmp_path / "nodes.yaml"
    path.write_text(
        "schema: pertract/hardware/1\nnodes:\n- {cores: 16, memory_gib: 64}\n- {hosts: [nobody]}\n"
    )
    model = pertract.extract(ROOT / "examples/randomforest.zstd", hardware=path)
    (group,) = model.resources.nodes
    assert (group.cores, group.cores_known, group.memory_bytes) == (16, True, 64 * 2**30)
    assert "these entries of the hardware file fit no node: number 2 of 2" in model.completeness.notes


def test_an_entry_for_a_group_of_the_model():
    path = ROOT / "examples/randomforest.zstd"
    from pertract.extract import build_model

    run = pertract.read_run(path)
    for name, cores in (("workers", 16), ("others", None)):
        found = build_model(run, source="x", hardware=hardware({"group": name, "cores": 16}))
        assert (found.resources.nodes[0].cores if found.resources.nodes[0].cores_known else None) == cores


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nodes: []", "not a hardware file"),
        (
            "schema: pertract/hardware/1\nnodes:\n- coress: 3",
            "line 3: nodes.0.coress: this field does not exist",
        ),
        ("schema: pertract/hardware/1\nnodes:\n- cores: 0", "line 3: nodes.0.cores: "),
        ("schema: pertract/hardware/1\nnodes:\n- role: master", "masters need count and cores"),
        ("schema: pertract/hardware/1\nnodes:\n- {count: 3, cores: 2}", "the number of workers is measured"),
        ("schema: [", "nodes.yaml, line"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, said):
    path = tmp_path / "nodes.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_hardware(path)
    assert said in str(caught.value)


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file"):
        read_hardware(tmp_path / "nodes.yaml")
