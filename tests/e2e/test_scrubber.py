import numpy as np
import pytest

from benchmarks import drop as benchmark
from demo import text
from demo.planes import STEPS, decode
from esrgan import Upscaler
from esrgan.alpha_map import sample
from esrgan.images import Picture, encode_png, read
from esrgan.interpolation.curve import lagrange_weights, node_alphas
from esrgan.resize import imresize
from tests.e2e.conftest import Watched
from tests.e2e.test_page import DROP, bring, drop, figures, send, set_alpha

pytestmark = pytest.mark.browser

BACK_AND_FORTH = [0.0, 1.0, 0.5, 0.03, 0.21, 0.48, 0.77, 0.98]


class Nodes:
    """The files that a tab has been sent, and the blend that it should show."""

    def __init__(self, tab):
        self.planes = {}
        tab.page.on("response", self._keep)

    def _keep(self, response):
        if "node-" in response.url:
            alpha = float(response.url.rpartition("node-")[2].removesuffix(".bin"))
            self.planes[alpha] = response.body()

    def at(self, alpha, height, width):
        """The blend at one α or by a map, float64 grey levels."""
        nodes = node_alphas(len(self.planes))
        files = [self.planes[key] for key in sorted(self.planes)]
        weights = lagrange_weights(nodes, alpha)
        weights[0], weights[-1] = 1 - alpha, alpha
        planes = (decode(data, height, width) for data in files)
        total = sum(w * plane for w, plane in zip(weights, planes, strict=True))
        return (total * STEPS[512]).clip(0, 255)


@pytest.fixture(params=["webgl", "canvas"])
def either(request, url):
    """A tab that blends by WebGL, and one that cannot."""
    chosen = request.getfixturevalue("browser" if request.param == "webgl" else "plain_browser")
    with chosen.new_context(viewport={"width": 1280, "height": 900}) as context:
        watched = Watched(context.new_page(), url)
        watched.renderer = request.param
        watched.open(f"?renderer={request.param}")
        yield watched
        assert watched.troubles == []


def test_pixels_are_the_nodes_and_their_blend(either, small):
    nodes = Nodes(either)
    drop(either, small)
    either.wait_until_ready()
    assert either.page.locator(".scrubber").get_attribute("data-renderer") == either.renderer
    assert len(nodes.planes) in (3, 5, 9)
    for alpha in BACK_AND_FORTH:
        either.scrub(alpha)
        shown = either.pixels("esrgan")
        assert np.abs(shown - nodes.at(alpha, 192, 240)).max() <= 2
        exact = Upscaler("esrgan")(small, alpha)
        assert np.mean(np.abs(shown.astype(int) - exact) <= 1) > 0.98
    for node in node_alphas(len(nodes.planes)):
        either.scrub_exactly(node)
        expected = np.floor(nodes.at(node, 192, 240) + 0.5)
        assert np.array_equal(either.pixels("esrgan"), expected)


def test_the_brush_paints_alpha_and_can_be_undone(either, small):
    nodes = Nodes(either)
    drop(either, small)
    set_alpha(either, 1.0)
    page = either.page
    page.click('[data-part="brush"]')
    frame = page.locator('[data-pane="esrgan"] .frame').bounding_box()
    at = [(frame["x"] + s * frame["width"], frame["y"] + 0.5 * frame["height"]) for s in (0.2, 0.4)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=8)
    page.mouse.up()
    page.wait_for_selector('.scrubber[data-quality="curve"][data-drawn="1.00"]')
    assert "brush · curve, 99 %" in page.locator('[data-pane="esrgan"] .quality').text_content()
    with page.expect_download(timeout=60_000) as download:
        page.click('[data-part="save-map"]')
    painted = read(download.value.path()).pixels[..., 0] / 255
    assert painted.shape == small.shape[:2]
    assert painted[24, 18] < 0.01
    assert painted[:, 45:].min() == 1
    alphas = sample(painted.astype(np.float32), slice(0, 192), slice(0, 240), (192, 240))
    expected = nodes.at(alphas[..., None].astype(float), 192, 240)
    assert np.abs(either.pixels("esrgan") - expected).max() <= 2
    page.click('[data-part="undo"]')
    either.wait_until_ready(alpha="1.00", quality="exact")
    assert np.array_equal(either.pixels("esrgan"), Upscaler("esrgan")(small, 1.0))


