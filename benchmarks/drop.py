"""Time the page after a picture is dropped on it: `python -m benchmarks.drop`.

Measured are the times until the first picture, until the slider works and until the curve is
complete, for a 512×512 picture in the mode Compare and a headless browser; and, for comparison, the
time of one run of the network on that window. Needs requirements-dev.txt and Chromium.
"""

import os
import time

import numpy as np
import torch
from playwright.sync_api import sync_playwright
from skimage import data

from demo.layout import build, launch_options
from demo.networks import first_pair
from demo.scene import Mode, curve, place, upscaler
from esrgan.images import Picture, encode_png
from tests.e2e.conftest import Watched, start
from tests.e2e.test_page import DROP, send

REPEATS = 3
STEPS = {
    "first picture": ' [data-pane="bicubic"]:not(.waiting)',
    "both ends live": ' [data-pane="esrgan"]:not(.waiting)',
    "whole curve": '[data-bounded="yes"]',
}
"""For each step the selector that the page's component, or an element in it, then matches."""


def seconds_a_run(picture: Picture) -> float:
    """Mean time of a run of the network on the window, after a first one that is not counted."""
    render = curve(
        place(picture, Mode.COMPARE, 0.5, 0.5, upscaler(first_pair()).scale), first_pair()
    ).render
    render(0.5)
    started = time.perf_counter()
    for _ in range(REPEATS):
        render(0.5)
    return (time.perf_counter() - started) / REPEATS


def drop(tab: Watched, picture: Picture) -> dict[str, float]:
    """Drop a picture on an open page; returns the seconds until each of `STEPS`."""
    revision = int(tab.page.locator(".scrubber").get_attribute("data-revision") or 0) + 1
    png = encode_png(picture)
    started, times = time.perf_counter(), dict[str, float]()
    send(tab, DROP, png)
    for step, selector in STEPS.items():
        wanted = f'.scrubber[data-revision="{revision}"]{selector}'
        tab.page.wait_for_selector(wanted, timeout=120_000, state="attached")
        times[step] = time.perf_counter() - started
    return times


def main() -> None:
    """Print the times."""
    picture = Picture(np.ascontiguousarray(data.astronaut()))
    print(f"one run of the network: {seconds_a_run(picture):.2f} s")
    page = build()
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options())
    with sync_playwright() as playwright:
        tab = Watched(start(playwright).new_page(), url).open()
        tab.page.click('[data-mode="compare"]')
        for _ in range(REPEATS):
            times = drop(tab, picture)
            nodes = tab.page.locator(".scrubber").get_attribute("data-nodes")
            print(", ".join(f"{step} {value:.2f} s" for step, value in times.items()), end="; ")
            print(f"{nodes} nodes, load {os.getloadavg()[0]:.1f}", flush=True)
            tab.wait_until_ready()
    print(f"{torch.get_num_threads()} threads")
    page.close()


if __name__ == "__main__":
    main()
