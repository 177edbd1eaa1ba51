import asyncio
import base64
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from demo.layout import build, launch_options
from esrgan import Upscaler
from esrgan.evaluation import to_csv
from esrgan.images import Picture, encode_png, read
from esrgan.metrics import psnr
from esrgan.resize import imresize

ENDPOINTS = ["/upscale", "/compare", "/models"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        page = build()
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options())
        yield url
        page.close()


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


@pytest.fixture
def sent(tmp_path, photo):
    path = tmp_path / "mine.png"
    path.write_bytes(encode_png(Picture(photo)))
    return str(path)


def test_only_three_endpoints_are_named(client):
    listed = client.view_api(return_format="dict", print_info=False)
    assert list(listed["named_endpoints"]) == ENDPOINTS
    assert listed["unnamed_endpoints"] == {}


def test_upscale_answers_the_networks_own_pixels(client, sent, photo):
    path = client.predict(handle_file(sent), 0.3, "esrgan", api_name="/upscale")
    assert np.array_equal(read(path).pixels, Upscaler("esrgan")(photo, 0.3))
    path = client.predict(handle_file(sent), model="bicubic", api_name="/upscale")
    assert np.array_equal(read(path).pixels, Upscaler("bicubic")(photo))


@pytest.mark.parametrize(
    ("alpha", "model", "sentence"),
    [(1.5, "esrgan", "between 0 and 1"), (0.5, "../x", "There is no model")],
)
def test_arbitrary_values_are_refused_in_a_sentence(client, sent, alpha, model, sentence):
    with pytest.raises(Exception, match=sentence):
        client.predict(handle_file(sent), alpha, model, api_name="/upscale")


def test_pictures_are_checked_as_on_the_page(client, tmp_path):
    large = tmp_path / "large.png"
    large.write_bytes(encode_png(Picture(np.zeros((1500, 1500, 3), np.uint8))))
    with pytest.raises(Exception, match="up to 2 megapixels"):
        client.predict(handle_file(str(large)), api_name="/upscale")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"8BPS")
    with pytest.raises(Exception, match="Photoshop"):
        client.predict(handle_file(str(broken)), api_name="/compare")


def test_compare_measures_every_method(client, sent):
    found = client.predict(handle_file(sent), api_name="/compare")
    assert [(row["name"], row["alpha"]) for row in found][:2] == [
        ("bicubic", None),
        ("srresnet", None),
    ]
    assert [row["alpha"] for row in found[2:]] == [0.0, 0.8, 1.0]
    psnr = [row["figures"]["psnr_y"] for row in found]
    assert psnr[2] > psnr[4]


def test_compare_measures_the_whole_picture(client, sent, photo):
    found = client.predict(handle_file(sent), True, api_name="/compare")
    hr = photo[:96, :120]
    for row in found:
        lr = imresize(hr, 1 / 4)
        sr = Upscaler(row["name"])(lr, row["alpha"])
        assert row["figures"]["psnr_y"] == pytest.approx(psnr(sr, hr), abs=1e-4)
        assert row["reasons"]["niqe"].startswith("too small")
    table = [{"method": row["title"], "alpha": row["alpha"], **row["figures"]} for row in found]
    assert to_csv(table).startswith("method,alpha,psnr_y,ssim_y,rmse_y,perceptual_index,niqe\n")


def test_the_whole_of_a_large_picture_is_refused(client, tmp_path):
    large = tmp_path / "large.png"
    large.write_bytes(encode_png(Picture(np.zeros((1500, 1500, 3), np.uint8))))
    with pytest.raises(Exception, match="up to 2 megapixels"):
        client.predict(handle_file(str(large)), True, api_name="/compare")


def test_models_are_listed(client):
    found = {row["name"]: row for row in client.predict(api_name="/models")}
    assert found["esrgan"]["is_pair"]
    assert not found["bicubic"]["is_pair"]


def test_an_mcp_client_calls_each_tool(address, sent):
    tools, answers = asyncio.run(mcp_calls(f"{address}gradio_api/mcp/", Path(sent).read_bytes()))
    assert sorted(tools) == ["compare", "models", "upscale"]
    schema = tools["upscale"].inputSchema["properties"]
    assert list(schema) == ["picture", "alpha", "model"]
    assert all(schema[name]["description"] for name in schema)
    assert [answer.isError for answer in answers] == [False, False, False]
    listed, compared, enlarged = (answer.content[0] for answer in answers)
    assert "srresnet" in listed.text
    assert "psnr_y" in compared.text
    height, width = read(sent).pixels.shape[:2]
    picture = read(base64.b64decode(enlarged.data))
    assert picture.pixels.shape == (4 * height, 4 * width, 3)


async def mcp_calls(url, picture):
    data = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    async with (
        streamable_http_client(url) as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        calls = (
            ("models", {}),
            ("compare", {"picture": data}),
            ("upscale", {"picture": data, "model": "bicubic"}),
        )
        return tools, [await session.call_tool(name, sent) for name, sent in calls]
