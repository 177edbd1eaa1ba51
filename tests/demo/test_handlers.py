from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from gradio.context import LocalContext
from PIL import Image

from demo import handlers, refusals, store, text, views
from demo.layout import build, launch_options
from demo.planes import decode
from demo.scene import Mode, curve
from demo.session import Latest
from esrgan import AlphaCurve, Upscaler, imresize
from esrgan.cli import main
from esrgan.engine import Engine
from esrgan.images import Picture, encode_png, read
from esrgan.interpolation.curve import lagrange_weights
from esrgan.memory import SCARCE_MEMORY
from esrgan.metrics import lr_psnr
from esrgan.weights import MODELS, Model


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def event(**data):
    return SimpleNamespace(_data=data)


def uploaded(cache, data, name="mine.png"):
    (cache / "upload").mkdir(parents=True, exist_ok=True)
    (cache / "upload" / name).write_bytes(data)
    return str(cache / "upload" / name)


def opened(cache, photo, data=None):
    data = encode_png(Picture(photo)) if data is None else data
    request = event(path=uploaded(cache, data), name="mine.png", mode="enlarge")
    ((session, view),) = handlers.open_upload(None, request)
    return session, view


def placement(**changes):
    return event(**{"x": 0.5, "y": 0.5, "mode": "enlarge", "side": 512} | changes)


def pixels(pane):
    return read(pane.image.path).pixels


def growth(session):
    """All news of a window that keeps its session."""
    news = list(handlers.grow(session, event(revision=session.revision)))
    assert all(same == gr.skip() for same, _ in news)
    return [view for _, view in news]


def test_the_page_starts_with_an_example():
    session, view = handlers.start(SimpleNamespace(query_params={}))
    assert session.scene.mode is Mode.COMPARE
    assert [pane.id for pane in view.panes] == ["esrgan", "original", "bicubic", "srresnet"]
    assert [pane.id for pane in view.panes if pane.image] == ["original", "bicubic"]
    assert view.panes[0].live
    assert view.panes[0].title == "ESRGAN-small · 4 blocks, trained by us"
    assert len(view.examples) >= 6


def test_an_upload_is_enlarged_and_removed(cache, photo):
    session, view = opened(cache, photo)
    assert view.place.mode == "enlarge"
    assert view.place.small == (120, 96)
    assert [pane.id for pane in view.panes if pane.image] == ["bicubic"]
    assert not (cache / "upload" / "mine.png").exists()
    assert session.revision > 1


def test_an_upload_opens_in_the_way_that_was_chosen(cache, photo):
    data = encode_png(Picture(photo))
    request = event(path=uploaded(cache, data), name="mine.png", mode="compare")
    ((_, view),) = handlers.open_upload(None, request)
    assert np.array_equal(pixels(view.panes[1]), photo)
    for mode in ("../x", None, [], 1):
        request = event(path=uploaded(cache, data), name="mine.png", mode=mode)
        assert sentence(handlers.open_upload(None, request)) == text.BROKEN_REQUEST


def test_the_curve_grows_from_its_ends_to_the_network_at_every_alpha(cache, photo):
    session, view = opened(cache, photo)
    news = growth(session)
    assert [len(view.nodes) for view in news[:5]] == [0, 2, 3, 3, 5]
    last = news[-1]
    assert [node.alpha for node in last.nodes][:2] == [0.0, 1.0]
    assert 0 < last.p99 < 5
    assert [pane.id for pane in last.panes] == ["srresnet"]
    assert np.array_equal(pixels(last.panes[0]), Upscaler("srresnet")(photo))
    planes = [decode(Path(node.file.path).read_bytes(), 384, 480) for node in last.nodes]
    weights = dict(enumerate(lagrange_weights(tuple(node.alpha for node in last.nodes), 0.33)))
    weights |= {0: 0.67, 1: 0.33}
    blend = sum(weights[index] * plane * view.place.step for index, plane in enumerate(planes))
    exact = Upscaler("esrgan")(photo, 0.33)
    assert np.percentile(np.abs(blend.clip(0, 255) - exact), 99) < 2
    assert sum(Path(node.file.path).stat().st_size for node in last.nodes) < 12e6


