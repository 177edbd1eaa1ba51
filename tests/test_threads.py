import os
import subprocess
import sys

import pytest

from esrgan.threads import processor_limit, share_processor


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": ""}, None),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
    ],
)
def test_limits_of_a_container(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert processor_limit(tmp_path) == expected


def test_what_the_user_has_set_stays(monkeypatch):
    monkeypatch.setattr("esrgan.threads.processor_limit", lambda: 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    fresh = {}
    share_processor(fresh)
    assert fresh == {"GOMP_SPINCOUNT": "1000", "OMP_NUM_THREADS": "1"}
    for name, value in (("OMP_WAIT_POLICY", "ACTIVE"), ("GOMP_SPINCOUNT", "7")):
        chosen = {name: value, "OMP_NUM_THREADS": "4"}
        share_processor(chosen)
        assert chosen == {name: value, "OMP_NUM_THREADS": "4"}


def test_the_command_line_sets_it_before_pytorch_is_loaded():
    program = (
        "import os, sys; from esrgan.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(os.environ['GOMP_SPINCOUNT'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip().endswith("1000")
