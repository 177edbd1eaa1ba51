"""A running page and a browser that looks at it."""

import base64
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from esrgan.images import read
from tests import forked
from tests.conftest import free_port
from tests.e2e import pages

ROOT = Path(__file__).parents[2]

UNUSED = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "Translate", "MediaRouter", "LensOverlay")
"""Features of the browser's own window, which would start a process for every tab."""
FLAGS = (
    f"--disable-features={','.join(UNUSED)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)
GRADIOS_OWN = ("Method not implemented.",)
"""What Gradio's file field says by itself when a file comes in."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def without_browser(reason) -> NoReturn:
    """Skip, or fail where the browser tests are required."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The folder of the example that a page opens with, computed beforehand."""
    scratch = tmp_path_factory.mktemp("kept")
    call = (pages.keep_first_example, (), variables(scratch))
    (process,) = forked.run(call, folder=scratch / "output")
    assert process.returncode == 0, process.stderr
    return scratch / "kept"


@pytest.fixture(scope="session")
def url(tmp_path_factory, kept):
    """Address of a page that runs for these tests alone, as a visitor's would."""
    folder = tmp_path_factory.mktemp("page")
    keep_first_example(kept, folder)
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="session")
def small(photo):
    """The smallest piece of the photograph that has all figures, uint8 (48, 60, 3)."""
    return np.ascontiguousarray(photo[24:72, 30:90])


def keep_first_example(kept, scratch):
    """Give a page that is not open yet its first example as it was rebuilt."""
    shutil.copytree(kept, scratch / "kept")


@contextmanager
def serving(scratch, *fault, port=None):
    """Serve a page, with a fault of `tests.e2e.faulty` if one is named; yields its address."""
    port = port or free_port()
    page = forked.start(pages.serve, port, *fault, folder=scratch, variables=variables(scratch))
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(address, page.is_alive)
        yield address
    finally:
        page.terminate()
        page.join()


@contextmanager
def serving_app(scratch, **more):
    """Run `app.py` as people do, with more environment variables; yields its address."""
    port = free_port()
    env = os.environ | variables(scratch) | {"GRADIO_SERVER_PORT": str(port), **more}
    with (
        (scratch / "stdout").open("a") as log,
        subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=env, stdout=log) as page,
    ):
        address = f"http://127.0.0.1:{port}/"
        try:
            wait_for(address, lambda: page.poll() is None)
            yield address
        finally:
            page.terminate()


def variables(scratch):
    """Environment variables of a page whose files all lie in one folder."""
    return {
        "GRADIO_TEMP_DIR": str(scratch / "cache"),
        "ESRGAN_CACHE": str(scratch / "kept"),
        "ESRGAN_WARM": "0",
    }


