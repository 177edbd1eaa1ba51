import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esrgan.folders import (
    LONGEST_NAME_BYTES,
    is_picture,
    list_pictures,
    picture_files,
    results_among,
    shortened,
    unique_stems,
)

ENDING = "_esrgan_a1.00_x4.png"


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_files_that_a_person_calls_pictures_are_listed_in_order(tmp_path):
    write(tmp_path, "b.jfif", "a.PNG", "c.avif", "d.psd", "e.nef", "notes.txt", "Thumbs.db", "none")
    assert list_pictures(tmp_path) == ["a.PNG", "b.jfif", "c.avif", "d.psd", "e.nef"]


def test_hidden_files_and_folders_are_left_out(tmp_path):
    write(tmp_path, "._a.png", ".b.png", ".git/c.png", "below/._d.png", "below/e.png")
    assert list_pictures(tmp_path, any_depth=True) == ["below/e.png"]
    assert not is_picture("below/.cache/a.png")


def test_only_files_are_listed_and_links_that_lead_nowhere_to_be_named(tmp_path):
    write(tmp_path, "folder.png/inner.png", "a.png")
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    assert list_pictures(tmp_path) == ["a.png", "broken.png", "link.png"]
    with_folder = ["a.png", "broken.png", "folder.png/inner.png", "link.png"]
    assert list_pictures(tmp_path, any_depth=True) == with_folder
    assert picture_files(tmp_path)[0] == tmp_path / "a.png"


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        list_pictures(tmp_path / "gone")


def test_the_folder_for_results_is_left_out_where_it_lies_below(tmp_path):
    write(tmp_path, "a.png", "out/a_bicubic_x4.png", "outer/b.png")
    listed = list_pictures(tmp_path, any_depth=True, besides=tmp_path / "out")
    assert listed == ["a.png", "outer/b.png"]
    assert len(list_pictures(tmp_path, any_depth=True, besides=tmp_path)) == 3


def test_results_of_former_runs_are_left_out_beside_their_pictures(tmp_path):
    results = [f"cat{ENDING}", "cat_bicubic_x4.jpg", "cat_mine-a_a0.50_x2.png"]
    results += ["cat_esrgan_map_tta_x2.5.webp", "below/dog_srgan_a0.00_x4.png", f"İ-2{ENDING}"]
    photos = ["cat.jpg", "cat_black_x2.png", "below/dog.png", f"bird{ENDING}", "İ.png"]
    write(tmp_path, *results, *photos)
    assert list_pictures(tmp_path, any_depth=True) == sorted([*photos, f"İ-2{ENDING}"])
    both = list_pictures(tmp_path, any_depth=True, with_results=True)
    assert both == sorted(results + photos)


def test_results_of_twins_and_of_long_names_are_known():
    long = "猫" * 83
    names = ["a.jpg", "a.png", f"{long}.png", "B.png", "b.png"]
    made = [shortened(stem, ENDING) for stem in unique_stems(names)]
    again = [name.removesuffix(".png") + ENDING for name in made if len(name) < 60]
    assert results_among(names + made + again) == {*made, *again}


def test_results_in_another_folder_are_pictures():
    assert results_among(["a.png", f"other/a{ENDING}"]) == set()


def test_names_are_kept_apart_on_the_whole_list():
    names = ["a.jpg", "a.png", "a_png.gif", "b.png", "B.PNG", "x/a.jpg", "c.d.png", "é.png"]
    expected = ["a_jpg", "a_png", "a_png-2", "b", "B-2", "x/a", "c.d", "é", "é-2"]
    assert unique_stems([*names, "é.png"]) == expected


@given(st.lists(st.from_regex(r"[aAbß](-2|_png|_jpg)?\.(png|PNG|jpg)", fullmatch=True)))
def test_no_two_stems_are_equal_even_without_regard_to_capitals(names):
    stems = unique_stems(names)
    assert len({stem.casefold() for stem in stems}) == len(names) == len(stems)


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_a_name_is_at_most_as_long_as_file_systems_take(stem):
    name = shortened(stem, ENDING)
    assert len(name.encode()) <= LONGEST_NAME_BYTES
    assert name.endswith(ENDING)
    assert name == stem + ENDING or len((stem + ENDING).encode()) > LONGEST_NAME_BYTES


def test_long_names_that_differ_at_their_ends_stay_apart():
    one, two = (shortened(f"below/{'猫' * 90}{end}", ENDING) for end in "ab")
    assert one != two
    assert one.startswith("below/猫")
    assert len(one.encode()) <= LONGEST_NAME_BYTES + len("below/")
    assert "�" not in one
