"""A real Spark History Server on this machine.

Its jars come with the ``pyspark`` package; ``PERTRACT_SPARK_JARS`` may name another folder with them.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

START_S = 120
"""The longest a server may take until it lists its applications."""


def _jars():
    if named := os.environ.get("PERTRACT_SPARK_JARS"):
        return Path(named)
    found = importlib.util.find_spec("pyspark")
    return Path(found.origin).parent / "jars" if found and found.origin else None


def _java():
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None)


def _free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.fixture(scope="session")
def start_history_server(tmp_path_factory):
    """Return a function that starts a server over event logs and returns its address."""
    jars, java = _jars(), _java()
    if jars is None or not any(jars.glob("spark-core_*.jar")):
        pytest.skip("no Spark here: install pyspark, or name its folder of jars in PERTRACT_SPARK_JARS")
    if java is None:
        pytest.skip("no Java here: Spark needs Java 17, on the PATH or in JAVA_HOME")
    started = []

    def start(logs, *, token="", expected=None, **settings):
        folder = tmp_path_factory.mktemp("history")
        (folder / "logs").mkdir()
        for log in logs:
            if log.is_dir():
                shutil.copytree(log, folder / "logs" / log.name)
            else:
                shutil.copy(log, folder / "logs" / f"{log.parent.name}-{log.name}")
        port = _free_port()
        settings = {
            "spark.history.fs.logDirectory": (folder / "logs").as_uri(),
            "spark.history.ui.port": str(port),
            **{name.replace("__", "."): value for name, value in settings.items()},
        }
        output = (folder / "server.log").open("wb")
        server = subprocess.Popen(
            [
                java,
                "-Xmx1g",
                *(f"-D{name}={value}" for name, value in settings.items()),
                "-cp",
                f"{jars}/*",
                "org.apache.spark.deploy.history.HistoryServer",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "127.0.0.1"},
        )
        started.append((server, output))
        url = f"http://127.0.0.1:{port}"
        _wait(server, url, token, expected or len(logs), folder / "server.log")
        return url

    yield start
    for server, output in started:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        output.close()


@pytest.fixture(scope="session")
def spark_major(start_history_server):
    """Return the first number of the version of Spark."""
    (core,) = _jars().glob("spark-core_*.jar")
    return int(core.stem.split("-")[2].partition(".")[0])


@pytest.fixture
def reverse_proxy():
    """Return a function that puts a server behind a path prefix of another and returns its address.

    ``logs`` stands for the answer to downloads: status, body, type of the content.
    """
    started = []

    def start(behind, *, prefix="/spark", logs=None):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if not self.path.startswith(prefix + "/"):
                    return self._answer(404, b"not here")
                path = self.path.removeprefix(prefix)
                if logs and path.endswith("/logs"):
                    return self._answer(*logs)
                try:
                    with urllib.request.urlopen(behind + path, timeout=60) as answer:
                        return self._answer(answer.status, answer.read(), answer.headers["Content-Type"])
                except urllib.error.HTTPError as error:
                    return self._answer(error.code, error.read())

            def _answer(self, status, body, kind="text/plain"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        started.append((proxy, thread))
        return f"http://127.0.0.1:{proxy.server_port}{prefix}"

    yield start
    for proxy, thread in started:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def _wait(server, url, token, logs, output):
    """Wait until the server lists as many attempts of applications as there are logs."""
    asked = urllib.request.Request(
        f"{url}/api/v1/applications", headers={"Authorization": f"Bearer {token}"} if token else {}
    )
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                if sum(len(a["attempts"]) for a in json.load(answer)) >= logs:
                    return
        except (urllib.error.URLError, OSError, ValueError):
            pass
        time.sleep(0.3)
    pytest.fail("the History Server does not start:\n" + output.read_text(errors="replace")[-2000:])
