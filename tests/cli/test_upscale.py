import errno
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from esrgan import Upscaler, storage
from esrgan.cli import main, upscale
from esrgan.cli.progress import Item, failures_in
from esrgan.cli.sources import find_sources
from esrgan.images import Picture, encode_png, read
from esrgan.jobs import Outcome
from esrgan.resize import imresize
from esrgan.symmetries import symmetric_tiles
from tests.folders_fixture import names_in


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """`upscale` with bicubic in a folder of its own; returns the exit status and what is said."""
    monkeypatch.chdir(tmp_path)

    def run(*words, model="bicubic"):
        try:
            status = main(["upscale", *map(str, words), "--model", str(model)])
        except SystemExit as stop:
            status = stop.code
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return status, said

    return run


@pytest.fixture
def save(noise):
    def save(*paths, pixels=noise):
        for path in map(Path, paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)

    return save


def test_a_tree_is_kept(run, save):
    save("in/a.png", "in/below/a.png", "in/below/deep/b.jpg", "in/.hidden/c.png")
    assert run("in", "-o", "flat")[0] == 0
    assert names_in("flat") == ["a_bicubic_x4.png"]
    status, said = run("in", "-o", "in/tree", "--recursive")
    assert (status, said[:20]) == (0, "esrgan: 3 enlarged, ")
    deep = ["a_bicubic_x4.png", "below/a_bicubic_x4.png", "below/deep/b_bicubic_x4.png"]
    assert names_in("in/tree") == deep
    status, said = run("in", "-o", "in/tree", "--recursive", "--skip-existing")
    assert (status, said[:33]) == (0, "esrgan: 0 enlarged, 3 were there,")
    assert names_in("in/tree") == deep


def test_results_in_the_same_folder_are_not_enlarged_again(run, save):
    save("a.png", "b.png", "mine.png")
    for _ in range(2):
        assert run(".", "-o", ".")[0] == 0
        results = ["a_bicubic_x4.png", "b_bicubic_x4.png", "mine_bicubic_x4.png"]
        assert names_in(".") == sorted(["a.png", "b.png", "mine.png", *results])
    assert "3 left out as results" in run(".", "-o", "other")[1]
    assert "6 enlarged, in" in run("*.png", "-o", "again")[1]
    assert "2 enlarged, in" in run("a.png", "a_bicubic_x4.png", "-o", "twice")[1]
    assert "4 enlarged, 2 left out as results" in run(".", "a_bicubic_x4.png", "-o", "both")[1]


def test_a_source_is_never_replaced(run, save, noise):
    save("a.png", "a_custom_x4.png")
    model = Path("custom.safetensors")
    model.write_bytes(Path(Upscaler("srresnet").model.files[0]).read_bytes())
    status, said = run("a.png", "a_custom_x4.png", "-o", ".", model=model)
    assert status == 0
    assert "1 enlarged, 1 left out as results" in said
    Path("sub").mkdir()
    Path("link.png").symlink_to("a.png")
    Path("here").symlink_to(".")
    for way in ("./a.png", "sub/../a.png", "link.png", "here/a.png"):
        assert "is the picture itself" in run("a.png", "-o", way)[1]
        assert "is the picture itself" in run(way, "-o", "a.png")[1]
    run("a.png", "a_custom_x4.png", "-o", "here", model=model)
    assert np.array_equal(read(Path("a.png")).pixels, noise)
    run("a.png", "-o", ".", model=model)
    assert (
        "1 enlarged, 1 left out" in run("a.png", "here/a_custom_x4.png", "-o", ".", model=model)[1]
    )


def test_twins_are_named_apart_before_a_shard_is_taken(run, save):
    save("in/a.jpg", "in/a.png", "in/b.png", "in/B.PNG")
    for part in (1, 2, 3, 4, 5, 6):
        status, said = run("in", "-o", "out", "--shard", f"{part}/6")
        assert status == 0
        assert f"esrgan: {int(part <= 4)} enlarged" in said
    stems = ["B", "a_jpg", "a_png", "b-2"]
    assert names_in("out") == [f"{stem}_bicubic_x4.png" for stem in stems]
    run("in", "-o", "whole")
    assert names_in("whole") == names_in("out")


