"""The page of a plan in a real browser: what people see, press and read."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

import pertract
from pertract.plan import what_if_document
from pertract.report.page import planner, prediction_page, what_if_page
from pertract.report.page.data import page_data
from pertract.units import format_duration

from ..browsers import chromium
from ..unit.report.page.pages import nasty, plan, small

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: make integration"
)

LOG = Path(__file__).parents[2] / "examples" / "randomforest.zstd"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def model():
    return pertract.extract(LOG)


@pytest.fixture(scope="module")
def document(model):
    result = pertract.what_if(
        model,
        executors=[1, 2, 4, 8, 16],
        executor_cores=1,
        data_scale=[1.0, 2.0, 4.0],
        deadline_s=120.0,
        replications=5,
        timelines=True,
        advise=True,
        cache=False,
    )
    return what_if_document(result)


@pytest.fixture(scope="module")
def files(model, document, tmp_path_factory):
    """Pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    point = document["points"][9]
    alone = {key: value for key, value in point.items() if key in document["calibration"]}
    nodes = {
        "nodes": [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
        "node_type": ["m5.xlarge", "c5.2xlarge", "r5.xlarge"],
    }
    written = {
        "plan": what_if_page(model, document),
        "prediction": prediction_page(model, alone, document["calibration"]),
        "nodes": what_if_page(model, plan(model, executors=None, data_scale=4.0, deadline_s=60.0, **nodes)),
        "bad-names": what_if_page(nasty(), plan(nasty(), executors=[1, 40])),
        "missed": what_if_page(small(), plan(small(), deadline_s=0.1)),
        "refused": what_if_page(
            small(), plan(small(), data_scale=1.0, settings={"spark.task.cpus": ["1", "50"]})
        ),
    }
    beyond = plan(model, executors=[2, 4], executor_cores=1, data_scale=[1.0, 2.0], copies=[1, 2])
    written["beyond"] = what_if_page(model, beyond)
    untold = what_if_document(pertract.what_if(model, executors=[1, 2], replications=2, cache=False))
    written["without-timelines"] = what_if_page(model, untold)
    written["one-point"] = what_if_page(small(), plan(small(), executors=3, data_scale=1.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "MOST_BYTES", len(written["plan"]) - 50_000)
        written["short-of-room"] = what_if_page(model, document)
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


@pytest.fixture
def opened(browser, files):
    """A function that opens a page; at the end, nothing must have gone wrong or over the network."""
    contexts, problems = [], []

    def open_page(name="plan", viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        url = files[name].as_uri()
        page.on("request", lambda request: request.url == url or problems.append(f"request: {request.url}"))
        page.goto(url)
        page.wait_for_selector("#breakdown-chart svg")
        return page

    yield open_page
    for context in contexts:
        context.close()
    # Files that are saved are made in the page itself.
    assert [problem for problem in problems if not problem.startswith("request: blob:")] == []


def text_of(page, selector):
    return page.locator(selector).inner_text()


def drawn(page):
    """Wait until what was asked for is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


# -- what is shown ---------------------------------------------------------------------------------


def test_the_slider_changes_the_shown_point_its_figures_timeline_and_breakdown(opened, document):
    page = opened()
    slider = page.get_by_label("Executors", exact=True).and_(page.locator("input"))
    best = document["points"][document["best"]["point"]]
    assert text_of(page, "#shown h3").startswith(best["label"])
    slider.focus()
    page.keyboard.press("End")
    drawn(page)
    point = next(p for p in document["points"] if p["asked"] == {"executors": 16, "data_scale": 1.0})
    assert text_of(page, "#shown h3").startswith(point["label"])
    assert format_duration(point["response_time_s"]["mean"]) in text_of(page, "#shown")
    assert point["bottleneck"]["text"] in text_of(page, "#shown")
    assert text_of(page, "#predicted-title") == f"Predicted: {point['label']}"
    assert page.locator("#breakdown-chart [aria-pressed=true]").get_attribute("data-name") == "bar-12"
    assert slider.get_attribute("aria-valuetext") == "16"
    assert page.evaluate("document.activeElement.id") == slider.get_attribute("id")
    assert text_of(page, "#spoken").startswith(
        f"{point['label']}: {format_duration(point['response_time_s']['mean'])}"
    )


def test_other_data_have_their_own_decision_and_cost_drawing(opened, document):
    page = opened()
    page.locator("#slider-1").fill("2")
    drawn(page)
    decision = document["best"]["workloads"][2]
    page.locator(f"#cost-chart [data-name=cost-{decision['point']}]").click()
    drawn(page)
    assert "recommended" in text_of(page, "#shown h3")
    names = page.locator("#cost-chart [data-name]").evaluate_all("all => all.map((one) => one.dataset.name)")
    assert set(names) == {f"cost-{2 + 3 * number}" for number in range(5)}


def test_points_are_reached_and_chosen_by_keyboard(opened):
    page = opened()
    page.locator("#time-curve [aria-pressed=true]").focus()
    page.keyboard.press("Home")
    first = page.evaluate("document.activeElement.dataset.name")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.dataset.name")
    assert first != second
    tip = page.locator("#tip")
    tip.wait_for()
    assert "90 % of runs" in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.keyboard.press("Enter")
    drawn(page)
    assert page.evaluate("document.activeElement.dataset.name") == second  # though it was drawn anew
    assert page.locator("#time-curve [aria-pressed=true]").get_attribute("data-name") == second
    assert page.locator("#time-curve [tabindex='0']").count() == 1


def test_another_axis_can_run_across(opened):
    page = opened()
    page.locator("#curve-choices").get_by_label("Along").select_option(label="Data, times the measured")
    drawn(page)
    assert "Data, times the measured" in page.locator("#time-curve svg").text_content()
    assert (
        page.locator("#curve-choices").get_by_label("Lines for").locator("option:checked").inner_text()
        == "Executors"
    )
    page.locator("#curve-choices").get_by_label("Lines for").select_option(label="nothing else")
    drawn(page)
    points = page.locator("#time-curve .point")
    assert points.count() == 3


def test_the_measured_run_has_its_place_beside_what_was_asked_for(opened):
    page = opened("beyond")
    measured = page.locator("#time-curve [data-name=time-curve-measured-0]")
    first = page.locator("#time-curve .point[aria-pressed=true]")
    assert measured.bounding_box()["x"] < first.bounding_box()["x"]
    assert measured.locator(".other").count() == 0
    page.locator("#slider-1").fill("1")  # twice the data: the run was another one
    drawn(page)
    assert measured.locator(".other").count() == 1
    assert "differs from the line in data" in measured.get_attribute("aria-label")


def test_bars_can_be_shares(opened):
    page = opened()
    page.get_by_label("as shares").check()
    drawn(page)
    assert "% of the response time" in page.locator("#breakdown-chart svg").text_content()


# -- numbers ---------------------------------------------------------------------------------------


def test_tables_say_what_the_program_says(opened, document):
    page = opened()
    page.locator("#numbers summary").click()
    page.wait_for_selector("#points-table table")
    rows = page.locator("#points-table tbody tr").all()
    assert len(rows) == len(document["points"])
    for row, point in zip(rows, document["points"], strict=True):
        cells = row.locator("td").all_inner_texts()
        low, high = point["response_time_s"]["interval90"]
        mean = point["response_time_s"]["mean"]
        assert cells[0] == point["label"]
        assert cells[2:5] == [format_duration(float(f"{seconds:.5g}")) for seconds in (mean, low, high)]
    page.locator("#predicted-timeline-table").locator("xpath=..").locator("summary").click()
    page.wait_for_selector("#predicted-timeline-table table")
    assert page.locator("#predicted-timeline-table tbody tr").count() == len(document["points"][0]["stages"])


def test_files_hold_every_number(opened, model, document):
    page = opened()
    data = page_data(model, document, room_bytes=10**7)

    def saved(button):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")

    name, text = saved("Configurations (CSV)")
    assert name.endswith("-configurations.csv")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["point"]) for row in table] == list(range(15))
    for row, point in zip(table, document["points"], strict=True):
        assert int(row["executors"]) == point["asked"]["executors"]
        assert float(row["response_time_s"]) == pytest.approx(point["response_time_s"]["mean"], rel=1e-4)
        assert row["limit"] == point["bottleneck"]["text"]
        assert row["why"] == "; ".join(point["support"]["why"])
    _, text = saved("Stages (CSV)")
    stages = list(csv.DictReader(io.StringIO(text)))
    assert len(stages) == 16 * len(document["points"][0]["stages"])
    _, text = saved("Everything (JSON)")
    assert json.loads(text)["columns"] == json.loads(json.dumps(data["columns"]))


def test_no_file_holds_a_formula(opened):
    page = opened("bad-names")
    with page.expect_download() as download:
        page.get_by_role("button", name="Stages (CSV)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    for row in csv.reader(io.StringIO(text)):
        assert not any(re.match(r"[=+@\t\r]", cell) for cell in row)


# -- everybody -------------------------------------------------------------------------------------

PAGES = [
    *("plan", "prediction", "nodes", "bad-names", "missed", "refused"),
    *("without-timelines", "one-point", "short-of-room", "beyond"),
]
OVERLAPS = """() => [...document.querySelectorAll('svg[role=group]')].flatMap((drawing) => {
  const texts = [...drawing.querySelectorAll('text')].filter((text) => text.textContent.trim());
  const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const outer = drawing.getBoundingClientRect();
  const cut = boxes.filter(([, box]) => box.left < outer.left - 1 || box.right > outer.right + 1)
    .map(([text]) => `cut off: ${text}`);
  return cut.concat(boxes.flatMap(([text, box], i) => boxes.slice(i + 1)
    .filter(([, other]) => Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1.5
      && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4)
    .map(([other]) => `${text} | ${other}`)));
})"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_overlaps_and_nothing_is_wider_than_the_window(opened, name, viewport):
    page = opened(name, viewport)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "viewport"),
    [*((name, DESKTOP) for name in PAGES), ("plan", PHONE)],
    ids=[*PAGES, "plan on a phone"],
)
def test_axe_finds_no_serious_problem(opened, name, scheme, viewport):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: make integration"
    )
    page = opened(name, viewport, scheme)
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    if name == "plan":
        page.locator("#time-curve [aria-pressed=true]").focus()
    found = axe.Axe().run(page).response
    assert found["passes"]
    serious = [problem for problem in found["violations"] if problem["impact"] in ("serious", "critical")]
    told = [(problem["id"], [node["html"][:200] for node in problem["nodes"][:3]]) for problem in serious]
    assert told == []


