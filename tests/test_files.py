from pathlib import Path

import pytest

from esrgan.files import cache_folder, write_atomically


def test_the_named_cache_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("ESRGAN_CACHE", str(tmp_path / "named"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert cache_folder() == tmp_path / "named"
    assert not (tmp_path / "named").exists()


@pytest.mark.parametrize("named", [None, ""])
def test_else_the_cache_is_among_the_users(monkeypatch, named):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("ESRGAN_CACHE", raising=False)
    if named is not None:
        monkeypatch.setenv("ESRGAN_CACHE", named)
    folder = cache_folder()
    assert "esrgan" in folder.parts[-2:]
    assert folder.is_relative_to(Path.home())


def test_on_linux_the_cache_is_where_the_desktop_standard_says(monkeypatch, tmp_path):
    if not Path("/proc").exists():
        pytest.skip("another system keeps its caches elsewhere")
    monkeypatch.delenv("ESRGAN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "esrgan"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "folder" / "a.bin"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    with pytest.raises(TypeError):
        write_atomically(path, "text")
    assert path.read_bytes() == b"second"
    assert [it.name for it in path.parent.iterdir()] == ["a.bin"]