def test_a_picture_named_twice_is_enlarged_once(run, save):
    save("in/a.png")
    assert "1 enlarged, in" in run("in", "in/a.png", Path("in/a.png").absolute(), "-o", "out")[1]


def test_one_file(run, save, noise):
    save("a.png", "b.png")
    for name, kind in (("new/b.png", "PNG"), ("b.JPG", "JPEG"), ("b.webp", "WEBP")):
        assert run("a.png", "-o", name)[0] == 0
        with Image.open(name) as image:
            assert (image.format, image.size) == (kind, (120, 96))
    assert np.array_equal(read(Path("new/b.png")).pixels, Upscaler("bicubic")(noise))
    assert names_in("new") == ["b.png"]
    for words, said in (
        (("a.png", "b.png", "-o", "c.png"), "one file: name a folder"),
        (("a.png", "-o", "c.png", "--alpha", "0,1"), "single model"),
        (("a.png", "-o", "c.gif"), "PNG, JPEG or WebP, not .gif"),
        (("a.png", "-o", "c.png", "--format", "jpg"), "no file of the format jpg"),
        (("a.png", "-o", "c.png", "--quality", "80"), "loses nothing"),
        (("a.png", "-o", "c.jpg", "--quality", "0"), "between 1 and 100"),
        (("a.png", "-o", "c.jpg", "--outscale", "0"), "above 0"),
        (("a.png", "-o", "c.jpg", "--shard", "3/2"), "K/N"),
        (("a.png", "-o", "c", "--workers", "2"), "--workers needs --engine ray"),
        (("a.png", "-o", "c", "--engine", "ray", "--workers", "0"), "at least 1"),
        (("a.png", "-o", "c", "--engine", "ray", "--gpus-per-worker", "-1"), "at least 0"),
    ):
        status, text = run(*words)
        assert (status, text.count("\n")) == (2, 1)
        assert said in text
    assert not Path("c").exists()
    (Path("folder.png")).mkdir()
    assert run("a.png", "-o", "folder.png")[0] == 0
    assert names_in("folder.png") == ["a_bicubic_x4.png"]


def test_folders_may_be_uris(run, save, tmp_path):
    pytest.importorskip("pyarrow")
    save("in/a b%.png", "in/below/a.png", "in/below/a.jpg")
    uris = [f"file://{tmp_path.as_posix()}/{name}" for name in ("in", "out")]
    status, said = run(uris[0], "-o", uris[1], "--recursive")
    assert (status, said[:20]) == (0, "esrgan: 3 enlarged, ")
    run("in", "-o", "here", "--recursive")
    assert names_in("out") == names_in("here")
    assert "3 were there" in run(uris[0], "-o", uris[1], "--recursive", "--skip-existing")[1]
    assert "no file" in run(f"{uris[0]}/gone.png", "-o", uris[1])[1]


def test_formats_and_quality(run, save, photo):
    save("a.png", pixels=photo)
    run("a.png", "-o", "out", "--format", "jpg")
    run("a.png", "-o", "out", "--format", "webp", "--quality", "40")
    assert names_in("out") == ["a_bicubic_x4.jpg", "a_bicubic_x4.webp"]
    run("a.png", "-o", "low", "--format", "jpg", "--quality", "30")
    sizes = [Path(folder, "a_bicubic_x4.jpg").stat().st_size for folder in ("low", "out")]
    assert sizes[0] < sizes[1] / 2


def test_a_format_that_cannot_hold_the_result_says_so_before_it_is_computed(run, save, monkeypatch):
    save("long.png", pixels=np.zeros((2, 4100, 3), np.uint8))
    monkeypatch.setattr(Upscaler, "tiles", lambda *_: pytest.fail("it was computed"))
    status, said = run("long.png", "-o", "out", "--format", "webp")
    assert status == 2
    assert "esrgan: long.png: A WebP has at most 16383 pixels a side, not 16400: save" in said


