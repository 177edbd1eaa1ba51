import pytest

from esrgan.work import Progress, Work


def counting(total, done):
    """Steps that note in a list that they were done."""
    for step in range(1, total + 1):
        done.append(step)
        yield Progress(step, total)
    return sum(done)


def test_nothing_is_done_before_it_is_asked_for():
    done = []
    work = Work(counting(3, done))
    assert done == []
    assert list(work) == [Progress(1, 3), Progress(2, 3), Progress(3, 3)]
    assert work.result() == 6


def test_the_result_needs_no_iteration_and_can_be_asked_for_twice():
    work = Work(counting(3, []))
    assert (work.result(), work.result()) == (6, 6)


def test_the_result_does_what_is_left():
    done = []
    work = Work(counting(3, done))
    next(iter(work))
    assert done == [1]
    assert work.result() == 6


def test_work_that_failed_has_no_result():
    def failing():
        yield Progress(1, 2)
        raise ValueError("out of order")

    work = Work(failing())
    with pytest.raises(ValueError, match="out of order"):
        work.result()
    with pytest.raises(RuntimeError, match="without a result"):
        work.result()
