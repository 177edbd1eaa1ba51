import errno
import subprocess
import sys

import pytest

from esrgan import storage
from esrgan.folders import list_pictures


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
        storage.write(target, data)
        assert storage.read_bytes(target, megabytes=1) == data
    assert [path.name for path in (tmp_path / "new" / "deep").iterdir()] == ["d.png"]


def test_what_cannot_be_read_is_an_error(folder):
    gone = storage.join(folder, "gone.png")
    with pytest.raises(OSError, match="No such file") as raised:
        storage.read_bytes(gone, megabytes=1)
    assert raised.value.errno == errno.ENOENT
    with pytest.raises(ValueError, match="over the limit of 1e-06 MB"):
        storage.read_bytes(storage.join(folder, "a b%.png"), megabytes=1e-6)


def test_whoever_writes_after_a_killed_process_leaves_nothing_of_it(folder, tmp_path, monkeypatch):
    target = storage.join(folder, "d.png")
    with monkeypatch.context() as killed:
        killed.setattr("pathlib.Path.replace", lambda *_: None)
        killed.setattr("pathlib.Path.unlink", lambda *_, **__: None)
        storage.write(tmp_path / "d.png", b"half")
    storage.write(target, b"whole")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a b%.png", "below", "d.png"]


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
