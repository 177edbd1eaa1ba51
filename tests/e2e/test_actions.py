"""What a visitor does with a result."""

import zipfile

import numpy as np
import pytest

from esrgan import Upscaler
from esrgan.images import Picture, encode_png, read
from tests.e2e.conftest import Watched
from tests.e2e.test_page import drop

pytestmark = pytest.mark.browser

CLIPBOARD = """async () => {
    const [item] = await navigator.clipboard.read();
    const image = await createImageBitmap(await item.getType('image/png'));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return Array.from(canvas.getContext('2d').getImageData(0, 0, image.width, image.height).data);
}"""


def press(tab, name):
    tab.page.locator(".more").evaluate("(more) => { more.open = true; }")
    tab.page.locator(f'[data-part="{name}"]').click()


def said(tab, words):
    tab.page.wait_for_selector(f'[data-part="status"]:text("{words}")')


def test_the_picture_of_the_slider_is_copied_without_loss(tab):
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.open()
    press(tab, "copy")
    said(tab, "The picture is on the clipboard.")
    copied = np.array(tab.page.evaluate(CLIPBOARD), np.uint8).reshape(-1, 4)[:, :3]
    assert np.array_equal(copied, tab.pixels("esrgan").reshape(-1, 3))


def test_where_the_clipboard_is_closed_the_page_says_so(tab):
    tab.open()
    tab.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(Error()); }")
    press(tab, "copy")
    said(tab, "does not let this page write to the clipboard")


def test_a_link_restores_example_window_and_alpha(tab):
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.visit("?example=astronaut&mode=enlarge&x=0.25&y=0.75&alpha=0.35&pair=esrgan")
    place = {"mode": "enlarge", "alpha": "0.35"}
    assert tab.page.locator(".facts").inner_text().startswith("astronaut")
    assert tab.page.locator('[data-mode="enlarge"]').get_attribute("aria-checked") == "true"
    tab.wait_until(alpha=place["alpha"])
    press(tab, "link")
    said(tab, "The link is on the clipboard.")
    link = tab.page.evaluate("navigator.clipboard.readText()")
    tab.wait_until_shown("bicubic")
    crop = tab.pixels("bicubic")
    other = Watched(tab.page.context.new_page(), tab.url)
    other.page.goto(link)
    other.wait_until_shown("bicubic")
    other.wait_until(alpha=place["alpha"])
    assert np.array_equal(other.pixels("bicubic"), crop)
    assert other.troubles == []


def test_a_link_with_unknown_parts_opens_the_usual_and_says_so(tab):
    tab.open("?example=nobody&alpha=0.3")
    assert tab.page.locator(".facts").inner_text().startswith("cat")
    assert tab.page.locator('[data-part="value"]').text_content() == "0.30"
    said(tab, "Part of this link is not known here")
    tab.visit("?example=astronaut&alpha=7")
    said(tab, "Part of this link is not known here")


def test_an_upload_has_no_link_and_can_be_forgotten(tab, small):
    tab.open()
    first = tab.pixels("original")
    drop(tab, small)
    press(tab, "link")
    said(tab, "A link cannot hold a picture or networks of your own")
    press(tab, "clear")
    tab.page.wait_for_selector('.facts :text("cat")')
    tab.wait_until_ready()
    assert np.array_equal(tab.pixels("original"), first)
    pressed = tab.page.locator('.example[aria-pressed="true"]')
    assert pressed.get_attribute("title") == "cat"


def test_a_jpeg_is_saved(tab, small):
    tab.open()
    drop(tab, small)
    tab.page.locator('[data-part="alpha"]').fill("0.5")
    tab.page.locator('[data-part="format"]').select_option("jpg")
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.locator('[data-part="export"]').click()
    assert download.value.suggested_filename == "mine_esrgan_a0.50_x4.jpg"
    saved = read(download.value.path()).pixels
    exact = Upscaler("esrgan")(small, 0.5)
    assert np.sqrt(((saved.astype(int) - exact) ** 2).mean()) < 3


def test_a_download_shows_the_whole_picture_before_and_after(tab, small):
    tab.open()
    drop(tab, small)
    tab.page.locator('[data-part="alpha"]').fill("0.5")
    whole = tab.page.locator('[data-part="whole-split"]')
    assert whole.is_hidden()
    with tab.page.expect_download(timeout=60_000):
        tab.page.locator('[data-part="export"]').click()
    whole.wait_for()
    assert whole.locator("h2").inner_text() == "The whole picture, α 0.50"
    before, after = whole.locator("img").all()
    for picture in (before, after):
        width = picture.evaluate("async (it) => { await it.decode(); return it.naturalWidth; }")
        assert width == 4 * small.shape[1]
    slider = whole.get_by_role("slider")
    slider.fill("1")
    assert after.evaluate("(img) => img.style.clipPath") == "inset(0px 0px 0px 100%)"
    frame = whole.locator(".frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    tab.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 20)
    assert float(slider.input_value()) == pytest.approx(0.25, abs=0.02)
    tab.page.click('[data-mode="compare"]')
    whole.wait_for(state="hidden")


def test_several_pictures_become_one_zip(tab, photo, tmp_path):
    for name in ("one.png", "two.png"):
        (tmp_path / name).write_bytes(encode_png(Picture(photo[:24, :32])))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    tab.open()
    tab.page.get_by_role("button", name="Many pictures at once").click()
    files = [tmp_path / name for name in ("one.png", "broken.png", "two.png")]
    tab.page.locator("#batch-files input[type=file]").set_input_files(files)
    tab.page.wait_for_selector("#batch-files :text('two')")
    tab.page.locator("#batch-start").click()
    tab.page.wait_for_selector("#batch-save:has-text('2 of 3 pictures')")
    assert "broken.png" in tab.page.locator("#batch-failures textarea").input_value()
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.locator("#batch-save").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 3
