"""A ResourceManager on this machine, and all that it can answer wrong: one plain sentence each."""

import json

import pytest

from pertract.sources import yarn

APPLICATION = "application_1795302742954_0004"
BASE = "/ws/v1/cluster"


def read(web, path="", **options):
    return yarn.read([web.url + path], application=APPLICATION, **options)


def test_a_resource_manager_tells_what_its_answers_say(resource_manager):
    snapshot = read(resource_manager)
    assert snapshot.problems == []
    assert (len(snapshot.nodes), len(snapshot.scheduler.queues), snapshot.info.version) == (3, 3, "3.4.2")
    assert snapshot.applications[APPLICATION].vcore_s == 127
    assert snapshot.attempts_of(APPLICATION)[0].number == 1
    assert snapshot.sources == [f"{resource_manager.url}: ResourceManager"]


@pytest.mark.parametrize(
    "path", ["/", "/cluster", "/cluster/scheduler", "/ws/v1/cluster/nodes", "/ui2/#/cluster"]
)
def test_addresses_as_people_paste_them(resource_manager, path):
    assert len(read(resource_manager, path).nodes) == 3


def test_applications_that_began_later_are_not_asked_for(resource_manager):
    read(resource_manager, ended_s=1_700_000_000)
    (query,) = [query for path, query, _ in resource_manager.requests if path == f"{BASE}/apps"]
    assert query == {"startedTimeEnd": ["1700000001000"]}


def test_the_configuration_is_used_where_it_is_told(resource_manager):
    told = {
        "properties": [
            {"key": "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", "value": "500"},
            {"key": "fs.s3a.secret.key", "value": "s3cret"},
        ]
    }
    resource_manager.answer("/conf", told)
    snapshot = read(resource_manager)
    assert list(snapshot.configuration) == ["yarn.resourcemanager.nodemanagers.heartbeat-interval-ms"]


# -- what keeps everything from being read ---------------------------------------------------------


def test_an_unreachable_host():
    (problem,) = yarn.read(["http://127.0.0.1:1"]).problems
    assert "the server cannot be reached. Check host and port" in problem


def test_kerberos(web):
    web.answer(f"{BASE}/info", b"", 401, WWW_Authenticate="Negotiate")
    (problem,) = read(web).problems
    assert "wants a Kerberos ticket" in problem
    assert "(401)" in problem
    assert "PERTRACT_DELEGATION_TOKEN" in problem
    assert f"{web.url}/ws/v1/cluster/delegation-token" in problem


def test_a_delegation_token_opens_the_door(resource_manager, monkeypatch):
    monkeypatch.setenv("PERTRACT_DELEGATION_TOKEN", "t0ken")
    assert read(resource_manager).problems == []
    assert resource_manager.asked(f"{BASE}/nodes")[0]["X-Hadoop-Delegation-Token"] == "t0ken"


def test_a_web_page_instead_of_answers(web):
    web.answer(f"{BASE}/info", "<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html")
    (problem,) = read(web).problems
    assert f"{web.url}{BASE}/info: a web page instead of an answer of YARN" in problem


def test_another_server(web):
    (problem,) = read(web).problems
    assert problem.startswith(
        f"{web.url}: neither a ResourceManager nor a Timeline service of YARN answers there."
    )


def test_an_address_that_is_none():
    from pertract.errors import UsageError

    with pytest.raises(UsageError, match="address of the server cannot be read"):
        yarn.read(["http://"])


# -- ResourceManagers on standby -------------------------------------------------------------------


def standby(web, active_url, **answer):
    for name in ("info", "metrics", "nodes", "scheduler", "apps", f"apps/{APPLICATION}"):
        web.answer(f"{BASE}/{name}", **answer(f"{active_url}{BASE}/{name}"))


def test_a_standby_that_sends_on_with_a_status(resource_manager, new_web):
    other = new_web()
    other.answer(f"{BASE}/info", {"clusterInfo": {"id": 1, "haState": "STANDBY"}})
    for name in ("metrics", "nodes"):
        other.answer(f"{BASE}/{name}", b"", 307, Location=f"{resource_manager.url}{BASE}/{name}")
    snapshot = read(other)
    assert (len(snapshot.nodes), snapshot.problems) == (3, [])
    assert snapshot.info.ha_state == "ACTIVE"
    assert snapshot.notes == [f"{other.url} is on standby; {resource_manager.url} answered in its place"]
    assert not other.asked(f"{BASE}/nodes")  # the active one is asked from then on


def test_a_standby_that_sends_on_with_a_header(resource_manager, new_web):
    """Hadoop 2 says so with status 200, in plain text."""
    other = new_web()
    other.answer(f"{BASE}/info", {"clusterInfo": {"id": 1, "haState": "STANDBY"}})
    refresh = f"3; url={resource_manager.url}{BASE}/metrics"
    other.answer(f"{BASE}/metrics", "This is standby RM.", Refresh=refresh, Content_Type="text/plain")
    snapshot = read(other)
    assert (len(snapshot.nodes), snapshot.problems, snapshot.info.ha_state) == (3, [], "ACTIVE")


