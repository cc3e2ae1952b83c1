"""A NameNode that answers, and all the ways in which one does not."""

import json
from pathlib import Path

import pytest

from pertract.errors import SourceError, SourceNotFound, UsageError
from pertract.sources import hdfs
from pertract.sources.hdfs import webhdfs

RECORDED = Path(__file__).parents[3] / "data/hadoop"
API = "/webhdfs/v1"


def status(name, length=0, kind="FILE", block=128, replication=3):
    return {
        "pathSuffix": name,
        "type": kind,
        "length": length,
        "blockSize": block,
        "replication": replication,
        "owner": "me",
        "aFieldOfTomorrow": {},
    }


def listing(*statuses):
    return {"FileStatuses": {"FileStatus": list(statuses)}}


def part(remaining, *statuses):
    return {"DirectoryListing": {"partialListing": listing(*statuses), "remainingEntries": remaining}}


def located(*blocks):
    made = [
        {
            "startOffset": offset,
            "block": {"numBytes": size},
            "locations": [
                {"hostName": host, "ipAddr": f"10.0.0.{host[-1]}", "networkLocation": "/rack"}
                for host in hosts
            ],
        }
        for offset, size, hosts in blocks
    ]
    return {"LocatedBlocks": {"fileLength": sum(b[1] for b in blocks), "locatedBlocks": made}}


def refusal(exception, message="no"):
    return {
        "RemoteException": {"exception": exception, "javaClassName": f"x.{exception}", "message": message}
    }


def by_operation(**answers):
    """Answer by the parameter op; what is not there is unknown to the server."""

    def answer(query):
        found = answers.get(query["op"][0])
        found = found(query) if callable(found) else found
        return json.dumps(found).encode()

    return answer


def read(web, *paths, **options):
    with webhdfs.NameNode(web.url, pause_s=0.001) as server:
        return webhdfs.read(server, paths, **options)


def test_folders_are_followed_and_parts_of_listings_are_put_together(web):
    parts = {
        "": part(1, status("a", 300), status("b", kind="DIRECTORY")),
        "b": part(0, status("c", 5)),
    }
    web.answer(
        f"{API}/data",
        by_operation(LISTSTATUS_BATCH=lambda query: parts[query.get("startAfter", [""])[0]]),
    )
    web.answer(
        f"{API}/data/b", by_operation(LISTSTATUS_BATCH=part(0, status("e", 0), status("l", kind="SYMLINK")))
    )
    web.answer(
        f"{API}/data/a", by_operation(GET_BLOCK_LOCATIONS=located((0, 128, ["h1", "h2"]), (128, 172, ["h3"])))
    )
    web.answer(f"{API}/data/c", by_operation(GET_BLOCK_LOCATIONS=located((0, 5, ["h1"]))))
    found = read(web, "hdfs://nn:8020/data")
    assert [(f.path, f.size_bytes, f.block_bytes, f.replication) for f in found.files] == [
        ("/data/a", 300, 128, 3),
        ("/data/c", 5, 128, 3),
        ("/data/b/e", 0, 128, 3),
    ]
    assert found.files[0].blocks == ((0, 128, ("h1", "h2")), (128, 172, ("h3",)))
    assert found.racks == dict.fromkeys(("h1", "h2", "h3"), "/rack")
    assert found.addresses["h3"] == "10.0.0.3"
    assert found.notes == []


def test_an_old_server_is_asked_as_it_understands(web):
    web.answer(f"{API}/f", refusal("IllegalArgumentException"), status=400)
    web.answer(f"{API}/f", by_operation(LISTSTATUS=listing(status("", 7))))
    web.answers[f"{API}/f"].append((400, json.dumps(refusal("UnsupportedOperationException")).encode(), {}))
    block = {"offset": 0, "length": 7, "hosts": ["h1"], "topologyPaths": ["/r/10.0.0.1:9866"]}
    web.answer(f"{API}/f", by_operation(GETFILEBLOCKLOCATIONS={"BlockLocations": {"BlockLocation": [block]}}))
    found = read(web, "/f")
    assert [(f.path, f.blocks) for f in found.files] == [("/f", ((0, 7, ("h1",)),))]
    assert (found.racks, found.addresses) == ({"h1": "/r"}, {"h1": "10.0.0.1"})


