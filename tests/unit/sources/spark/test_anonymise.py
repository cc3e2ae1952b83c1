"""What becomes of every kind of text in an event, and how the new log is written."""

import gzip
import json
import os
import re
import stat
from pathlib import Path

import pytest
import zstandard

from pertract.errors import OutputError, UnreadableSource, UsageError
from pertract.sources import spark
from pertract.sources.places import LocalPlace, ZipFolder
from pertract.sources.spark.anonymise import (
    DAMAGED,
    MOST_COUNTED,
    Anonymiser,
    anonymise,
    anonymise_log,
    read_key,
    vocabulary,
)
from pertract.sources.spark.segment import Counts, SegmentReader

KEY = b"a key for tests only"


def after(event, key=KEY):
    """An event after it was made anonymous."""
    return json.loads(Anonymiser(key).line(json.dumps(event).encode()))


def value_of(key, value):
    return after({"Event": "SparkListenerTaskEnd", key: value})[key]


def operation(name):
    info = {"RDD Info": [{"RDD ID": 1, "Name": name}]}
    return after({"Event": "SparkListenerStageSubmitted", "Stage Info": info})["Stage Info"]["RDD Info"][0][
        "Name"
    ]


def token(kind):
    return re.compile(rf"{kind}-[0-9a-f]{{12}}")


class TestWords:
    @pytest.mark.parametrize("value", [0, -1, 1.5, 2**70, True, False, None, [], {}])
    def test_numbers_truth_values_and_nulls_stay(self, value):
        assert value_of("Index", value) == value

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("Locality", "PROCESS_LOCAL"),
            ("Task Type", "ShuffleMapTask"),
            ("Result", "JobSucceeded"),
            ("Reason", "ExceptionFailure"),
            ("Class Name", "java.lang.OutOfMemoryError"),
            ("Executor ID", "12"),
            ("Executor ID", "driver"),
            ("Executor ID", "<driver>"),
            ("Host", "localhost"),
            ("Value", "1234567"),
            ("Value", "-1.5E10"),
            ("Block ID", "rdd_1_2"),
            ("Block ID", "broadcast_0_piece0"),
            ("Spark Version", "3.5.1"),
            ("Spark Version", "3.4.0-SNAPSHOT"),
            ("Spark Version", "3.3.0-amzn-0"),
            ("timestamp", "2024-03-01T18:46:05.095Z"),
            ("User", ""),
            ("Name", " "),
        ],
    )
    def test_sparks_own_words_stay(self, key, value):
        assert value_of(key, value) == value

    @pytest.mark.parametrize(
        ("key", "value", "kind"),
        [
            ("Host", "node-17.internal.example.org", "host"),
            ("Host", "10.0.0.17", "host"),
            ("Host Name", "10.0.0.17", "host"),
            ("hostId", "node-17", "host"),
            ("hostPort", "node-17:8041", "host"),
            ("User", "jane", "user"),
            ("User", "20231107", "user"),
            ("userName", "jane", "user"),
            ("App Name", "Payroll 2024", "application"),
            ("App Name", "2024", "application"),
            ("App ID", "application_1700000000000_0042", "app"),
            ("Executor ID", "20240101-123456-16842879-5050-1-S0", "executor"),
            ("Stage Name", "salaries", "name"),
            ("Stage Name", "4711", "name"),
            ("Details", "org.example.Payroll.main(Payroll.scala:3)", "code"),
            ("Removed Reason", "Container on host node-17 failed", "text"),
            ("Failure Reason", "lost node-17", "text"),
            ("Locality", "SECRET_LOCAL", "text"),
            ("Class Name", "org.example.PayrollException", "class"),
            ("Class Name", "org.apache.spark.payroll.Secret", "class"),
            ("Discovery Script", "/home/jane/gpus.sh", "/path"),
            ("Discovery Script", "s3a://bucket/gpus.sh", "/path"),
            ("Java Home", "/home/jane/jdk", "/path"),
            ("Value", "Map(jane -> 3)", "value"),
            ("Block ID", "test_jane", "block"),
            ("Block ID", "rdd_1_jane", "block"),
            ("simpleString", "Filter (salary#3 > 10)", "plan"),
            ("physicalPlanDescription", "== Physical Plan ==\nScan salaries", "plan"),
            ("statement", "select * from salaries", "sql"),
            ("jobGroupId", "jane", "group"),
            ("timestamp", "jane", "text"),
            ("Spark Version", "payroll", "version"),
            ("Spark Version", "10.0.0.17", "version"),
        ],
    )
    def test_everything_else_becomes_a_token_of_its_kind(self, key, value, kind):
        assert token(kind).fullmatch(value_of(key, value))

    def test_a_version_keeps_what_is_sparks(self):
        assert token(r"3\.5\.1-version").fullmatch(value_of("Spark Version", "3.5.1-payroll-7"))

    def test_lists_are_replaced_like_single_values(self):
        assert all(token("text").fullmatch(tag) for tag in value_of("jobTags", ["a tag", "another"]))
        assert value_of("addresses", [["0", "1"], "2"]) == [["0", "1"], "2"]

    def test_keys_that_are_not_sparks_become_tokens(self):
        replaced = after(
            {"Event": "SparkListenerLogStart", "jane": 1, "Resources": {"salaries": {"name": "gpu"}}}
        )
        first, second, _ = replaced
        assert first == "Event"
        assert token("field").fullmatch(second)
        assert token("field").fullmatch(next(iter(replaced["Resources"])))
        assert list(replaced["Resources"].values()) == [{"name": "gpu"}]


