import pytest

from pertract.sources.containers import Collections
from pertract.sources.containers.pauses import add_pause
from pertract.units import KIB, MIB


@pytest.mark.parametrize(
    ("line", "pause_s", "full", "heap"),
    [
        (
            "[5.1s][info][gc] GC(0) Pause Young (Allocation Failure) 100M->22M(365M) 173.613ms",
            0.173613,
            0,
            100,
        ),
        (
            "[5.547s][info][gc] GC(1) Pause Full (Metadata GC Threshold) 34M->22M(365M) 190.327ms",
            0.190327,
            1,
            34,
        ),
        (
            "[2026-05-21T18:56:11.000+0000][1.2s][info][gc          ] GC(12) Pause Young (Normal)"
            " (G1 Evacuation Pause) 24M->5M(256M) 3,456ms",
            0.003456,
            0,
            24,
        ),
        ("[3.0s][info][gc] GC(7) Pause Remark 80M->79M(256M) 2.000ms", 0.002, 0, 80),
        ("[gc] GC(7) Pause Remark 80M->79M(256M) 2.000ms", 0.002, 0, 80),
        ("1.5: [GC (Allocation Failure)  65536K->9000K(251392K), 0.0125300 secs]", 0.01253, 0, 64),
        (
            "2015-05-26T16:37:34.667-0200: 12.8: [Full GC (Ergonomics) [PSYoungGen: 10240K->0K(179200K)]"
            " [ParOldGen: 10240K->9000K(349184K)] 20480K->9000K(528384K), [Metaspace: 100K->100K(200K)],"
            " 0.5 secs] [Times: user=0.10 sys=0.00, real=0.50 secs]",
            0.5,
            1,
            20,
        ),
        (
            "9.0: [GC (Allocation Failure) 9.0: [ParNew: 4096K->64K(9216K), 0.0101 secs] "
            "8192K->4160K(29696K), 0.0103 secs] [Times: user=0.03 sys=0.00, real=0.01 secs]",
            0.0103,
            0,
            8,
        ),
        ("7.1: [GC pause (G1 Evacuation Pause) (young), 0.0090 secs]", 0.009, 0, 0),
    ],
)
def test_pauses_in_every_form(line, pause_s, full, heap):
    found = Collections()
    assert add_pause(line + "\n", found)
    assert found == Collections(1, pytest.approx(pause_s), pytest.approx(pause_s), full, heap * MIB)


@pytest.mark.parametrize(
    "line",
    [
        "[0.007s][info][gc] Using Serial",
        "[2.0s][info][gc,start] GC(3) Pause Young (Normal) (G1 Evacuation Pause)",
        "[2.0s][info][gc,phases] GC(3)   Evacuate Collection Set: 3.1ms",
        "[2.0s][info][gc] GC(4) Concurrent Mark Cycle 12.345ms",
        "9.0: [CMS-concurrent-mark: 0.010/0.010 secs] [Times: user=0.03 sys=0.00, real=0.01 secs]",
        "26/11/21 23:18:29 INFO Executor: took 12 secs]",
        "",
    ],
)
def test_what_is_no_pause(line):
    assert not add_pause(line, Collections())


def test_pauses_add_up():
    found = Collections()
    add_pause("[1s][info][gc] GC(0) Pause Young (A) 100K->20K(200K) 2.0ms", found)
    add_pause("[2s][info][gc] GC(1) Pause Full (B) 90K->20K(200K) 5.0ms", found)
    assert found == Collections(2, pytest.approx(0.007), 0.005, 1, 100 * KIB)
