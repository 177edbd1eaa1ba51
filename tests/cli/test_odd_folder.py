"""`upscale`, `evaluate` and the page's batch: the same results, the same named failures."""

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo import batch, handlers
from esrgan import Upscaler
from esrgan.cli import main
from esrgan.folders import list_pictures, shortened
from tests.folders_fixture import BAD, GOOD, make_odd_folder, names_in

ENDING = "_bicubic_x4.png"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    make_odd_folder(folder)
    return folder


def enlarge(folder, output):
    """Results and failures, by their names, of `upscale`."""
    failures = output.with_suffix(".jsonl")
    words = ["upscale", str(folder), "-o", str(output), "--model", "bicubic", "--recursive"]
    assert main([*words, "--failures", str(failures)]) == 2
    entries = [json.loads(line) for line in failures.read_text("utf-8").splitlines()]
    assert all(set(entry) == {"source", "target", "seconds", "error"} for entry in entries)
    failed = {relative(entry["source"], folder): entry["error"] for entry in entries}
    assert len(failed) == len(entries)
    return names_in(output), failed


def relative(source, folder):
    return Path(source).relative_to(folder).as_posix()


def test_upscale_evaluate_and_the_page_agree(folder, tmp_path, monkeypatch, capsys):
    results, failed = enlarge(folder, tmp_path / "out")
    assert set(failed) == set(BAD)
    assert len(results) == len(GOOD) + 1  # and the link
    assert len(list_pictures(folder, any_depth=True)) == len(results) + len(failed)
    said = capsys.readouterr().err
    assert all(f"esrgan: {name.rsplit('/', 1)[-1]}: " in said for name in BAD)

    report = tmp_path / "report.json"
    words = ["evaluate", "--hr", str(folder), "--recursive", "--model", "bicubic"]
    assert main([*words, "--metrics", "psnr_y", "--json", str(report)]) == 2
    table = json.loads(report.read_text())
    assert sorted(shortened(it["name"], ENDING) for it in table["images"]) == results
    assert sorted(it["name"] for it in table["failures"]) == sorted(
        name.rsplit("/", 1)[-1] for name in failed
    )
    assert table["count"]["psnr_y"] == len(results)

    packed, listed = enlarge_on_the_page(folder, tmp_path / "page", monkeypatch)
    assert packed == [name for name in results if "/" not in name]
    assert listed == sorted(name for name in failed if "/" not in name)


def enlarge_on_the_page(folder, uploads, monkeypatch):
    """Results and failures, by their names, of the batch of the files of a folder."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads / "cache"))
    names = [path.name for path in folder.iterdir() if not path.is_dir()]
    uploads.mkdir()
    for name in sorted(names):
        if (folder / name).exists():
            shutil.copyfile(folder / name, uploads / name)
    session = handlers.start(SimpleNamespace(query_params={}))[0]
    chosen = [str(uploads / name) for name in sorted(names)]
    monkeypatch.setattr(batch, "upscaler", lambda _: Upscaler("bicubic"))
    monkeypatch.setattr(batch, "fraction", lambda *_: None)
    *_, (save, _, failures) = batch.enlarge_all(session, [], chosen, None)
    with zipfile.ZipFile(save["value"]) as archive:
        packed = sorted(set(archive.namelist()) - {"failures.txt"})
    return packed, sorted(line.split(": ")[0] for line in failures["value"].splitlines())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always Unicode")
def test_names_that_are_no_unicode_are_taken_too(tmp_path, folder):
    (tmp_path / "in").mkdir()
    for name in (b"\xff.png", b"\xff" * 250 + b".png"):
        shutil.copyfile(folder / "cat.png", tmp_path / "in" / os.fsdecode(name))
    (tmp_path / "in" / "bad.png").touch()
    results, failed = enlarge(tmp_path / "in", tmp_path / "out")
    assert len(results) == 2
    assert set(failed) == {"bad.png"}
