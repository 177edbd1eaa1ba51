"""What can go wrong: each time one sentence, a way on, and a picture of it."""

import shutil
from contextlib import contextmanager

import numpy as np
import pytest

from esrgan import Upscaler
from esrgan.images import Picture, encode_png
from esrgan.weights.registry import FOLDER
from tests.conftest import free_port
from tests.e2e.conftest import Watched, keep_first_example, serving, serving_app
from tests.e2e.test_page import DROP, bring, drop, figures, send, set_alpha

pytestmark = pytest.mark.browser

FADED_IN = """() => {
    let node = document.querySelector('.toast-body');
    while (node && getComputedStyle(node).opacity === '1') node = node.parentElement;
    return !node;
}"""
FULL = {"detail": "Queue is full. Max size is 64 and size is 64."}


def wait_for_notice(tab, kind):
    """The sentence of a notice, which screen readers are told at once."""
    tab.page.wait_for_selector(f'.scrubber[data-notice="{kind}"]', timeout=30_000)
    alert = tab.page.get_by_role("alert").filter(has=tab.page.locator('[data-part="notice-text"]'))
    return alert.locator('[data-part="notice-text"]').inner_text()


def try_again(tab):
    """Press the button by key: Gradio's own message may lie over it for ten seconds."""
    tab.page.get_by_role("button", name="Try again").press("Enter")


@contextmanager
def full_queue(tab, *words):
    """Refuse requests that hold one of some words, or all, until the page has said so."""

    def answer(route):
        refused = not words or any(word in route.request.post_data for word in words)
        return route.fulfill(status=503, json=FULL) if refused else route.continue_()

    tab.page.route("**/queue/join*", answer)
    yield
    wait_for_notice(tab, "busy")
    tab.page.unroute("**/queue/join*")


def choose_another_pair(tab):
    """Ask for it by the list, which is no part of the component."""
    if not tab.page.locator("#pair input").is_visible():
        tab.page.get_by_text("Other networks on the slider").click()
    tab.page.locator("#pair input").click()
    tab.page.get_by_role("option").last.click()


@pytest.fixture
def visit(browser):
    """Opens tabs on pages of a test's own."""
    contexts = []

    def open_tab(address, chromium=browser):
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}))
        return Watched(contexts[-1].new_page(), address)

    yield open_tab
    for context in contexts:
        context.close()


def test_a_full_queue_keeps_the_picture_and_can_be_tried_again(tab, small):
    tab.open()
    drop(tab, small)
    with full_queue(tab):
        tab.page.locator('[data-part="alpha"]').fill("0.3")
        assert wait_for_notice(tab, "busy").startswith("The server is busy")
        assert tab.page.locator('[data-part="name"]').text_content() == "mine.png"
        tab.save("queue-full")
    try_again(tab)
    tab.wait_until_ready(alpha="0.30", notice="")
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, 0.3))
    tab.forgive("503")


def test_what_was_refused_elsewhere_is_not_asked_by_the_component(tab):
    tab.open()
    with full_queue(tab):
        choose_another_pair(tab)
    try_again(tab)
    tab.wait_until_ready(notice="")
    with tab.page.expect_download(timeout=60_000):
        tab.page.click('[data-part="export"]')
    with full_queue(tab):
        choose_another_pair(tab)
    asked = tab.asked()
    try_again(tab)
    tab.wait_until_ready(notice="")
    assert asked == []
    tab.forgive("503")


def test_all_that_a_window_lacks_is_computed_again(tab, small):
    tab.open()
    with full_queue(tab, '"revision"'):
        bring(tab, small)
        wait_for_notice(tab, "busy")
        tab.page.click('[data-add="input"]')
    try_again(tab)
    tab.wait_until_ready(notice="")
    assert tab.page.locator('[data-pane="input"]:not(.waiting)').count() == 1
    tab.forgive("503")


def test_after_a_refusal_the_slider_rests_exactly_elsewhere(tab):
    tab.open()
    with full_queue(tab):
        tab.page.locator('[data-part="alpha"]').fill("0.3")
    tab.page.locator('[data-part="alpha"]').fill("0.4")
    tab.wait_until_ready(alpha="0.40", quality="exact", notice="")
    tab.forgive("503")


