"""Make the small recorded answers in tests/data/hadoop of what `capture` kept.

usage: python -m tests.integration.hadoop.fixtures CAPTURE OUT

Takes one application of Spark in each deploy mode and one job of MapReduce. Addresses are loopback and users are
invented already; `places.json` beside the capture says which paths of the recording machine are written how. Folders
beside it may hold `grants-*.json` of other clusters.
"""

import gzip
import json
import re
import shutil
import sys
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
        rf"registered with capability|Initialized|[Mm]inimum *Allocation|{application}|container_{number}_|appattempt_{number}_"
    )
    return "".join(line for line in log.splitlines(keepends=True) if wanted.search(line))


def own_properties(text: str) -> str:
    """Return a configuration without what its defaults say."""
    return re.sub(
        r"<property>(?:(?!</property>).)*?-default\.xml.*?</property>\s*", "", text, flags=re.DOTALL
    )


def main(capture: Path, out: Path) -> None:
    """Write the recorded answers."""
    conf = json.loads((capture.parent / "places.json").read_text())
    client, cluster, job = sorted(path.stem for path in (capture / "yarn-logs").glob("*.txt"))[:3]

    def text(source: str, target: str = "", *, change=lambda it: it) -> None:
        place = out / (target or source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(change(renamed((capture / source).read_text(), conf)))

    whole = ("info", "metrics", "nodes", "scheduler")
    for name in whole:
        text(f"rm-running/{name}.json")
    for name in ("nodes", f"{client}", f"{client}-containers"):
        text(f"rm-running/{name}.xml")
    for name in ("", "-appattempts", "-containers"):
        text(f"rm-running/{client}{name}.json")
    for name in ("metrics", "nodes", "apps", client, cluster):
        text(f"rm-after/{name}.json")
    for name in ("metrics", "nodes"):
        text(f"rm-full/{name}.json")
    for name in ("info", "apps", "containers"):
        text(f"nm-0-running/{name}.json")
    for name in (client, f"{client}-appattempts", f"{client}-containers", f"{job}-containers"):
        text(f"timeline/{name}.json")
    text(f"timeline/{client}-containers.xml")
    for path in sorted((capture / "webhdfs").glob("[GL]*.json")):
        text(f"webhdfs/{path.name}")
    for name in ("fsimage.xml", "fsimage.tsv", "sizes.txt", "ls-R.txt"):
        text(f"fsimage/{name}")
    text("logs/hadoop-resourcemanager.log", "logs/resourcemanager.log", change=lambda it: told_of(it, client))
    text(
        "logs/hadoop-nodemanager-127.0.0.2.log",
        "logs/nodemanager-127.0.0.2.log",
        change=lambda it: told_of(it, client),
    )
    (out / "yarn-logs").mkdir(exist_ok=True)
    for app in (client, cluster):
        logs = renamed_logs((capture / "yarn-logs" / f"{app}.txt").read_bytes(), conf)
        if app == client:
            (out / "yarn-logs" / f"{app}.txt").write_bytes(logs)
        else:
            (out / "yarn-logs" / f"{app}.txt.gz").write_bytes(gzip.compress(logs, mtime=0))
    (out / "events").mkdir(exist_ok=True)
    for path in sorted((capture / "events").iterdir()):
        if path.name.startswith((client, cluster)):
            events = renamed(path.read_text(), conf).encode()
            (out / "events" / f"{path.name}.zstd").write_bytes(zstandard.compress(events, 19))
    identifier = job.replace("application", "job")
    for path in sorted(capture.glob(f"jhist/**/{identifier}*")):
        target = out / "jhist" / path.name
        target.parent.mkdir(exist_ok=True)
        if path.suffix == ".xml":
            target.write_text(own_properties(renamed(path.read_text(), conf)))
        else:
            shutil.copyfile(path, target)
    for name in ("", "-counters", "-tasks", "-jobattempts"):
        text(f"jhs/{identifier}{name}.json")
    text("jhs/jobs.json")
    for name in ("core-site", "hdfs-site", "yarn-site", "mapred-site", "capacity-scheduler"):
        text(f"conf/{name}.xml")
    grants = []
    for path in sorted(capture.parent.glob("*/grants-*.json")):
        for row in json.loads(path.read_text()):
            del row["scheduler"]
            grants.append({"cluster": path.parent.name, **row})
    (out / "grants.json").write_text("[\n" + ",\n".join(map(json.dumps, grants)) + "\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