class TestNames:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("count at Payroll.scala:12", "count at code"),
            ("collect at /home/jane/x.py:1", "collect at code"),
            ("  count\n at   Payroll.scala:12", "count at code"),
            ("pay at Payroll.scala:12", "name"),
            ("count at", "name"),
        ],
    )
    def test_places_in_programs_keep_the_method_of_spark(self, text, kept):
        assert token(kept).fullmatch(value_of("Stage Name", text))
        assert value_of("Callsite", text) == value_of("Stage Name", text)

    def test_names_that_the_model_cuts_to_the_same_text_stay_the_same(self):
        assert value_of("Stage Name", "x" * 120 + "a") == value_of("Stage Name", "x" * 120 + "b")
        assert value_of("Stage Name", "x y") == value_of("Stage Name", " x\n\n y ")
        assert value_of("Stage Name", "x" * 119 + "a") != value_of("Stage Name", "x" * 119 + "b")

    @pytest.mark.parametrize(
        "name",
        [
            "ParallelCollectionRDD",
            "RangeRDD",
            "Exchange",
            "reduceByKey",
            "WholeStageCodegen (3)",
            "Scan parquet ",
            "GpuScan csv",
            "Execute CreateViewCommand",
        ],
    )
    def test_public_operators_stay(self, name):
        assert operation(name) == name

    @pytest.mark.parametrize(
        ("name", "becomes"),
        [
            ("salaries", "operation"),
            ("7", "operation"),
            ("WholeStageCodegen (salaries)", "operation"),
            ("Scan csv salaries", "Scan csv table"),
            ("Scan csv s3a://bucket/x", "Scan csv /path"),
            ("Scan jdbcsalaries", "operation"),
            ("Scan salaries", "operation"),
            ("Execute PayJane", "operation"),
            ("/data/salaries", "/path"),
            ("hdfs://host/salaries", "/path"),
            ("my ParallelCollectionRDD", "ParallelCollection"),
            ("SecretExchangeExec", "Exchange"),
            ("/data/Exchange", "/path-Exchange"),
        ],
    )
    def test_other_operators_keep_the_marks_that_rules_need(self, name, becomes):
        assert token(becomes).fullmatch(operation(name))

    def test_scopes_are_replaced_inside_their_json(self):
        scope = {"id": "3", "name": "salaries", "parent": {"id": "2", "name": "Exchange"}, "jane": "secret"}
        replaced = json.loads(value_of("Scope", json.dumps(scope)))
        assert replaced["id"] == "3"
        assert token("operation").fullmatch(replaced["name"])
        assert replaced["parent"] == scope["parent"]
        assert "jane" not in json.dumps(replaced)

    @pytest.mark.parametrize(
        "scope", ["salaries", '"salaries"', '["salaries"]', '{"name":"salaries"', "[" * 5000]
    )
    def test_scopes_that_are_no_objects_become_tokens(self, scope):
        assert token("scope").fullmatch(value_of("Scope", scope))

    def test_the_same_name_gives_the_same_digits_everywhere(self):
        digits = {
            value_of(key, "jane").rpartition("-")[2] for key in ("User", "Host", "App Name", "statement")
        }
        assert len(digits) == 1