def test_a_png_is_written_while_it_is_computed(run, save, photo, monkeypatch):
    save("a.png", pixels=np.tile(photo, (2, 2, 1)))
    with monkeypatch.context() as patch:
        patch.setattr(Upscaler, "tiles", lambda *_: pytest.fail("it was computed as a whole"))
        assert run("a.png", "-o", "out", "--tile-px", 64, model="esrgan")[0] == 0
        words = ("a.png", "-o", "again", "--tile-px", 64, "--outscale", 4)
        assert run(*words, model="esrgan")[0] == 0
    assert (
        Path("again", *names_in("again")).read_bytes() == Path("out", *names_in("out")).read_bytes()
    )
    expected = Upscaler("esrgan", tile_px=64)(np.tile(photo, (2, 2, 1)))
    assert np.array_equal(read("out/a_esrgan_a1.00_x4.png").pixels, expected)


def test_metadata_are_kept_on_request(run, photo):
    exif = Image.Exif()
    exif[0x0110], exif[0x8298] = "a phone", "a person"
    Image.fromarray(photo[:20, :20]).save("a.jpg", exif=exif, dpi=(300, 300))
    for form in ("png", "jpg", "webp"):
        assert run("a.jpg", "-o", "out", "--format", form, "--keep-metadata")[0] == 0
        kept = read(f"out/a_bicubic_x4.{form}").metadata
        assert kept.main == {0x0110: "a phone", 0x8298: "a person"}
        assert run("a.jpg", "-o", "bare", "--format", form)[0] == 0
        assert read(f"bare/a_bicubic_x4.{form}").metadata.main == {}


def test_a_seamless_texture_fits_at_its_borders(run, save, photo):
    texture = np.block([[[photo], [photo[:, ::-1]]], [[photo[::-1]], [photo[::-1, ::-1]]]])
    save("a.png", pixels=np.ascontiguousarray(texture[:64, :64]))
    assert run("a.png", "-o", "out", "--wrap", model="esrgan")[0] == 0
    expected = Upscaler("esrgan", wrap=True)(np.ascontiguousarray(texture[:64, :64]))
    assert np.array_equal(read("out/a_esrgan_a1.00_x4.png").pixels, expected)


@pytest.mark.parametrize("factor", [0.5, 1.1, 2, 3.3, 4, 6])
def test_any_scale_is_the_networks_and_an_exact_resize(run, save, photo, factor):
    save("a.png", pixels=photo[:40, :50])
    assert run("a.png", "-o", "out", "--outscale", factor, model="esrgan")[0] == 0
    assert names_in("out") == [f"a_esrgan_a1.00_x{factor:g}.png"]
    result = read(Path("out", names_in("out")[0])).pixels
    assert result.shape[:2] == (round(40 * factor), round(50 * factor))
    enlarged = Upscaler("esrgan")(photo[:40, :50])
    expected = imresize(enlarged, factor / 4)[: result.shape[0], : result.shape[1]]
    assert np.array_equal(result, expected)


def test_a_scale_keeps_opacity_and_16_bits(run, photo):
    grey = Picture(
        np.repeat(photo[:20, :30, :1].astype(np.uint16) * 257, 3, axis=2),
        np.arange(600, dtype=np.uint16).reshape(20, 30) * 100,
    )
    Path("a.png").write_bytes(encode_png(grey))
    assert run("a.png", "-o", "b.png", "--outscale", 2)[0] == 0
    result = read(Path("b.png"))
    assert result.pixels.dtype == np.uint16
    assert result.pixels.shape[:2] == result.opacity.shape == (40, 60)