def test_patterns_are_looked_up_below_their_fixed_part(web):
    web.answer(
        f"{API}/logs", by_operation(LISTSTATUS_BATCH=part(0, status("a.gz"), status("b.txt"), status("c.gz")))
    )
    assert [f.path for f in read(web, "hdfs://nn/logs/*.gz").files] == ["/logs/a.gz", "/logs/c.gz"]


def test_the_token_and_the_name_of_the_user_are_sent(web, monkeypatch):
    web.answer(f"{API}/f", by_operation(LISTSTATUS_BATCH=part(0, status(""))))
    hdfs.read(f"{web.url}/f?user.name=me")
    assert web.requests[-1][1]["user.name"] == ["me"]
    hdfs.read(f"{web.url}{API}/f?delegation=given")
    assert web.requests[-1][1]["delegation"] == ["given"]
    monkeypatch.setenv("PERTRACT_DELEGATION_TOKEN", "abc")
    hdfs.read(f"{web.url.replace('http', 'webhdfs')}/f")
    assert web.requests[-1][1]["delegation"] == ["abc"]
    assert "user.name" not in web.requests[-1][1]


def test_the_active_one_of_several_name_nodes_is_found(new_web):
    standby, active = new_web(), new_web()
    standby.answer(f"{API}/f", refusal("StandbyException"), status=403)
    active.answer(f"{API}/f", by_operation(LISTSTATUS_BATCH=part(0, status("", 0))))
    assert len(hdfs.read(f"{standby.url}/f,{active.url}/f").files) == 1
    assert len(standby.requests) == 1


def test_of_many_files_the_blocks_of_some_stand_for_all(web):
    web.answer(f"{API}/d", by_operation(LISTSTATUS_BATCH=part(0, *(status(f"f{i}", 9) for i in range(10)))))
    for i in range(10):
        web.answer(f"{API}/d/f{i}", by_operation(GET_BLOCK_LOCATIONS=located((0, 9, ["h1"]))))
    found = read(web, "/d", most_located=2)
    assert [bool(file.blocks) for file in found.files] == [i in (0, 5) for i in range(10)]
    assert "there are 10 files" in found.notes[0]


def test_what_may_not_be_listed_is_told_and_the_rest_is_read(web):
    web.answer(
        f"{API}/d",
        by_operation(LISTSTATUS_BATCH=part(0, status("a", 0), status("secret", kind="DIRECTORY"))),
    )
    web.answer(f"{API}/d/secret", refusal("AccessControlException"), status=403)
    found = read(web, "/d", "/absent")
    assert [file.path for file in found.files] == ["/d/a"]
    assert len(found.notes) == 2
    assert "does not let you read this (AccessControlException)" in found.notes[0]