def test_a_curve_that_is_too_much_stops_at_a_whole_set(cache, photo, monkeypatch):
    session, _ = opened(cache, photo)

    def sent():
        work = handlers.grow(session, event(revision=session.revision))
        return next(view for _, view in work if view.p99 is not None)

    sizes = [node.file.size for node in sent().nodes]
    for count, fits in ((3, sum(sizes[:5]) - 1), (2, sum(sizes[:3]) - 1)):
        budget = session.sent + sizes[0] + fits
        monkeypatch.setattr(handlers.views, "LARGEST_DROP", budget)
        last = sent()
        assert [node.file.size for node in last.nodes] == sizes[:count]
        full = curve(session.scene, session.pair)
        own = AlphaCurve(full.render, step=full.step, max_nodes=count).complete()
        assert last.p99 == own.p99


def test_a_window_that_is_too_much_becomes_smaller(cache, photo, monkeypatch):
    session, view = opened(cache, np.tile(photo, (2, 2, 1)))
    assert (view.place.side, view.place.sides) == (512, [512, 768])
    ((large, view),) = handlers.place(session, placement(side=768))
    assert view.place.box == (24, 0, 192, 192)
    assert large.sent == sum(pane.image.size for pane in view.panes if pane.image)
    monkeypatch.setattr(handlers.views, "LARGEST_DROP", large.sent + 1000)
    ((small, view),) = handlers.grow(large, event(revision=large.revision))
    assert view.revision == small.revision == large.revision + 1
    assert (view.place.side, view.place.box) == (512, (56, 32, 128, 128))
    assert view.place.notes == [refusals.SHRUNK]
    assert small.sent > large.sent


def test_figures_along_alpha_are_those_of_the_curve(cache, photo):
    session, _ = opened(cache, photo)
    traces = {trace.name: trace for trace in growth(session)[-1].traces}
    assert list(traces) == ["lr_psnr", "perceptual_index", "niqe"]
    assert [trace.unit for trace in traces.values()] == [" dB", " ± 0.35", ""]
    exact = [lr_psnr(Upscaler("esrgan")(photo, alpha), photo) for alpha in (0.0, 0.5, 1.0)]
    assert traces["lr_psnr"].values[::5] == pytest.approx(exact, abs=0.3)


def test_an_older_growth_does_nothing(cache, photo):
    session, _ = opened(cache, photo)
    assert list(handlers.grow(session, event(revision=session.revision - 1))) == []


def test_growth_stops_when_the_window_moves(cache, photo):
    session, _ = opened(cache, photo)
    work = handlers.grow(session, event(revision=session.revision))
    next(work)
    assert len(next(work)[1].nodes) == 2
    list(handlers.place(session, placement(mode="compare")))
    assert list(work) == []
    assert list(handlers.rest(session, event(alpha=0.5))) == []


def test_growth_can_be_left_after_a_node(cache, photo, monkeypatch):
    session, _ = opened(cache, photo)
    asked = []
    run = Engine.run
    monkeypatch.setattr(
        Engine, "run", lambda self, lr, alpha: asked.append(alpha) or run(self, lr, alpha)
    )
    work = handlers.grow(session, event(revision=session.revision))
    next(work)
    work.close()
    assert set(asked) == {0.0}


def test_at_rest_the_network_itself_is_shown(cache, photo):
    session, _ = opened(cache, photo)
    ((same, view),) = handlers.rest(session, event(alpha=0.25))
    assert same is session
    assert view.exact.alpha == 0.25
    assert np.array_equal(pixels(view.exact), Upscaler("esrgan")(photo, 0.25))
    assert [figure.name for figure in view.exact.figures] == ["lr_psnr", "perceptual_index", "niqe"]


