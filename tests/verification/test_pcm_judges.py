"""Exported PCM models before independent judges: a validator, and an interpreter that says what they predict.

Both lie beside the project (../shared/pcm); without them these tests skip.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.pcm import judges  # noqa: E402
from pertract import api, dsl  # noqa: E402
from pertract.transforms.pcm import PcmExport  # noqa: E402

pytest.importorskip("pyecore")
if not judges.SHARED.is_dir():
    pytest.skip(
        "the judges of PCM files beside the project (../shared/pcm) are absent", allow_module_level=True
    )

VALID = sorted((ROOT / "dsl" / "valid").glob("*.yaml"))
CLUSTERS: tuple[dict[str, int], ...] = ({}, {"executors": 5})


def written(exported: PcmExport, folder: Path) -> Path:
    folder.mkdir()
    for name, content in exported.files.items():
        (folder / name).write_bytes(content)
    return folder


def edit(folder: Path, kind: str, pattern: str, text: str) -> None:
    """Change what a user would change in the files; the pattern must be there."""
    [file] = folder.glob(f"*.{kind}")
    content, count = re.subn(pattern, text, file.read_text(encoding="utf-8"))
    assert count, pattern
    file.write_text(content, encoding="utf-8")


def deterministic(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    """Return a model in which the tasks of a stage are alike."""
    profiles = tuple(
        profile.model_copy(
            update={
                "demands": tuple(
                    d.model_copy(update={"spread": (1.0,) * len(d.spread)}) for d in profile.demands
                )
            }
        )
        for profile in model.profiles.stages
    )
    return model.model_copy(update={"profiles": model.profiles.model_copy(update={"stages": profiles})})


@pytest.fixture(scope="module")
def example() -> dsl.PerformanceModel:
    return api.extract(ROOT / "examples" / "randomforest.zstd")


@pytest.mark.parametrize("form", ["tokens", "slots", "tree"])
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_exports_are_valid(path, form, tmp_path):
    folder = written(api.export_pcm(api.load(path), form=form, effects=False), tmp_path / "pcm")
    found = judges.findings(folder, with_pyecore=form == "tokens")
    if form == "tree":  # a component that calls itself is what this form is
        found = [finding for finding in found if "recursiveCalls" not in finding]
    assert found == []


@pytest.mark.parametrize("options", CLUSTERS, ids=["as measured", "larger"])
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_deterministic_models_agree_exactly(path, options, tmp_path):
    """Node groups as one pool; where FAIR stages overlap, but for who pays a launch."""
    model = deterministic(api.load(path))
    fair = model.execution.configuration.scheduler_mode == "FAIR"
    exported = api.export_pcm(model, effects=False, join_nodes=True, **options)
    simulated = judges.response_times_s(written(exported, tmp_path / "pcm"), runs=3)
    predicted = api.predict(exported.model, **options).response_time_s.mean
    assert simulated == pytest.approx([predicted] * 3, rel=1e-3 if fair else 1e-7)


@pytest.mark.parametrize("options", CLUSTERS, ids=["as measured", "larger"])
def test_the_model_of_a_real_log_agrees(example, options, tmp_path):
    exported = api.export_pcm(example, effects=False, **options)
    folder = written(exported, tmp_path / "pcm")
    assert judges.findings(folder) == []
    predicted = api.predict(exported.model, **options).response_time_s.mean
    assert judges.mean_s(folder, runs=20) == pytest.approx(predicted, rel=0.02)


def test_random_sizes_agree_on_average(tmp_path):
    """300 tasks of a stage with widely different sizes, on two clusters."""
    model = api.load(ROOT / "dsl" / "valid" / "minimal.yaml")
    read = model.profiles.stages[0].model_copy(update={"weights": (260.0, 40.0), "launch_order": ()})
    [job] = model.execution.jobs
    stage = job.nodes[0].model_copy(update={"partitions": dsl.Partitions(count=300)})
    job = job.model_copy(update={"nodes": (stage, *job.nodes[1:])})
    spread = (0.5, 4.25)
    demands = tuple(demand.model_copy(update={"spread": spread}) for demand in read.demands)
    profiles = model.profiles.model_copy(
        update={"stages": (read.model_copy(update={"demands": demands}), model.profiles.stages[1])}
    )
    nodes = (model.execution.nodes[0], job)
    model = model.model_copy(
        update={"profiles": profiles, "execution": model.execution.model_copy(update={"nodes": nodes})}
    )
    for number, options in enumerate(({}, {"executors": 5})):
        exported = api.export_pcm(model, effects=False, **options)
        folder = written(exported, tmp_path / str(number))
        predicted = api.predict(exported.model, replications=100, **options).response_time_s.mean
        assert judges.mean_s(folder, runs=60) == pytest.approx(predicted, rel=0.02)


@pytest.mark.parametrize("alike", [True, False])
def test_slots_replicas_tasks_and_data_can_be_edited_in_the_files(example, alike, tmp_path):
    model = deterministic(api.load(ROOT / "dsl" / "valid" / "minimal.yaml")) if alike else example
    tolerance = 1e-7 if alike else 0.02
    exported = api.export_pcm(model, effects=False)

    def agrees(folder: Path, changed: dsl.PerformanceModel, **options: float) -> None:
        predicted = api.predict(changed, **options).response_time_s.mean
        assert judges.mean_s(folder, runs=5) == pytest.approx(predicted, rel=tolerance)

    [group] = exported.model.execution.configuration.executors
    numbers = {"slotCount": group.slots * group.count, "executorCount": group.count}
    numbers["nodeCount"] = exported.model.resources.workers[0].count
    folder = written(exported, tmp_path / "slots")
    for name, number in numbers.items():
        edit(
            folder,
            "system",
            rf'specification="{number}"(/>\s*</variable\S+\s*<named\S+ \S+ referenceName="{name}")',
            rf'specification="{number * 3}"\1',
        )
    cores = sum(group.cores * group.count for group in exported.model.resources.workers)
    edit(
        folder, "resourceenvironment", rf'(id="cpu.workers" numberOfReplicas=)"{cores}"', rf'\1"{cores * 3}"'
    )
    agrees(folder, exported.model, executors=group.count * 3)

    folder = written(exported, tmp_path / "data")
    size = exported.model.workload.size_bytes
    edit(
        folder,
        "usagemodel",
        r'specification="[\d.E]+"(?=/>\s*</variable)',
        f'specification="{size * 2.0:.1f}"',
    )
    agrees(folder, exported.model, data_scale=2.0)

    [first, *_] = [job for job in exported.model.execution.jobs if job.nodes]
    stage = next(node for node in first.nodes if isinstance(node, dsl.Stage))
    tasks = 2 * stage.partitions.count
    more = stage.model_copy(update={"partitions": dsl.Partitions(count=tasks)})
    job = first.model_copy(update={"nodes": tuple(more if n is stage else n for n in first.nodes)})
    execution = exported.model.execution
    nodes_of = tuple(job if node is first else node for node in execution.nodes)
    changed = exported.model.model_copy(
        update={"execution": execution.model_copy(update={"nodes": nodes_of})}
    )
    folder = written(exported, tmp_path / "tasks")
    call = rf'(entityName="{stage.id}" calledService(?:.|\n)*?specification=)"[^"]*"'
    edit(folder, "repository", call, rf'\1"{tasks}"')
    agrees(folder, changed)
