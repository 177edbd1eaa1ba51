"""Make the README's screenshots of the page: `python -m benchmarks.screenshots [FOLDER]`.

They show the page's own examples. With `--states`, tests add a screenshot of every error state.
Chromium must be installed; FOLDER is `docs/images` unless another is named.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from demo.layout import build, launch_options

FOLDER = Path(__file__).parents[1] / "docs/images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESKTOP},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True},
    "chinese": {"viewport": DESKTOP, "locale": "zh-CN"},
}
"""Options of the browser for each screenshot, by its name."""
READY, READY_MS = '.scrubber[data-state="ready"]', 120_000
STATE_TESTS = "tests/e2e/test_states.py"
QUALITY = 82
FRAMES, FRAME_MS, HOLD_MS, FRAME_WIDTH = 21, 90, 800, 720
WHEEL_STEPS, WHEEL_PX = 3, -100
MOVE_ALPHA = """(slider, alpha) => {
    slider.value = alpha;
    slider.dispatchEvent(new Event('input'));
}"""


@contextmanager
def browsing() -> Generator[Browser, None, None]:
    """Start Chromium, of the system where it is installed there, and close it at the end."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Generator[Page, None, None]:
    """Open the page and wait until its first pictures and curve are drawn."""
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector(READY, timeout=READY_MS)
        yield page


def shoot(page: Page, **options: Any) -> Image.Image:
    """Take a screenshot as an RGB image."""
    return Image.open(BytesIO(page.screenshot(**options))).convert("RGB")


def save(image: Image.Image, path: Path, **options: Any) -> None:
    """Write a WebP file, and print its path and size."""
    image.save(path, quality=QUALITY, method=6, **options)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


def alpha_moves(page: Page) -> list[Image.Image]:
    """Screenshots of the slider and the first crops, enlarged, at equal steps of α from 0 to 1."""
    first = page.locator("[data-pane] .frame").first.bounding_box()
    second = page.locator("[data-pane]").nth(1).bounding_box()
    slider = page.locator(".slider").bounding_box()
    if not (first and second and slider):
        raise ValueError("The page shows no slider or no crops: has its layout changed?")
    page.mouse.move(first["x"] + 0.3 * first["width"], first["y"] + 0.4 * first["height"])
    for _ in range(WHEEL_STEPS):
        page.mouse.wheel(0, WHEEL_PX)
    top, bottom = slider["y"], second["y"] + second["height"]
    clip = {"x": slider["x"] - 8, "y": top - 8, "width": slider["width"] + 16}
    clip["height"] = bottom - top + 16
    return [frame(page, clip, alpha) for alpha in np.linspace(0, 1, FRAMES)]


def frame(page: Page, clip: dict[str, float], alpha: float) -> Image.Image:
    """A reduced screenshot of a part of the page at one α."""
    page.locator('[data-part="alpha"]').evaluate(MOVE_ALPHA, alpha)
    drawn = f':is([data-drawn="{alpha:.2f}"], [data-quality="exact"])'
    page.wait_for_selector(f'.scrubber[data-alpha="{alpha:.2f}"]{drawn}')
    image = shoot(page, clip=clip, full_page=True)
    return image.resize((FRAME_WIDTH, round(FRAME_WIDTH * image.height / image.width)))


def save_animation(frames: list[Image.Image], path: Path) -> None:
    """Write frames as an animation that runs forwards and back, with a pause at both ends."""
    there_and_back = frames + frames[-2:0:-1]
    durations = [FRAME_MS] * len(there_and_back)
    durations[0] = durations[len(frames) - 1] = HOLD_MS
    options = {"save_all": True, "append_images": there_and_back[1:], "loop": 0}
    save(there_and_back[0], path, duration=durations, **options)


def shoot_states(folder: Path) -> None:
    """Write a screenshot of every error state, taken by the tests of these states."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = os.environ | {"ESRGAN_SCREENSHOTS": scratch}
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", STATE_TESTS], env=settings, check=True
        )
        for path in sorted(Path(scratch).glob("*.png")):
            save(Image.open(path).convert("RGB"), folder / f"state-{path.stem}.webp")


def main(folder: Path, *, states: bool) -> None:
    """Make all screenshots; those of error states by choice."""
    folder.mkdir(parents=True, exist_ok=True)
    _, url, _ = build().launch(prevent_thread_lock=True, quiet=True, **launch_options())
    with browsing() as browser:
        for name, options in VIEWS.items():
            with visiting(browser, url, **options) as page:
                save(shoot(page), folder / f"{name}.webp")
                if name == "light":
                    save_animation(alpha_moves(page), folder / "alpha.webp")
    if states:
        shoot_states(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--states", action="store_true", help="every error state, too")
    arguments = parser.parse_args()
    main(arguments.folder, states=arguments.states)
