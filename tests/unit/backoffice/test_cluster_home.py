"""DATA_DIR says where its cluster is: it is found again, or refused; never made anew in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backoffice.launcher import cluster_home
from backoffice.launcher.cluster_home import UnableToStart
from backoffice.launcher.places import Place


def _far(_path: Path) -> bool:
    return False


def _near(_path: Path) -> bool:
    return True


def _made(home: Path) -> None:
    (home / "pgdata").mkdir(parents=True)
    (home / "pgdata" / "PG_VERSION").write_text("18")


def _settled(place: Place, reaches: Callable[[Path], bool]) -> Path:
    home = cluster_home.find(place, reaches=reaches)
    cluster_home.settle(place, home, reaches=reaches, account="postgres")
    return home


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(cluster_home, "SHARED_HOME", tmp_path / "shared")
    return Place(tmp_path / "data")


def test_a_folder_within_reach_holds_its_cluster(place: Place) -> None:
    assert _settled(place, _near) == place.data_dir
    assert not (place.data_dir / cluster_home.POINTER).exists()


def test_a_folder_out_of_reach_says_where_its_cluster_is(place: Place) -> None:
    home = _settled(place, _far)

    assert home == cluster_home.SHARED_HOME / place.key
    assert (place.data_dir / cluster_home.POINTER).read_text() == str(home)
    assert (home / cluster_home.OWNER).read_text() == str(place.data_dir)


def test_a_cluster_made_elsewhere_is_found_when_the_folder_comes_within_reach(
    place: Place,
) -> None:
    home = _settled(place, _far)
    _made(home)

    assert _settled(place, _near) == home


def test_a_cluster_without_a_pointer_is_found(place: Place) -> None:
    home = _settled(place, _far)
    _made(home)
    (place.data_dir / cluster_home.POINTER).unlink()

    assert _settled(place, _near) == home


def test_a_folder_that_moved_takes_its_cluster_along(place: Place, tmp_path: Path) -> None:
    home = _settled(place, _far)
    _made(home)
    place.data_dir.rename(tmp_path / "moved")
    moved = Place(tmp_path / "moved")

    assert _settled(moved, _far) == home
    assert (home / cluster_home.OWNER).read_text() == str(moved.data_dir)


def test_a_copy_of_a_folder_does_not_take_the_cluster_over(place: Place, tmp_path: Path) -> None:
    home = _settled(place, _far)
    _made(home)
    copy = Place(tmp_path / "copy")
    copy.data_dir.mkdir()
    (copy.data_dir / cluster_home.POINTER).write_text(str(home))

    with pytest.raises(UnableToStart, match=f"belongs to {place.data_dir}"):
        _settled(copy, _far)


def test_a_cluster_that_is_gone_is_refused_by_name(place: Place) -> None:
    home = _settled(place, _far)

    with pytest.raises(UnableToStart, match=str(home)):
        _settled(place, _far)


def test_who_removed_both_begins_anew(place: Place) -> None:
    home = _settled(place, _far)
    (home / cluster_home.OWNER).unlink()
    home.rmdir()

    assert _settled(place, _far) == home


def test_a_cluster_that_came_out_of_reach_is_not_made_anew(place: Place) -> None:
    _made(_settled(place, _near))

    with pytest.raises(UnableToStart, match="chmod"):
        _settled(place, _far)


@pytest.mark.parametrize("case", ["a_file", "below_a_file"])
def test_a_folder_that_cannot_be_made_is_said(case: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" if case == "a_file" else tmp_path / "file" / "data"

    with pytest.raises(UnableToStart, match="cannot be written to"):
        cluster_home.make_data_dir(Place(folder))
