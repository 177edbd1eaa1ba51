"""The real `spaces` package, with a scheduler of our own: what the page asks it for, and when."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import spaces

from demo import refusals, zero

ROOT = Path(__file__).parents[2]
NO_QUOTA = (429, {"left": 0, "wait": 3600})
NONE_FREE = (503, {})
A_GPU = (200, {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "GPU-none", "allowToken": "token"})
"""One that is lent but is not there: it is lost at once."""
ANSWERS = (NO_QUOTA, NONE_FREE, A_GPU)


@pytest.fixture
def scheduler():
    """Answers each request for a GPU in another way; remembers what it was asked."""
    asked, answers = [], iter(ANSWERS)

    class Scheduler(BaseHTTPRequestHandler):
        def do_POST(self):
            url = urlsplit(self.path)
            asked.append((url.path, parse_qs(url.query)))
            status, answer = next(answers) if url.path == "/schedule" else (200, {})
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Scheduler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_real_package_is_asked_once_a_window_and_may_refuse(scheduler, tmp_path):
    url, asked = scheduler
    env = os.environ | {
        "SPACES_ZERO_GPU": "true",
        "SPACES_ZERO_DEVICE_API_URL": url,
        "GRADIO_TEMP_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "tests.demo.zero_gpu", str(len(ANSWERS))]
    visits = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    found = [json.loads(line) for line in visits.stdout.splitlines() if line.startswith("{")]
    assert len(found) == len(ANSWERS)
    for visit in found:
        assert visit["wrapped"]
        assert visit["rests"] == [False, True]
        assert visit["notes"] == [refusals.NO_GPU]
        assert (visit["pair"], visit["exact"]) == ("esrgan", 0.5)
    scheduled = [query for path, query in asked if path == "/schedule"]
    assert len(scheduled) == len(ANSWERS)  # one a visit
    for query in scheduled:
        assert zero.SHORTEST_S <= int(query["durationSeconds"][0]) <= zero.LONGEST_S


def test_elsewhere_the_decorator_does_nothing():
    assert spaces.GPU(duration=zero.seconds)(zero._compute) is zero._compute
