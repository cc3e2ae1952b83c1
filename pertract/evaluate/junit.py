"""Validation as JUnit XML, which continuous integration services show."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from .gates import Gate
from .validation import Row, Validation


def junit_xml(validation: Validation, gates: Sequence[Gate] = (), *, max_error: float | None = None) -> str:
    """Return a test suite with a case per run, and one with a case per gate.

    Calibration runs are skipped. A predicted run fails if its response time is off by more than the largest
    error allowed; one that could not be predicted is an error.
    """
    root = ET.Element("testsuites", name="pertract validate")
    name = validation.model.name
    _suite(root, f"{name}: runs", [_run_case(row, name, max_error) for row in validation.rows])
    if gates:
        _suite(root, f"{name}: gates", [_gate_case(gate, name) for gate in gates])
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, cases: Sequence[ET.Element]) -> None:
    def count(kind: str) -> str:
        return str(sum(case.find(kind) is not None for case in cases))

    suite = ET.SubElement(
        root,
        "testsuite",
        name=_readable(name),
        tests=str(len(cases)),
        failures=count("failure"),
        errors=count("error"),
        skipped=count("skipped"),
    )
    suite.extend(cases)


def _run_case(row: Row, name: str, max_error: float | None) -> ET.Element:
    time_s = row.run.response_time_s
    case = _case(f"{row.run.label} (line {row.run.row})", name)
    if time_s:
        case.set("time", f"{time_s:g}")
    compared = row.comparisons.get("response_time_s")
    if not row.prediction:
        ET.SubElement(case, "error", message=_readable(row.reason))
    elif row.role == "calibration":
        ET.SubElement(case, "skipped", message="the model was calibrated on this run")
    elif compared and max_error is not None and abs(compared.error) > max_error:
        said = (
            f"response time {compared.measured:.1f} s was predicted as {compared.predicted:.1f} s "
            f"({compared.error:+.1%}, limit {max_error:.1%})"
        )
        ET.SubElement(case, "failure", message=said)
    return case


def _gate_case(gate: Gate, name: str) -> ET.Element:
    case = _case(gate.name, name)
    if not gate.met:
        ET.SubElement(case, "failure", message=str(gate))
    return case


def _case(name: str, suite: str) -> ET.Element:
    return ET.Element("testcase", name=_readable(name), classname=_readable(suite))


def _readable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)
