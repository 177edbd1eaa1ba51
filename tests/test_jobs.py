import errno
import itertools

import pytest

from esrgan.jobs import attempt, describe, parse_shard, run_here, shard, until_disk_full


def halve(item, report):
    report(0.5)
    if isinstance(item, Exception):
        raise item
    return item / 2


def run(items):
    return list(run_here(halve, items, lambda _: None))


def test_one_failure_leaves_the_others():
    outcomes = run([2, ValueError("odd"), 4, RuntimeError("unforeseen\nat all"), "text"])
    assert [outcome.index for outcome in outcomes] == list(range(5))
    assert [outcome.result for outcome in outcomes] == [1, None, 2, None, None]
    errors = [outcome.error for outcome in outcomes]
    assert errors[:4] == [None, "odd", None, "RuntimeError: unforeseen"]
    assert errors[4].startswith("TypeError: ")
    assert all(outcome.seconds >= 0 for outcome in outcomes)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_only_a_disk_that_takes_no_file_ends_a_run(number):
    items = [2, OSError(errno.EACCES, "No"), 4, OSError(number, "No space left"), 6]
    seen = []
    with pytest.raises(ValueError, match=r"^No space left\. 2 of 5 pictures are done"):
        seen.extend(until_disk_full(run_here(halve, items, lambda _: None), 5))
    assert [outcome.error for outcome in seen] == [None, "No.", None, "No space left."]


def test_interruptions_are_no_failures():
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(interrupted, 0, None, lambda _: None)


def test_an_error_is_one_line():
    assert describe(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device."
    assert describe(OSError("of another library\nmore")) == "OSError: of another library"
    assert describe(ValueError("One sentence.")) == "One sentence."


def test_shards_make_up_the_list():
    items = list(range(11))
    parts = [shard(items, parse_shard(f"{number}/4")) for number in (1, 2, 3, 4)]
    assert sorted(itertools.chain(*parts)) == items
    assert {len(part) for part in parts} == {2, 3}
    assert shard(items, (1, 1)) == items
    assert shard([1], (2, 3)) == []


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "1/3/5", ""])
def test_a_shard_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="K/N"):
        parse_shard(text)
