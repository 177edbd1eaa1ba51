"""Measure how many frames a second the page draws while α moves: `python -m benchmarks.blends`.

Each frame is a blend of the curve's nodes, 512×512 pixels, by WebGL or on a 2D canvas, in a
headless browser. Needs requirements-dev.txt and Chromium.
"""

import os

import numpy as np
from playwright.sync_api import sync_playwright
from skimage import data

from demo.layout import build, launch_options
from tests.e2e.conftest import Watched, start
from tests.e2e.test_page import drop

RENDERERS = ("webgl", "canvas")
MEASURE = """async (ms) => {
    const slider = document.querySelector('[data-part="alpha"]');
    const { dataset } = document.querySelector('.scrubber');
    const before = Number(dataset.blends);
    const start = performance.now();
    for (let i = 0; performance.now() < start + ms; i += 1) {
        slider.value = (i % 101) / 100;
        slider.dispatchEvent(new Event('input'));
        await new Promise(requestAnimationFrame);
    }
    return (1000 * (Number(dataset.blends) - before)) / (performance.now() - start);
}"""
MEASURED_MS = 3000


def main() -> None:
    """Print the frames a second of both renderers."""
    picture = np.ascontiguousarray(data.astronaut()[:128, 160:288])
    page = build()
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options())
    with sync_playwright() as playwright:
        browser = start(playwright)
        for renderer in RENDERERS:
            tab = Watched(browser.new_page(), url).open(f"?renderer={renderer}")
            drop(tab, picture)
            blends = tab.page.evaluate(MEASURE, MEASURED_MS)
            print(f"{renderer}: {blends:.0f} blends/s, load {os.getloadavg()[0]:.1f}", flush=True)
    page.close()


if __name__ == "__main__":
    main()