def wait_for(address, is_running):
    """Return once the page answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert is_running(), "the page stopped by itself"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the page did not start within a minute")


@pytest.fixture(scope="session")
def playwright():
    """Playwright, or a skip with the reason."""
    try:
        from playwright import sync_api
    except ImportError:
        without_browser("playwright is not installed")
    with sync_api.sync_playwright() as running:
        yield running


def start(playwright, *flags):
    """Chromium, or a skip with the reason."""
    from playwright import sync_api

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    except sync_api.Error as error:
        without_browser(f"no Chromium can be started: {str(error).splitlines()[0]}")


@pytest.fixture(scope="session")
def browser(playwright):
    """Chromium with WebGL in software."""
    chromium = start(playwright)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def plain_browser(playwright):
    """Chromium without WebGL."""
    chromium = start(playwright, "--disable-3d-apis")
    yield chromium
    chromium.close()


class Watched:
    """A tab, and everything in it that must not happen."""

    def __init__(self, page, url):
        self.page, self.url, self.troubles = page, url, []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message):
        if message.type in ("error", "warning") and message.text not in GRADIOS_OWN:
            self.troubles.append(f"{message.type}: {message.text}")

    def _on_request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"request: {request.url}")

    def open(self, query=""):
        self.page.goto(self.url + query)
        self.wait_until_ready()
        return self

    def visit(self, query=""):
        """Open the page without waiting for more than a slider that moves the picture."""
        self.page.goto(self.url + query)
        self.wait_until_live()
        return self

    def wait_until(self, **attributes):
        """Wait until the component is marked so."""
        conditions = "".join(f'[data-{key}="{value}"]' for key, value in attributes.items())
        self.page.wait_for_selector(f".scrubber{conditions}", timeout=60_000)

    def wait_until_exact(self, **attributes):
        """Wait until the network's own output is drawn, and the curve is whole."""
        self.wait_until(quality="exact", bounded="yes", **attributes)

    def wait_until_ready(self, **attributes):
        """Wait until all is computed, every figure too, and drawn."""
        self.wait_until(state="ready", **attributes)

    def wait_until_shown(self, pane):
        """Wait until a crop has its picture."""
        self.page.wait_for_selector(f'[data-pane="{pane}"]:not(.waiting)', timeout=60_000)

    def wait_until_live(self):
        """Wait until the slider moves the picture, while its curve may still grow."""
        self.wait_until_shown("esrgan")

    def scrub(self, alpha):
        """Move the slider without releasing it, and wait until the curve's frame is drawn.

        All must have been computed: what comes later would replace the frame by an exact one.
        """
        self.page.locator('[data-part="alpha"]').evaluate(
            """(slider, alpha) => {
                slider.value = alpha;
                slider.dispatchEvent(new Event('input'));
            }""",
            alpha,
        )
        self.page.wait_for_selector(f'.scrubber[data-drawn="{alpha:.2f}"][data-quality="curve"]')

    def scrub_exactly(self, alpha):
        """As `scrub`, to an α that the slider's steps do not meet."""
        self.page.locator('[data-part="panes"]').evaluate("(all, alpha) => all.scrub(alpha)", alpha)
        self.page.wait_for_selector(f'.scrubber[data-drawn="{alpha:.2f}"][data-quality="curve"]')

    def pixels(self, pane):
        """A crop's pixels as the page has them, RGB (height, width, 3)."""
        url = self.page.evaluate(
            """(pane) => {
                const source = document.querySelector(`[data-pane="${pane}"]`).picture();
                const canvas = document.createElement('canvas');
                canvas.width = source.width;
                canvas.height = source.height;
                canvas.getContext('2d').drawImage(source, 0, 0);
                return canvas.toDataURL('image/png');
            }""",
            pane,
        )
        return read(base64.b64decode(url.split(",")[1])).pixels

    def asked(self):
        """What the page asks of the queue from now on."""
        asked = []

        def keep(request):
            if "/queue/join" in request.url:
                asked.append(request.post_data)

        self.page.on("request", keep)
        return asked

    def forgive(self, *words):
        """Forget the troubles that a test provoked."""
        self.troubles = [it for it in self.troubles if not any(word in it for word in words)]

    def save(self, name):
        """Keep a picture of what is seen, where `ESRGAN_SCREENSHOTS` names a folder."""
        if folder := os.environ.get("ESRGAN_SCREENSHOTS"):
            self.page.evaluate("document.activeElement?.blur?.()")
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def screen(self, selector):
        """What is on a canvas, RGB (height, width, 3)."""
        canvas = self.page.locator(selector)
        url = canvas.evaluate("(canvas) => canvas.toDataURL('image/png')")
        return read(base64.b64decode(url.split(",")[1])).pixels


@pytest.fixture(scope="session")
def window(browser):
    """A browser window whose tabs share the files that they have loaded, and nothing else."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture
def tab(window, url):
    """A fresh tab; at the end it must have had no console error and no request elsewhere."""
    watched = Watched(window.new_page(), url)
    yield watched
    window.set_offline(False)
    window.clear_permissions()
    for page in window.pages:
        page.close()
    assert watched.troubles == []
