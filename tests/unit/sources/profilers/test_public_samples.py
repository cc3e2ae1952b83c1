"""Recordings of other people, where they lie beside the project: totals and golden files."""

import gzip
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from pertract.sources import profilers

SHARED = Path(__file__).parents[5] / "shared" / "data" / "profilers"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/profilers is not here")
needs_jfr = pytest.mark.skipif(shutil.which("jfr") is None, reason="no JDK: jfr is not on the path")


def names(pattern):
    return sorted(path.relative_to(SHARED).as_posix() for path in SHARED.glob(pattern))


def only(name):
    (process,) = profilers.read(SHARED / name).processes
    return process


def text(name):
    data = (SHARED / name).read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8")


@pytest.mark.parametrize("name", names("folded/*collapsed*") + names("folded/simple*") + names("folded/rec*"))
def test_folded_files_keep_every_stack_and_their_total(name):
    want = {}
    for line in text(name).splitlines():
        if found := re.fullmatch(r"(.*\S)\s+(\d+)", line.strip()):
            want[found[1]] = want.get(found[1], 0) + int(found[2])
    assert only(name).stacks.folded() == want


@pytest.mark.parametrize(("name", "samples"), [("perf-java-stacks-01", 46), ("perf-java-faults-01", 23)])
def test_perf_samples_are_all_there(name, samples):
    assert only(f"folded/{name}.txt").stacks.total == samples


def test_perf_stacks_are_those_of_the_golden_file():
    """The golden file leaves out arguments, which the text of perf has, and one kind of file name."""
    own = only("folded/perf-java-stacks-01.txt").stacks.folded()
    found = {}
    for stack, weight in own.items():
        short = re.sub(r"\([^;]*?\)(?=;|$)", "", stack)
        found[short] = found.get(short, 0) + weight
    golden = only("folded/perf-java-stacks-01-collapsed-pid.txt").stacks.folded()
    golden = {re.sub(r"^([^;]*)-\?;", r"\1;", stack): weight for stack, weight in golden.items()}
    same = sum(min(weight, found.get(stack, 0)) for stack, weight in golden.items())
    assert same >= 44


@needs_jfr
@pytest.mark.parametrize("name", names("jfr/*_collapsed.txt.gz"))
def test_recordings_fold_to_their_golden_files(name):
    golden = {}
    for line in text(name).splitlines():
        stack, _, value = line.rpartition(" [")
        golden[stack] = golden.get(stack, 0) + int(value.rstrip("]"))
    recording = re.sub(r"_\d_(process_cpu_cpu|wall_wall)__.*", ".jfr.gz", name)
    found = {stack: round(weight * 1e9) for stack, weight in only(recording).stacks.folded().items()}
    assert found == golden


@pytest.mark.parametrize("name", names("jfr/*_expected.txt.gz"))
def test_the_text_of_pprof_has_the_same_total_as_the_golden_file(name):
    total = only(name.replace("_expected", "_expected_collapsed")).stacks.total
    assert only(name).stacks.total == pytest.approx(total)


@needs_jfr
def test_a_recording_of_the_jdk_itself_counts_20_ms_a_sample():
    process = only("jfr/heavy.jfr")
    stacks = process.stacks
    assert stacks.weight[stacks.on_cpu].sum() == pytest.approx(346 * 0.02)
    assert (~stacks.on_cpu).sum() == 44  # of threads in native code
    assert len(process.usage) == 7


@pytest.mark.parametrize("folder", ["ProfileStraggler", "profile_fatso", "profile_straggler"])
def test_the_jvm_profiler_counts_the_cpu_of_the_process(folder):
    samples = profilers.read(SHARED / "jvm_profiler" / folder)
    assert samples.notes == ()
    (jvm,) = [process for process in samples.processes if process.role == "jvm"]
    looks = [json.loads(line) for line in text(f"jvm_profiler/{folder}/CpuAndMemory.json.gz").splitlines()]
    most = max(look["processCpuTime"] for look in looks) / 1e9
    assert jvm.cpu_before_s + jvm.usage.cpu_s.sum() == pytest.approx(most, rel=1e-3)
    assert len(jvm.usage) == len(looks) - 1


@pytest.mark.parametrize("folder", ["ProfileStraggler", "profile_straggler"])
def test_the_jvm_profiler_s_stacks_are_all_there(folder):
    name = f"jvm_profiler/{folder}/Stacktrace.json.gz"
    counts = sum(json.loads(line)["count"] for line in text(name).splitlines())
    (jvm,) = [p for p in profilers.read(SHARED / "jvm_profiler" / folder).processes if p.role == "jvm"]
    assert len(jvm.stacks) == text(name).count("\n")
    assert jvm.stacks.total == pytest.approx(counts, rel=0.005)  # one sample a second


@pytest.mark.parametrize("name", names("jvm_profiler/*/s_*_cpumem.json.gz"))
def test_every_look_at_a_python_worker_is_there(name):
    process = only(name)
    assert len(process.usage) == text(name).count('"pid"')
    assert np.nanmax(process.usage.rss_bytes) == max(
        int(value) for value in re.findall(r'"pmem_rss": (\d+)', text(name))
    )


@pytest.mark.parametrize("name", names("jvm_profiler/*/s_*_stack.json.gz"))
def test_every_stack_of_python_workers_is_there(name):
    counts = sum(int(value) for value in re.findall(r'"count":(\d+)', text(name)))
    assert only(name).stacks.total == counts > 0


@pytest.mark.parametrize(
    ("name", "total", "unit"),
    [
        ("speedscope/0.0.1_simple.speedscope.json", 14, "samples"),
        ("speedscope/0.1.2_simple-sampled.speedscope.json", 14, "s"),
        ("pyspy/wordcount_trace.speedscope.json", 280 * 0.02, "s"),
        ("pyspy/wordcount_trace.raw", 257, "samples"),
    ],
)
def test_documents_have_their_totals(name, total, unit):
    stacks = only(name).stacks
    assert stacks.total == pytest.approx(total)
    assert stacks.unit == unit


def test_the_whole_folder_is_read_at_once():
    samples = profilers.read(SHARED / "jvm_profiler")
    assert sorted(p.role for p in samples.processes) == ["jvm"] * 3 + ["python"] * 8
