"""Synthetic Spark event logs as JsonProtocol writes them, and a web server that tests tell what to answer."""

import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zstandard

START = 1_700_000_000_000
"""Application start, epoch milliseconds; all times handed to `Events` count from it."""


class Events:
    """Makes single events as dictionaries."""

    START = START

    @staticmethod
    def log_start(version="3.5.1"):
        return {"Event": "SparkListenerLogStart", "Spark Version": version}

    @staticmethod
    def app_start(at=0, name="wordcount", app_id="app-1"):
        return {
            "Event": "SparkListenerApplicationStart",
            "App Name": name,
            "App ID": app_id,
            "Timestamp": START + at,
            "User": "someone",
        }

    @staticmethod
    def app_end(at):
        return {"Event": "SparkListenerApplicationEnd", "Timestamp": START + at}

    @staticmethod
    def environment(**properties):
        renamed = {name.replace("__", "."): value for name, value in properties.items()}
        return {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": renamed}

    @staticmethod
    def executor_added(name, at=0, cores=2, host="host-1"):
        return {
            "Event": "SparkListenerExecutorAdded",
            "Timestamp": START + at,
            "Executor ID": name,
            "Executor Info": {"Host": host, "Total Cores": cores, "Log Urls": {}},
        }

    @staticmethod
    def executor_removed(name, at):
        return {
            "Event": "SparkListenerExecutorRemoved",
            "Timestamp": START + at,
            "Executor ID": name,
            "Removed Reason": "idle",
        }

    @staticmethod
    def block_manager(name, at=0, host="host-1"):
        return {
            "Event": "SparkListenerBlockManagerAdded",
            "Block Manager ID": {"Executor ID": name, "Host": host, "Port": 4040},
            "Maximum Memory": 1000,
            "Timestamp": START + at,
        }

    @staticmethod
    def stage_info(
        stage,
        tasks=2,
        *,
        parents=(),
        rdd=None,
        attempt=0,
        submitted=None,
        completed=None,
        failure=None,
    ):
        info = {
            "Stage ID": stage,
            "Stage Attempt ID": attempt,
            "Stage Name": f"count at Main.scala:{stage}",
            "Number of Tasks": tasks,
            "RDD Info": [{"RDD ID": rdd if rdd is not None else 10 * stage, "Name": "MapPartitionsRDD"}],
            "Parent IDs": list(parents),
            "Details": "",
            "Accumulables": [],
        }
        if submitted is not None:
            info["Submission Time"] = START + submitted
        if completed is not None:
            info["Completion Time"] = START + completed
        if failure is not None:
            info["Failure Reason"] = failure
        return info

    @staticmethod
    def job_start(job, at, stages, **properties):
        renamed = {name.replace("__", "."): value for name, value in properties.items()}
        event = {
            "Event": "SparkListenerJobStart",
            "Job ID": job,
            "Stage Infos": stages,
            "Stage IDs": [info["Stage ID"] for info in stages],
            "Properties": renamed,
        }
        if at is not None:
            event["Submission Time"] = START + at
        return event

    @staticmethod
    def job_end(job, at, result="JobSucceeded"):
        event = {"Event": "SparkListenerJobEnd", "Job ID": job, "Job Result": {"Result": result}}
        if at is not None:
            event["Completion Time"] = START + at
        return event

    @classmethod
    def stage_submitted(cls, stage, at, tasks=2, **info):
        described = cls.stage_info(stage, tasks, submitted=at, **info)
        return {"Event": "SparkListenerStageSubmitted", "Stage Info": described, "Properties": {}}

    @classmethod
    def stage_completed(cls, stage, submitted, completed, tasks=2, **info):
        described = cls.stage_info(stage, tasks, submitted=submitted, completed=completed, **info)
        return {"Event": "SparkListenerStageCompleted", "Stage Info": described}

    @staticmethod
    def task_start(stage, launch, executor="1", attempt=0):
        return {
            "Event": "SparkListenerTaskStart",
            "Stage ID": stage,
            "Stage Attempt ID": attempt,
            "Task Info": {"Launch Time": START + launch, "Executor ID": executor, "Finish Time": 0},
        }

    @staticmethod
    def task_end(
        stage,
        launch,
        finish,
        *,
        executor="1",
        host="host-1",
        attempt=0,
        reason="Success",
        killed=False,
        metrics=(),
    ):
        """Make a task end; ``metrics`` are added to those of a task that only ran."""
        event = {
            "Event": "SparkListenerTaskEnd",
            "Stage ID": stage,
            "Stage Attempt ID": attempt,
            "Task Type": "ResultTask",
            "Task End Reason": {"Reason": reason},
            "Task Info": {
                "Task ID": launch,
                "Index": 0,
                "Launch Time": START + launch,
                "Executor ID": executor,
                "Host": host,
                "Getting Result Time": 0,
                "Finish Time": START + finish,
                "Failed": reason != "Success",
                "Killed": killed,
            },
        }
        run_ms = max(0, finish - launch)
        event["Task Metrics"] = None
        if metrics is not None:
            event["Task Metrics"] = {
                "Executor Run Time": run_ms,
                "Executor CPU Time": run_ms * 500_000,  # half of the run
                **dict(metrics),
            }
        return event

    @classmethod
    def whole_job(cls, job, begin, *, stage=None, tasks=((100, 1100), (100, 2100)), **task):
        """Make a job of one stage; task times count from the job's start ``begin``."""
        stage = job if stage is None else stage
        last = max(finish for _, finish in tasks)
        times = [(begin + launch, begin + finish) for launch, finish in tasks]
        return [
            cls.job_start(job, begin, [cls.stage_info(stage, len(tasks))]),
            cls.stage_submitted(stage, begin + 10, len(tasks)),
            *(cls.task_start(stage, launch) for launch, _ in times),
            *(cls.task_end(stage, launch, finish, **task) for launch, finish in times),
            cls.stage_completed(stage, begin + 10, begin + last + 10, len(tasks)),
            cls.job_end(job, begin + last + 100),
        ]

    @classmethod
    def head(cls, **properties):
        """Make what comes before the first job: start and an executor of two slots."""
        return [
            cls.log_start(),
            cls.app_start(),
            cls.environment(**properties),
            cls.executor_added("1", at=500),
        ]

    @classmethod
    def small_app(cls):
        """Make an application of 4 s: one job from 1.0 to 3.2 s with tasks of 1 and 2 s."""
        return [*cls.head(), *cls.whole_job(0, 1000), cls.app_end(4000)]


def to_bytes(events):
    return b"".join(
        (event if isinstance(event, bytes) else json.dumps(event, separators=(",", ":")).encode()) + b"\n"
        for event in events
    )


def pack(data, codec):
    if codec == "gzip":
        return gzip.compress(data, mtime=0)
    if codec == "zstd":
        return zstandard.ZstdCompressor().compress(data)
    if codec == "zstd-frames":
        compress = zstandard.ZstdCompressor().compress
        return b"".join(compress(data[i : i + 700]) for i in range(0, len(data), 700))
    return data


@pytest.fixture
def spark():
    """Return the maker of events."""
    return Events


@pytest.fixture
def write_log(tmp_path):
    """Return a function that writes events, or ready lines of bytes, to a file."""

    def write(events, name="log", codec="plain") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(to_bytes(events), codec))
        return path

    return write


