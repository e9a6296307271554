"""A file that is written is whole or not there, wherever it lies."""

import os
import sys

import pytest

from subword._core.atomic_file import check_writable
from subword.file_access import atomic_file, atomic_path, write_text
from tests.helpers.file_modes import mode

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and pipes of POSIX")


@pytest.mark.parametrize("opened", [atomic_file, atomic_path])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_ends_the_block_the_old_file_stays(tmp_path, opened, error):
    for path in (tmp_path / "new", tmp_path / "old"):
        (tmp_path / "old").write_text("old")
        with pytest.raises(error), opened(path):
            raise error
    assert os.listdir(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_a_library_may_put_a_file_of_its_own_in_place(tmp_path):
    path = tmp_path / "file"
    for wanted in (0o644, 0o640):
        with atomic_path(path) as beside:
            os.unlink(beside)
            os.close(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600))
        assert mode(path) == wanted
        path.chmod(0o640)


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "dangling").symlink_to("new")
    write_text(tmp_path / "link", "new")
    write_text(tmp_path / "dangling", "new")
    assert (tmp_path / "target").read_text() == (tmp_path / "new").read_text() == "new"
    assert os.readlink(tmp_path / "link") == "target"


def test_a_long_name_and_one_of_hangul_can_be_written(tmp_path):
    for name in ("a" * 255, "가" * 85):
        write_text(tmp_path / name, "x")
        assert (tmp_path / name).read_text() == "x"


def test_what_cannot_be_written_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder.*missing"):
        write_text(tmp_path / "missing" / "file", "x")
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        write_text(tmp_path, "x")
    with pytest.raises(IsADirectoryError, match="new/"):
        write_text(f"{tmp_path}/new/", "x")
    write_text(tmp_path / "file", "x")
    with pytest.raises(NotADirectoryError, match="file/x"):
        write_text(tmp_path / "file" / "x", "x")
    assert os.listdir(tmp_path) == ["file"]


def test_what_could_not_be_written_is_known_before(tmp_path):
    (tmp_path / "file").write_text("old")
    check_writable(tmp_path / "file")
    check_writable(tmp_path / "new")
    check_writable("/dev/stdout")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"
    for path, error in (
        (tmp_path / "missing" / "file", FileNotFoundError),
        (tmp_path, IsADirectoryError),
        (tmp_path / "file" / "x", NotADirectoryError),
    ):
        with pytest.raises(error) as known:
            check_writable(path)
        with pytest.raises(error) as found:
            write_text(path, "x")
        assert str(known.value) == str(found.value)