def test_several_alphas(run, save, noise):
    save("a.png", "b.png")
    assert run("a.png", "b.png", "-o", "out", "--alpha", "0,.5,1", model="esrgan")[0] == 0
    stems = [f"{stem}_esrgan_a{alpha}" for stem in "ab" for alpha in ("0.00", "0.50", "1.00")]
    assert names_in("out") == [f"{stem}_x4.png" for stem in stems]
    for alpha in (0, 0.5, 1):
        written = read(Path("out", f"a_esrgan_a{alpha:.2f}_x4.png")).pixels
        assert np.array_equal(written, Upscaler("esrgan")(noise, alpha))
    Path("out", "a_esrgan_a0.50_x4.png").unlink()
    kept = Path("out", "a_esrgan_a0.00_x4.png").stat().st_ino
    words = ("a.png", "b.png", "-o", "out", "--alpha", "0,.5,1", "--skip-existing")
    assert "1 enlarged, 1 were there" in run(*words, model="esrgan")[1]
    assert Path("out", "a_esrgan_a0.50_x4.png").exists()
    assert Path("out", "a_esrgan_a0.00_x4.png").stat().st_ino == kept
    assert "same name" in run("a.png", "-o", "x", "--alpha", "0.501,0.502", model="esrgan")[1]
    assert "one file" in run("a.png", "-o", "x.png", "--alpha", "0,1", model="esrgan")[1]


def test_self_ensemble(run, save, noise):
    save("a.png")
    assert run("a.png", "-o", "out", "--tta", model="esrgan")[0] == 0
    assert names_in("out") == ["a_esrgan_a1.00_tta_x4.png"]
    written = read(Path("out", names_in("out")[0])).pixels
    assert np.array_equal(written, symmetric_tiles(Upscaler("esrgan"), noise, 1).result().pixels)


def test_pipes(run, noise, monkeypatch):
    data, out = encode_png(Picture(noise)), io.BytesIO()
    expected = Upscaler("bicubic")(noise)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out, isatty=lambda: False))

    def run_with_input(*words):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        return run(*words)

    assert run_with_input("-", "-o", "-")[0] == 0
    assert np.array_equal(read(out.getvalue()).pixels, expected)
    out.seek(0), out.truncate()
    assert run_with_input("-", "-o", "-", "--format", "webp")[0] == 0
    assert out.getvalue()[8:12] == b"WEBP"
    assert run_with_input("-", "-o", "out")[0] == 0
    assert names_in("out") == ["stdin_bicubic_x4.png"]
    assert run_with_input("-", "-o", "b.png")[0] == 0
    assert np.array_equal(read(Path("b.png")).pixels, expected)
    out.seek(0), out.truncate()
    assert "one file" in run_with_input("-", "b.png", "-o", "-")[1]
    data = b"no picture"
    status, said = run_with_input("-", "-o", "-")
    assert status == 2
    assert said.startswith("esrgan: stdin: This is not a readable PNG")
    assert out.getvalue() == b""
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out, isatty=lambda: True))
    assert "a terminal does not show" in run_with_input("-", "-o", "-")[1]


def test_patterns_are_expanded_where_the_shell_has_not(run, save, tmp_path):
    save("in/a.png", "in/b.jpg", "in/[c].png", "in/.d.png")
    named = find_sources(["in/*.png"], any_depth=False, besides=Path("out"))
    assert named.pictures == [(Path("in/[c].png"), "[c].png"), (Path("in/a.png"), "a.png")]
    found = find_sources([f"{tmp_path}/i?/*"], any_depth=False, besides=Path("out"))
    assert len(found.pictures) == 3
    assert run("in/[c].png", "-o", "out")[0] == 0
    assert "There is no file in/*.gif." in run("in/*.gif", "-o", "out")[1]


@pytest.mark.parametrize("taken", ["out", "out.jpg/below", "file/out"])
def test_an_output_that_cannot_be_written_is_refused_before_a_model_is_read(
    run, save, taken, monkeypatch
):
    save("a.png")
    Path(taken.split("/")[0]).touch()
    monkeypatch.setattr(upscale, "make_setup", lambda _: pytest.fail("a model was read"))
    status, said = run("a.png", "-o", taken)
    assert (status, said.count("\n")) == (2, 1)
    assert taken in said
    assert "no file gone.png" in run("gone.png", "-o", "new")[1]
    assert not Path("new").exists()
    assert "no picture" in (Path("none").mkdir(), run("none", "-o", "new"))[1][1]


