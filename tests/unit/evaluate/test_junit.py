import xml.etree.ElementTree as ET

from pertract.evaluate import Gates, junit_xml, validate

from .cases import case, model

CASES = [
    case(4, 2.0),
    case(8),
    case(8, label="slow <&\x00> run", response_time_s=60.0),
    case(2_000_000),
]
VALIDATION = validate(model(), CASES, replications=1)


def test_a_test_case_per_run_and_per_gate():
    limits = Gates(max_mean_error=0.9, max_error=0.2)
    root = ET.fromstring(junit_xml(VALIDATION, limits.check(VALIDATION), max_error=limits.max_error))
    runs, gates = root.findall("testsuite")
    outcome = [[child.tag for child in case] for case in runs.findall("testcase")]
    assert outcome == [["skipped"], [], ["failure"], ["error"]]
    counts = {key: runs.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    assert "60.0 s was predicted as" in runs.find("testcase/failure").get("message")
    names = [case.get("name") for case in gates.findall("testcase")]
    assert names == ["mean error", "largest error", "runs that could not be predicted"]
    assert gates.get("failures") == "2"


def test_without_a_limit_for_single_runs_none_fails():
    root = ET.fromstring(junit_xml(VALIDATION))
    (suite,) = root.findall("testsuite")
    assert suite.get("failures") == "0"


def test_text_that_xml_cannot_hold_is_replaced():
    root = ET.fromstring(junit_xml(VALIDATION))
    assert "slow <& > run (line 2)" in [case.get("name") for case in root.iter("testcase")]
