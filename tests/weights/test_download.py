import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from http.client import HTTPMessage
from pathlib import Path

import pytest
import torch

from esrgan.cli import main
from esrgan.weights import (
    MODELS,
    Transfer,
    download,
    first_cached,
    is_cached,
    open_model,
)
from esrgan.weights.cache import cached_path, download_path, is_intact
from esrgan.weights.store import convert_into_cache
from esrgan.weights.transfer import _HttpsStaysHttps, fetch

HTML = b"<!DOCTYPE html><html><title>Rate limited</title></html>"


def files_in(cache):
    """Names under the cache, without locks."""
    return sorted(p.name for p in cache.rglob("*") if p.is_file() and p.suffix != ".lock")


def refusal(model):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        list(download(model))
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


def test_a_pair_is_downloaded_checked_and_opened(server, cache, published):
    model, contents = published()
    assert not is_cached(model)
    with pytest.raises(ValueError, match=r"not on this computer yet: fetch its 0 MB with --down"):
        open_model(model)
    assert server.requests == []
    transfers = list(download(model))
    total = len(contents[0]) + len(contents[1])
    assert transfers[0] == Transfer("psnr.pth", 0, total)
    assert transfers[-1] == Transfer("gan.pth", total, total)
    assert [it.done for it in transfers] == sorted(it.done for it in transfers)
    assert files_in(cache) == ["gan.pth", "psnr.pth"]
    assert is_cached(model)
    server.pages.clear()
    for generator in open_model(model):
        assert generator.architecture == "rrdbnet"
    converted = sorted((cache / "converted").iterdir())
    assert {path.name.split(".")[0] for path in converted} == {it.sha256 for it in model.remote}


def test_what_is_cached_needs_no_network_and_no_source(server, published):
    model, _ = published()
    list(download(model))
    first = open_model(model)
    for file in model.remote:
        download_path(file).unlink()
    server.pages.clear()
    requests = len(server.requests)
    assert list(download(model)) == []
    second = open_model(model)
    assert len(server.requests) == requests
    for one, other, file in zip(first, second, model.remote, strict=True):
        assert other.metadata["source_sha256"] == file.sha256
        assert other.metadata["source"] == file.name
        assert all(torch.equal(one.state[key], other.state[key]) for key in one.state)


def test_a_damaged_conversion_is_made_again(cache, published):
    model, _ = published()
    list(download(model))
    open_model(model)
    for path in (cache / "converted").iterdir():
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    open_model(model)
    assert len(files_in(cache / "converted")) == 2
    assert all(is_intact(path) for path in (cache / "converted").iterdir())


def test_a_damaged_download_is_refused_at_load_and_fetched_again(published):
    model, contents = published()
    list(download(model))
    download_path(model.remote[0]).write_bytes(contents[0][:-1] + b"x")
    with pytest.raises(ValueError, match="is not the published file: its sha256 begins"):
        open_model(model)
    assert not is_cached(model)
    list(download(model))
    open_model(model)


def test_a_cache_that_cannot_hold_conversions_still_opens(cache, published):
    model, _ = published()
    list(download(model))
    (cache / "converted").touch()
    assert len(open_model(model)) == 2


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.99])
def test_a_truncated_download_is_kept_for_another_try_and_resumed(server, cache, published, part):
    model, contents = published()
    page, size = server.pages["/files/psnr.pth"], len(contents[0])
    kept = int(part * size)
    page.cuts = [kept] * 9
    message = refusal(model)
    assert "psnr.pth" not in files_in(cache)
    if kept:
        assert f"{kept:,} bytes are kept: run it again" in message
        assert (cache / "files" / "psnr.pth.partial").stat().st_size == kept
    else:
        assert "check the network and run it again" in message
    page.cuts.clear()
    server.requests.clear()
    list(download(model))
    assert server.requests[0] == ("/files/psnr.pth", f"bytes={kept}-" if kept else None)
    assert files_in(cache) == ["gan.pth", "psnr.pth"]
    assert download_path(model.remote[0]).read_bytes() == contents[0]


def test_a_connection_cut_at_half_is_resumed_at_once(server, published):
    model, contents = published()
    half = len(contents[0]) // 2
    server.pages["/files/psnr.pth"].cuts = [half]
    list(download(model))
    asked = [it[1] for it in server.requests if it[0] == "/files/psnr.pth"]
    assert asked == [None, f"bytes={half}-"]
    assert download_path(model.remote[0]).read_bytes() == contents[0]


def test_a_server_that_cannot_resume_starts_again(server, published):
    model, contents = published()
    page = server.pages["/files/psnr.pth"]
    page.cuts, page.ranges = [100], False
    list(download(model))
    assert download_path(model.remote[0]).read_bytes() == contents[0]