def test_what_cannot_be_computed_is_said_in_the_page(cache, photo, tmp_path):
    session, _ = opened(cache, photo)
    ends = tuple(tmp_path / f"{end}.safetensors" for end in ("psnr", "gan"))
    lost = replace(session, pair=Model("lost", "Lost", ends))
    (news,) = growth(lost)
    assert "psnr.safetensors" in news.trouble
    ((same, view),) = handlers.rest(lost, event(alpha=0.5))
    assert same is lost
    assert view.trouble == news.trouble
    assert view.revision == lost.revision


def test_scarce_memory_is_said_in_the_page_and_the_rest_stays(cache, photo, monkeypatch):
    session, _ = opened(cache, photo)

    def greedy(*_):
        torch.empty(1 << 50)  # refused by the real allocator

    monkeypatch.setattr(Engine, "run", greedy)
    assert growth(session)[-1].trouble == SCARCE_MEMORY
    ((_, view),) = handlers.rest(session, event(alpha=0.5))
    assert view.trouble == SCARCE_MEMORY
    pane = views.method_pane(session, "srresnet")
    assert pane.image is None
    assert pane.reason == SCARCE_MEMORY


def test_switching_and_moving(cache, photo):
    session, _ = opened(cache, photo)
    ((moved, view),) = handlers.place(session, placement(mode="compare"))
    assert view.place.mode == "compare"
    assert view.revision == session.revision + 1
    assert view.place.small == (30, 24)
    assert np.array_equal(pixels(view.panes[1]), photo)
    assert moved.picture is session.picture


def test_a_method_is_added_on_demand(cache, photo):
    session, _ = opened(cache, photo)
    (view,) = handlers.add_method(session, event(model="input"))
    assert np.array_equal(pixels(view.panes[0])[::4, ::4], photo)
    for bad in ("../x", [], None):
        assert sentence(handlers.add_method(session, event(model=bad))) == text.BROKEN_REQUEST


def test_sixteen_bit_and_transparent_pictures_are_shown(cache, photo):
    deep = Picture(photo.astype(np.uint16) * 257, photo[..., 0].astype(np.uint16) * 257)
    session, _ = opened(cache, photo, encode_png(deep))
    ((_, view),) = handlers.rest(session, event(alpha=0))
    shown = read(view.exact.image.path)
    assert shown.pixels.dtype == np.uint8
    assert shown.opacity is not None


def test_export_is_the_command_lines_file(cache, tmp_path, photo):
    grey = np.ascontiguousarray(photo[..., :1].repeat(3, axis=2))
    source = encode_png(Picture(grey, grey=True))
    (tmp_path / "mine.png").write_bytes(source)
    session, _ = opened(cache, grey, source)
    updates = list(handlers.export(session, event(alpha=0.8)))
    assert updates[0][0]["interactive"] is False
    assert updates[0][1]["visible"] is True
    button, cancel, view = updates[-1]
    assert cancel["visible"] is False
    assert view.whole.alpha == 0.8
    assert button["label"].startswith("Save mine_esrgan_a0.80_x4.png (480 × 384, exact, ")
    assert (
        main(["upscale", str(tmp_path / "mine.png"), "-o", str(tmp_path / "out"), "--alpha", "0.8"])
        == 0
    )
    theirs = (tmp_path / "out" / "mine_esrgan_a0.80_x4.png").read_bytes()
    assert Path(button["value"]).read_bytes() == theirs


def test_a_jpeg_that_would_be_too_long_is_refused_before_it_is_computed(cache, monkeypatch):
    session, _ = opened(cache, np.full((12, 16_600, 3), 90, np.uint8))
    monkeypatch.setattr(Engine, "run", lambda *_: pytest.fail("computed"))
    message = sentence(handlers.export(session, event(alpha=0.5, format="jpg")))
    assert message.startswith("A JPEG has at most 65500 pixels a side, not 66400")


def figure_request(alpha=0.8, methods=("esrgan", "bicubic"), kind="png"):
    return event(alpha=alpha, methods=list(methods), format=kind)