@pytest.mark.parametrize(
    ("answer", "headers", "said", "hint"),
    [
        ((404, refusal("FileNotFoundException")), {}, "no such file or folder", "path"),
        ((403, refusal("StandbyException")), {}, "only stands by for another one", "active"),
        ((403, refusal("AccessControlException")), {}, "does not let you read this", "user.name"),
        ((403, refusal("RetriableException", "NameNode in startup mode")), {}, "still starting", "again"),
        ((403, refusal("SafeModeException")), {}, "safe mode", "again"),
        (
            (401, refusal("SecurityException", "SecretManager$InvalidToken: token expired")),
            {},
            "token",
            "new one",
        ),
        ((500, refusal("NullPointerException", "at x\nat y")), {}, "refused: at x", "log"),
        ((401, "<html>"), {"WWW_Authenticate": "Negotiate"}, "Kerberos", "PERTRACT_DELEGATION_TOKEN"),
        ((200, "<!doctype html><title>Log in</title>"), {}, "web page", "address"),
        ((200, "<FileStatuses/>"), {"Content_Type": "text/xml"}, "not what WebHDFS gives (XML)", "NameNode"),
        ((200, '{"FileStatuses": {"FileStat'), {}, "not what WebHDFS gives", "NameNode"),
        ((200, {"nodes": {}}), {}, "not what WebHDFS gives", "NameNode"),
        ((404, "<html>jetty</html>"), {}, "knows no such thing", "address"),
    ],
)
def test_each_refusal_is_one_sentence_that_says_what_to_do(web, answer, headers, said, hint):
    web.answer(f"{API}/d", answer[1], status=answer[0], **headers)
    with pytest.raises(SourceError) as raised:
        read(web, "/d")
    assert said in str(raised.value)
    assert hint in raised.value.hint
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


def test_nobody_at_the_address_is_one_sentence():
    with (
        pytest.raises(SourceError, match="cannot be reached"),
        webhdfs.NameNode("http://127.0.0.1:9/d", pause_s=0.001) as server,
    ):
        webhdfs.read(server, ["/d"])


@pytest.mark.parametrize(
    ("url", "base", "path"),
    [
        ("http://nn:9870", "http://nn:9870/webhdfs/v1", ""),
        ("http://nn:9870/", "http://nn:9870/webhdfs/v1", ""),
        ("http://nn:9870/explorer.html#/data", "http://nn:9870/webhdfs/v1", ""),
        ("http://nn:9870/data/x", "http://nn:9870/webhdfs/v1", "/data/x"),
        ("http://fs:14000/webhdfs/v1/a%20b?user.name=me", "http://fs:14000/webhdfs/v1", "/a b"),
        ("https://knox:8443/gateway/it/webhdfs/v1/a", "https://knox:8443/gateway/it/webhdfs/v1", "/a"),
        ("swebhdfs://nn:9871/a", "https://nn:9871/webhdfs/v1", "/a"),
    ],
)
def test_addresses_are_understood_as_people_paste_them(url, base, path):
    address = webhdfs.parse(url)
    assert (address.base, address.path) == (base, path)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(UsageError):
        webhdfs.NameNode("http://")
    with pytest.raises(UsageError):
        webhdfs.NameNode(" , ")


@pytest.mark.parametrize("address", ["hdfs://nn:8020/data", "namenode:9870", "nn.it:9870/data"])
def test_other_addresses_are_refused_with_the_right_one(address):
    with pytest.raises(UsageError) as raised:
        hdfs.read(address)
    assert "http://namenode:9870" in raised.value.hint


def test_what_a_real_name_node_answered_is_understood(web):
    base = RECORDED / "locality/webhdfs/v1/data/h-words"
    web.answer(f"{API}/data/h-words", (base / "LISTSTATUS.json").read_bytes())
    recorded = by_operation(LISTSTATUS=json.loads((base / "LISTSTATUS.json").read_text()))
    web.answers.clear()
    web.answer(f"{API}/data/h-words", refusal("IllegalArgumentException"), status=400)
    web.answer(f"{API}/data/h-words", recorded)
    web.answer(f"{API}/data/h-words/part-0.txt", (base / "part-0.txt/GET_BLOCK_LOCATIONS.json").read_bytes())
    (file,) = read(web, "/data/h-words").files
    assert (file.path, file.size_bytes, len(file.blocks)) == ("/data/h-words/part-0.txt", 20801353, 20)
    assert {host for block in file.blocks for host in block.hosts} == {"127.0.0.2", "127.0.0.3"}


def test_a_missing_path_is_not_found(web):
    web.answer(f"{API}/d", refusal("FileNotFoundException"), status=404)
    with pytest.raises(SourceNotFound):
        read(web, "/d")