def test_a_standby_that_knows_no_active_one(web):
    web.answer(f"{BASE}/info", {"clusterInfo": {"id": 1, "haState": "STANDBY"}})
    for name in ("metrics", "nodes", "scheduler", "apps", f"apps/{APPLICATION}"):
        here = f"3; url={web.url}{BASE}/{name}"
        web.answer(f"{BASE}/{name}", "There is currently no active RM.", Refresh=here)
    (problem,) = set(read(web).problems)
    assert problem == f"{web.url}: this ResourceManager is on standby, and sends to no active one"


# -- what keeps a part from being read -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b'{"nodes": {"node": [{"id"', {}, "the answer breaks off in the middle"),
        (b"<html>Gateway</html>", {"Content_Type": "text/html"}, "a web page instead of an answer"),
        (b'{"nodes": []', {"Content_Length": "100"}, "the answer breaks off in the middle"),
        (b'{"jobs": {}}', {}, "the answer is none that YARN gives to this"),
        (b"", {}, "the answer is empty"),
    ],
)
def test_the_rest_is_built_where_one_answer_is_damaged(resource_manager, body, headers, said):
    resource_manager.answers[f"{BASE}/nodes"].clear()
    resource_manager.answer(f"{BASE}/nodes", body, **headers)
    snapshot = read(resource_manager)
    (problem,) = snapshot.problems
    assert problem == f"{resource_manager.url}{BASE}/nodes: {said}" or problem.startswith(
        f"{resource_manager.url}{BASE}/nodes: {said}"
    )
    assert len(snapshot.scheduler.queues) == 3


def test_xml_instead_of_json(resource_manager, data):
    resource_manager.answers[f"{BASE}/nodes"].clear()
    xml = (data / "rm/nodes-running.xml").read_bytes()
    resource_manager.answer(f"{BASE}/nodes", xml, Content_Type="application/xml")
    snapshot = read(resource_manager)
    assert (len(snapshot.nodes), snapshot.problems) == (3, [])


def test_a_question_that_is_forbidden(resource_manager):
    resource_manager.answers[f"{BASE}/scheduler"].clear()
    resource_manager.answer(f"{BASE}/scheduler", b"", 403)
    snapshot = read(resource_manager)
    assert snapshot.scheduler is None
    assert snapshot.problems == [
        f"{resource_manager.url}{BASE}/scheduler: the server does not let you read this (403)"
    ]


def test_nodes_of_several_versions_are_told(resource_manager, data):
    nodes = json.loads((data / "rm/nodes.json").read_text())
    nodes["nodes"]["node"][0]["version"] = "2.7.3"
    resource_manager.answers[f"{BASE}/nodes"].clear()
    resource_manager.answer(f"{BASE}/nodes", nodes)
    assert "nodes run several versions of Hadoop: 2.7.3, 3.4.2" in read(resource_manager).notes


def test_an_application_that_was_forgotten(resource_manager):
    del resource_manager.answers[f"{BASE}/apps/{APPLICATION}"]
    resource_manager.answers[f"{BASE}/apps"].clear()
    resource_manager.answer(f"{BASE}/apps", {"apps": None})
    snapshot = read(resource_manager)
    assert (snapshot.applications, snapshot.applications_listed, snapshot.problems) == ({}, True, [])


# -- other services --------------------------------------------------------------------------------


def test_the_timeline_service_knows_containers_that_ended(web, data):
    base = "/ws/v1/applicationhistory"

    def saved(name):
        return json.loads((data / "timeline" / name).read_text())

    web.answer(f"{base}/about", {"About": "Generic History Service API"})
    web.answer(f"{base}/apps/{APPLICATION}", saved(f"{APPLICATION}.json"))
    web.answer(f"{base}/apps/{APPLICATION}/appattempts", saved(f"{APPLICATION}-appattempts.json"))
    number = APPLICATION.removeprefix("application_")
    web.answer(
        f"{base}/apps/{APPLICATION}/appattempts/appattempt_{number}_000001/containers",
        saved(f"{APPLICATION}-containers.json"),
    )
    snapshot = read(web)
    assert (len(snapshot.containers), snapshot.problems) == (4, [])
    assert snapshot.sources == [f"{web.url}: Timeline service v1"]


def test_the_second_timeline_service(web):
    web.answer("/ws/v2/timeline", {"About": "Timeline Reader API"})
    path = f"/ws/v2/timeline/apps/{APPLICATION}"
    web.answer(path, {"type": "YARN_APPLICATION", "id": APPLICATION, "createdtime": 1, "metrics": []})
    web.answer(f"{path}/entities/YARN_APPLICATION_ATTEMPT", [])
    container = {"type": "YARN_CONTAINER", "id": f"container_{APPLICATION[12:]}_01_000002", "createdtime": 5}
    web.answer(f"{path}/entities/YARN_CONTAINER", [container])
    snapshot = read(web)
    assert (len(snapshot.applications), len(snapshot.containers)) == (1, 1)
    assert snapshot.problems == []


def test_a_node_manager(web):
    web.answer("/ws/v1/node/info", {"nodeInfo": {"id": "h:1", "nodeHostName": "h"}})
    web.answer("/ws/v1/node/apps", {"apps": None})
    container = {
        "id": f"container_{APPLICATION[12:]}_01_000002",
        "totalMemoryNeededMB": 2048,
        "exitCode": -1000,
    }
    web.answer("/ws/v1/node/containers", {"containers": {"container": [container | {"state": "RUNNING"}]}})
    snapshot = read(web)
    assert (len(snapshot.nodes), len(snapshot.containers), snapshot.problems) == (1, 1, [])
