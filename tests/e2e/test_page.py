import base64

import numpy as np
import pytest
import torch
from PIL import Image

from esrgan import Upscaler, imresize
from esrgan.cli import main
from esrgan.images import Picture, encode_png, read
from esrgan.models import build
from tests.weights.conftest import SIZES, passing, write_pair

pytestmark = pytest.mark.browser

DROP = """([data, name, type]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
    for (const name of ['dragenter', 'dragover', 'drop']) {
        document.querySelector('.panes').dispatchEvent(new DragEvent(name, options));
    }
}"""
PASTE = """([data, name, type]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
}"""


def send(tab, script, data, name="mine.png", kind="image/png"):
    tab.page.evaluate(script, [base64.b64encode(data).decode(), name, kind])


def bring(tab, photo):
    """Drop a picture, and wait until it has replaced the one that is there."""
    send(tab, DROP, encode_png(Picture(photo)))
    tab.page.wait_for_selector('[data-mode="enlarge"][aria-checked="true"]')
    tab.page.wait_for_selector('.facts :text("mine.png")')


def drop(tab, photo):
    """Drop a picture, and wait until the slider moves it and stands on the network's output."""
    bring(tab, photo)
    tab.wait_until_exact()


def figures(tab, pane):
    return tab.page.locator(f'[data-pane="{pane}"] .figure').all_text_contents()


def set_alpha(tab, alpha):
    tab.page.locator('[data-part="alpha"]').fill(str(alpha))
    tab.wait_until_exact(alpha=f"{alpha:.2f}")


def test_the_page_opens_with_a_rebuilt_example(tab):
    tab.open()
    panes = tab.page.locator("[data-pane]").evaluate_all("all => all.map(x => x.dataset.pane)")
    assert panes == ["esrgan", "original", "bicubic", "srresnet"]
    assert figures(tab, "esrgan")[0].startswith("PSNR ")
    assert tab.page.locator('[data-pane="esrgan"] .quality').text_content() == "α 0.80 · exact"
    assert [text.split()[0] for text in figures(tab, "bicubic")] == [
        "PSNR",
        "SSIM",
        "RMSE",
        "PI",
        "NIQE",
    ]
    assert tab.page.locator('[data-part="value"]').text_content() == "0.80"
    ends = tab.page.locator(".ends").inner_text()
    assert ends.startswith("Faithful (blurrier)")
    assert ends.endswith("Vivid (invented detail)")


def test_a_dropped_picture_is_enlarged_by_three_methods(tab, small):
    tab.open()
    drop(tab, small)
    tab.wait_until_shown("srresnet")
    crops = {name: tab.pixels(name) for name in ("bicubic", "srresnet", "esrgan")}
    assert np.array_equal(crops["bicubic"], imresize(small, 4))
    assert np.array_equal(crops["srresnet"], Upscaler("srresnet")(small))
    assert np.array_equal(crops["esrgan"], Upscaler("esrgan")(small, 0.8))
    for name in crops:
        assert any(text.startswith("LR-PSNR ") for text in figures(tab, name))
    assert tab.page.locator('[data-pane="original"]').count() == 0


def test_a_pasted_picture_is_opened(tab, small):
    tab.open()
    send(tab, PASTE, encode_png(Picture(small)))
    tab.page.wait_for_selector('.facts :text("mine.png")')


def test_a_chosen_picture_is_opened(tab, small, tmp_path):
    Image.fromarray(small).save(tmp_path / "chosen.jpg")
    tab.open()
    tab.page.locator('[data-part="file"]').set_input_files(tmp_path / "chosen.jpg")
    tab.page.wait_for_selector('.facts :text("chosen.jpg")')


