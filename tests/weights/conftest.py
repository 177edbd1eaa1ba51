"""Fixtures: a server with faults on request, an empty cache, and tiny networks that form a pair."""

import hashlib
import io
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from esrgan.models import build
from esrgan.weights import save_weights
from esrgan.weights.registry import Model, RemoteFile

COMMIT = "0123456789" * 4


@dataclass
class Page:
    """What the server answers at one address."""

    data: bytes = b""
    status: int = 200
    cuts: list[int] = field(default_factory=list)
    """At how many bytes of the file each of the next answers breaks off."""
    ranges: bool = True
    seconds: float = 0.0
    location: str = ""


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        page = self.server.pages.get(self.path, Page(status=404))
        self.send_response(page.status)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(page.data).hexdigest()}"')
        self.send_header("Content-Length", str(len(page.data)))
        self.end_headers()

    def do_GET(self):
        page = self.server.pages.get(self.path, Page(status=404))
        asked = self.headers.get("Range")
        self.server.requests.append((self.path, asked))
        ranged = asked and page.ranges and not page.location
        start = int(asked[6:].partition("-")[0]) if ranged else 0
        if start and start >= len(page.data):
            self.send_response(416)
            self.end_headers()
            return
        self.send_response(206 if start else page.status)
        if page.location:
            self.send_header("Location", page.location)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(page.data) - 1}/0")
        self.send_header("Content-Length", str(len(page.data) - start))
        self.end_headers()
        self.send_body(page, start)

    def send_body(self, page, start):
        stop = page.cuts.pop(0) if page.cuts else len(page.data)
        step = max(1, (stop - start) // 20) if page.seconds else len(page.data) + 1
        for offset in range(start, stop, step):
            self.wfile.write(page.data[offset : min(stop, offset + step)])
            self.wfile.flush()
            time.sleep(page.seconds / 20)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {}
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass  # a client that hangs up is part of the tests


@pytest.fixture
def server():
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Empty caches: ours, which is returned, and huggingface_hub's."""
    monkeypatch.setenv("ESRGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "cache"


SIZES = {"scale": 4, "num_features": 4, "num_blocks": 1, "growth_channels": 2}


def passing(seed=0, noise=0.01, **sizes):
    """A tiny RRDBNet that enlarges pictures by repeating their pixels, nearly."""
    torch.manual_seed(seed)
    network = build("rrdbnet", **SIZES | sizes).requires_grad_(False)
    for parameter in network.parameters():
        parameter.normal_(0, noise)
    layers = [module for name, module in network.named_children() if name not in ("body",)]
    for layer in layers:
        if layer is not network.conv_body:
            for channel in range(3):
                layer.weight[channel, :, 1, 1] = 0
                layer.weight[channel, channel :: 3 if layer is network.conv_first else 99, 1, 1] = 1
    if network.unshuffle > 1:
        network.conv_first.weight[:3] = 0
        for channel in range(3):
            several = network.unshuffle**2
            own = slice(channel * several, (channel + 1) * several)
            network.conv_first.weight[channel, own, 1, 1] = 1 / several
    return network.eval()


def write_pair(folder, network, architecture, size):
    """Files of a network and a slightly moved copy, which make a pair."""
    files = folder / "psnr.safetensors", folder / "gan.safetensors"
    metadata = {"architecture": architecture, "config": json.dumps(size)}
    for file in files:
        save_weights(file, network.state_dict(), metadata)
        network.conv_last.bias.data.add_(0.02)
    return files


def write_doubling_pair(folder):
    """Files of a tiny pair that enlarges twice."""
    return write_pair(folder, passing(scale=2), "rrdbnet", SIZES | {"scale": 2})


def shuffled(network):
    """The same function with the channels of its last features in another order."""
    other = build("rrdbnet", **vars(network.config)).requires_grad_(False)
    other.load_state_dict(network.state_dict())
    order = torch.tensor([3, 2, 1, 0])
    other.conv_hr.weight.copy_(other.conv_hr.weight[order])
    other.conv_hr.bias.copy_(other.conv_hr.bias[order])
    other.conv_last.weight.copy_(other.conv_last.weight[:, order])
    return other.eval()


def as_pth(state, **options):
    """Bytes of a `.pth` file."""
    buffer = io.BytesIO()
    torch.save(state, buffer, **options)
    return buffer.getvalue()


@pytest.fixture
def tiny():
    """Functions that make tiny networks and their files."""

    class Tiny:
        sizes = SIZES
        passing = staticmethod(passing)
        shuffled = staticmethod(shuffled)
        as_pth = staticmethod(as_pth)

    return Tiny


@pytest.fixture
def published(server, cache):  # noqa: ARG001 - nothing of the tests shall lie elsewhere
    """A pair as a registry lists it, on the local server: (model, its two files' bytes)."""

    def publish(*, folder="/files", name="stand-in", hashed=True, seeds=(0, 1), **more):
        contents = [as_pth({"params": passing(seed).state_dict()}) for seed in seeds]
        remote = []
        for end, data in zip(("psnr", "gan"), contents, strict=True):
            server.pages[f"{folder}/{end}.pth"] = Page(data)
            sha256 = hashlib.sha256(data).hexdigest() if hashed else ""
            url = f"{server.url}{folder}/{end}.pth"
            remote.append(RemoteFile(f"{end}.pth", url, len(data), sha256, is_size_exact=hashed))
        remote = tuple(remote)
        kind = {"architecture": "rrdbnet", "config": SIZES}
        return Model(name, "Stand-in", licence="MIT", remote=remote, **kind, **more), contents

    return publish
