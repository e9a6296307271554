"""Files that are whole or not there: written beside their place, and renamed when they are done.

Whatever ends the writing early, an error, a full disk or Ctrl-C, the file before stays as it was
and nothing else is left. A new file's mode follows the umask; one that is replaced keeps its mode.
What is no regular file (a pipe, a device, an open descriptor such as /dev/stdout) is written in
place.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

PathLike = str | os.PathLike[str]

STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
DESCRIPTOR = re.compile(r"(?:/dev/fd|/proc/(?:self|thread-self|([0-9]+))/fd)/([0-9]+)")
MOST_LINKS = 40  # as Linux follows
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # nothing but writing fails so


@contextmanager
def atomic_file(path: PathLike, *, sync: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that appears when the block ends well, and only then.

    Args:
        path: The file. A symbolic link stays, and what it points to is replaced.
        sync: Wait until the disk has the bytes, so that the file survives a loss of power too.

    Yields:
        The open file; it can seek unless `path` is a pipe or the like.

    Raises:
        OSError: The file cannot be written; its folder is not there.
    """
    number = _descriptor(path)
    with _named(path):
        if number is not None:
            with open(_duplicate(number, path), "wb") as file:
                yield file
            return
        with atomic_path(path) as beside, open(beside, "wb") as file:
            yield file
            if sync and beside != os.fspath(path):
                file.flush()
                os.fsync(file.fileno())


@contextmanager
def atomic_path(path: PathLike) -> Iterator[str]:
    """Like `atomic_file`, for libraries that open files by themselves.

    Yields:
        The name to write to; what is there already is empty and may be overwritten.
    """
    found = _status(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        yield os.fspath(path)
        return
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(errno.ENOENT, "no such folder", folder)
    if not os.path.basename(path):
        raise IsADirectoryError(errno.EISDIR, "a file must have a name", os.fspath(path))
    beside = os.path.join(folder, f".{name[:40]}.{secrets.token_hex(6)}.tmp")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
    try:
        with _named(path, beside):
            # The kernel applies the umask. What replaces a file is nobody else's until it is done.
            os.close(os.open(beside, flags, 0o666 if found is None else 0o600))
            mode = stat.S_IMODE(os.stat(beside).st_mode)
        yield beside
        with _named(path, beside):
            os.chmod(beside, mode)  # safetensors puts a file of its own there, always 0600
            replace_file(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def replace_file(source: PathLike, path: PathLike) -> None:
    """Rename a file; what it replaces hands its mode, and where allowed its owner, on.

    Args:
        source: The file, on the same disk.
        path: Its place. A symbolic link stays, and what it points to is replaced.

    Raises:
        OSError: It cannot be renamed.
    """
    target = os.path.realpath(path)
    found = _status(target)
    if found is not None:
        mine = os.stat(source)
        if (mine.st_uid, mine.st_gid) != (found.st_uid, found.st_gid):
            with contextlib.suppress(OSError, AttributeError):
                os.chown(source, found.st_uid, found.st_gid)
        os.chmod(source, stat.S_IMODE(found.st_mode))
    os.replace(source, target)


def write_text(path: PathLike, text: str) -> None:
    """Write a file of UTF-8 text that is whole or not there.

    Raises:
        OSError: It cannot be written.
    """
    with atomic_file(path) as file:
        file.write(text.encode())


def is_stream(path: PathLike) -> bool:
    """Whether a path is written in place: an open descriptor, a pipe, a device.

    >>> is_stream("/dev/stdout"), is_stream("ids.txt")
    (True, False)
    """
    if _descriptor(path) is not None:
        return True
    found = _status(path)
    return found is not None and not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))


def _status(path: PathLike) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _descriptor(path: PathLike) -> int | None:
    """Return the number of the open file a path stands for, such as 1 for /dev/stdout.

    To open such a path anew would empty the file behind `> FILE`, and a socket cannot be opened.
    """
    place = os.path.abspath(path)
    for _ in range(MOST_LINKS):
        found = DESCRIPTOR.fullmatch(place)
        if found is not None and found[1] in (None, str(os.getpid())):
            return int(found[2])
        if place in STANDARD:
            return STANDARD[place]
        if not os.path.islink(place):
            return None
        place = os.path.normpath(os.path.join(os.path.dirname(place), os.readlink(place)))
    return None


def _duplicate(number: int, path: PathLike) -> int:
    # Where a standard stream was closed, its number may have gone to any file opened since.
    standard = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if number >= len(standard) or standard[number] is not None:
        with contextlib.suppress(OSError):
            return os.dup(number)
    raise OSError(errno.EBADF, "is closed", os.fspath(path))


@contextmanager
def _named(path: PathLike, beside: str | None = None) -> Iterator[None]:
    """Let errors of writing name the file that was meant: Python names none, or the one beside."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in FULL:
            raise _renamed(error, path) from error
        if beside is not None and error.filename == beside:
            raise _renamed(error, path) from None
        raise


def _renamed(error: OSError, path: PathLike) -> OSError:
    return OSError(error.errno, error.strerror, os.fspath(path))