class TestMetrics:
    def replaced(self, **accumulable):
        info = {"Accumulables": [{"ID": 1, **accumulable}]}
        return after({"Event": "SparkListenerTaskEnd", "Task Info": info})["Task Info"]["Accumulables"][0]

    @pytest.mark.parametrize("name", ["internal.metrics.jvmGCTime", "number of output rows"])
    def test_those_of_spark_keep_their_name(self, name):
        assert self.replaced(Name=name)["Name"] == name

    @pytest.mark.parametrize("name", ["salaries", "internal.metrics.salaries", "7", "default"])
    def test_those_of_users_do_not(self, name):
        assert token("metric").fullmatch(self.replaced(Name=name)["Name"])

    def test_values_stay_where_they_are_numbers(self):
        assert self.replaced(Update="12", Value=13) == {"ID": 1, "Update": "12", "Value": 13}

    def test_plans_keep_operators_and_metrics_only(self):
        node = {
            "nodeName": "Scan parquet db.salaries",
            "simpleString": "FileScan parquet [salary#3] Location: hdfs://host/x",
            "metadata": {"Location": "hdfs://host/x", "Format": "Parquet", "jane": "x"},
            "metrics": [{"name": "scan time", "accumulatorId": 1, "metricType": "timing"}],
            "children": [{"nodeName": "Exchange", "children": [], "metrics": [{"name": "my metric"}]}],
        }
        plan = after({"Event": "SparkListenerSQLExecutionStart", "sparkPlanInfo": node})["sparkPlanInfo"]
        assert token("Scan parquet table").fullmatch(plan["nodeName"])
        assert token("plan").fullmatch(plan["simpleString"])
        assert token("/path").fullmatch(plan["metadata"].pop("Location"))
        assert plan["metadata"] == {"Format": "parquet"}
        assert plan["metrics"] == node["metrics"]
        assert plan["children"][0]["nodeName"] == "Exchange"
        assert token("metric").fullmatch(plan["children"][0]["metrics"][0]["name"])

    def test_private_formats_are_replaced(self):
        node = {"nodeName": "Scan", "metadata": {"Format": "jane", "Location": " "}}
        plan = after({"Event": "SparkListenerSQLExecutionStart", "sparkPlanInfo": node})["sparkPlanInfo"]
        assert token("format").fullmatch(plan["metadata"]["Format"])
        assert plan["metadata"]["Location"] == ""

    def test_the_run_of_a_streaming_query_is_the_group_of_its_jobs(self):
        progress = {"runId": "jane", "timestamp": "2024-03-01T18:46:05.095Z", "batchId": 3, "numInputRows": 4}
        name = "org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent"
        properties = {"spark.jobGroup.id": "jane", "streaming.sql.batchId": "3"}
        job = after({"Event": "SparkListenerJobStart", "Properties": properties})["Properties"]
        told = after({"Event": name, "progress": progress})["progress"]
        assert told == {**progress, "runId": job["spark.jobGroup.id"]}
        assert job["streaming.sql.batchId"] == "3"

    def test_plans_may_be_deep(self):
        line = b'{"Event":"SparkListenerSQLExecutionStart","sparkPlanInfo":'
        line += b'{"nodeName":"Project","children":[' * 300 + b'"jane"' + b"]}" * 300 + b"}"
        replaced = Anonymiser(KEY).line(line)
        assert replaced.count(b"Project") == 300
        assert b"jane" not in replaced