def test_a_long_name_leaves_its_column_as_wide_as_it_was(tab, small):
    tab.open()
    choose = tab.page.locator('[data-part="choose"]')
    width = choose.bounding_box()["width"]
    send(tab, DROP, encode_png(Picture(small)), f"{'long ' * 20}.png")
    tab.page.wait_for_selector('.facts :text("long long")')
    assert choose.bounding_box()["width"] == width
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_alpha_by_mouse_changes_the_pixels(tab, small):
    tab.open()
    drop(tab, small)
    slider = tab.page.locator('[data-part="alpha"]')
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    tab.page.mouse.move(box["x"] + 0.8 * box["width"], middle)
    tab.page.mouse.down()
    for share in np.linspace(0.8, 0.3, 12):
        tab.page.mouse.move(box["x"] + share * box["width"], middle)
    tab.page.mouse.up()
    alpha = float(slider.input_value())
    assert 0.25 < alpha < 0.35
    tab.wait_until_exact(alpha=f"{alpha:.2f}")
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, alpha))
    assert f"α {alpha:.2f}" in tab.page.locator('[data-pane="esrgan"] .quality').text_content()


def test_alpha_by_keyboard_changes_the_pixels(tab, small):
    tab.open()
    drop(tab, small)
    for key, alpha in (("ArrowLeft", 0.79), ("Home", 0.0), ("End", 1.0)):
        before, numbers = tab.pixels("esrgan"), figures(tab, "esrgan")
        tab.page.locator('[data-part="alpha"]').press(key)
        tab.wait_until_exact(alpha=f"{alpha:.2f}")
        assert not np.array_equal(tab.pixels("esrgan"), before)
        assert figures(tab, "esrgan") != numbers
        assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, alpha))


def test_compare_and_enlarge_keep_alpha(tab, small):
    tab.open()
    drop(tab, small)
    set_alpha(tab, 0.4)
    tab.page.click('[data-mode="compare"]')
    tab.page.wait_for_selector('[data-mode="compare"][aria-checked="true"]')
    tab.wait_until_exact(alpha="0.40")
    assert np.array_equal(tab.pixels("original"), small)
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(imresize(small, 0.25), 0.4))
    tab.page.click('[data-mode="enlarge"]')
    tab.page.wait_for_selector('[data-mode="enlarge"][aria-checked="true"]')
    tab.wait_until_exact(alpha="0.40")
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, 0.4))


def test_the_box_moves_the_window_in_all_crops(tab, photo):
    large = np.tile(photo, (3, 3, 1))
    large[200:, 250:] = 255 - large[200:, 250:]
    tab.open()
    bring(tab, large)
    tab.wait_until_shown("bicubic")
    centre = imresize(large, 4)
    assert np.array_equal(tab.pixels("bicubic"), centre[4 * 80 :, 4 * 116 :][:512, :512])
    overview = tab.page.locator('[data-part="overview"]').bounding_box()
    tab.page.mouse.move(
        overview["x"] + overview["width"] / 2, overview["y"] + overview["height"] / 2
    )
    tab.page.mouse.down()
    tab.page.mouse.move(
        overview["x"] + overview["width"] - 2, overview["y"] + overview["height"] - 2
    )
    revision = int(tab.page.locator(".scrubber").get_attribute("data-revision"))
    tab.page.mouse.up()
    tab.wait_until(revision=revision + 1, quality="exact", alpha="0.80")
    assert np.array_equal(tab.pixels("bicubic"), centre[-512:, -512:])
    corner = Upscaler("esrgan", tile_px=512)(large, 0.8)[-512:, -512:]
    assert np.mean(np.abs(tab.pixels("esrgan").astype(int) - corner).max(axis=2) <= 1) >= 0.999
    tab.page.locator('[data-part="box"]').press("ArrowUp")
    tab.wait_until(revision=revision + 2)
    tab.wait_until_shown("bicubic")
    assert not np.array_equal(tab.pixels("bicubic"), centre[-512:, -512:])


