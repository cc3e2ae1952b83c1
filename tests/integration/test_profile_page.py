"""The page of a recording in a real browser: what people see, press and read."""

from __future__ import annotations

import pytest

from pertract.report.page.profile import profile_page

from ..browsers import chromium
from ..unit.report.page.recorded import recorded

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: make integration"
)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
MAP = "org.example.Job.map"


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "run": profile_page(recorded()),
        "two-runs": profile_page(recorded(extra=20.0), base=recorded(stages=2)),
        "bad-names": profile_page(recorded(job="</script><b>\"x\" & 'y'")),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def opened(browser, files):
    """A function that opens a page; at the end, nothing must have gone wrong or over the network."""
    contexts, problems = [], []

    def open_page(name="run", viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        url = files[name].as_uri()
        page.on("request", lambda request: request.url == url or problems.append(f"request: {request.url}"))
        page.goto(url)
        page.wait_for_selector("#flame svg .call")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [problem for problem in problems if not problem.startswith("request: blob:")] == []


def call(page, name):
    return page.locator(f'#flame .call[aria-label^="{name}"]').first


def shown(page):
    return page.locator("#flame-choices select").first


def width(page, name):
    return float(call(page, name).locator("rect").get_attribute("width"))


def test_a_call_is_enlarged_by_a_click_and_by_keyboard_and_back(opened):
    page = opened()
    whole, before = width(page, "all"), width(page, MAP)
    assert before < 0.9 * whole
    call(page, MAP).click()
    assert width(page, MAP) == pytest.approx(whole)
    assert f"Enlarged: {MAP}" in page.locator("#flame-note").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert width(page, MAP) == pytest.approx(before)
    call(page, "all").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(MAP)
    page.keyboard.press("Enter")
    assert width(page, MAP) == pytest.approx(whole)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(MAP)
    page.keyboard.press("Escape")
    assert width(page, MAP) < whole


def test_search_tells_the_share_and_does_not_count_calls_in_calls_twice(opened):
    page = opened()
    field = page.get_by_label("Search")
    field.fill("TaskRunner|HashMap")
    total = 3 * (7 + 8) + 6 * 0.5
    assert f"{100 * 45 / total:.1f} % of the CPU" in page.locator("#flame-found").inner_text()
    assert page.locator("#flame .call.found").count() == 2
    field.fill("[")  # no pattern: as it is
    assert page.locator("#flame-found").inner_text() == "No call matches"
    field.fill("")
    assert page.locator("#flame .call.found").count() == 0


def test_a_stage_is_chosen_from_the_list_and_from_its_band(opened):
    page = opened()
    shown(page).select_option("1")
    assert "JIT" not in page.locator("#flame").inner_text()
    page.locator('[data-name="band-2"]').click()
    assert shown(page).input_value() == "3"
    assert page.locator("#spoken").inner_text() == "Flame graph of stage 2"


def test_outermost_calls_can_be_below(opened):
    page = opened()
    above = [float(call(page, name).locator("rect").get_attribute("y")) for name in ("all", MAP)]
    page.get_by_label("Outermost calls").select_option("below")
    below = [float(call(page, name).locator("rect").get_attribute("y")) for name in ("all", MAP)]
    assert above[0] < above[1]
    assert below[0] > below[1]


def test_two_runs_differ_in_colour_and_in_words(opened):
    page = opened("two-runs")
    shown(page).select_option("1")
    more = call(page, MAP)
    assert "more" in more.get_attribute("class")
    assert "other run:" in more.get_attribute("aria-label")
    assert "less" in call(page, "org.apache.spark.shuffle").get_attribute("class")
    page.get_by_label("Colours compare").select_option("weights")
    assert "same" in call(page, "org.apache.spark.shuffle").get_attribute("class")
    page.get_by_label("Widths from").select_option("base")
    shown(page).select_option("3")  # the other run has no such stage
    assert page.locator("#flame .call").count() >= 1


def test_the_table_and_the_file_hold_the_frames(opened):
    page = opened()
    page.get_by_text("Frames as a table").click()
    assert MAP in page.locator("#flame-table").inner_text()
    page.locator("#flame-table").get_by_role("button", name=MAP).click()
    assert page.locator("#flame .call.found").count() == 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Frames (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "shown,frame,own_s,total_s"
    assert any(line.startswith(f"the whole run,{MAP},24") for line in lines)


def test_processes_are_drawn_over_time_with_stages_behind(opened):
    page = opened()
    assert page.locator('#usage [data-name^="process-"]').count() == 2
    assert page.locator('#usage [data-name^="band-"]').count() == 3
    told = page.locator('[data-name="process-0"]').get_attribute("aria-label")
    assert "27.0 s of CPU" in told
    assert "1.0 % of the time in garbage collection" in told


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["run", "two-runs", "bad-names"])
def test_nothing_is_wider_than_the_window(opened, name, viewport):
    page = opened(name, viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["run", "two-runs"])
def test_axe_finds_no_serious_problem(opened, name, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: make integration"
    )
    page = opened(name, DESKTOP, scheme)
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_label("Search").fill("map")
    found = axe.Axe().run(page).response
    assert found["passes"]
    serious = [problem for problem in found["violations"] if problem["impact"] in ("serious", "critical")]
    told = [(problem["id"], [node["html"][:200] for node in problem["nodes"][:3]]) for problem in serious]
    assert told == []
