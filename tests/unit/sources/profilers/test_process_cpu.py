"""CPU of processes as plain CSV."""

import pytest

from pertract.errors import UnreadableSource, UnrecognisedSource
from pertract.sources import profilers

HEADER = "t,role,exec_id,pid,cpu_user_s,cpu_sys_s,rss_mb\n"


def read(folder, text):
    path = folder / "cpu.csv"
    path.write_text(text)
    return profilers.read(path)


def test_looks_at_processes_become_intervals(tmp_path):
    found = read(
        tmp_path,
        HEADER
        + "100.0,driver,driver,7,1.0,0.5,90\n100.0,host,,,900,10,1\n100.0,executor,0,8,0.25,0.25,100\n"
        + "101.0,executor,0,8,1.0,0.5,200\n101.5,pyworker,0,9,0.5,0,10\n102.0,executor,0,8,2.0,0.5,300\n"
        + "102.0,pyworker,0,9,0.75,0,10\n",
    )
    driver, jvm, python = sorted(found.processes, key=lambda p: p.pid)
    assert (driver.executor, driver.role, driver.cpu_before_s) == ("driver", "jvm", 1.5)
    assert (jvm.executor, jvm.role, jvm.cpu_before_s) == ("0", "jvm", 0.5)
    assert jvm.usage.start_s.tolist() == [100, 101]
    assert jvm.usage.end_s.tolist() == [101, 102]
    assert jvm.usage.cpu_s.tolist() == [1.0, 1.0]
    assert jvm.usage.rss_bytes.tolist() == [2e8, 3e8]
    assert (python.executor, python.role, python.usage.cpu_s.tolist()) == ("0", "python", [0.25])


def test_the_least_it_needs_are_time_role_process_and_cpu(tmp_path):
    (found,) = read(tmp_path, "time_s,role,pid,cpu_s\n5,executor,3,0.5\n6,executor,3,0.75\n").processes
    assert (found.executor, found.pid, found.usage.cpu_s.tolist()) == (None, 3, [0.25])


def test_damaged_rows_are_left_out_and_told(tmp_path):
    found = read(
        tmp_path, HEADER + "1,executor,0,8,0,0,\n2,executor,0,8,oops,0,\n3,executor,0,8,1,0,\n4,exec"
    )
    assert found.processes[0].usage.cpu_s.tolist() == [1.0]
    assert any("damaged" in note for note in found.notes)


def test_a_table_of_something_else_is_refused(tmp_path):
    with pytest.raises(UnrecognisedSource):
        read(tmp_path, "t,role,name\n1,executor,a\n")
    with pytest.raises(UnreadableSource, match="empty"):
        read(tmp_path, HEADER)
