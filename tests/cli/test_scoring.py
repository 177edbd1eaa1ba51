"""`evaluate` and `sweep` on folders in which something is wrong."""

import json
from pathlib import Path

import pytest
from PIL import Image

from esrgan.cli import evaluate, main


@pytest.fixture
def test_set(tmp_path, monkeypatch, photo):
    """Four originals, of which one is broken and one has no reduced picture."""
    monkeypatch.chdir(tmp_path)
    for folder in ("hr", "lr"):
        Path(folder).mkdir()
    for name in ("0801", "0802", "0803", "0804"):
        Image.fromarray(photo[:64, :64]).save(f"hr/{name}.png")
        Image.fromarray(photo[:64:4, :64:4]).save(f"lr/{name}x4.png")
    Path("hr/0802.png").write_bytes(b"no")
    Path("lr/0803x4.png").unlink()
    Path("hr/._0801.png").write_bytes(b"\0\5\26\7")


@pytest.mark.usefixtures("test_set")
@pytest.mark.parametrize("command", ["evaluate", "sweep"])
def test_the_rest_is_scored_and_what_fails_is_named(command, capsys):
    words = [command, "--hr", "hr", "--lr", "lr", "--model", "esrgan", "--metrics", "psnr_y"]
    words += ["--alphas", "0,1", "--methods", "bicubic"] if command == "sweep" else []
    files = ["--json", "new/report.json", "--failures", "new/failures.jsonl"]
    assert main([*words, *files]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("esrgan: 0802.png: This is not a readable PNG")
    assert said[1] == f"esrgan: 0803.png: {Path('lr').absolute()} has no picture for '0803'."
    table = json.loads(Path("new/report.json").read_text())
    scored = table if command == "evaluate" else table["network"][0]
    assert [image["name"] for image in scored["images"]] == ["0801", "0804"]
    assert scored["count"]["psnr_y"] == 2
    assert [failure["name"] for failure in table["failures"]] == ["0802.png", "0803.png"]
    entries = [json.loads(it) for it in Path("new/failures.jsonl").read_text().splitlines()]
    assert [Path(entry["source"]).name for entry in entries] == ["0802.png", "0803.png"]
    assert [entry["target"] for entry in entries] == [None, None]
    for name in ("0802", "0803"):
        Path("hr", f"{name}.png").unlink()
    assert main([*words, *files]) == 0
    assert json.loads(Path("new/report.json").read_text())["failures"] == []


@pytest.mark.usefixtures("test_set")
@pytest.mark.parametrize("command", ["evaluate", "sweep"])
def test_results_of_former_runs_are_left_out_and_counted(command, capsys):
    Path("hr/0802.png").unlink()
    for name in ("0801", "0803"):
        Path(f"hr/{name}_bicubic_x4.png").write_bytes(Path("hr/0804.png").read_bytes())
    words = [command, "--hr", "hr", "--model", "esrgan", "--metrics", "psnr_y"]
    assert main([*words, *(["--alphas", "0,1"] if command == "sweep" else [])]) == 0
    assert capsys.readouterr().err == "esrgan: 2 left out as results of former runs.\n"


@pytest.mark.usefixtures("test_set")
def test_a_set_of_which_nothing_is_left_is_refused(capsys):
    for path in Path("hr").glob("0*.png"):
        path.write_bytes(b"no")
    assert main(["evaluate", "--hr", "hr", "--model", "bicubic"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 5
    assert said[-1] == "esrgan: No picture is left: all have failed."


@pytest.mark.usefixtures("test_set")
@pytest.mark.parametrize("option", ["--json", "--csv", "--markdown", "--failures"])
def test_files_are_tried_before_anything_is_computed(option, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "make_setup", lambda _: pytest.fail("a model was read"))
    Path("taken").touch()
    words = ["evaluate", "--hr", "hr", "--model", "bicubic"]
    assert main([*words, option, "taken/file"]) == 2
    assert capsys.readouterr().err.startswith("esrgan: taken/file: ")


@pytest.mark.usefixtures("test_set")
def test_wrong_settings_are_refused_once(capsys):
    for words, said in (
        (["evaluate", "--metrics", "vmaf"], "Unknown metric 'vmaf'"),
        (["evaluate", "--alpha", "2"], "between 0 and 1"),
        (["sweep", "--alphas", "0,2"], "between 0 and 1"),
        (["sweep", "--metrics", "vmaf"], "Unknown metric 'vmaf'"),
        (["evaluate", "--workers", "2"], "--workers needs --engine ray"),
    ):
        assert main([*words, "--hr", "hr", "--model", "esrgan"]) == 2
        text = capsys.readouterr().err
        assert text.count("\n") == 1
        assert said in text