def test_a_refused_choice_can_be_tried_again(tab):
    tab.open()
    with full_queue(tab):
        tab.page.click('.example[title="coffee"]')
    try_again(tab)
    tab.page.wait_for_selector('[data-part="name"]:text-is("coffee")')
    tab.forgive("503")


def test_a_refused_download_can_be_tried_again(tab):
    tab.open()
    with full_queue(tab):
        tab.page.click('[data-part="export"]')
    with tab.page.expect_download(timeout=60_000):
        try_again(tab)
    tab.forgive("503")


def test_a_page_that_finds_the_queue_full_can_be_tried_again(visit, tmp_path):
    with serving(tmp_path, "full") as address:
        tab = visit(address)
        tab.page.goto(address)
        assert wait_for_notice(tab, "busy").startswith("The server is busy")
        with tab.page.expect_navigation():
            try_again(tab)
        wait_for_notice(tab, "busy")


def test_without_gpu_quota_another_pair_goes_on(visit, tmp_path):
    with serving(tmp_path, "quota") as address:
        tab = visit(address).open()
        status = tab.page.locator('[data-part="status"]')
        assert status.inner_text().startswith("No GPU is free for you now")
        assert tab.page.locator('[data-pane="esrgan"] strong').inner_text().startswith("SRGAN")
        assert tab.page.locator(".scrubber").get_attribute("data-quality") == "exact"
        tab.save("gpu-quota-spent")


def test_offline_the_slider_works_and_the_page_goes_on_by_itself(tab, small):
    tab.open()
    drop(tab, small)
    tab.wait_until_ready()
    tab.page.evaluate("window.stayed = true")
    tab.page.context.set_offline(True)
    assert wait_for_notice(tab, "lost").startswith("The connection is lost")
    tab.scrub(0.35)
    tab.page.locator('[data-part="alpha"]').dispatch_event("change")
    tab.page.click('[data-mode="compare"]')
    tab.save("connection-lost")
    tab.page.context.set_offline(False)
    tab.page.wait_for_selector('[data-mode="compare"][aria-checked="true"]')
    tab.wait_until_ready(alpha="0.35", quality="exact", notice="")
    assert np.array_equal(tab.pixels("original"), small)
    assert tab.page.evaluate("window.stayed")
    tab.forgive("ERR_INTERNET_DISCONNECTED")


def test_what_was_asked_for_offline_comes_with_the_connection(tab):
    tab.open()
    tab.page.context.set_offline(True)
    wait_for_notice(tab, "lost")
    tab.page.click('[data-add="input"]')
    tab.page.wait_for_selector('[data-pane="input"].waiting')
    tab.page.click('[data-figure="png"]')
    with tab.page.expect_download(timeout=60_000):
        tab.page.context.set_offline(False)
    tab.wait_until_ready(notice="")
    assert tab.page.locator('[data-pane="input"]:not(.waiting)').count() == 1
    tab.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_server_that_was_restarted_is_found_again(visit, tmp_path, kept):
    port = free_port()
    keep_first_example(kept, tmp_path)
    with serving(tmp_path, port=port) as address:
        tab = visit(address).open()
        tab.page.evaluate("window.stayed = true")
    assert "continues by itself" in wait_for_notice(tab, "lost")
    with serving(tmp_path, port=port):
        tab.page.wait_for_function("!window.stayed", timeout=60_000)
        tab.wait_until_ready(notice="")


def test_a_lost_session_asks_for_the_picture(visit, tmp_path, kept, small):
    keep_first_example(kept, tmp_path)
    (tmp_path / "mine.png").write_bytes(encode_png(Picture(small)))
    with serving(tmp_path, "lost") as address:
        tab = visit(address).open()
        visit(address).open()
        tab.page.locator('[data-part="alpha"]').fill("0.3")
        assert "no longer on this server: open it again" in wait_for_notice(tab, "trouble")
        way_on = tab.page.locator('[data-part="notice-way"]')
        assert way_on.inner_text() == "Choose a picture"
        tab.save("session-lost")
        with tab.page.expect_file_chooser() as chooser:
            way_on.click()
        chooser.value.set_files(tmp_path / "mine.png")
        tab.page.wait_for_selector('[data-part="name"]:text-is("mine.png")')
        tab.wait_until_ready(alpha="0.30", notice="")
        assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, 0.3))