class TestProperties:
    def environment(self, properties):
        event = {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": properties}
        return after(event)["Spark Properties"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("spark.executor.memory", "4g"),
            ("spark.executor.cores", "4"),
            ("spark.sql.shuffle.partitions", " 200 "),
            ("spark.scheduler.mode", "FAIR"),
            ("spark.dynamicAllocation.enabled", "True"),
            ("spark.locality.wait", "3s"),
            ("spark.serializer", "org.apache.spark.serializer.KryoSerializer"),
            ("spark.master", "local[4]"),
            ("spark.master", "local[*, 3]"),
            ("spark.master", "yarn"),
            ("spark.driver.memory", ""),
            ("spark.driver.memory", None),
            ("spark.driver.cores", 4),
        ],
    )
    def test_public_settings_stay(self, name, value):
        assert self.environment({name: value}) == {name: value}

    @pytest.mark.parametrize(
        ("name", "value", "becomes"),
        [
            ("spark.executor.memory", "jane", "value"),
            ("spark.executor.memory", "4g of jane", "value"),
            ("spark.executor.memory", ["4g", "jane"], "value"),
            ("spark.serializer", "org.example.Payroll", "value"),
            ("spark.master", "spark://node-17:7077", "spark://host"),
            ("spark.master", "k8s://https://node-17:443", "k8s://host"),
            ("spark.master", "node-17", "host"),
            ("spark.app.name", "Payroll", "application"),
            ("spark.app.id", "application_1700000000000_0042", "app"),
        ],
    )
    def test_their_values_stay_only_where_they_are_plain(self, name, value, becomes):
        assert token(becomes).fullmatch(self.environment({name: value})[name])

    @pytest.mark.parametrize("value", ["hunter2", "123456", "true", 123456, {"jane": 1}, ["jane"]])
    @pytest.mark.parametrize(
        "name", ["spark.hadoop.fs.s3a.bucket.salaries.secret.key", "spark.authenticate.secret", "jane"]
    )
    def test_others_lose_name_and_value(self, name, value):
        ((renamed, replaced),) = self.environment({name: value}).items()
        assert token("property").fullmatch(renamed)
        assert token("value").fullmatch(replaced)

    def test_job_properties_keep_what_the_model_reads_and_drop_the_rest(self):
        properties = {
            "spark.jobGroup.id": "jane",
            "spark.job.description": "pay jane",
            "spark.scheduler.pool": "vip",
            "spark.sql.execution.id": "7",
            "spark.sql.shuffle.partitions": "8",
            "spark.rdd.scope": '{"id":"1","name":"jane"}',
            "user": "jane",
        }
        replaced = after({"Event": "SparkListenerJobStart", "Properties": properties})["Properties"]
        assert list(replaced) == list(properties)[:5]
        assert replaced["spark.sql.execution.id"] == "7"
        assert "jane" not in str(replaced)
        assert token("pool").fullmatch(replaced["spark.scheduler.pool"])

    def test_the_default_pool_keeps_its_name(self):
        properties = {"spark.scheduler.pool": "default"}
        assert after({"Event": "SparkListenerJobStart", "Properties": properties})["Properties"] == properties

    @pytest.mark.parametrize(
        "key",
        ["System Properties", "Hadoop Properties", "Classpath Entries", "Log Urls", "Attributes", "metadata"],
    )
    def test_free_maps_are_emptied(self, key):
        assert value_of(key, {"jane": "secret", "Host": 7}) == {}
        assert value_of(key, ["jane"]) == []
        assert token("text").fullmatch(value_of(key, "jane"))

    @pytest.mark.parametrize("key", ["Spark Properties", "Properties", "modifiedConfigs"])
    def test_properties_that_are_no_map_stay_wrong(self, key):
        assert value_of(key, ["jane"]) == []
        assert value_of(key, 7) == 7


class TestEvents:
    @pytest.mark.parametrize(
        "name",
        [
            "SparkListenerTaskEnd",
            "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
            "org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent",
        ],
    )
    def test_sparks_classes_stay(self, name):
        assert after({"Event": name}) == {"Event": name}

    @pytest.mark.parametrize(
        ("name", "becomes"),
        [
            ("com.example.PayrollEvent", r"package_\w{12}\.SparkListenerEvent_\w{12}"),
            ("com.example.SparkListenerTaskEnd", r"package_\w{12}\.SparkListenerTaskEnd"),
            ("org.apache.spark.payroll.Event", r"package_\w{12}\.SparkListenerEvent_\w{12}"),
            ("PayrollEvent", r"SparkListenerEvent_\w{12}"),
        ],
    )
    def test_other_classes_become_tokens_that_the_reader_sees_alike(self, name, becomes):
        replaced = after({"Event": name, "jane": "jane"})
        assert re.fullmatch(becomes, replaced["Event"])
        assert "jane" not in str(replaced)
        known = "SparkListenerTaskEnd" in name
        assert replaced["Event"].endswith("SparkListenerTaskEnd") == known


