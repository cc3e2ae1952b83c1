"""Java flight recordings, with a program in the place of the JDK's where the machine has none."""

import json
import os
import stat
import struct
import sys

import pytest

from pertract.errors import UnreadableSource
from pertract.sources import profilers

PRINTED = {
    "recording": {
        "events": [
            {"type": "jdk.ActiveSetting", "values": {"id": 107, "name": "event", "value": "cpu"}},
            {"type": "jdk.ActiveSetting", "values": {"id": 101, "name": "interval", "value": "5000000"}},
            {"type": "jdk.CPUInformation", "values": {"hwThreads": 4}},
            {
                "type": "jdk.CPULoad",
                "values": {
                    **{"startTime": "2024-01-16T11:08:57.0Z", "jvmUser": 0.25, "jvmSystem": 0.05},
                    "machineTotal": 0.5,
                },
            },
            {
                "type": "jdk.ExecutionSample",
                "values": {
                    "startTime": "2024-01-16T11:08:56.5Z",
                    "sampledThread": {"osName": "x", "javaName": "main"},
                    "state": "STATE_RUNNABLE",
                    "stackTrace": {
                        "truncated": False,
                        "frames": [
                            {
                                "method": {"name": "run", "type": {"name": "a/B$$Lambda$7.0x00000008"}},
                                "lineNumber": 0,
                            },
                            {"method": {"name": "main", "type": {"name": "a/B"}}, "lineNumber": 12},
                        ],
                    },
                },
            },
        ]
    }
}


def chunk(size=200):
    return struct.pack(">4sHHQ", b"FLR\0", 2, 0, size) + b"\0" * (size - 16)


@pytest.fixture
def jfr(tmp_path, monkeypatch):
    """A folder on the path with a ``jfr`` that prints the same of each chunk; it may be told to fail."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def install(text, code=0):
        (folder / "printed").write_text(text)
        program = folder / "jfr"
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.stdout.write(open({str(folder / 'printed')!r}).read())\n"
            f"sys.stderr.write('jfr print: it broke\\n' if {code} else '')\nsys.exit({code})\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IEXEC)

    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return install


def pretty(document):
    """JSON in the layout of ``jfr print``: events begin and end on lines of their own."""
    events = [json.dumps(event, indent=2)[1:-1].strip("\n") for event in document["recording"]["events"]]
    body = "\n    }, {\n".join("\n".join("    " + line for line in event.splitlines()) for event in events)
    return '{\n  "recording": {\n    "events": [{\n' + body + "\n    }]\n  }\n}"


def test_samples_are_weighed_by_the_interval_and_named_like_golden_files(tmp_path, jfr):
    jfr(pretty(PRINTED))
    path = tmp_path / "a.jfr"
    path.write_bytes(chunk() + chunk(100))
    (process,) = profilers.read(path).processes
    assert process.stacks.folded() == {"a/B.main:12;a/B$$Lambda_.run:0": pytest.approx(0.01)}  # two chunks
    assert process.stacks.threads == ("main",)
    assert process.usage.cpu_s.tolist() == pytest.approx([0.3 * 4 * 1.0])
    assert process.usage.host_load_ratio.tolist() == [0.5]


def test_a_chunk_that_is_cut_off_is_told_and_whole_ones_are_read(tmp_path, jfr):
    jfr(pretty(PRINTED))
    path = tmp_path / "a.jfr"
    path.write_bytes(chunk() + chunk()[:90])
    samples = profilers.read(path)
    assert len(samples.processes[0].stacks) == 1
    assert samples.notes == ("a.jfr: 1 record is cut off or damaged and not used",)


def test_what_the_program_says_is_in_the_sentence(tmp_path, jfr):
    jfr("", code=1)
    path = tmp_path / "a.jfr"
    path.write_bytes(chunk())
    with pytest.raises(UnreadableSource, match=r"no chunk of it can be read \(it broke\)"):
        profilers.read(path)


def test_without_a_jdk_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    path = tmp_path / "a.jfr"
    path.write_bytes(chunk())
    with pytest.raises(
        UnreadableSource, match="read by the jfr command of a JDK, which is not here"
    ) as error:
        profilers.read(path)
    assert "Install a JDK" in error.value.hint
    assert "jfrconv" in error.value.hint
