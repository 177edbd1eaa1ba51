import threading

import pytest

from esrgan.turns import Turns, turns_at


def test_turns_are_given_in_the_order_of_asking():
    turns, order, threads = Turns(), [], []

    def ask(number):
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            threads.append(threading.Thread(target=ask, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) < number + 2:
                pass
    with turns:  # who has had a turn waits for those who asked before
        order.append("again")
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4, "again"]


def test_only_one_at_a_time():
    turns, inside = Turns(), []

    def work():
        for _ in range(200):
            with turns:
                inside.append(1)
                assert len(inside) == 1
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not turns._waiting


def test_an_interrupted_wait_holds_nobody_up(monkeypatch):
    turns = Turns()
    with turns, monkeypatch.context() as patch:
        patch.setattr(turns._changed, "wait_for", interrupt)
        with pytest.raises(KeyboardInterrupt), turns:
            pass
    with turns:
        pass


def interrupt(_):
    raise KeyboardInterrupt


def test_a_run_that_fails_gives_its_turn_back():
    with pytest.raises(ValueError, match="no"), turns_at("test"):
        raise ValueError("no")
    with turns_at("test"):
        pass
    assert turns_at("test") is not turns_at("other")
