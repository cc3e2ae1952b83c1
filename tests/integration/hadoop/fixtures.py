"""Make the small recorded answers in tests/data/hadoop of what `capture` kept.

usage: python -m tests.integration.hadoop.fixtures CAPTURE OUT

Takes one application of Spark in each deploy mode and one job of MapReduce. Addresses are loopback and
users are invented already; `places.json` beside the capture says which paths of the recording machine are
written how. Folders beside it hold `grants-*.json` of other clusters, and `dominant/conf` the queues of one
that compares vcores too.
"""

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path

import zstandard

_LENGTH = re.compile(rb"^LogLength:(\d+)$", re.MULTILINE)
_CONTENTS = b"LogContents:\n"


def renamed(text: str, places: dict[str, str]) -> str:
    """Return a text without the places of the recording machine."""
    for place, name in places.items():
        text = text.replace(place, name)
    text = text.replace('"/root', '"/home/analyst')
    text = re.sub(r'(export PATH=\$\{PATH:-")[^"]*', r"\1/usr/bin:/bin", text)
    return re.sub(r"@vm\b|\bvm/127", lambda found: found[0].replace("vm", "host"), text)


def renamed_logs(text: bytes, places: dict[str, str]) -> bytes:
    """Return text of ``yarn logs`` without these places, with the lengths that its logs then have."""
    done, at = [], 0
    for found in _LENGTH.finditer(text):
        if found.start() < at:
            continue  # inside of a log
        begin = text.index(_CONTENTS, found.end()) + len(_CONTENTS)
        end = begin + int(found[1])
        content = renamed(text[begin:end].decode(), places).encode()
        done += [text[at : found.start()], b"LogLength:%d" % len(content), text[found.end() : begin], content]
        at = end
    return b"".join([*done, text[at:]])


def told_of(log: str, application: str) -> str:
    """Return the lines of a daemon's log about an application and its cluster."""
    number = application.removeprefix("application_")
    wanted = re.compile(
        "registered with capability|Initialized|[Mm]inimum *Allocation"
        f"|{application}|container_{number}_|appattempt_{number}_"
    )
    return "".join(line for line in log.splitlines(keepends=True) if wanted.search(line))


def own_properties(text: str) -> str:
    """Return a configuration without what its defaults say."""
    default = r"<property>(?:(?!</property>).)*?-default\.xml.*?</property>\s*"
    return re.sub(default, "", text, flags=re.DOTALL)


def chosen(client: str, cluster: str, job: str, mapreduce: str) -> list[str]:
    """Return which answers and files are kept as they are."""
    names = {
        "rm-running": [
            *(f"{name}.json" for name in ("info", "metrics", "nodes", "scheduler")),
            *(f"{client}{name}.json" for name in ("", "-appattempts", "-containers")),
            *(f"{name}.xml" for name in ("nodes", client, f"{client}-containers")),
        ],
        "rm-after": [f"{name}.json" for name in ("metrics", "nodes", "apps", client, cluster)],
        "rm-full": ["metrics.json", "nodes.json"],
        "nm-0-running": ["info.json", "apps.json", "containers.json"],
        "timeline": [
            *(
                f"{client}{name}"
                for name in (".json", "-appattempts.json", "-containers.json", "-containers.xml")
            ),
            f"{job}-containers.json",
        ],
        "webhdfs": ["[GL]*.json"],
        "fsimage": ["*.xml", "*.tsv", "*.txt"],
        "jhs": ["jobs.json", *(f"{mapreduce}{n}.json" for n in ("", "-counters", "-tasks", "-jobattempts"))],
        "conf": [f"{name}-site.xml" for name in ("core", "hdfs", "yarn", "mapred")]
        + ["capacity-scheduler.xml"],
    }
    return [f"{folder}/{pattern}" for folder, patterns in names.items() for pattern in patterns]


def main(capture: Path, out: Path) -> None:
    """Write the recorded answers."""
    places = json.loads((capture.parent / "places.json").read_text())
    client, cluster, job = sorted(path.stem for path in (capture / "yarn-logs").glob("*.txt"))[:3]
    mapreduce = job.replace("application", "job")

    def write(path: str, content: bytes) -> None:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)

    def text(path: Path) -> str:
        return renamed(path.read_text(), places)

    for pattern in chosen(client, cluster, job, mapreduce):
        for path in capture.glob(pattern):
            write(str(path.relative_to(capture)), text(path).encode())
    for name in ("resourcemanager", "nodemanager-127.0.0.2"):
        told = told_of(text(capture / f"logs/hadoop-{name}.log"), client)
        write(f"logs/{name}.log", told.encode())
    plain, packed = (
        renamed_logs((capture / f"yarn-logs/{app}.txt").read_bytes(), places) for app in (client, cluster)
    )
    write(f"yarn-logs/{client}.txt", plain)
    write(f"yarn-logs/{cluster}.txt.gz", gzip.compress(packed, mtime=0))
    for app in (client, cluster):
        for path in (capture / "events").glob(f"{app}*"):
            write(f"events/{path.name}.zstd", zstandard.compress(text(path).encode(), 19))
    for path in capture.glob(f"jhist/**/{mapreduce}*"):
        write(
            f"jhist/{path.name}",
            own_properties(text(path)).encode() if path.suffix == ".xml" else path.read_bytes(),
        )
    other = capture.parent / "dominant/conf/capacity-scheduler.xml"
    write("conf-dominant/capacity-scheduler.xml", text(other).encode())
    grants = [
        {
            "cluster": path.parent.name,
            **{key: value for key, value in row.items() if key not in ("scheduler", "containers")},
            "master": min(row["containers"], key=lambda each: each["id"])["node"].partition(":")[0],
            "nodes": Counter(each["node"].partition(":")[0] for each in row["containers"]),
        }
        for path in sorted(capture.parent.glob("*/grants-*.json"))
        for row in json.loads(path.read_text())
    ]
    write("grants.json", ("[\n" + ",\n".join(map(json.dumps, grants)) + "\n]\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
