"""Pictures that are much taller than wide, or the other way round."""

import numpy as np
import pytest

from tests.e2e.test_page import bring

pytestmark = pytest.mark.browser

LENGTH, WIDTH, WINDOW = 1000, 10, 128
TALLEST = 0.8 * 900
"""Of a screen that is 900 pixels high."""
FRAMES = {"side": '[data-pane="bicubic"] .frame', "split": '[data-part="split-frame"]'}
SHARE = 0.25
"""Where the pointer is, of a frame's sides: in the half of a split that is bicubic."""


def ramp(tall):
    """Black at one end of the window in its middle, white at the other."""
    along = 2.0 * (np.arange(LENGTH) - (LENGTH - WINDOW) // 2)
    line = along.clip(0, 255).astype(np.uint8)
    strip = np.ascontiguousarray(np.broadcast_to(line[:, None, None], (LENGTH, WIDTH, 3)))
    return strip if tall else np.ascontiguousarray(strip.transpose(1, 0, 2))


def zoom_in(tab, frame):
    """Turn the wheel over a place of a frame."""
    box = frame.bounding_box()
    tab.page.mouse.move(box["x"] + SHARE * box["width"], box["y"] + SHARE * box["height"])
    tab.page.mouse.wheel(0, -2000)
    tab.page.wait_for_selector('.scrubber[data-zoom="16.00"]')
    tab.page.wait_for_timeout(100)


@pytest.mark.parametrize("tall", [True, False])
def test_a_narrow_picture_fits_the_screen_and_the_pointer_meets_its_place(tab, tall):
    tab.open()
    bring(tab, ramp(tall))
    tab.wait_until_ready()
    ratio = WIDTH / WINDOW if tall else WINDOW / WIDTH
    for show, selector in FRAMES.items():
        tab.page.click(f'button[data-show="{show}"]')
        frame = tab.page.locator(selector)
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        assert box["height"] <= TALLEST + 1
        assert box["width"] / box["height"] == pytest.approx(ratio, rel=0.03)
        zoom_in(tab, frame)
        screen = tab.screen(f"{selector} canvas")
        assert max(screen.shape) < 2000
        row, column = (int(SHARE * side) for side in screen.shape[:2])
        assert screen[row, column, 0] == pytest.approx(SHARE * 2 * WINDOW, abs=4)
        tab.page.locator('[data-part="fit"]').press("0")