def test_the_comparison_figure_is_a_png_or_a_pdf(cache, photo):
    session, _ = opened(cache, photo)
    work = handlers.draw_figure(session, figure_request(kind="pdf"))
    assert next(work)["interactive"] is False
    button = next(work)
    assert button["label"] == "Save mine_comparison_a0.80.pdf"
    assert Path(button["value"]).name == "mine_comparison_a0.80.pdf"
    assert Path(button["value"]).read_bytes().startswith(b"%PDF")
    button = list(handlers.draw_figure(session, figure_request(alpha=0)))[-1]
    assert Path(button["value"]).name == "mine_comparison_a0.00.png"
    assert read(button["value"]).pixels.shape[0] > 300


def test_the_figure_shows_the_box_and_each_crop(cache, photo, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        handlers.figures, "comparison", lambda *args, **kw: drawn.append((args, kw))
    )
    monkeypatch.setattr(handlers.figures, "encode", lambda *_: b"")
    session, _ = opened(cache, np.tile(photo, (16, 16, 1)))
    ((compared, _),) = handlers.place(session, placement(x=0, y=1, mode="compare"))
    methods = ("esrgan", "original", "bicubic")
    list(handlers.draw_figure(compared, figure_request(0.25, methods)))
    ((whole, box, crops), words) = drawn[0]
    assert whole.shape == (960, 1200, 3)
    assert box == (0, 640, 320, 320)
    assert np.array_equal(crops[1].pixels, compared.scene.hr)
    assert crops[0].title.endswith("α 0.25")
    assert crops[2].caption.startswith("PSNR ")
    assert "± 0.35" in crops[1].caption
    assert "4-px border cut" in words["footnote"]


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1), (8, 30000)])
def test_a_figure_of_the_narrowest_pictures_is_drawn(cache, shape):
    session, _ = opened(cache, np.zeros((*shape, 3), np.uint8))
    button = list(handlers.draw_figure(session, figure_request(kind="pdf")))[-1]
    assert Path(button["value"]).read_bytes().startswith(b"%PDF")


def test_a_name_with_dollars_is_no_formula(cache, photo):
    request = event(path=uploaded(cache, encode_png(Picture(photo))), name="$x_{$", mode="enlarge")
    ((session, _),) = handlers.open_upload(None, request)
    assert list(handlers.draw_figure(session, figure_request(kind="pdf")))[-1]["value"]


def test_a_name_that_no_file_can_have_is_shortened_to_one(cache, photo):
    for name in ("a\udc80.png", "a\0.png"):
        path = uploaded(cache, encode_png(Picture(photo)))
        ((session, _),) = handlers.open_upload(None, event(path=path, name=name, mode="enlarge"))
        assert session.name == "a.png"


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "svg"},
        {"kind": []},
        {"kind": None},
        {"alpha": 2},
        {"methods": ()},
        {"methods": ("../x",)},
        {"methods": ("bicubic", "bicubic")},
        {"methods": ([],)},
        {"methods": ("original",)},
    ],
)
def test_a_request_for_a_figure_is_checked(cache, photo, bad):
    session, _ = opened(cache, photo)
    request = figure_request(**bad)
    assert sentence(handlers.draw_figure(session, request)) == text.BROKEN_REQUEST


def test_export_in_compare_rebuilds_the_whole_reduced_picture(cache, photo):
    session, _ = opened(cache, photo)
    compared, _ = list(handlers.place(session, placement(mode="compare")))[-1]
    button, *_ = list(handlers.export(compared, event(alpha=1)))[-1]
    assert np.array_equal(
        read(button["value"]).pixels, Upscaler("esrgan")(imresize(photo, 0.25), 1.0)
    )


