import pytest

from esrgan.ray_places import share


@pytest.mark.parametrize(
    ("nodes", "gpus", "wanted", "expected"),
    [
        ([(8, 0), (8, 0)], 0, 1, (1, 8)),
        ([(8, 0), (8, 0)], 0, 3, (3, 4)),
        ([(8, 0), (8, 0)], 0, None, (16, 1)),
        ([(0, 0), (16, 0), (4, 0)], 0, 2, (2, 8)),
        ([(8, 2)], 0.6, None, (2, 4)),
        ([(8, 2)], 0.5, None, (4, 2)),
        ([(8, 1), (4, 1)], 1, None, (2, 4)),
        ([(8, 4), (8, 1)], 2, None, (2, 4)),
        ([(2, 4)], 0.25, None, (2, 1)),
        ([(200, 0)], 0, None, (100, 2)),
    ],
)
def test_every_worker_fits_on_one_machine(nodes, gpus, wanted, expected):
    nodes = [{"CPU": cpus, "GPU": number} for cpus, number in nodes]
    assert share(nodes, gpus, wanted, 100) == expected


def test_what_fits_on_no_machine_is_refused():
    with pytest.raises(ValueError, match="have 1 GPUs, fewer"):
        share([{"CPU": 8, "GPU": 1}] * 2, 2, None, 9)
    with pytest.raises(ValueError, match="room for 2 workers, not for 3"):
        share([{"CPU": 8, "GPU": 1}] * 2, 0.6, 3, 9)
    with pytest.raises(ValueError, match="room for 0 workers, not for 1"):
        share([{"memory": 1.0}], 0, None, 9)