class Web:
    """Answers by path; of several answers each is given once, the last one for ever.

    Parameters
    ----------
    host
        Where it listens.
    certificate
        A file with key and certificate, to speak TLS.
    """

    def __init__(self, host="127.0.0.1", certificate=None):
        self.answers = defaultdict(list)
        self.requests = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: two would wait for each other

            def do_GET(self):
                parts = urlsplit(self.path)
                web.requests.append((parts.path, parse_qs(parts.query), dict(self.headers)))
                waiting = web.answers.get(parts.path) or [(404, b"unknown", {})]
                status, body, headers = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                if callable(body):
                    body = body(parse_qs(parts.query))
                time.sleep(float(headers.get("X-Delay", 0)))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if pause_s := float(headers.get("X-Pause", 0)):  # in the middle of the body
                    self.wfile.write(body[:1])
                    self.wfile.flush()
                    time.sleep(pause_s)
                    body = body[1:]
                self.wfile.write(body)
                if "Content-Length" in headers:  # more was promised than comes
                    self.close_connection = True

            def log_message(self, *_args):
                pass

        class Listening(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        self._server = Listening((host, 0), Handler)
        self._server.handle_error = lambda *_: None  # who asked did not wait for the answer
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        name = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if certificate else 'http'}://{name}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def answer(self, path, body=b"", status=200, **headers):
        """Add an answer: bytes, text, something for JSON, or a function of the query to bytes."""
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes) and not callable(body):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        self.answers[path].append((status, body, {k.replace("_", "-"): v for k, v in headers.items()}))

    def asked(self, path):
        """Return the headers of the requests for a path."""
        return [headers for asked, _, headers in self.requests if asked == path]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def new_web():
    """Return a function that starts a web server."""
    started = []

    def start(**options):
        started.append(Web(**options))
        return started[-1]

    yield start
    for web in started:
        web.close()


@pytest.fixture
def web(new_web):
    """Return a web server."""
    return new_web()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in ("PERTRACT_TOKEN", "PERTRACT_USER", "PERTRACT_PASSWORD", "PERTRACT_DELEGATION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", "/nonexistent")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Return a file with a key and a certificate for this machine that nobody trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "self-signed.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = [openssl, "req", "-x509", *curve, "-keyout", "-", "-out", "-", "-days", "2", *subject]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path