def test_the_download_is_the_command_lines_file(tab, photo, tmp_path):
    large = np.tile(photo, (2, 2, 1))
    Image.fromarray(large).save(tmp_path / "mine.png")
    tab.open()
    drop(tab, large)
    tab.page.locator('[data-part="alpha"]').fill("0.35")
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.click('[data-part="export"]')
    assert download.value.suggested_filename == "mine_esrgan_a0.35_x4.png"
    download.value.save_as(tmp_path / "downloaded.png")
    command = ["upscale", str(tmp_path / "mine.png"), "-o", str(tmp_path), "--alpha", "0.35"]
    assert main(command) == 0
    ours = read(tmp_path / "downloaded.png").pixels
    assert ours.shape == (768, 960, 3)
    assert np.array_equal(ours, read(tmp_path / "mine_esrgan_a0.35_x4.png").pixels)


def test_a_download_can_be_cancelled(tab, photo):
    tab.open()
    drop(tab, np.tile(photo, (8, 8, 1)))
    tab.page.click('[data-part="export"]')
    tab.page.wait_for_selector('#save:has-text("of 30 tiles")', timeout=60_000)
    tab.page.click("#cancel")
    tab.page.wait_for_selector("#cancel", state="hidden")
    tab.page.wait_for_selector("#save", state="hidden")
    tab.page.locator('[data-part="alpha"]').fill("0.1")
    tab.wait_until(alpha="0.10", quality="exact")


def test_a_switch_cancels_the_download_and_withdraws_what_is_outdated(tab, photo):
    tab.open()
    drop(tab, np.tile(photo, (3, 3, 1)))
    tab.page.click('[data-figure="png"]')
    tab.page.wait_for_selector('#figure:has-text("Save ")', timeout=60_000)
    tab.page.click('[data-part="export"]')
    tab.page.wait_for_selector('#save:has-text("tiles")', timeout=60_000)
    tab.page.click('[data-mode="compare"]')
    for button in ("#save", "#cancel", "#figure"):
        tab.page.wait_for_selector(button, state="hidden", timeout=60_000)
    tab.wait_until(quality="exact")
    assert not tab.page.locator("#save").is_visible()


def test_the_window_can_be_larger_where_the_picture_fills_it(tab, photo):
    tab.open()
    bring(tab, photo)
    assert tab.page.locator('[data-part="sides"]').is_hidden()
    large = np.tile(photo, (2, 2, 1))
    send(tab, DROP, encode_png(Picture(large)))
    tab.page.wait_for_selector("[data-side]")
    sides = tab.page.locator("[data-side]")
    assert sides.all_text_contents() == ["512", "768"]
    tab.page.click('[data-side="768"]')
    tab.page.wait_for_selector('[data-side="768"][aria-checked="true"]')
    tab.wait_until_ready(bounded="yes")
    assert np.array_equal(tab.pixels("bicubic"), imresize(large, 4)[:, 96:-96])
    tab.scrub(0.5)
    shown, exact = tab.pixels("esrgan").astype(int), Upscaler("esrgan")(large, 0.5)[:, 96:-96]
    assert np.mean(np.abs(shown - exact) <= 1) > 0.95


def test_a_download_goes_on_while_the_window_and_alpha_move(tab, photo):
    tab.open()
    drop(tab, np.tile(photo, (3, 3, 1)))
    with tab.page.expect_download(timeout=90_000) as download:
        tab.page.click('[data-part="export"]')
        tab.page.wait_for_selector("#save")
        tab.page.locator('[data-part="box"]').press("ArrowUp")
        tab.page.locator('[data-part="alpha"]').press("Home")
    assert download.value.suggested_filename == "mine_esrgan_a0.80_x4.png"
    assert "exact" in tab.page.locator("#save").inner_text()


def test_bad_files_get_one_sentence_and_nothing_is_lost(tab, small):
    tab.open()
    drop(tab, small)
    shown = tab.pixels("esrgan")
    send(tab, DROP, b"8BPS\x00\x01" + bytes(50), "design.png")
    toast = tab.page.wait_for_selector(".toast-body")
    assert "This is a Photoshop file" in toast.inner_text()
    tab.wait_until_exact()
    assert np.array_equal(tab.pixels("esrgan"), shown)
    assert tab.page.locator('[data-part="name"]').text_content() == "mine.png"
    set_alpha(tab, 0.6)
    assert not np.array_equal(tab.pixels("esrgan"), shown)
    tab.troubles = [trouble for trouble in tab.troubles if "Photoshop" not in trouble]