def test_a_brushed_export_is_the_command_lines_by_the_same_map(cache, tmp_path, photo):
    source = encode_png(Picture(photo))
    half = np.zeros((96, 120, 3), np.uint8)
    half[:, 60:] = 255
    alpha_map = encode_png(Picture(half, grey=True))
    (tmp_path / "mine.png").write_bytes(source)
    (tmp_path / "map.png").write_bytes(alpha_map)
    session, _ = opened(cache, photo)
    path = uploaded(cache, alpha_map, "map.png")
    button, _, view = list(handlers.export(session, event(alpha=0.5, map=path)))[-1]
    assert view.whole.alpha is None
    assert "curve, 99 % within" in button["label"]
    command = ["upscale", str(tmp_path / "mine.png"), "-o", str(tmp_path / "out")]
    assert main([*command, "--alpha-map", str(tmp_path / "map.png")]) == 0
    theirs = (tmp_path / "out" / "mine_esrgan_map_x4.png").read_bytes()
    assert Path(button["value"]).read_bytes() == theirs
    wrong = uploaded(cache, source[:0] + encode_png(Picture(half[:5])), "map.png")
    assert sentence(handlers.export(session, event(map=wrong))) == text.BROKEN_REQUEST


@pytest.mark.parametrize("change", ["compare", "pair", "place"])
def test_export_and_figure_end_when_what_they_are_of_changes(cache, photo, change):
    session, _ = opened(cache, photo)
    works = [
        handlers.export(session, event(alpha=0.5)),
        handlers.draw_figure(session, figure_request()),
    ]
    for work in works:
        next(work)
    if change == "pair":
        session.with_pair(replace(session.pair, title="Another"))
    else:
        mode = "enlarge" if change == "place" else change
        list(handlers.place(session, placement(x=0, mode=mode)))
    (save, _, _), figure = (list(work)[-1] for work in works)
    assert save["visible"] is figure["visible"] is (change == "place")


def test_export_yields_per_tile_and_can_be_left(cache, noise, monkeypatch):
    session, _ = opened(cache, np.tile(noise, (12, 12, 1)))
    calls = []
    run = Engine.run
    monkeypatch.setattr(
        Engine, "run", lambda self, lr, alpha: calls.append(lr.shape) or run(self, lr, alpha)
    )
    work = handlers.export(session, event(alpha=0.5))
    next(work), next(work)
    work.close()
    assert len(calls) == 1


def sentence(generator):
    with pytest.raises(gr.Error) as caught:
        list(generator)
    message = caught.value.message
    assert len(message) <= 160
    assert "\n" not in message
    return message


def test_bad_uploads_get_one_sentence_and_the_next_works(cache, photo):
    session, _ = opened(cache, photo)
    for data, word in (
        (b"8BPS\x00\x01" + bytes(40), "Photoshop"),
        (b"nonsense", "not a readable"),
        (b"", "not a readable"),
    ):
        request = event(path=uploaded(cache, data), name="x.png", mode="enlarge")
        assert word in sentence(handlers.open_upload(session, request))
    ((again, _),) = handlers.rest(session, event(alpha=0.8))
    assert again is session


def test_only_uploads_can_be_opened(cache, tmp_path, photo):
    (tmp_path / "secret.png").write_bytes(encode_png(Picture(photo)))
    own = store.put(encode_png(Picture(photo)), "own.png").path
    for path in (
        own,
        str(cache / ("a" * 300)),
        str(tmp_path / "secret.png"),
        "/etc/passwd",
        f"{cache}/a\0b",
        f"{cache}/a\udc80b",
        f"{cache}/../secret.png",
        "",
        None,
        7,
    ):
        request = event(path=path, name="x.png", mode="enlarge")
        assert sentence(handlers.open_upload(None, request)) == "The upload was lost: try again."
    assert (tmp_path / "secret.png").exists()
    assert Path(own).exists()