class TestLines:
    def test_blank_lines_vanish(self):
        assert list(anonymise([b"\n", b"  \r\n", b'{"Event":"SparkListenerLogStart"}'], KEY)) == [
            b'{"Event":"SparkListenerLogStart"}\n'
        ]

    @pytest.mark.parametrize(
        "line",
        [
            b"secret",
            b'{"Event":"SparkListenerTaskEnd","User":"sec',
            b'{"Event":"SparkListenerTas',
            b'{"Event":"SparkListenerApplicationStart","Timestamp":1,"App Name":"\xff secret"}',
            b'\xef\xbb\xbf{"Event":"SparkListenerLogStart"}',
            b'{"Event":"SparkListenerTaskEnd","x":' + b"[" * 3000 + b"]" * 3000 + b"}",
        ],
    )
    def test_damaged_lines_are_never_copied(self, line):
        anonymiser = Anonymiser(KEY)
        assert anonymiser.line(line) == DAMAGED
        assert (anonymiser.lines, anonymiser.damaged) == (1, 1)

    @pytest.mark.parametrize(
        "line",
        [
            b"secret",
            b"[1, 2]",
            b'"secret"',
            b'{"no event": 1}',
            b'{"Event": 7}',
            b'{"Event":"SparkListenerJobStart","Job ID":"secret"}',
            b'{"Event":"SparkListenerLogStart","x":"\xff secret"}',
            b'{"Event":"org.example.Payroll","secret":',
            b'{"Event":"org.example.Payroll","x":1e999}',
            b'{"Event":"SparkListenerApplicationEnd","Timestamp":1,"secret":1e999}',
            b'{"User":"secret","Event":"SparkListenerLogStart"}',
        ],
    )
    def test_the_reader_counts_them_as_before(self, line):
        def counted(text):
            counts = Counts()
            list(SegmentReader(counts).items([text]))
            return counts.malformed, counts.events.total(), set(counts.events) & vocabulary.EVENTS

        replaced = Anonymiser(KEY).line(line)
        assert b"secret" not in replaced
        assert counted(replaced) == counted(line)

    def test_escapes_hide_nothing(self):
        line = b'{"Event":"SparkListenerLogStart","\\u0055ser":"j\\u0061ne","Host":"j\\u0061ne"}'
        replaced = json.loads(Anonymiser(KEY).line(line))
        assert token("user").fullmatch(replaced["User"])
        assert "jane" not in str(replaced)

    def test_the_same_key_gives_the_same_tokens_and_another_others(self):
        line = b'{"Event":"SparkListenerApplicationStart","User":"jane"}'
        assert Anonymiser(KEY).line(line) == Anonymiser(KEY).line(line)
        assert Anonymiser(KEY).line(line) != Anonymiser(KEY + b"!").line(line)

    def test_what_is_remembered_is_bounded(self):
        anonymiser = Anonymiser(KEY)
        for number in range(MOST_COUNTED + 10):
            anonymiser.line(b'{"Event":"SparkListenerTaskEnd","Host":"h%d"}' % number)
        assert anonymiser.tokens == {"host": MOST_COUNTED}

    def test_the_vocabulary_holds_no_marks_of_places_or_people(self):
        for word in vocabulary.VOCABULARY:
            assert not re.search(r"[@/\\]|://|\d{4}", word), word


