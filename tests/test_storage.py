import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from esrgan import storage
from esrgan.files import unfinished_name
from esrgan.folders import list_pictures


def write(location, data):
    with storage.opened(location) as file:
        file.write(data)


@pytest.fixture(params=["path", "uri"])
def folder(request, tmp_path):
    """A folder with two files, as a path and as a URI of pyarrow's local file system."""
    (tmp_path / "below").mkdir()
    (tmp_path / "a b%.png").write_bytes(b"one")
    (tmp_path / "below" / "c.png").write_bytes(b"two")
    if request.param == "uri":
        pytest.importorskip("pyarrow")
    return tmp_path if request.param == "path" else f"file://{tmp_path.as_posix()}"


def test_files_are_listed_read_and_written(folder, tmp_path):
    assert storage.is_folder(folder)
    assert list_pictures(folder) == ["a b%.png"]
    assert list_pictures(folder, any_depth=True) == ["a b%.png", "below/c.png"]
    assert list_pictures(folder, any_depth=True, besides=storage.join(folder, "below")) == [
        "a b%.png"
    ]
    picture = storage.join(folder, "a b%.png")
    assert storage.name_of(picture) == "a b%.png"
    assert storage.read_bytes(picture, megabytes=1) == b"one"
    target = storage.join(folder, "new/deep/d.png")
    assert not storage.exists(target)
    storage.check_writable(target)
    assert not storage.exists(target)
    for data in (b"first", b"second"):
        write(target, data)
        assert storage.read_bytes(target, megabytes=1) == data
    assert [path.name for path in (tmp_path / "new" / "deep").iterdir()] == ["d.png"]


def test_what_cannot_be_read_is_an_error(folder):
    gone = storage.join(folder, "gone.png")
    with pytest.raises(OSError, match="No such file") as raised:
        storage.read_bytes(gone, megabytes=1)
    assert raised.value.errno == errno.ENOENT
    with pytest.raises(ValueError, match="over the limit of 1e-06 MB"):
        storage.read_bytes(storage.join(folder, "a b%.png"), megabytes=1e-6)


def test_what_a_killed_process_left_a_day_ago_is_removed(tmp_path):
    left = [tmp_path / unfinished_name() for _ in range(2)]
    for path in left:
        path.write_bytes(b"half")
    os.utime(left[0], (0, 0))
    write(tmp_path / "d.png", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"d.png", left[1].name}


def test_two_writers_of_one_file_leave_each_other_alone(folder, tmp_path):
    target = storage.join(folder, "d.png")
    with storage.opened(target) as first:
        first.write(b"first")
        storage.check_writable(target)
        write(target, b"second")
        assert storage.read_bytes(target, megabytes=1) == b"second"
    assert storage.read_bytes(target, megabytes=1) == b"first"
    assert {path.name for path in tmp_path.iterdir()} == {"a b%.png", "below", "d.png"}


def test_after_an_error_nothing_stays(folder, tmp_path):
    target = storage.join(folder, "d.png")

    def fail():
        with storage.opened(target) as file:
            file.write(b"half")
            raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        fail()
    assert {path.name for path in tmp_path.iterdir()} == {"a b%.png", "below"}


def test_one_file_has_one_key_whatever_leads_to_it(tmp_path):
    (tmp_path / "sub").mkdir()
    picture, gone = tmp_path / "a.png", tmp_path / "gone.png"
    picture.touch()
    (tmp_path / "link.png").symlink_to(picture)
    (tmp_path / "link").symlink_to(tmp_path)
    for way in ("sub/../a.png", "link.png", "link/a.png"):
        assert storage.file_key(tmp_path / way) == storage.file_key(picture)
    assert storage.file_key(tmp_path / "link/gone.png") == storage.file_key(gone)
    keys = {storage.file_key(path) for path in (picture, gone, tmp_path / "sub", "s3://b/a.png")}
    assert len(keys) == 4


def test_a_folder_that_cannot_be_opened_is_told_and_hidden_ones_are_not_opened(
    tmp_path, monkeypatch, caplog
):
    for name in ("closed", ".hidden", "open"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").touch()
    scandir, opened = os.scandir, []

    def refuse(path):
        opened.append(Path(path).name)
        if opened[-1] == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for _ in range(2):
        assert list(storage.walk(tmp_path, any_depth=True)) == ["open/a.png"]
    assert caplog.messages == [f"esrgan: {tmp_path / 'closed'} is left out: Permission denied."]
    assert ".hidden" not in opened
    with pytest.raises(PermissionError):
        list(storage.walk(tmp_path / "closed", any_depth=True))


def test_a_uri_without_a_bucket_is_refused():
    assert [storage.name_of(uri) for uri in ("s3://bucket", "s3://b/c/")] == ["bucket", "c"]
    with pytest.raises(ValueError, match=r"^s3:// names neither a bucket nor a folder"):
        storage.name_of("s3://")


def test_a_name_that_is_taken_by_a_folder_is_tried_before(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(IsADirectoryError):
        storage.check_writable(tmp_path / "a.png")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        storage.check_writable(tmp_path / "file" / "a.png")
    storage.check_writable(tmp_path / ("n" * 251 + ".png"))
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "file"}


def test_a_uri_without_pyarrow_says_what_to_install():
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from esrgan.storage import exists\n"
        "try: exists('s3://bucket/a.png')\n"
        "except ValueError as error: assert 's3://bucket/ needs pyarrow: pip' in str(error)\n"
        "else: sys.exit(1)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
