"""A page opens in a real browser and draws what it should; more in tests/integration/test_page.py."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser

import pytest

from pertract.extract.sampled import profile
from pertract.report.page.profile import profile_page
from pertract.sources.profilers.builder import Gathered

from ..browsers import chromium
from ..unit.report.page.pages import nasty, page, small
from ..unit.report.page.recorded import recorded


class Rendered(HTMLParser):
    """What the browser has made of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.pressed: list[str] = []
        self.drawings = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.drawings += tag == "svg" and given.get("role") == "group"
        if "data-name" in given:
            self.names.append(str(given["data-name"]))
        if given.get("aria-pressed") == "true":
            self.pressed.append(str(given["data-name"]))


def opened(text: str, folder) -> tuple[Rendered, list[str]]:
    """The rendered page, and what the browser had to say to developers.

    On a busy machine the browser's clock can run out before the script has run; then it gets more time.
    """
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    for budget_ms in (4_000, 20_000, 100_000):
        found, console = _opened(path.as_uri(), folder / f"profile-{budget_ms}", budget_ms)
        if found.drawings:
            break
    return found, console


def _opened(address: str, profile, budget_ms: int) -> tuple[Rendered, list[str]]:
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"]
    arguments += [f"--user-data-dir={profile}", f"--virtual-time-budget={budget_ms}", "--dump-dom"]
    done = subprocess.run(
        [chromium(), *arguments, address], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout, done.stderr[-2000:]
    return Rendered(done.stdout), re.findall(r"CONSOLE.*", done.stderr)


@pytest.mark.parametrize("model", [small, nasty], ids=["usual names", "bad names"])
def test_a_page_draws_all_of_its_charts_without_a_complaint(model, tmp_path) -> None:
    found, console = opened(page(model(), executors=[1, 2, 4], data_scale=[1.0, 2.0]), tmp_path)
    assert console == []
    assert found.drawings == 6  # time, CPU, cost, two timelines, breakdown
    assert len(found.pressed) == 4  # the recommended point, in each drawing that has points
    for prefix, count in (("time-curve-", 6), ("cpu-curve-", 6), ("cost-", 3), ("bar-", 4)):
        drawn = [name for name in found.names if name.startswith(prefix) and "measured" not in name]
        assert len(drawn) == count, prefix
    assert "time-curve-measured-0" in found.names
    assert {"stage-0", "stage-1", "lane-0"} <= set(found.names)


def test_a_script_that_is_not_the_page_s_own_does_not_run(tmp_path) -> None:
    text = page(small(), executors=[1, 2], data_scale=1.0)
    changed = text.replace("</main>", "<script>document.title = 'other'</script></main>")
    assert changed != text
    found, console = opened(changed, tmp_path)
    assert len(console) == 1
    assert "violates the following Content Security Policy" in console[0]
    assert found.drawings == 6


@pytest.mark.parametrize("job", ["org.example.Job", "</script><b>"], ids=["usual names", "bad names"])
def test_the_page_of_a_recording_draws_its_flame_graph_and_processes(job, tmp_path) -> None:
    text = profile_page(recorded(job=job), base=recorded(stages=1))
    found, console = opened(text, tmp_path)
    assert console == []
    assert found.drawings == 2
    assert {"call-0", "call-1", "band-0", "band-2", "process-0", "process-1"} <= set(found.names)


def test_a_recording_without_stacks_has_a_page_too(tmp_path) -> None:
    gathered = Gathered()
    gathered.process("process CPU", "f", "f").add_usage(1.0, 2.0, cpu_s=0.5)
    found, console = opened(profile_page(profile(gathered.samples())), tmp_path)
    assert console == []
    assert "process-0" in found.names
    assert found.drawings == 1