class TestFiles:
    @pytest.fixture
    def log(self, tmp_path):
        path = tmp_path / "app-1"
        path.write_bytes(
            b'{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}\n'
            b'{"Event":"SparkListenerApplicationStart","App Name":"Payroll","User":"jane","Timestamp":1}\n'
            b"broken\n"
        )
        return path

    def test_a_summary_tells_what_was_done(self, log, tmp_path):
        done = anonymise_log(spark.find(log), tmp_path / "out")
        assert (done.lines, done.damaged_lines) == (3, 1)
        assert done.tokens == {"application": 1, "user": 1}
        assert done.event_bytes == log.stat().st_size
        assert done.stored_bytes == (tmp_path / "out").stat().st_size

    @pytest.mark.parametrize(
        ("name", "unpack"),
        [
            ("out.zst", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
            ("out.zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
            ("out.gz", gzip.decompress),
            ("out", bytes),
        ],
    )
    def test_the_name_tells_the_compression(self, log, tmp_path, name, unpack):
        anonymise_log(spark.find(log), tmp_path / name, key=KEY)
        expected = b"".join(anonymise(log.read_bytes().splitlines(), KEY))
        assert unpack((tmp_path / name).read_bytes()) == expected
        assert spark.find(tmp_path / name).parts

    def test_keys_are_new_each_time_unless_given(self, log, tmp_path):
        first, second = tmp_path / "first", tmp_path / "second"
        anonymise_log(spark.find(log), first)
        anonymise_log(spark.find(log), second)
        assert first.read_bytes() != second.read_bytes()

    def test_the_result_may_be_read_as_other_results(self, log, tmp_path):
        anonymise_log(spark.find(log), tmp_path / "out")
        other = tmp_path / "other"
        other.touch()
        assert (tmp_path / "out").stat().st_mode == other.stat().st_mode

    def test_the_log_is_not_overwritten(self, log, tmp_path):
        before = log.read_bytes()
        link, hard = tmp_path / "link", tmp_path / "hard"
        link.symlink_to(log)
        os.link(log, hard)
        for output in (log, link, hard, tmp_path / "." / "app-1"):
            with pytest.raises(UsageError, match="this is the log itself"):
                anonymise_log(spark.find(log), output)
        assert log.read_bytes() == before

    def test_nothing_is_written_into_the_folder_of_a_rolled_log(self, log, tmp_path):
        folder = tmp_path / "eventlog_v2_app-1"
        folder.mkdir()
        log.rename(folder / "events_1_app-1")
        with pytest.raises(UsageError, match="in the folder of the log"):
            anonymise_log(spark.find(folder), folder / "out")
        with pytest.raises(UsageError, match="this is the log itself"):
            anonymise_log(spark.find(folder), folder / "events_1_app-1")

    def test_nor_over_the_archive_that_holds_it(self, tmp_path):
        archive = tmp_path / "logs.zip"
        archive.touch()
        log = spark.EventLog(ZipFolder(LocalPlace(archive)), (), "app-1")
        with pytest.raises(UsageError, match="this is the log itself"):
            anonymise_log(log, archive)

    @pytest.mark.parametrize("name", ["no/such/folder/out", "taken"])
    def test_what_cannot_be_written_is_said(self, log, tmp_path, name):
        (tmp_path / "taken").mkdir()
        with pytest.raises(OutputError, match="cannot be written"):
            anonymise_log(spark.find(log), tmp_path / name)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["app-1", "taken"]

    def test_nothing_is_left_of_what_was_interrupted(self, log, tmp_path):
        def interrupt(done, total):
            raise KeyboardInterrupt

        (tmp_path / "out").write_text("as it was")
        with pytest.raises(KeyboardInterrupt):
            anonymise_log(spark.find(log), tmp_path / "out", progress=interrupt)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["app-1", "out"]
        assert (tmp_path / "out").read_text() == "as it was"

    def test_devices_are_written_to_directly(self, log):
        done = anonymise_log(spark.find(log), Path(os.devnull))
        assert done.stored_bytes is None

    def test_what_a_cut_log_holds_is_kept(self, log, tmp_path):
        packed = zstandard.ZstdCompressor().compress(log.read_bytes() * 5000)
        cut = tmp_path / "cut.zst"
        cut.write_bytes(packed[: len(packed) * 3 // 4])
        done = anonymise_log(spark.find(cut), tmp_path / "out")
        assert done.lines > 100
        assert done.missing == ("the zstd data of cut.zst ends or breaks in the middle",)


class TestKeys:
    def test_a_key_is_made_for_its_owner_alone(self, tmp_path):
        made = read_key(tmp_path / "key")
        assert len(made) == 64
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
        assert read_key(tmp_path / "key") == made
        assert read_key(tmp_path / "another") != made

    def test_a_key_of_ones_own_may_be_anything_long_enough(self, tmp_path):
        (tmp_path / "key").write_bytes(b"\x00\xffcorrect horse battery staple\n")
        assert read_key(tmp_path / "key") == b"\x00\xffcorrect horse battery staple"

    @pytest.mark.parametrize("content", [b"", b"short", b" " * 100, b"x" * 5000])
    def test_other_files_are_no_keys(self, tmp_path, content):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(UsageError, match="not a key"):
            read_key(tmp_path / "key")

    def test_a_key_that_cannot_be_made_or_read_is_said(self, tmp_path):
        with pytest.raises(OutputError, match="cannot be made"):
            read_key(tmp_path / "none" / "key")
        with pytest.raises(UnreadableSource, match="cannot be read"):
            read_key(tmp_path)