def test_a_download_that_was_complete_but_not_renamed_is_taken(server, published):
    for model in (published()[0], replace(published(hashed=False)[0], name="unsized")):
        for file in model.remote:
            partial = download_path(file).with_name(f"{file.name}.partial")
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(server.pages[f"/files/{file.name}"].data)
        list(download(model))
        assert is_cached(model)
        for file in model.remote:
            download_path(file).unlink()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is not the published file: its sha256"),
        (lambda data: data[:40] + bytes([data[40] ^ 4]) + data[41:], "is not the published file"),
        (lambda data: data[: len(data) // 2], "bytes, expected"),
        (lambda data: data + b"more", "bytes, expected"),
        (lambda _: HTML, "What came as psnr.pth is a web page, not weights; it was not kept."),
        (lambda _: b"", "is empty"),
        (lambda _: b"moved, see https://example.org", "is a text file, not weights"),
    ],
)
def test_other_contents_are_refused_and_removed(server, cache, published, change, message):
    model, contents = published()
    server.pages["/files/psnr.pth"].data = change(contents[0])
    assert re.search(message, refusal(model))
    assert "psnr.pth" not in files_in(cache)
    server.pages["/files/psnr.pth"].data = contents[0]
    list(download(model))
    assert is_cached(model)


def test_servers_that_refuse_are_quoted(server, cache, published):
    model, _ = published()
    page = server.pages.pop("/files/psnr.pth")
    assert "answered '404 Not Found'" in refusal(model)
    server.pages["/files/psnr.pth"] = replace(page, status=503)
    assert "answered '503 Service Unavailable'" in refusal(model)
    unreachable = replace(model.remote[0], url="http://127.0.0.1:9/psnr.pth")
    message = refusal(replace(model, remote=(unreachable, model.remote[1])))
    assert "127.0.0.1:9 cannot be reached" in message
    assert files_in(cache) == []


def test_redirections_are_followed_with_their_range(server, published):
    model, contents = published()
    page = server.pages["/files/psnr.pth"]
    server.pages["/elsewhere"] = replace(page, cuts=[100])
    server.pages["/files/psnr.pth"] = replace(page, status=302, data=b"", location="/elsewhere")
    list(download(model))
    assert download_path(model.remote[0]).read_bytes() == contents[0]
    assert ("/elsewhere", "bytes=100-") in server.requests


def test_encryption_is_never_left():
    request = urllib.request.Request("https://example.org/x")
    follow = _HttpsStaysHttps().redirect_request
    with pytest.raises(ValueError, match=r"example.org redirects to an unencrypted address"):
        follow(request, None, 302, "Found", HTTPMessage(), "http://example.org/x")
    assert follow(request, None, 302, "Found", HTTPMessage(), "https://b.org/x").host == "b.org"


def test_without_a_published_hash_the_first_download_is_pinned(server, cache, published):
    model, contents = published(hashed=False)
    notes = [it.note for it in download(model) if it.note]
    assert len(notes) == 2
    assert notes[0].startswith("No hash is published for psnr.pth: from now on it must be ")
    open_model(model)
    for file in model.remote:
        download_path(file).unlink()
    (cache / "converted").rename(cache / "elsewhere")
    other, _ = published(hashed=False, seeds=(5, 6))
    with pytest.raises(ValueError, match="is not the first downloaded file: its sha256 begins"):
        list(download(other))
    for path, data in zip(("psnr", "gan"), contents, strict=True):
        server.pages[f"/files/{path}.pth"].data = data
    assert [it.note for it in download(model) if it.note] == []


def test_an_error_page_is_never_pinned(server, cache, published):
    model, _ = published(hashed=False)
    server.pages["/files/psnr.pth"].data = HTML
    assert "is a web page" in refusal(model)
    assert files_in(cache) == []


def test_a_stopped_download_resumes(server, cache, published):
    model, contents = published()
    server.pages["/files/psnr.pth"].seconds = 0.5
    transfers = download(model)
    next(transfers)
    next(transfers)
    transfers.close()
    assert "psnr.pth" not in files_in(cache)
    list(download(model))
    assert download_path(model.remote[0]).read_bytes() == contents[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_not_a_broken_connection(server, published):
    model, _ = published()
    with pytest.raises(ValueError, match="full cannot be stored: No space left on device"):
        list(fetch(model.remote[0].url, Path("/dev/full"), limit=1 << 20))
    assert len(server.requests) == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(cache, published):
    model, _ = published()
    cache.touch()
    assert "psnr.pth cannot be stored in" in refusal(model)


PROGRAM = """
import sys
from esrgan.weights import Model, RemoteFile, download
url, size, sha256 = sys.argv[1:]
file = RemoteFile("psnr.pth", url, int(size), sha256)
for _ in download(Model("stand-in", "Stand-in", remote=(file,))):
    pass
"""


def start(model):
    file = model.remote[0]
    arguments = [sys.executable, "-c", PROGRAM, file.url, str(file.num_bytes), file.sha256]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE)


