"""The page for everyone: axe-core's rules, keys alone, touch, and reading aloud."""

import numpy as np
import pytest

from tests.e2e.conftest import Watched
from tests.e2e.test_page import bring, set_alpha

pytestmark = pytest.mark.browser

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
FOCUSED = """() => {
    const element = document.activeElement;
    const { x, y, height } = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
        name: element.dataset.part || element.dataset.mode || element.dataset.show || element.title
            || element.textContent.trim(),
        inside: Boolean(element.closest('.scrubber')),
        top: y + scrollY, height,
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    };
}"""


def findings(page):
    """What axe-core calls serious or critical, with the elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        (rule["id"], node["html"])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.fixture(params=[(scheme, size) for scheme in ("light", "dark") for size in SIZES])
def seen(request, browser, url):
    """The page in a colour scheme and at a size, with everything that can be opened open."""
    scheme, size = request.param
    width, height = SIZES[size]
    options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    with browser.new_context(**options, has_touch=size == "phone") as context:
        tab = Watched(context.new_page(), url).open()
        yield tab, f"{scheme}-{size}"
        assert tab.troubles == []


def test_axe_finds_nothing_serious(seen):
    tab, name = seen
    tab.save(name)
    for button in tab.page.locator("button.label-wrap").all():
        button.press("Enter")
    tab.page.click('[data-part="brush"]')
    tab.page.click('button[data-show="split"]')
    assert findings(tab.page) == []
    tab.page.click('button[data-show="difference"]')
    tab.page.context.set_offline(True)
    tab.page.wait_for_selector('.scrubber[data-notice="lost"]')
    assert findings(tab.page) == []
    tab.page.context.set_offline(False)
    tab.page.wait_for_selector('.scrubber[data-notice=""]')
    tab.forgive("ERR_INTERNET_DISCONNECTED")


def test_keys_reach_everything_in_reading_order_with_a_visible_ring(tab):
    tab.open()
    tab.page.locator("#scrubber").evaluate("it => it.scrollIntoView()")
    visited = []
    tab.page.locator(".scrubber").evaluate("it => { it.tabIndex = -1; it.focus(); }")
    while True:
        tab.page.keyboard.press("Tab")
        focus = tab.page.evaluate(FOCUSED)
        if not focus["inside"]:
            break
        visited.append(focus)
    assert all(focus["ring"] for focus in visited)
    names = [focus["name"] for focus in visited]
    stops = ["compare", "choose", "export", "cat", "alpha", "play", "side", "fit", "brush"]
    assert [name for name in names if name in stops] == stops


def test_keys_zoom_pan_and_choose(tab):
    tab.open()
    root, fit = tab.page.locator(".scrubber"), tab.page.locator('[data-part="fit"]')
    for _ in range(3):
        fit.press("+")
    assert float(root.get_attribute("data-zoom")) > 3
    tab.page.wait_for_timeout(200)
    before = tab.screen('[data-pane="bicubic"] canvas')
    fit.press("Shift+ArrowRight")
    tab.page.wait_for_timeout(200)
    assert not np.array_equal(tab.screen('[data-pane="bicubic"] canvas'), before)
    fit.press("0")
    assert root.get_attribute("data-zoom") == "1.00"
    tab.page.locator('button[data-show="side"]').press("ArrowRight")
    assert root.get_attribute("data-show") == "split"
    assert tab.page.evaluate("document.activeElement.dataset.show") == "split"


def test_keys_of_the_browser_stay_its_own(tab):
    tab.open()
    root, fit = tab.page.locator(".scrubber"), tab.page.locator('[data-part="fit"]')
    for modifier in ("Control", "Alt", "Meta"):
        fit.press(f"{modifier}++")
        assert root.get_attribute("data-zoom") == "1.00"
        tab.page.locator('button[data-show="side"]').press(f"{modifier}+ArrowRight")
        assert root.get_attribute("data-show") == "side"


def test_focus_stays_on_a_size_when_the_window_becomes_that_large(tab, photo):
    tab.open()
    bring(tab, np.tile(photo, (2, 2, 1)))
    size = tab.page.locator('[data-side="768"]')
    size.press("Enter")
    tab.page.wait_for_selector('[data-side="768"][aria-checked="true"]')
    assert size.evaluate("it => it === document.activeElement")


def test_what_moves_with_alpha_is_not_read_aloud_at_every_step(tab):
    tab.open()
    for name in ("value", "plane-here", "brush-value"):
        assert tab.page.locator(f'[data-part="{name}"]').get_attribute("aria-live") == "off"


def touch(session, kind, *points):
    """A touch event of the browser itself."""
    at = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def test_two_fingers_zoom_one_pans_and_the_thumb_slides(browser, url, small):
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with browser.new_context(**options) as context:
        tab = Watched(context.new_page(), url).open()
        bring(tab, small)
        tab.wait_until_live()
        root, frame = tab.page.locator(".scrubber"), tab.page.locator('[data-pane="esrgan"] .frame')
        frame.scroll_into_view_if_needed()
        box, session = frame.bounding_box(), context.new_cdp_session(tab.page)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch(session, "touchStart", (x - 20, y), (x + 20, y))
        for spread in range(25, 61, 5):
            touch(session, "touchMove", (x - spread, y), (x + spread, y))
        touch(session, "touchEnd")
        tab.page.wait_for_function("Number(document.querySelector('.scrubber').dataset.zoom) > 2.5")
        before = tab.screen('[data-pane="bicubic"] canvas')
        touch(session, "touchStart", (x, y))
        for step in range(1, 9):
            touch(session, "touchMove", (x - 8 * step, y - 4 * step))
        touch(session, "touchEnd")
        tab.page.wait_for_timeout(200)
        moved = tab.screen('[data-pane="bicubic"] canvas')
        assert not np.array_equal(moved, before)
        slider = tab.page.locator('[data-part="alpha"]').bounding_box()
        assert slider["y"] + slider["height"] > 844 * 0.75  # within reach of a thumb
        tab.page.touchscreen.tap(
            slider["x"] + 0.25 * slider["width"], slider["y"] + slider["height"] / 2
        )
        tab.wait_until(quality="exact")
        assert 0.2 < float(root.get_attribute("data-alpha")) < 0.3
        assert tab.troubles == []


def test_a_pinch_leaves_no_paint(browser, url):
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with browser.new_context(**options) as context:
        tab = Watched(context.new_page(), url).open()
        tab.page.click('[data-part="brush"]')
        frame = tab.page.locator('[data-pane="esrgan"] .frame')
        frame.scroll_into_view_if_needed()
        box, session = frame.bounding_box(), context.new_cdp_session(tab.page)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch(session, "touchStart", (x - 20, y))
        tab.page.wait_for_selector('.scrubber[data-quality="curve"]')
        touch(session, "touchStart", (x - 20, y), (x + 20, y))
        for spread in range(25, 61, 5):
            touch(session, "touchMove", (x - spread, y), (x + spread, y))
        touch(session, "touchEnd")
        tab.page.wait_for_function("Number(document.querySelector('.scrubber').dataset.zoom) > 2.5")
        tab.wait_until_ready(quality="exact")
        assert tab.page.locator('[data-part="undo"]').is_disabled()
        assert tab.troubles == []


def test_news_is_read_aloud(tab):
    tab.open()
    slider = tab.page.get_by_role("slider", name="α")
    set_alpha(tab, 0.4)
    assert slider.first.get_attribute("aria-valuetext") == "α 0.40, exact"
    assert tab.page.locator('[data-part="status"]').get_attribute("role") == "status"
    assert tab.page.locator('[data-part="notice"]').get_attribute("role") == "alert"
    for pane in tab.page.locator("[data-pane] canvas").all():
        assert pane.get_attribute("role") == "img"
        assert pane.get_attribute("aria-label")


def test_a_whole_tour_has_no_console_error_and_no_outside_request(tab):
    page = tab.open().page
    page.locator(".example").nth(1).click()
    page.wait_for_selector('[data-part="name"]:text-is("astronaut")')
    tab.wait_until_live()
    page.click('[data-mode="enlarge"]')
    page.wait_for_selector('[data-mode="enlarge"][aria-checked="true"]')
    tab.wait_until_live()
    page.locator('[data-part="box"]').press("ArrowUp")
    for _ in range(2):
        page.click('[data-part="play"]')
    for view in ("split", "difference", "side"):
        page.click(f'button[data-show="{view}"]')
    page.click('[data-part="brush"]')
    page.locator('[data-pane="esrgan"] .frame').click()
    page.click('[data-part="reset"]')
    page.click('[data-add="input"]')
    page.wait_for_selector('[data-pane="input"] .figure')
    for button in page.locator("button.label-wrap").all():
        button.click()
    tab.wait_until_ready()
    with page.expect_download(timeout=60_000):
        page.click('[data-figure="png"]')