def test_a_brushed_download_says_that_it_is_a_curve(tab, small):
    tab.open()
    drop(tab, small)
    tab.page.click('[data-part="brush"]')
    tab.page.locator('[data-pane="esrgan"] .frame').click()
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.click('[data-part="export"]')
    assert download.value.suggested_filename == "mine_esrgan_map_x4.png"
    assert "curve, 99 % within" in tab.page.locator("#save").inner_text()


def test_the_map_of_a_large_picture_covers_it(tab, photo):
    tab.open()
    drop(tab, np.tile(photo, (16, 16, 1)))
    page = tab.page
    page.click('[data-part="brush"]')
    page.locator('[data-pane="esrgan"] .frame').click()
    page.wait_for_selector('[data-part="undo"]:not(:disabled)')
    revision = int(page.locator(".scrubber").get_attribute("data-revision"))
    page.locator('[data-part="box"]').press("ArrowLeft")
    page.wait_for_selector(f'.scrubber[data-revision="{revision + 1}"]')
    with page.expect_download(timeout=60_000) as download:
        page.click('[data-part="save-map"]')
    painted = read(download.value.path()).pixels[..., 0]
    assert painted.shape == (1264, 1581)
    assert painted[632, 790] == 0
    assert np.mean(painted == 204) > 0.99
    page.click('[data-part="export"]')
    refusal = text.TOO_LARGE_TO_EXPORT.format(limit=2)
    assert page.wait_for_selector(".toast-body").inner_text().endswith(refusal)
    tab.troubles = [trouble for trouble in tab.troubles if "megapixels" not in trouble]


def test_a_flood_of_slider_events_leaves_no_work(tab, capsys):
    tab.open()
    sent = []
    tab.page.on("request", lambda request: sent.append(request.url))
    result = tab.page.evaluate(
        """async () => {
            const slider = document.querySelector('[data-part="alpha"]');
            const root = document.querySelector('.scrubber');
            const before = Number(root.dataset.frames);
            for (let i = 0; i < 400; i += 1) {
                const due = performance.now() + 5;
                slider.value = (i % 101) / 100;
                slider.dispatchEvent(new Event('input'));
                while (performance.now() < due) await new Promise((go) => setTimeout(go, 1));
            }
            slider.value = 0.37;
            slider.dispatchEvent(new Event('input'));
            const start = performance.now();
            while (root.dataset.drawn !== '0.37') await new Promise((go) => setTimeout(go, 1));
            return [performance.now() - start, Number(root.dataset.frames) - before];
        }"""
    )
    with capsys.disabled():
        print(f"\n400 slider events: last value drawn {result[0]:.0f} ms after the last event")
    assert result[0] < 2000
    assert [url for url in sent if not url.endswith("/app_id")] == []  # the connection is watched
    tab.page.locator('[data-part="alpha"]').dispatch_event("change")
    tab.wait_until_ready(alpha="0.37", quality="exact")
    assert len([url for url in sent if "queue/join" in url]) == 1


def test_a_picture_dropped_in_compare_is_compared(tab, photo):
    tab.open()
    tab.page.click('[data-mode="compare"]')
    steps = list(benchmark.drop(tab, Picture(photo)).values())
    assert steps == sorted(steps)
    assert tab.page.locator('[data-mode="compare"]').get_attribute("aria-checked") == "true"


def wheel(tab, pane, delta):
    tab.page.locator(f'[data-pane="{pane}"] .frame').hover()
    tab.page.mouse.wheel(0, delta)


