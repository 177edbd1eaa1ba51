"""The page in the browser's language, and what explains its words."""

import re

import pytest

from demo import text
from tests.e2e.conftest import Watched
from tests.e2e.test_page import DROP, send, set_alpha

pytestmark = pytest.mark.browser

CHINESE = text.LANGUAGES["zh-CN"]
LATIN_WORD = re.compile(r"\b[a-z]{4,}\b")


@pytest.fixture
def chinese_tab(browser, url):
    """A fresh tab of a Chinese browser, with nothing in the console at the end."""
    size = {"width": 1280, "height": 900}
    with browser.new_context(viewport=size, locale="zh-CN") as context:
        watched = Watched(context.new_page(), url)
        yield watched
        assert watched.troubles == []


def caution(tab):
    return tab.page.locator('[data-pane="esrgan"] .caution')


def test_a_chinese_browser_reads_chinese(chinese_tab):
    tab = chinese_tab.open()
    page, labels = tab.page, CHINESE.labels
    assert page.title() == labels["title"]
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("h1").inner_text() in CHINESE.page["intro"]
    for key in ("networks_title", "about_title"):
        assert page.get_by_text(CHINESE.page[key]).is_visible()
    assert page.get_by_role("slider", name=labels["alpha"]).is_visible()
    assert page.get_by_role("radio", name=labels["compare"]).is_visible()
    assert page.locator(".ends").inner_text().startswith(labels["faithful"])
    quality = page.locator('[data-pane="esrgan"] .quality').inner_text()
    assert quality == f"α 0.80 · {labels['exact']}"
    assert page.locator('[data-pane="original"] strong').inner_text() == "原图"
    assert labels["metric_perceptual_index"] in page.locator('[data-pane="bicubic"]').inner_text()
    words = page.locator(".scrubber").inner_text().replace("cat", "").replace("small", "")
    assert LATIN_WORD.findall(words) == []


def test_a_caption_and_an_error_are_chinese(chinese_tab):
    tab = chinese_tab.open()
    tab.scrub(0.37)
    bound = CHINESE.labels["bound"].split("{")[0]
    assert bound in tab.page.locator('[data-pane="esrgan"] .quality').inner_text()
    send(tab, DROP, b"%PDF-1.7")
    toast = tab.page.locator(".toast-body")
    toast.wait_for()
    assert "不支持这种文件（PDF），请先导出为 PNG 或 JPEG。" in toast.inner_text()
    assert "Error" not in toast.inner_text()


def test_the_download_reports_in_chinese(chinese_tab):
    tab = chinese_tab.open()
    tab.page.locator('[data-part="export"]').click()
    tab.page.wait_for_selector(f'#save:has-text("{CHINESE.labels["exact"]}")')
    assert "保存 cat" in tab.page.locator("#save").inner_text()


def test_invented_detail_is_pointed_out_near_the_vivid_end(tab):
    tab.open()
    set_alpha(tab, 0.5)
    assert not caution(tab).is_visible()
    set_alpha(tab, 0.9)
    assert caution(tab).is_visible()
    assert "not real" in caution(tab).inner_text()
    tab.page.locator('[data-show="split"]').click()
    assert tab.page.locator(".split .caution").is_visible()


def test_terms_are_explained_to_the_keyboard(tab):
    tab.open()
    page, tip = tab.page, tab.page.get_by_role("tooltip")
    page.locator('button[data-part="brush"]').focus()
    explained = []
    for _ in range(6):
        page.keyboard.press("Tab")
        explained.append(tip.inner_text())
        described = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
        assert described == tip.get_attribute("id")
    labels = text.ENGLISH.labels
    shown = ("psnr_y", "ssim_y", "rmse_y", "perceptual_index", "niqe")
    assert explained == [labels["quality_help"], *(labels[f"tip_{name}"] for name in shown)]
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_terms_are_explained_to_pointer_and_finger(browser, url):
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, has_touch=True) as context:
        tab = Watched(context.new_page(), url).open()
        tip, pane = tab.page.get_by_role("tooltip"), tab.page.locator('[data-pane="bicubic"]')
        pane.locator('[data-tip="tip_niqe"]').tap()
        assert "lower" in tip.inner_text()
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        tab.page.mouse.move(5, 5)
        pane.locator('[data-tip="tip_psnr_y"]').hover()
        assert "higher" in tip.inner_text()


def test_values_change_under_a_focused_term(tab):
    tab.open()
    term = tab.page.locator('[data-pane="esrgan"] .term[data-tip="tip_niqe"]')
    term.focus()
    before = term.locator("..").inner_text()
    tab.scrub(0.2)
    assert term.evaluate("(node) => node === document.activeElement")
    assert term.locator("..").inner_text() != before
