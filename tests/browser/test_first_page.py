"""What somebody sees who opens the page while something trains."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Logger
from tests.conftest import RunningServer, StartServer

pytestmark = pytest.mark.browser


def test_a_run_appears_and_its_curve_grows(page: Page, logger: Logger) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    expect(page.get_by_text(f'penstock.set_tracking_uri("{logger.url}")')).to_be_visible()

    run_id = logger.start_run("brave-otter")["run_id"]
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="brave-otter"))
    expect(row.get_by_role("img", name="Running")).to_be_visible()

    logger.log_points(run_id, "loss", range(5))
    expect(row).to_contain_text("0.2")

    page.get_by_role("link", name="brave-otter").click()
    card = page.get_by_role("article", name="loss")
    expect(card).to_contain_text("exact · 5 points")
    before = card.locator("canvas").screenshot()

    logger.log_points(run_id, "loss", range(5, 50))
    expect(card).to_contain_text("exact · 50 points")
    expect(card).to_contain_text("step 49 0.02")
    assert card.locator("canvas").screenshot() != before

    logger.post("runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_090_000)
    expect(page.get_by_role("banner").or_(page.locator(".page-head")).get_by_text("1m 30s")).to_be_visible()


def test_zooming_in_loads_every_point_of_a_part(page: Page, logger: Logger) -> None:
    run_id = logger.start_run("long-heron")["run_id"]
    for start in range(0, 10_000, 1000):
        logger.log_points(run_id, "loss", range(start, start + 1000))
    page.goto(f"/runs/{run_id}")
    card = page.get_by_role("article", name="loss")
    expect(card).to_contain_text("min-max of 10,000 points")

    area = card.locator(".u-over").bounding_box()
    assert area is not None
    middle = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + area["width"] * 0.50, middle)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.52, middle, steps=5)
    page.mouse.up()

    expect(card).to_contain_text(re.compile(r"exact · [12]\d\d points"))
    card.get_by_role("button", name="Show all steps").click()
    expect(card).to_contain_text("min-max of 10,000 points")


def test_artifacts_are_shown_and_a_link_to_one_opens_it(page: Page, logger: Logger) -> None:
    info = logger.start_run("proud-wren")
    logger.put_file(info, "notes.txt", b"It went well: 98 % <b>right</b>.")
    logger.put_file(info, "plots/confusion.png", picture())
    page.goto(f"/runs/{info['run_id']}")

    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_role("treeitem", name="notes.txt").click()
    expect(page.locator("figure pre")).to_have_text("It went well: 98 % <b>right</b>.")

    page.get_by_role("treeitem", name="plots").click()
    page.get_by_role("treeitem", name="confusion.png").click()
    image = page.get_by_role("img", name="plots/confusion.png")
    expect(image).to_have_js_property("naturalWidth", 64)

    page.goto(page.url)
    expect(image).to_have_js_property("naturalWidth", 64)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == picture()


def test_a_search_stands_in_the_address_and_a_mistake_is_marked(page: Page, logger: Logger) -> None:
    for name, rate in (("slow-crane", "0.1"), ("fast-crane", "0.3")):
        run_id = logger.start_run(name)["run_id"]
        logger.post("runs/log-parameter", run_id=run_id, key="rate", value=rate)
    page.goto("/experiments/0")
    expect(page.get_by_text("2 matching runs")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("params.rate = '0.3'")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 matching run", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="slow-crane")).to_have_count(0)

    page.goto(page.url)
    expect(page.get_by_text("1 matching run", exact=True)).to_be_visible()

    page.get_by_role("searchbox", name="Search runs").fill("params.rate = nothing")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark")).to_have_text("nothing")
    expect(page.get_by_role("alert")).to_contain_text("quotes")

    page.get_by_role("searchbox", name="Search runs").press("Escape")
    expect(page.get_by_text("2 matching runs")).to_be_visible()


def test_sorting_asks_the_server(page: Page, logger: Logger) -> None:
    for name, loss in (("b", 0.2), ("a", 0.1), ("c", 0.3)):
        run_id = logger.start_run(name)["run_id"]
        logger.post("runs/log-metric", run_id=run_id, key="val/loss", value=loss, timestamp=1)
    page.goto("/experiments/0")

    page.get_by_role("button", name="val/loss").click()
    expect(names(page)).to_have_text(["c", "b", "a"])
    page.get_by_role("button", name="val/loss").click()
    expect(names(page)).to_have_text(["a", "b", "c"])
    expect(page.get_by_role("columnheader", name="val/loss")).to_have_attribute("aria-sort", "ascending")


def test_new_runs_wait_while_the_reader_is_further_down(page: Page, logger: Logger) -> None:
    for number in range(150):
        logger.start_run(f"run-{number}", start_time=1_700_000_000_000 + number)
    page.goto("/experiments/0")
    expect(page.get_by_text("150 matching runs")).to_be_visible()
    table = page.get_by_role("region", name="Runs")
    table.evaluate("element => element.scrollTo(0, 1500)")
    expect(page.get_by_role("link", name="run-100", exact=True)).to_be_in_viewport()
    place = page.get_by_role("link", name="run-100", exact=True).bounding_box()

    logger.start_run("newcomer", start_time=1_800_000_000_000)
    expect(page.get_by_role("button", name="1 new run")).to_be_visible()
    assert page.get_by_role("link", name="run-100", exact=True).bounding_box() == place

    page.get_by_role("button", name="1 new run").click()
    expect(page.get_by_role("link", name="newcomer")).to_be_in_viewport()
    # The rest comes page by page as one goes down.
    table.evaluate("element => element.scrollTo(0, 1e6)")
    expect(page.get_by_text("Loading more")).to_have_count(0)
    table.evaluate("element => element.scrollTo(0, 1e6)")
    expect(page.get_by_role("link", name="run-0", exact=True)).to_be_in_viewport()


def test_columns_are_chosen_and_kept_in_the_address(page: Page, logger: Logger) -> None:
    run_id = logger.start_run("wide-ibis")["run_id"]
    for number in range(7):
        logger.post("runs/log-parameter", run_id=run_id, key=f"p{number}", value="x")
    page.goto("/experiments/0")
    expect(page.get_by_role("columnheader", name=re.compile("^p"))).to_have_text(["p0", "p1", "p2", "p3"])

    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("p6")
    page.get_by_role("checkbox", name="p6").check()
    expect(page.get_by_role("columnheader", name="p6")).to_be_visible()

    page.goto(page.url)
    expect(page.get_by_role("columnheader", name=re.compile("^p"))).to_have_text(["p0", "p1", "p2", "p3", "p6"])


def test_a_link_to_a_page_of_mlflow_leads_to_the_same_run(page: Page, logger: Logger) -> None:
    run_id = logger.start_run("old-link")["run_id"]

    page.goto(f"/#/experiments/0/runs/{run_id}")

    expect(page.get_by_role("heading", name="old-link")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/runs/{run_id}$"))


def test_a_run_that_is_not_there_is_said_to_be_missing(page: Page) -> None:
    page.goto(f"/runs/{'0' * 32}")

    expect(page.get_by_role("alert")).to_contain_text("0" * 32)


def test_the_page_goes_on_when_the_server_is_back(page: Page, server: RunningServer, start_server: StartServer) -> None:
    logger = Logger(server.url)
    run_id = logger.start_run("patient-stork")["run_id"]
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    server.process.terminate()
    server.process.wait(10)
    expect(page.get_by_text("Connecting")).to_be_visible()
    start_server(folder=server.folder, port=int(server.url.rpartition(":")[2]))
    logger.log_points(run_id, "loss", range(7))

    expect(page.get_by_role("article", name="loss")).to_contain_text("exact · 7 points", timeout=15_000)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_on_a_narrow_screen_the_list_lies_over_the_page_until_something_is_chosen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto("/experiments/0")
    default = page.get_by_role("link", name="Default")
    expect(default).to_be_hidden()

    page.get_by_role("button", name="Experiments").click()
    default.click()

    expect(default).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_theme_is_chosen_and_remembered(page: Page) -> None:
    page.goto("/help")
    page.get_by_role("button", name="Use the dark theme").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    page.reload()

    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    page.get_by_role("button", name="Use the light theme").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != dark


def names(page: Page) -> Locator:
    return page.locator("tbody tr:not(.space) td:first-child a")


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "PNG")
    return buffer.getvalue()