@pytest.mark.parametrize("alpha", [None, "0.5", -0.1, 1.1, float("nan"), float("inf"), True, [0.5]])
def test_what_the_browser_sends_is_checked(cache, photo, alpha):
    session, _ = opened(cache, photo)
    assert sentence(handlers.rest(session, event(alpha=alpha))) == text.BROKEN_REQUEST
    for bad in ({"x": alpha if alpha != [0.5] else None}, {"mode": alpha}, {"side": alpha}):
        assert sentence(handlers.place(session, placement(**bad))) == text.BROKEN_REQUEST
    broken = SimpleNamespace(_data=alpha)
    assert sentence(handlers.rest(session, broken)) == text.BROKEN_REQUEST
    assert (
        sentence(handlers.open_example(session, event(name=alpha, alpha=0.5)))
        == text.BROKEN_REQUEST
    )


def test_a_lost_session_is_one_sentence():
    for handler in (handlers.export, handlers.draw_figure, handlers.place):
        assert sentence(handler(None, placement(alpha=0.5, methods=[]))) == text.GONE


@pytest.mark.parametrize(("language", "words"), [("en", "open it again"), ("zh-CN", "请重新打开")])
def test_of_a_lost_session_the_page_says_what_helps(language, words):
    token = LocalContext.request.set(SimpleNamespace(headers={"accept-language": language}))
    asked = event(revision=7, alpha=0.5, model="input")
    try:
        ((_, grown),) = handlers.grow(None, asked)
        ((_, rested),) = handlers.rest(None, asked)
        (added,) = handlers.add_method(None, asked)
    finally:
        LocalContext.request.reset(token)
    for view in (grown, rested, added):
        assert words in view.trouble
        assert view.gone
        assert view.revision == 7
    assert sentence(handlers.grow(None, event(revision="7"))) == text.BROKEN_REQUEST


def test_a_curve_that_grows_already_is_not_computed_twice(cache, photo):
    session, _ = opened(cache, photo[:24, :32])
    asked = event(revision=session.revision)
    first = handlers.grow(session, asked)
    next(first)
    assert list(handlers.grow(session, asked)) == []
    assert list(handlers.grow(session, asked)) == []
    assert next(first)
    first.close()
    again = handlers.grow(session, asked)
    assert next(again)
    assert list(again)[-1][1].p99


def test_a_curve_that_failed_can_be_asked_again(cache, photo, monkeypatch):
    session, _ = opened(cache, photo[:24, :32])
    asked = event(revision=session.revision)
    with monkeypatch.context() as fault:
        fault.setattr(views, "curve", lambda *_: 1 / 0)
        with pytest.raises((gr.Error, ZeroDivisionError)):
            list(handlers.grow(session, asked))
    assert next(handlers.grow(session, asked))


def test_compare_of_a_tiny_picture_is_refused_and_keeps_the_page(cache):
    session, _ = opened(cache, np.zeros((3, 3, 3), np.uint8))
    request = placement(mode="compare")
    assert "at least 4 px" in sentence(handlers.place(session, request))


def test_whole_pictures_are_limited():
    big = Picture(np.zeros((1500, 1500, 3), np.uint8))
    session = handlers.views.open_picture("big", big, Mode.ENLARGE, Latest(), MODELS["esrgan"])
    assert sentence(handlers.export(session, event(alpha=0.5))) == text.TOO_LARGE_TO_EXPORT.format(
        limit=2
    )
    compared = session.placed(Mode.COMPARE, 0.5, 0.5)
    assert handlers._whole(compared).pixels.shape == (375, 375, 3)


def test_sessions_share_nothing(cache, photo):
    one, _ = opened(cache, photo)
    two, _ = opened(cache, np.ascontiguousarray(photo[::-1]))
    ((_, first),) = handlers.rest(one, event(alpha=0.5))
    list(handlers.rest(two, event(alpha=0.1)))
    assert np.array_equal(pixels(first.exact), Upscaler("esrgan")(photo, 0.5))
    assert one.is_current
    assert one.folder != two.folder