def test_without_webgl_a_quiet_line_says_so(plain_browser, tab, visit):
    plain = visit(tab.url, plain_browser).open()
    line = plain.page.locator('[data-part="no-webgl"]')
    plain.page.click("details.hint summary")
    assert line.inner_text().startswith("This browser has no WebGL")
    set_alpha(plain, 0.4)
    line.scroll_into_view_if_needed()
    plain.save("no-webgl")
    assert plain.troubles == []
    tab.open()
    tab.page.click("details.hint summary")
    assert not tab.page.locator('[data-part="no-webgl"]').is_visible()


def test_a_window_that_is_too_small_has_no_perceptual_index(tab, photo):
    tab.open()
    drop(tab, photo[:40, :64])
    status = tab.page.locator('[data-part="status"]').inner_text()
    assert "160 px at its short side" in status
    assert "choose a picture" in status
    assert any("too small" in figure for figure in figures(tab, "esrgan"))
    tab.save("window-too-small")


def test_missing_and_damaged_weights_leave_the_rest(visit, tmp_path):
    weights = tmp_path / "weights"
    shutil.copytree(FOLDER, weights)
    (weights / "esrgan-gan.safetensors").rename(tmp_path / "kept")
    with (weights / "srresnet.safetensors").open("ab") as damaged:
        damaged.write(b"\0")
    with serving_app(tmp_path, ESRGAN_WEIGHTS=str(weights)) as address:
        tab = visit(address)
        tab.page.goto(address)
        sentence = wait_for_notice(tab, "trouble")
        assert sentence.startswith("esrgan-gan.safetensors, which belongs to this version, is miss")
        assert "restore it" in sentence
        assert figures(tab, "bicubic")[0].startswith("PSNR ")
        tab.page.click('[data-add="input"]')
        tab.page.wait_for_selector('[data-pane="input"] .figure')
        tab.page.evaluate("scrollTo(0, 0)")
        tab.save("model-missing")
        (tmp_path / "kept").rename(weights / "esrgan-gan.safetensors")
        try_again(tab)
        tab.wait_until_ready(notice="")
        assert figures(tab, "esrgan")[0].startswith("PSNR ")
        reason = tab.page.locator('[data-pane="srresnet"] .figures').text_content()
        assert reason.startswith("srresnet.safetensors is not the file")
        assert tab.troubles == []


def test_a_refused_picture_gets_one_sentence_and_another_can_be_chosen(tab, small):
    tab.open()
    send(tab, DROP, b"8BPS\x00\x01" + bytes(50), "design.png")
    assert "This is a Photoshop file" in tab.page.wait_for_selector(".toast-body").inner_text()
    assert tab.page.locator('[data-part="choose"]').is_enabled()
    tab.page.wait_for_function(FADED_IN)
    tab.save("picture-refused")
    bring(tab, small)
    tab.forgive("Photoshop")


def test_scarce_memory_is_one_sentence_and_can_be_tried_again(visit, tmp_path):
    switch = tmp_path / "scarce"
    switch.touch()
    with serving(tmp_path, "scarce", str(switch)) as address:
        tab = visit(address)
        tab.page.goto(address)
        assert wait_for_notice(tab, "trouble").startswith("The memory does not suffice")
        quality = tab.page.locator('[data-pane="esrgan"] .quality')
        assert quality.inner_text() == "α 0.80 · not computed"
        tab.save("out-of-memory")
        tab.page.click('[data-part="export"]')
        toast = tab.page.wait_for_selector(".toast-body")
        assert "The memory does not suffice" in toast.inner_text()
        switch.unlink()
        try_again(tab)
        tab.wait_until_ready(notice="")
