import numpy as np
import pytest
from skimage import data

from esrgan.images import Picture, encode_png
from tests.e2e.conftest import Watched
from tests.e2e.test_page import DROP, drop, send, set_alpha

pytestmark = pytest.mark.browser

ROUGH = np.ascontiguousarray(data.gravel()[:256, :256, None].repeat(3, axis=2))
"""A picture that no α rebuilds within region 1."""


def compare(tab, picture):
    """Open a picture to compare, which is chosen before it is there."""
    tab.page.click('[data-mode="compare"]')
    send(tab, DROP, encode_png(Picture(picture)))
    tab.page.wait_for_selector('.facts :text("mine.png")')
    tab.wait_until_ready()


def marker(tab):
    """Where α's marker is on the chart."""
    here = tab.page.locator('[data-part="plane-chart"] .here')
    return float(here.get_attribute("cx")), float(here.get_attribute("cy"))


def boxes(tab, selector):
    """Left, top, right and bottom of all that a selector finds."""
    return tab.page.locator(selector).evaluate_all(
        """(all) => all.map((node) => node.getBoundingClientRect())
            .map((box) => [box.left, box.top, box.right, box.bottom])"""
    )


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_plane_shows_both_paths_and_the_methods(tab):
    tab.open()
    chart = tab.page.locator('[data-part="plane-chart"]')
    assert chart.is_visible()
    assert chart.locator(".dot-network").count() == 11
    assert chart.locator(".dot-image").count() == 11
    assert chart.locator(".band").count() == 2
    titles = chart.locator(".method title").all_text_contents()
    assert [title.split(":")[0] for title in titles] == ["Original", "Bicubic", "SRResNet"]
    names = chart.locator(".name").all_text_contents()
    assert names == ["RMSE (luma, grey levels)", "perceptual index (proxy, ± 0.35)"]
    panes = tab.page.locator('[data-part="panes"]').bounding_box()
    assert chart.bounding_box()["y"] > panes["y"] + panes["height"]
    how = tab.page.locator('[data-part="how"]').text_content()
    assert "RMSE: BT.601 studio luma, without a border of 4 px" in how


def test_the_marker_follows_alpha_between_the_points(tab):
    tab.open()
    dots = tab.page.locator('[data-part="plane-chart"] .dot-network').evaluate_all(
        "(all) => all.map((dot) => [+dot.getAttribute('cx'), +dot.getAttribute('cy')])"
    )
    for alpha in (0.0, 0.3, 1.0):
        tab.scrub(alpha)
        assert marker(tab) == pytest.approx(dots[round(10 * alpha)], abs=0.01)
    tab.scrub(0.45)
    assert marker(tab) == pytest.approx(np.mean(dots[4:6], axis=0), abs=0.01)
    here = tab.page.locator('[data-part="plane-here"]').text_content()
    assert here.startswith("α 0.45: RMSE ≈ ")
    assert here.endswith(" ± 0.35")


def test_a_region_button_sets_the_best_alpha(tab):
    tab.open()
    set_alpha(tab, 0.1)
    region = tab.page.locator('[data-region="1"]')
    region.press("Enter")
    answer = tab.page.locator('[data-part="region-answer"]').text_content()
    assert answer.startswith("Best α in region 1: α ")
    alpha = answer.rpartition(" ")[2]
    tab.wait_until_ready(alpha=alpha, quality="exact")
    assert alpha != "0.10"
    lowest = tab.page.locator('[data-part="plane-chart"] .dot-network').evaluate_all(
        "(all) => Math.max(...all.map((dot) => +dot.getAttribute('cy')))"
    )
    assert marker(tab)[1] == pytest.approx(lowest, abs=0.01)
    assert region.evaluate("it => it === document.activeElement")


def test_a_region_that_no_alpha_reaches_says_so(tab):
    tab.open()
    compare(tab, ROUGH)
    set_alpha(tab, 0.3)
    tab.page.click('[data-region="1"]')
    answer = tab.page.locator('[data-part="region-answer"]')
    assert answer.text_content() == "Best α in region 1: no α qualifies"
    assert tab.page.locator('[data-part="value"]').text_content() == "0.30"


def test_an_added_method_becomes_a_point(tab):
    tab.open()
    tab.page.click('[data-add="input"]')
    tab.page.wait_for_selector('[data-pane="input"]:not(.waiting)')
    assert tab.page.locator('[data-part="plane-chart"] .method').count() == 4


def test_there_is_no_plane_where_there_is_no_original(tab, small):
    tab.open()
    drop(tab, small)
    assert tab.page.locator('[data-part="plane"]').is_hidden()
    assert "LR-PSNR: " in tab.page.locator('[data-part="how"]').text_content()


def test_a_painted_alpha_has_no_marker(tab):
    tab.open()
    tab.page.click('[data-part="brush"]')
    tab.page.locator('[data-pane="esrgan"] .frame').click()
    assert tab.page.locator('[data-part="plane-chart"] .here').is_hidden()
    tab.page.click('[data-part="undo"]')
    assert tab.page.locator('[data-part="plane-chart"] .here').is_visible()
    tab.wait_until_ready()


@pytest.mark.parametrize("width", [390, 1280])
def test_labels_do_not_overlap_and_stay_on_the_page(browser, url, width):
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        tab = Watched(context.new_page(), url)
        tab.open()
        labels = boxes(tab, '[data-part="plane-chart"] .label')
        assert len(labels) == 5
        for index, one in enumerate(labels):
            assert one[0] >= 0
            assert one[2] <= width
            assert not any(overlap(one, other) for other in labels[index + 1 :])
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.troubles == []


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_comparison_figure_downloads(tab, kind, start):
    tab.open()
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.click(f'[data-figure="{kind}"]')
    assert download.value.suggested_filename == f"cat_comparison_a0.80.{kind}"
    assert download.value.path().read_bytes().startswith(start)


def test_the_comparison_figure_of_an_enlarged_picture(tab, small):
    tab.open()
    drop(tab, small)
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.click('[data-figure="png"]')
    assert download.value.suggested_filename == "mine_comparison_a0.80.png"