def test_a_result_that_cannot_be_written_is_one_failure(run, save):
    save("a.png", "b.png", "c.png")
    Path("out/b_bicubic_x4.png").mkdir(parents=True)
    status, said = run(".", "-o", "out", "--failures", "failures.jsonl")
    assert status == 2
    assert "b.png: A folder has this name." in said
    assert "2 enlarged, 1 failed" in said
    assert names_in("out") == ["a_bicubic_x4.png", "c_bicubic_x4.png"]
    (line,) = Path("failures.jsonl").read_text("utf-8").splitlines()
    entry = json.loads(line)
    assert entry["source"] == Path("b.png").absolute().as_posix()
    assert entry["target"] == Path("out/b_bicubic_x4.png").absolute().as_posix()
    assert entry["error"] == "A folder has this name."
    assert 0 <= entry["seconds"] < 60


def test_failures_are_listed_before_anything_is_computed_if_they_can_be(run, save):
    save("a.png")
    Path("taken").touch()
    assert "taken/f.jsonl: " in run("a.png", "-o", "out", "--failures", "taken/f.jsonl")[1]
    assert names_in("out") == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_ends_the_run_and_says_how_many_are_done(run, save, monkeypatch, number):
    save("in/a.png", "in/b.png", "in/c.png", "in/d.png")
    open_atomically, written = storage.open_atomically, []

    def open_two(path):
        written.append(path.name)
        if len(written) > 2:
            raise OSError(number, "No room")
        return open_atomically(path)

    monkeypatch.setattr(storage, "open_atomically", open_two)
    status, said = run("in", "-o", "out", "--failures", "failures.jsonl")
    lines = (
        "c.png: No room.",
        "2 enlarged, 1 failed, in 00:00.",
        "No room. 2 of 4 pictures are done.",
    )
    assert (status, said) == (2, "".join(f"esrgan: {line}\n" for line in lines))
    (entry,) = Path("failures.jsonl").read_text("utf-8").splitlines()
    assert Path(json.loads(entry)["source"]) == Path("in/c.png").absolute()
    assert len(written) == 3
    assert names_in("out") == ["a_bicubic_x4.png", "b_bicubic_x4.png"]
    monkeypatch.undo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_failures_are_told_where_their_list_has_no_room(capsys):
    item, outcome = Item(None, "in/a.png"), Outcome(0, 0.0, error="odd.")
    with failures_in(Path("/dev/full")) as failures:
        failures.add(item, outcome)
    said = capsys.readouterr().err
    assert said == "esrgan: a.png: odd.\nesrgan: /dev/full: No space left on device.\n"
    assert failures.listed == [{"name": "a.png", "error": "odd."}]


def test_an_alpha_map_that_cannot_be_read_is_named(run, save):
    save("a.png", "map.png", pixels=np.zeros((8, 8, 4), np.uint8))
    Path("bad.png").write_bytes(b"no picture")
    for name, reason in (
        ("bad.png", "This is not a readable PNG"),
        ("gone.png", "No such file or directory."),
        ("map.png", "An alpha map is a grey picture without opacity."),
    ):
        status, said = run("a.png", "-o", "out", "--alpha-map", name, model="esrgan")
        assert status == 2
        assert said.startswith(f"esrgan: {name}: {reason}")


def test_a_disk_that_is_full_at_once_is_told_at_once(run, save, monkeypatch):
    save("a.png")

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refuse)
    assert run("a.png", "-o", "out") == (2, "esrgan: out: Read-only file system.\n")


def test_the_bar_counts_pictures_and_their_parts(run, save, monkeypatch):
    save("in/a.png", "in/b.png", pixels=np.zeros((300, 8, 3), np.uint8))
    shares = []
    monkeypatch.setattr("esrgan.cli.progress.tqdm.update", lambda _, n: shares.append(n))
    assert run("in", "-o", "out")[0] == 0
    assert len(shares) >= 6
    assert shares[:2] == [128 / 300, 256 / 300]