def test_two_processes_at_once_download_once(server, cache, published):
    model, contents = published()
    server.pages["/files/psnr.pth"].seconds = 2
    processes = [start(model), start(model)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert server.requests == [("/files/psnr.pth", None)]
    assert files_in(cache) == ["psnr.pth"]
    assert download_path(model.remote[0]).read_bytes() == contents[0]


def test_a_killed_download_leaves_no_final_file_and_resumes(server, cache, published):
    model, contents = published()
    server.pages["/files/psnr.pth"].seconds = 20
    process = start(model)
    partial = cache / "files" / "psnr.pth.partial"
    for _ in range(600):
        if partial.exists() and partial.stat().st_size:
            break
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert files_in(cache) == ["psnr.pth.partial"]
    server.pages["/files/psnr.pth"].seconds = 0
    list(download(model))
    assert server.requests[1][1].startswith("bytes=")
    assert download_path(model.remote[0]).read_bytes() == contents[0]


HUB = "/owner/repo/resolve/main"


def test_a_hub_is_asked_through_its_own_library(server, published):
    model, contents = published(folder=HUB)
    transfers = list(download(model))
    assert transfers[-1].done == transfers[-1].total == sum(map(len, contents))
    assert any(it.done == len(contents[0]) for it in transfers)
    assert "hub" in cached_path(model.remote[0]).parts
    server.pages.clear()
    requests = len(server.requests)
    assert is_cached(model)
    assert list(download(model)) == []
    assert len(open_model(model)) == 2
    assert len(server.requests) == requests


def test_what_a_hub_sends_is_checked(server, published):
    model, contents = published(folder=HUB)
    page = server.pages[f"{HUB}/psnr.pth"]
    page.data = contents[0][:-1] + bytes([contents[0][-1] ^ 1])
    assert "is not the published file" in refusal(model)
    assert cached_path(model.remote[0]) is None
    page.data = HTML
    assert "is a web page, not weights" in refusal(model)
    del server.pages[f"{HUB}/psnr.pth"]
    assert "Hugging Face did not send psnr.pth" in refusal(model)
    server.pages[f"{HUB}/psnr.pth"] = replace(page, data=contents[0])
    list(download(model))
    assert len(open_model(model)) == 2


def test_a_download_that_holds_another_network_is_refused(published):
    model, _ = published()
    other = replace(model, config=model.config | {"num_blocks": 2})
    list(download(other))
    with pytest.raises(ValueError, match=r"psnr.pth holds rrdbnet .*, expected rrdbnet"):
        open_model(other)


def test_the_first_model_that_is_here_is_chosen(published, monkeypatch):
    names = ("stand-in", "esrgan")
    model, _ = published()
    monkeypatch.setitem(MODELS, "stand-in", model)
    assert first_cached(names) == "esrgan"
    list(download(model))
    assert first_cached(names) == "stand-in"


def test_published_models_say_what_they_cost():
    remote = [model for model in MODELS.values() if model.remote]
    assert [model.name for model in remote] == ["esrgan-official", "realesrgan", "bsrgan", "msrgan"]
    for model in remote:
        assert model.is_pair
        assert model.paper
        for file in model.remote:
            assert file.url.startswith("https://")
            assert file.url.endswith(file.name)
            assert len(file.sha256) in (0, 64)
            assert 1e6 < file.num_bytes < 1e8
    official = MODELS["esrgan-official"]
    assert official.remote[0].hub[1:] == ("databuzzword/esrgan", "main", "RRDB_PSNR_x4.pth")
    assert MODELS["bsrgan"].remote[0].hub is None
    assert official.describe_download() == "ESRGAN: 134 MB, Apache-2.0, arXiv 1809.00219"


def test_the_command_line_downloads_on_request_only(
    server, published, monkeypatch, tmp_path, capsys, noise
):
    from PIL import Image

    model, _ = published(hashed=False)
    monkeypatch.setitem(MODELS, "stand-in", model)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    command = ["upscale", str(tmp_path / "noise.png"), "-o", str(tmp_path), "--model", "stand-in"]
    assert main(command) == 2
    assert "not on this computer yet" in capsys.readouterr().err
    assert server.requests == []
    assert main(["models"]) == 0
    assert "downloadable" in capsys.readouterr().out.splitlines()[-1]
    assert main([*command, "--download"]) == 0
    messages = capsys.readouterr().err
    assert "downloading Stand-in: 0 MB, MIT" in messages
    assert "No hash is published for psnr.pth" in messages
    assert (tmp_path / "noise_stand-in_a1.00_x4.png").exists()
    assert main(["models"]) == 0
    assert "cached" in capsys.readouterr().out.splitlines()[-1]


def test_conversions_are_written_whole(cache, published, monkeypatch):
    model, _ = published()
    list(download(model))
    (generator, _) = open_model(model)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esrgan.weights.store.save_file", full)
    before = files_in(cache)
    with pytest.raises(OSError, match="No space"):
        convert_into_cache(generator, "x", "0" * 64)
    assert files_in(cache) == before