def test_colours_follow_the_system_until_somebody_chooses(opened):
    def ground(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = opened(scheme="light"), opened(scheme="dark")
    assert ground(light) == "rgb(255, 255, 255)"
    assert ground(dark) != ground(light)
    dark.get_by_label("Colours").select_option("light")
    light.get_by_label("Colours").select_option("dark")
    assert ground(dark) == "rgb(255, 255, 255)"
    assert ground(light) != "rgb(255, 255, 255)"
    light.get_by_label("Colours").select_option("")
    assert ground(light) == "rgb(255, 255, 255)"


def test_a_refused_point_says_why_and_the_sliders_still_work(opened):
    page = opened("refused")
    page.locator("#slider-1").fill("1")
    drawn(page)
    assert "Cannot be simulated" in text_of(page, "#shown")
    page.locator("#slider-1").fill("0")
    drawn(page)
    assert "Response time" in text_of(page, "#shown")


def test_where_there_was_no_room_the_page_says_so(opened, document):
    page = opened("short-of-room")
    data = json.loads(page.locator("#data").text_content())
    missing = [row for row in range(15) if str(row) not in data["detail"]]
    assert 0 < len(missing) < 15
    executors, scale = divmod(missing[-1], 3)
    page.locator("#slider-0").fill(str(executors))
    page.locator("#slider-1").fill(str(scale))
    drawn(page)
    assert "left out" in text_of(page, "#predicted-timeline")
    assert document["points"][missing[-1]]["label"] in text_of(page, "#shown h3")


def test_where_nothing_qualifies_the_nearest_is_shown(opened):
    page = opened("missed")
    assert "No configuration" in text_of(page, "#answer") or "no configuration" in text_of(page, "#answer")
    assert "misses what was asked" in text_of(page, "#shown")