def test_the_page_is_set_up_for_strangers(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/esrgan")
    page = build()
    assert page.analytics_enabled is False
    options = launch_options()
    assert options["ssr_mode"] is False
    assert options["max_file_size"] == "40mb"
    page.close()


def test_a_jpeg_of_a_phone_is_upright(cache, photo):
    path = uploaded(cache, b"", "phone.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photo).save(path, "JPEG", exif=exif)
    request = event(path=path, name="phone.jpg", mode="enlarge")
    _, view = list(handlers.open_upload(None, request))[-1]
    assert view.place.small == (96, 120)


def test_a_link_opens_its_example_window_and_networks():
    query = {"example": "astronaut", "pair": "esrgan", "mode": "enlarge", "x": "0", "y": "0"}
    session, view = handlers.start(SimpleNamespace(query_params=query))
    assert (view.place.example, view.place.pair, view.place.mode) == (
        "astronaut",
        "esrgan",
        "enlarge",
    )
    assert view.place.box[:2] == (0, 0)
    assert session.is_current


def test_forgetting_removes_all_files_and_shows_the_first_example(cache, photo):
    session, view = opened(cache, photo)
    other, _ = opened(cache, photo)
    growth(session)
    list(handlers.export(session, event(alpha=0.5)))
    assert view.place.example == ""
    sent = {path for path in (cache / "page").rglob("*.*") if session.folder in str(path)}
    assert {"overview.png", "bicubic.png", "after.jpg"} <= {path.name for path in sent}
    ((again, shown),) = handlers.forget(session)
    assert not any(path.exists() for path in sent)
    assert Path(other.overview).exists()
    assert shown.place.example == "cat"
    assert again.revision > session.revision
    assert not session.is_current


WORK = {
    "curve": lambda session: handlers.grow(session, event(revision=session.revision)),
    "export": lambda session: handlers.export(session, event(alpha=0.5)),
    "figure": lambda session: handlers.draw_figure(session, figure_request()),
    "method": lambda session: handlers.add_method(session, event(model="input")),
    "rest": lambda session: handlers.rest(session, event(alpha=0.5)),
}


def clear_while_writing(session, monkeypatch):
    """The visitor clears at the very moment in which a file is written."""
    write = store.put

    def put(data, name, visitor=""):
        monkeypatch.setattr(store, "put", write)
        path = write(data, name, visitor)
        assert list(handlers.forget(session))
        return write(data, f"again-{name}", visitor) and path

    monkeypatch.setattr(store, "put", put)


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_runs_on_when_a_visitor_is_forgotten_leaves_no_file(cache, photo, monkeypatch, work):
    session, _ = opened(cache, photo[:24, :32])
    clear_while_writing(session, monkeypatch)
    news = list(work(session))
    assert not (cache / "page" / session.folder).exists()
    assert session.is_forgotten
    assert not any(str(session.folder) in str(it) for it in news)


def test_a_curve_that_grows_stops_when_its_visitor_is_forgotten(cache, photo):
    session, _ = opened(cache, photo[:24, :32])
    work = handlers.grow(session, event(revision=session.revision))
    next(work), next(work)
    list(handlers.forget(session))
    assert list(work) == []
    assert not (cache / "page" / session.folder).exists()


def test_a_picture_that_was_forgotten_does_not_come_back(cache, photo):
    session, _ = opened(cache, photo)
    ((again, _),) = handlers.forget(session)
    assert sentence(handlers.place(session, placement())) == text.GONE
    assert again.is_current
    assert list(handlers.place(again, placement()))


def test_every_lost_session_starts_above_what_the_page_has_seen(cache, photo):
    revisions = [opened(cache, photo)[0].placed(Mode.ENLARGE, 0, 0).revision for _ in range(3)]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] < 2**53  # as a number in JavaScript


def test_an_export_as_jpeg(cache, photo):
    session, _ = opened(cache, photo[:32, :40])
    *_, (save, _, _) = handlers.export(session, event(alpha=0.5, format="jpg"))
    assert save["value"].endswith("mine_esrgan_a0.50_x4.jpg")
    assert Path(save["value"]).read_bytes().startswith(b"\xff\xd8\xff")
    for bad in ("gif", [], None):
        request = event(alpha=0.5, format=bad)
        assert sentence(handlers.export(session, request)) == text.BROKEN_REQUEST