def test_every_example_opens(tab):
    tab.open()
    buttons = tab.page.locator(".example")
    assert buttons.count() >= 6
    for index in range(buttons.count()):
        name = buttons.nth(index).get_attribute("title")
        buttons.nth(index).click()
        tab.page.wait_for_selector(f'[data-part="name"]:text-is("{name}")')
        tab.wait_until(quality="exact")
        assert np.isfinite(float(figures(tab, "esrgan")[0].split()[-2]))  # "PSNR ≈ 26.10 dB"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_can_use_it(browser, url, small, scheme):
    from tests.e2e.conftest import Watched

    options = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with browser.new_context(**options, has_touch=True) as context:
        tab = Watched(context.new_page(), url)
        tab.open()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        drop(tab, small)
        set_alpha(tab, 0.2)
        for part in ("choose", "export", "alpha"):
            box = tab.page.locator(f'[data-part="{part}"]').bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["height"] >= 28
        background = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(map(int, background[4:-1].split(",")))
        assert brightness < 200 if scheme == "dark" else brightness > 600
        assert tab.troubles == []


def use_own_networks(page, network, architecture, size, folder):
    """Bring a network and a slightly moved copy along as a pair; returns the two files."""
    files = write_pair(folder, network, architecture, size)
    page.get_by_text("Other networks on the slider").click()
    for file in files:
        page.set_input_files(f"#own-{file.stem} input[type=file]", file)
        page.wait_for_selector(f"#own-{file.stem} >> text={file.stem}")
    before = page.locator(".scrubber").get_attribute("data-revision")
    page.click("#use-own")
    page.wait_for_function(
        "before => document.querySelector('.scrubber').dataset.revision !== before", arg=before
    )
    page.wait_for_selector('[data-pane="esrgan"] :text("Your pair")')
    page.wait_for_function("document.querySelector('.scrubber').dataset.bounded === 'yes'")
    return files


def test_own_networks_move_the_slider(tab, tmp_path):
    tab.open()
    torch.manual_seed(0)
    size = {"num_features": 4, "num_blocks": 1}
    use_own_networks(tab.page, build("msrresnet", **size), "msrresnet", size, tmp_path)
    tab.page.locator("#use-own").scroll_into_view_if_needed()
    tab.page.screenshot(path=str(tmp_path / "networks.png"))


def test_the_page_follows_the_scale_of_its_networks(tab, small, tmp_path):
    tab.open()
    drop(tab, small)
    enlarge, size = (tab.page.locator(it) for it in ('[data-mode="enlarge"]', '[data-part="size"]'))
    assert enlarge.text_content() == "Enlarge ×4"
    files = use_own_networks(tab.page, passing(scale=2), "rrdbnet", SIZES | {"scale": 2}, tmp_path)
    tab.wait_until_exact()
    assert enlarge.text_content() == "Enlarge ×2"
    assert size.text_content() == "60 × 48 → 120 × 96"
    assert tab.page.locator("[data-pane]").count() == 2
    assert np.array_equal(tab.pixels("bicubic"), imresize(small, 2))
    assert np.array_equal(tab.pixels("esrgan"), Upscaler(files)(small, 0.8))
    tab.page.screenshot(path=str(tmp_path / "enlarge.png"), full_page=True)
    tab.page.click('[data-mode="compare"]')
    tab.page.wait_for_selector('[data-mode="compare"][aria-checked="true"]')
    tab.wait_until_ready()
    assert size.text_content() == "60 × 48 → 30 × 24 → back"
    assert np.array_equal(tab.pixels("esrgan"), Upscaler(files)(imresize(small, 0.5), 0.8))
    assert "border of 2 px" in tab.page.locator('[data-part="how"]').text_content()
    tab.page.screenshot(path=str(tmp_path / "compare.png"), full_page=True)
