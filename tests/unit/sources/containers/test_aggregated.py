import io

import pytest

from pertract.sources.containers import aggregated

ONE = "container_1700000000000_0007_01_000001"
TWO = "container_e26_1700000000000_0007_01_000002"


def block(container, kind, content, *, host="node-1_38887"):
    """Return a log as Hadoop 3 prints it."""
    return (
        f"Container: {container} on {host}\nLogAggregationType: AGGREGATED\n{'=' * 60}\nLogType:{kind}\n"
        "LogLastModifiedTime:Thu May 21 18:56:11 +0000 2026\n"
        f"LogLength:{len(content.encode())}\nLogContents:\n"
        f"{content}\nEnd of LogType:{kind}\n{'*' * 70}\n\n"
    )


def cut(text):
    """Return container, host, type and content of every log."""
    return [
        (log.heading.container, log.heading.host, log.heading.kind, b"".join(log).decode())
        for log in aggregated.logs(io.BytesIO(text.encode()))
    ]


def test_logs_of_hadoop_3():
    text = block(ONE, "stderr", "first\nsecond\n") + block(TWO, "stdout", "", host="node-2:45454")
    assert cut(text) == [(ONE, "node-1", "stderr", "first\nsecond\n"), (TWO, "node-2", "stdout", "")]


def test_hadoop_2_names_a_container_once():
    text = f"\n\nContainer: {ONE} on node-1_8041\n{'=' * 60}\n"
    for kind, content in (("stderr", "a\n"), ("stdout", "b\nc\n")):
        text += f"LogType:{kind}\nLog Upload Time:Thu May 21 18:56:11 +0000 2026\nLogLength:{len(content)}\n"
        text += f"Log Contents:\n{content}\nEnd of LogType:{kind}\n\n"
    assert cut(text) == [(ONE, "node-1", "stderr", "a\n"), (ONE, "node-1", "stdout", "b\nc\n")]


def test_the_length_decides_where_a_log_ends():
    """A log may quote all that stands around logs, of other containers, too."""
    quoted = block(TWO, "stdout", "inner\n")
    found = cut(block(ONE, "stderr", quoted) + block(ONE, "stdout", "last\n"))
    assert found == [(ONE, "node-1", "stderr", quoted), (ONE, "node-1", "stdout", "last\n")]


def test_lengths_are_bytes():
    assert cut(block(ONE, "stderr", "Größe\n") + block(ONE, "stdout", "x"))[1][3] == "x"


def test_what_clients_print_is_passed_over():
    noise = "26/11/21 23:14:32 INFO client.RMProxy: Connecting\nUnable to load native-hadoop library\n"
    assert cut(noise + block(ONE, "stderr", "a\n") + noise)[0][3] == "a\n"


def test_a_log_that_is_not_asked_for_is_passed_over():
    text = block(ONE, "stderr", "a\n" * 100) + block(TWO, "stdout", "b\n")
    kinds = [log.heading.kind for log in aggregated.logs(io.BytesIO(text.encode()))]
    assert kinds == ["stderr", "stdout"]


def test_text_that_is_cut_tells_how_much_is_missing():
    text = block(ONE, "stderr", "0123456789" * 10).encode()
    log = next(aggregated.logs(io.BytesIO(text[: text.index(b"0123") + 30])))
    assert b"".join(log) == b"0123456789" * 3
    assert log.missing == 70


@pytest.mark.parametrize(
    "text", ["", "LogLength:5\nLogContents:\nabcde", "Container: x on y\n", "LogContents:\n"]
)
def test_text_without_headings_has_no_logs(text):
    assert cut(text) == []
