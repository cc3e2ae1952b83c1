"""An application to answer about."""

import io
import json
import time
import zipfile

import pytest

PAGE = """<html><div id="dag-viz-graph"></div>
<div id="dag-viz-metadata" style="display:none">
  <div class="stage-metadata" stage-id="0" skipped="false">
    <div class="dot-file">digraph G {
  subgraph clusterstage_0 {
    label=&quot;Stage 0&quot;;
    subgraph cluster9 {
      label=&quot;Exchange&quot;;
      subgraph cluster4 {
        label=&quot;map&quot;;
        3 [labelType=&quot;html&quot; label=&quot;LABEL&quot;];
      }
    }
  }
}</div>
  </div><div class="stage-metadata" stage-id="1" skipped="false">
    <div class="dot-file">digraph G {
  subgraph clusterstage_1 {
    label=&quot;Stage 1&quot;;
    5 [labelType=&quot;html&quot; label=&quot;ShuffledRDD [5] [Unordered]&lt;br&gt;count at A.scala:2&quot;];
  }
}</div>
    <div class="incoming-edge">3,5</div>
  </div>
</div></html>""".replace("LABEL", "PairwiseRDD [3] [Cached]&lt;br&gt;map at &amp;lt;input&amp;gt;:1")


class Recorded:
    """One application twice: as the events of its log, and as the answers of the REST API."""

    id = "app-1"
    page = PAGE

    def __init__(self, spark):
        self.spark = spark
        self.start = spark.START

    def log(self):
        """Return its log as a zip archive."""
        spark, task = self.spark, self.spark.task_end
        stage_0, stage_1 = self._info(0), self._info(1, (0,))
        shuffled = {"Shuffle Write Metrics": {"Shuffle Bytes Written": 100, "Shuffle Write Time": 5_000_000}}
        read = {
            "Shuffle Read Metrics": {"Local Bytes Read": 100, "Total Records Read": 10, "Fetch Wait Time": 9}
        }
        fetched = task(1, 3300, 4200, metrics={**read, "Executor Run Time": 800})
        fetched["Task Info"]["Getting Result Time"] = spark.START + 4150
        events = [
            *spark.head(spark__sql__shuffle__partitions="2"),
            {"Event": "org.apache.spark.sql.SparkListenerSQLExecutionStart", "time": spark.START + 990},
            spark.job_start(0, 1000, [stage_0, stage_1], spark__sql__execution__id="7"),
            {"Event": "SparkListenerStageSubmitted", "Stage Info": self._timed(stage_0, 1010)},
            *(spark.task_start(0, launch) for launch in (1100, 1100, 2200, 3000)),
            task(0, 1100, 2100, metrics=shuffled),
            task(0, 2200, 2500, reason="ExceptionFailure", metrics=None),
            task(0, 1100, 3100, metrics=shuffled),
            {"Event": "SparkListenerStageCompleted", "Stage Info": self._timed(stage_0, 1010, 3110)},
            {"Event": "SparkListenerStageSubmitted", "Stage Info": self._timed(stage_1, 3120)},
            *(spark.task_start(1, launch) for launch in (3200, 3300)),
            task(0, 3000, 3150, reason="TaskKilled", killed=True),
            task(1, 3200, 4000),
            fetched,
            {"Event": "SparkListenerStageCompleted", "Stage Info": self._timed(stage_1, 3120, 4210)},
            spark.job_end(0, 4220),
            {"Event": "org.apache.spark.sql.SparkListenerSQLExecutionEnd", "time": spark.START + 4230},
            spark.app_end(5000),
        ]
        return zipped("app-1", "".join(json.dumps(e, separators=(",", ":")) + "\n" for e in events))

    def _info(self, stage, parents=()):
        info = self.spark.stage_info(stage, parents=parents)
        rdds = [(3, "PairwiseRDD", "map", "map at <input>:1"), (5, "ShuffledRDD", None, "count at A.scala:2")]
        number, name, scope, site = rdds[stage]
        info["RDD Info"] = [{"RDD ID": number, "Name": name, "Callsite": site}]
        if scope:
            parent = {"id": "9", "name": "Exchange"}
            info["RDD Info"][0]["Scope"] = json.dumps({"id": "4", "name": scope, "parent": parent})
        return info

    def _timed(self, info, submitted, completed=None):
        timed = {**info, "Submission Time": self.start + submitted}
        return timed if completed is None else {**timed, "Completion Time": self.start + completed}

    def date(self, at):
        """Return a time as the REST API writes it."""
        seconds, ms = divmod(self.start + at, 1000)
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{ms:03d}GMT"

    def application(self, attempts=(None,)):
        return {
            "id": self.id,
            "name": "wordcount",
            "attempts": [
                {
                    **({"attemptId": attempt} if attempt else {}),
                    "startTime": self.date(0),
                    "endTime": self.date(5000),
                    "completed": True,
                    "appSparkVersion": "3.5.1",
                    "startTimeEpoch": self.start,
                    "endTimeEpoch": self.start + 5000,
                }
                for attempt in attempts
            ],
        }

    def tasks(self, stage):
        """Return the rows of the task list of a stage, by number of the task."""
        shuffled = {"shuffleWriteMetrics": {"bytesWritten": 100, "writeTime": 5_000_000}}
        read = {"shuffleReadMetrics": {"localBytesRead": 100, "recordsRead": 10, "fetchWaitTime": 9}}
        rows = [
            [
                self._task(1100, 3100, metrics=shuffled),
                self._task(1100, 2100, metrics=shuffled),
                self._task(2200, 2500, status="FAILED", metrics=None),
                self._task(3000, 3150, status="KILLED"),
            ],
            [
                self._task(3200, 4000),
                self._task(3300, 4200, metrics={**read, "executorRunTime": 800}, gettingResultTime=50),
            ],
        ]
        return rows[stage]

    def _task(self, launch, finish, status="SUCCESS", metrics=(), **more):
        run_ms = finish - launch
        row = {"taskId": launch, "launchTime": self.date(launch), "duration": run_ms, "status": status}
        row |= {"executorId": "1", "host": "host-1", "gettingResultTime": 0, **more}
        if metrics is not None:
            row["taskMetrics"] = {
                "executorRunTime": run_ms,
                "executorCpuTime": run_ms * 500_000,
                **dict(metrics),
            }
        return row

    def serve(self, web, *, attempt=None, log=True, pages=True):
        """Let a web server answer like a History Server that knows only this application."""
        api = f"/api/v1/applications/{self.id}"
        attempts = (attempt,) if isinstance(attempt, str) or attempt is None else attempt
        web.answer("/api/v1/applications", [self.application(attempts)])
        web.answer(api, self.application(attempts))
        for name in attempts:
            self._serve_attempt(web, api + (f"/{name}" if name else ""), log=log)
            if pages:
                web.answer(f"/history/{self.id}{f'/{name}' if name else ''}/jobs/job/", self.page)

    def _serve_attempt(self, web, api, *, log):
        if log:
            web.answer(f"{api}/logs", self.log(), Content_Type="application/octet-stream")
        web.answer(f"{api}/environment", {"sparkProperties": [["spark.sql.shuffle.partitions", "2"]]})
        executor = {"id": "1", "hostPort": "host-1:4040", "totalCores": 2, "addTime": self.date(500)}
        web.answer(f"{api}/allexecutors", [{"id": "driver", "hostPort": "here:1"}, executor])
        job = {"jobId": 0, "name": "count at Main.scala:1", "status": "SUCCEEDED", "stageIds": [1, 0]}
        times = {"submissionTime": self.date(1000), "completionTime": self.date(4220)}
        web.answer(f"{api}/jobs", [{**job, **times}])
        web.answer(f"{api}/stages", [self.stage(1), self.stage(0)])
        execution = {"id": 7, "status": "COMPLETED", "submissionTime": self.date(990), "duration": 3240}
        web.answer(f"{api}/sql", [{**execution, "successJobIds": [0]}])
        for number in (0, 1):
            rows = self.tasks(number)
            web.answer(f"{api}/stages/{number}/0/taskList", lambda q, rows=rows: page_of(rows, q))

    def stage(self, number):
        begun, ended = ((1010, 3110), (3120, 4210))[number]
        counts = ({"numFailedTasks": 1, "numKilledTasks": 1}, {})[number]
        volumes = (
            {"shuffleWriteBytes": 200, "shuffleWriteRecords": 10},
            {"shuffleReadBytes": 200, "shuffleReadRecords": 10},
        )[number]
        return {
            "stageId": number,
            "attemptId": 0,
            "status": "COMPLETE",
            "numTasks": 2,
            "numCompleteTasks": 2,
            "name": f"count at Main.scala:{number}",
            "submissionTime": self.date(begun),
            "completionTime": self.date(ended),
            "schedulingPool": "default",
            "rddIds": [(3, 5)[number]],
            **counts,
            **volumes,
        }


def page_of(rows, query):
    offset, length = int(query["offset"][0]), int(query["length"][0])
    return json.dumps(rows[offset : offset + length]).encode()


def zipped(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
def recorded(spark):
    """Return the application to answer about."""
    return Recorded(spark)