def test_zoom_and_pan_are_shared_and_pixels_stay_square(tab, small):
    tab.open()
    drop(tab, small)
    before = figures(tab, "esrgan")
    wheel(tab, "esrgan", -2000)
    tab.page.wait_for_selector('.scrubber[data-zoom="16.00"]')
    tab.page.wait_for_timeout(100)
    screen = tab.screen('[data-pane="bicubic"] canvas')
    width = screen.shape[1]
    side = width / (240 / 16)
    middle = screen[:, :, 0].astype(int)
    changes = np.flatnonzero(np.any(np.diff(middle, axis=1) != 0, axis=0))
    offsets = (changes - changes[0]) % side
    assert np.all((offsets <= 1) | (offsets >= side - 1.01))
    others = {name: tab.screen(f'[data-pane="{name}"] canvas') for name in ("esrgan", "srresnet")}
    frame = tab.page.locator('[data-pane="bicubic"] .frame').bounding_box()
    tab.page.mouse.move(frame["x"] + 200, frame["y"] + 100)
    tab.page.mouse.down()
    tab.page.mouse.move(frame["x"] + 100, frame["y"] + 60)
    tab.page.mouse.up()
    tab.page.wait_for_timeout(100)
    for name, seen in others.items():
        assert not np.array_equal(tab.screen(f'[data-pane="{name}"] canvas'), seen)
    assert figures(tab, "esrgan") == before
    tab.page.locator('[data-pane="esrgan"] .frame').dblclick()
    tab.page.wait_for_selector('.scrubber[data-zoom="1.00"]')
    tab.page.locator('[data-part="fit"]').press("+")
    tab.page.wait_for_selector('.scrubber[data-zoom="1.50"]')


def test_where_there_is_nothing_to_zoom_out_the_wheel_scrolls(tab):
    tab.open()
    tab.page.locator('[data-pane="esrgan"] .frame').scroll_into_view_if_needed()
    before = tab.page.evaluate("scrollY")
    wheel(tab, "esrgan", 100)
    tab.page.wait_for_function("before => scrollY > before", arg=before)
    assert tab.page.locator(".scrubber").get_attribute("data-zoom") == "1.00"


def test_split_shows_two_crops_and_its_handle_takes_keys(tab, small):
    tab.open()
    drop(tab, small)
    tab.page.click('button[data-show="split"]')
    assert tab.page.locator('button[data-show="split"]').get_attribute("aria-checked") == "true"
    canvas = '[data-part="split-canvas"]'
    handle = tab.page.locator('[data-part="split-at"]')
    handle.press("End")
    tab.page.wait_for_timeout(100)
    left = tab.screen(canvas)
    handle.press("Home")
    tab.page.wait_for_timeout(100)
    right = tab.screen(canvas)
    handle.fill("0.5")
    tab.page.wait_for_timeout(100)
    both, middle = tab.screen(canvas), left.shape[1] // 2
    assert not np.array_equal(left, right)
    assert np.array_equal(both[:, : middle - 1], left[:, : middle - 1])
    assert np.array_equal(both[:, middle + 1 :], right[:, middle + 1 :])


def test_difference_is_exact_and_amplified(tab, small):
    tab.open()
    drop(tab, small)
    wheel(tab, "esrgan", -2000)
    tab.page.wait_for_selector('.scrubber[data-zoom="16.00"]')
    tab.page.wait_for_timeout(100)
    ours, bicubic = (tab.screen(f'[data-pane="{n}"] canvas') for n in ("esrgan", "bicubic"))
    tab.page.click('button[data-show="difference"]')
    tab.page.wait_for_timeout(100)
    expected = np.minimum(8 * np.abs(ours.astype(int) - bicubic), 255)
    shown = tab.screen('[data-pane="bicubic"] canvas')
    assert np.array_equal(shown, expected)
    assert np.array_equal(tab.screen('[data-pane="esrgan"] canvas'), ours)


def test_hold_shows_before(tab, small):
    tab.open()
    drop(tab, small)
    button = tab.page.locator('[data-part="hold"]')
    button.hover()
    tab.page.mouse.down()
    tab.page.wait_for_timeout(100)
    assert np.array_equal(tab.pixels("esrgan"), imresize(small, 4))
    tab.page.mouse.up()
    tab.page.wait_for_timeout(100)
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, 0.8))


def test_play_moves_alpha_and_rests_exactly(tab, small):
    tab.open()
    drop(tab, small)
    set_alpha(tab, 0.0)
    tab.page.click('[data-part="play"]')
    tab.page.wait_for_function(
        "() => Number(document.querySelector('[data-part=\"value\"]').textContent) > 0.3"
    )
    assert tab.page.locator(".scrubber").get_attribute("data-quality") == "curve"
    tab.page.click('[data-part="play"]')
    alpha = float(tab.page.locator('[data-part="alpha"]').input_value())
    tab.wait_until_ready(alpha=f"{alpha:.2f}", quality="exact")
    assert np.array_equal(tab.pixels("esrgan"), Upscaler("esrgan")(small, alpha))


