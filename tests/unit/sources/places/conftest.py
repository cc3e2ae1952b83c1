"""A web server for event logs: with and without ranges, with a password, and one that stumbles."""

import base64
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class LogServer(ThreadingHTTPServer):
    """Serves the files given to it by path; remembers what was asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        self.ranges = True
        self.password = None
        self.stumbles = 0  # answers 503 to so many requests for a range
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, *, body=True):
        server = self.server
        path = self.path.partition("?")[0]
        server.asked.append((self.command, self.path, self.headers.get("Range")))
        if server.password:
            wanted = "Basic " + base64.b64encode(server.password.encode()).decode()
            if self.headers.get("Authorization") != wanted:
                return self.answer(401, b"who are you?", body)
        if path.endswith("/"):
            names = [name for name in server.files if name.startswith(path)]
            links = "".join(
                f'<a href="{n[len(path) :].partition("/")[0]}{"/" if "/" in n[len(path) :] else ""}">x</a>'
                for n in names
            )
            return self.answer(
                200, f'<html><a href="../">up</a><a href="?sort=name">sort</a>{links}'.encode(), body
            )
        if path not in server.files:
            return self.answer(404, b"no", body)
        data = server.files[path]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if server.ranges else None
        if wanted is None:
            return self.answer(200, data, body, {"Accept-Ranges": "bytes"} if server.ranges else {})
        if server.stumbles:
            server.stumbles -= 1
            return self.answer(503, b"later", body)
        begin, end = int(wanted[1]), int(wanted[2] or len(data) - 1)
        headers = {"Content-Range": f"bytes {begin}-{min(end, len(data) - 1)}/{len(data)}"}
        return self.answer(206, data[begin : end + 1], body, headers)

    def answer(self, status, data, body, headers=()):
        self.send_response(status)
        for key, value in dict(headers).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def server():
    with LogServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
