from pathlib import Path

import pytest

from pertract.errors import (
    EmptySource,
    SourceNotFound,
    UnreadableSource,
    UnrecognisedSource,
    UsageError,
)
from pertract.sources.runs_table import MeasuredRun, read_table, select


@pytest.fixture
def table(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "runs.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def test_every_column_with_a_meaning_and_labels_for_the_rest(table):
    path = table(
        "label,log,workload,executors,cores_per_executor,nodes,node_cores,data_bytes,response_time_s,"
        "job_span_s,cpu_utilisation,iterations,note\n"
        "first,logs/a.zstd,sort,4,2,2,8,1500,60.5,50,0.75,3,\n"
    )
    assert read_table(path) == (
        MeasuredRun(
            row=2,
            label="first",
            log=str(path.parent / "logs/a.zstd"),
            workload="sort",
            executors=4,
            cores_per_executor=2,
            nodes=2,
            node_cores=8,
            data_size=1500.0,
            data_column="data_bytes",
            response_time_s=60.5,
            job_span_s=50.0,
            cpu_utilisation=0.75,
            cpu_cores=16,
            labels={"iterations": "3"},
        ),
    )


def test_samples_are_places_beside_the_table(table):
    path = table("log,samples\na.zstd,agent | s3://bucket/cpu.csv\nb.zstd,\n")
    first, second = read_table(path)
    assert first.samples == (str(path.parent / "agent"), "s3://bucket/cpu.csv")
    assert second.samples == ()


def test_absent_cells_are_none_and_rows_without_label_are_named_after_log_or_line(table):
    path = table("log,executors\nlogs/a.zstd,\n\n,3\n")
    named, unnamed = read_table(path)
    assert (named.label, named.executors) == ("a.zstd", None)
    assert (unnamed.row, unnamed.label, unnamed.log) == (4, "line 4", None)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("data_units", "1e300"),
        ("data_units", "1e-300"),
        ("response_time_s", "1e308"),
        ("job_span_s", "1e-99"),
    ],
)
def test_what_no_run_can_have_had_is_told_by_line_and_column(table, column, cell):
    with pytest.raises(UnreadableSource, match=f"line 2, column '{column}': '{cell}' is not"):
        read_table(table(f"executors,{column}\n2,{cell}\n"))


@pytest.mark.parametrize("log", ["s3://bucket/log", "https://host/log.zip", "/var/log/app"])
def test_urls_and_absolute_paths_stay(table, log):
    assert read_table(table(f"log\n{log}\n"))[0].log == log


def test_byte_order_mark_semicolons_and_decimal_commas(table):
    path = table("nodes;data_size;response_time_s\n4;1,5;12,25\n", encoding="utf-8-sig")
    run = read_table(path)[0]
    assert (run.nodes, run.data_size, run.response_time_s) == (4, 1.5, 12.25)


def test_quoted_cells_may_span_lines_and_later_lines_keep_their_number(table):
    path = table('nodes,note\n1,"two\nlines"\nfour,\n')
    with pytest.raises(UnreadableSource, match=r"runs.csv, line 4, column 'nodes': 'four' is not a whole"):
        read_table(path)


def test_names_of_sizes_are_labels_if_another_column_has_numbers(table):
    run = read_table(table("data_size,data_units\nL,22400\n"))[0]
    assert (run.data_size, run.data_column, run.labels) == (22400, "data_units", {"data_size": "L"})


def test_the_first_data_column_with_numbers_counts(table):
    run = read_table(table("data_bytes,data_size\n15GB,3\n"))[0]
    assert (run.data_size, run.data_column, run.labels) == (3, "data_size", {"data_bytes": "15GB"})
    assert read_table(table("data_bytes\n15GB\n"))[0].data_size == 15e9


@pytest.mark.parametrize(
    ("column", "cell", "wanted"),
    [
        ("nodes", "0", "a whole number"),
        ("executors", "2.5", "a whole number"),
        ("response_time_s", "0", "a time in seconds"),
        ("response_time_s", "nan", "a time in seconds"),
        ("job_span_s", "12 s", "a time in seconds"),
        ("cpu_utilisation", "75%", "a ratio"),
        ("cpu_utilisation", "-0.1", "a ratio"),
        ("data_size", "huge", "an amount of data"),
        ("data_bytes", "0", "an amount of data"),
    ],
)
def test_a_bad_cell_is_named_with_file_line_and_column(table, column, cell, wanted):
    path = table(f"label,{column}\nok,1\nbad,{cell}\n")
    with pytest.raises(UnreadableSource) as raised:
        read_table(path)
    assert f"{path}, line 3, column '{column}': '{cell}' is not {wanted}" in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptySource, "empty"),
        ("\n \n", EmptySource, "empty"),
        ("nodes,response_time_s\n", EmptySource, "no runs"),
        ("a,b\n1,2\n", UnrecognisedSource, "no column of a table of runs; found a, b"),
        ("nodes,nodes\n1,2\n", UnreadableSource, "'nodes' occurs twice"),
        ("nodes,note\n1,a,b\n", UnreadableSource, "line 2: 3 cells"),
        ('nodes,note\n1,"a\n', UnreadableSource, "not a table of comma-separated values"),
    ],
)
def test_what_is_no_table_is_refused(table, text, error, says):
    with pytest.raises(error, match=says):
        read_table(table(text))


def test_missing_binary_and_unreadable_files(tmp_path):
    with pytest.raises(SourceNotFound):
        read_table(tmp_path / "none.csv")
    (tmp_path / "log.zstd").write_bytes(b"\x28\xb5\x2f\xfd\xff\xfe")
    with pytest.raises(UnrecognisedSource, match="CSV text"):
        read_table(tmp_path / "log.zstd")
    with pytest.raises(UnreadableSource):
        read_table(tmp_path)


HEAD = "executors,cores_per_executor,nodes,node_cores,cpu_utilisation"


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        (f"{HEAD}\n2,1,1,8,0.9\n", [8]),
        (f"{HEAD}\n2,1,1,8,0.9\n1,1,1,8,1.1\n", [2, 1]),  # no node is busier than its cores
        (f"{HEAD},cpu_cores\n2,1,1,8,0.9,4\n", [4]),
        # CPU times tell which cores are meant.
        (f"{HEAD},response_time_s,executor_jvm_cpu_s,executor_python_cpu_s\n1,1,1,2,0.8,10,6,2\n", [1]),
        (f"{HEAD},response_time_s,executor_jvm_cpu_s,executor_python_cpu_s\n1,1,1,2,0.8,10,12,4\n", [2]),
        (f"{HEAD},response_time_s,executor_jvm_cpu_s\n1,1,1,2,0.8,10,much\n", [2]),
        (f"{HEAD}\n2,1,,,1.2\n", [2]),
        (f"{HEAD}\n2,,,,0.9\n", [None]),
    ],
)
def test_the_cores_that_utilisation_is_relative_to(table, text, cores):
    assert [run.cpu_cores for run in read_table(table(text))] == cores


def test_select_refuses_to_mix_workloads(table):
    runs = read_table(table("workload,nodes\nsort,1\nsort,2\npagerank,1\n,1\n"))
    with pytest.raises(UsageError, match=r"several workloads: sort, pagerank, \(none\)"):
        select(runs)
    assert [run.nodes for run in select(runs, "sort")] == [1, 2]
    with pytest.raises(UsageError, match="'lda'") as raised:
        select(runs, "lda")
    assert "sort, pagerank" in raised.value.hint
    assert len(select(runs[:2])) == 2