def test_reduced_motion_plays_in_steps(browser, url):
    with browser.new_context(reduced_motion="reduce") as context:
        tab = Watched(context.new_page(), url)
        tab.open()
        tab.page.click('[data-part="play"]')
        seen = tab.page.evaluate(
            """async () => {
                const seen = new Set();
                const end = performance.now() + 1500;
                while (performance.now() < end) {
                    seen.add(document.querySelector('[data-part="value"]').textContent);
                    await new Promise((go) => setTimeout(go, 20));
                }
                return seen.size;
            }"""
        )
        assert 2 <= seen <= 4
        tab.page.click('[data-part="play"]')


def test_the_keyboard_moves_alpha_and_screen_readers_hear_it(tab):
    tab.open()
    slider = tab.page.locator('[data-part="alpha"]')
    slider.press("Home")
    tab.wait_until_ready(alpha="0.00", quality="exact")
    slider.press("ArrowRight")
    assert "α 0.01" in slider.get_attribute("aria-valuetext")
    outline = slider.evaluate("(s) => getComputedStyle(s).outlineStyle")
    assert outline == "solid"


def test_a_lost_context_is_replaced_and_used_again(tab, small):
    tab.open("?renderer=webgl")
    nodes = Nodes(tab)
    drop(tab, small)
    tab.wait_until_ready()
    lose = "document.querySelector('.panes').renderer().surface.getContext('webgl2')"
    tab.page.evaluate(
        f"window.loser = {lose}.getExtension('WEBGL_lose_context'); loser.loseContext()"
    )
    tab.page.wait_for_selector('.scrubber[data-renderer="canvas"]')
    tab.scrub(0.33)
    expected = nodes.at(0.33, 192, 240)
    assert np.abs(tab.pixels("esrgan") - expected).max() <= 2
    tab.page.evaluate("loser.restoreContext()")
    tab.page.wait_for_selector('.scrubber[data-renderer="webgl"]')
    tab.scrub(0.66)
    assert np.abs(tab.pixels("esrgan") - nodes.at(0.66, 192, 240)).max() <= 2
    tab.troubles = [trouble for trouble in tab.troubles if "CONTEXT_LOST" not in trouble]
    tab.page.locator('[data-part="alpha"]').dispatch_event("change")
    tab.wait_until_ready()


def test_curves_stand_under_the_slider_and_numbers_follow_them(tab):
    tab.open()
    assert tab.page.locator("[data-part='traces'] polyline").count() == 2
    tab.scrub(0.05)
    low = figures(tab, "esrgan")
    tab.scrub(0.95)
    assert low[0].startswith("PSNR ≈ ")
    assert float(low[0].split()[2]) > float(figures(tab, "esrgan")[0].split()[2])
    marker = tab.page.locator("[data-part='traces'] .marker")
    assert float(marker.get_attribute("x1")) == pytest.approx(95)
    tab.page.locator('[data-part="alpha"]').dispatch_event("change")
    tab.wait_until_ready()


def test_a_method_is_added_and_stays_when_the_window_moves(tab, photo):
    tab.open()
    bring(tab, np.tile(photo, (2, 2, 1)))
    tab.page.click('[data-add="input"]')
    tab.wait_until_shown("input")
    first = tab.pixels("input")
    assert np.array_equal(first[::4, ::4].repeat(4, 0).repeat(4, 1), first)
    revision = int(tab.page.locator(".scrubber").get_attribute("data-revision"))
    tab.page.locator('[data-part="box"]').press("ArrowLeft")
    tab.wait_until(revision=revision + 1)
    tab.wait_until_shown("input")


def test_the_blend_has_the_pictures_opacity(tab, small):
    tab.open()
    opacity = np.zeros(small.shape[:2], np.uint8)
    opacity[:, 30:] = 255
    send(tab, DROP, encode_png(Picture(small, opacity)))
    tab.page.wait_for_selector('.facts :text("mine.png")')
    tab.wait_until_ready()
    tab.scrub(0.33)
    alphas = tab.page.evaluate(
        """() => {
            const canvas = document.querySelector('[data-pane="esrgan"]').picture();
            const row = canvas.getContext('2d').getImageData(0, 100, canvas.width, 1).data;
            return [row[4 * 20 + 3], row[4 * 200 + 3]];
        }"""
    )
    assert alphas == [0, 255]
