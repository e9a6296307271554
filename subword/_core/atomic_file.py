"""Atomic writing of files: to a temporary file in the same folder, renamed when it is complete.

If an error, a full disk or Ctrl-C ends the writing early, the old file is unchanged and nothing
else is left. A new file's mode follows the umask; a file that is replaced keeps its mode. What is
no regular file (a pipe, a device, an open descriptor such as /dev/stdout) is written directly.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

PathLike = str | os.PathLike[str]

STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
DESCRIPTOR = re.compile(r"(?:/dev/fd|/proc/(?:self|thread-self|([0-9]+))/fd)/([0-9]+)")
MAX_LINKS = 40  # symbolic links that Linux follows
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # errors of writing only


@contextmanager
def atomic_file(path: PathLike, *, sync: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that appears only when the block ends without an error.

    Args:
        path: The file. A symbolic link stays, and what it points to is replaced.
        sync: Wait until the disk has the bytes, so that the file survives a loss of power.

    Yields:
        The open file. It can seek unless `path` is a pipe or the like.

    Raises:
        OSError: The file cannot be written; its folder is not there.
    """
    number = _descriptor(path)
    with _named(path):
        if number is not None:
            with open(_duplicate(number, path), "wb") as file:
                yield file
            return
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            yield file
            if sync and temporary != os.fspath(path):
                file.flush()
                os.fsync(file.fileno())


@contextmanager
def atomic_path(path: PathLike) -> Iterator[str]:
    """Like `atomic_file`, for libraries that open the file themselves.

    Yields:
        The name to write to. The file exists, is empty and may be overwritten.
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
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.tmp")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
    try:
        with _named(path, temporary):
            # The kernel applies the umask. Nobody else may read what replaces a file before it is
            # complete.
            os.close(os.open(temporary, flags, 0o666 if found is None else 0o600))
            mode = stat.S_IMODE(os.stat(temporary).st_mode)
        yield temporary
        with _named(path, temporary):
            os.chmod(temporary, mode)  # safetensors replaced it by a file with 0600
            replace_file(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def check_writable(path: PathLike) -> None:
    """Raise the error now that would come when a file is written, after long work.

    Raises:
        OSError: The file could not be written; its folder is not there.
    """
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not is_stream(path):
        with contextlib.suppress(_Tried), atomic_path(path):
            raise _Tried


class _Tried(Exception):
    """Ends an attempt to write."""


def replace_file(source: PathLike, path: PathLike) -> None:
    """Rename a file; it gets the mode, and if allowed the owner, of the file that it replaces.

    Args:
        source: The file, on the same disk.
        path: Its new name. A symbolic link stays, and what it points to is replaced.

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
    """Write a file of UTF-8 text atomically.

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
    """Return the number of the open file that a path names, such as 1 for /dev/stdout.

    Opening such a path again would empty the file of `> FILE`, and a socket cannot be opened.
    """
    target = os.path.abspath(path)
    for _ in range(MAX_LINKS):
        found = DESCRIPTOR.fullmatch(target)
        if found is not None and found[1] in (None, str(os.getpid())):
            return int(found[2])
        if target in STANDARD:
            return STANDARD[target]
        if not os.path.islink(target):
            return None
        target = os.path.normpath(os.path.join(os.path.dirname(target), os.readlink(target)))
    return None


def _duplicate(number: int, path: PathLike) -> int:
    # If a standard stream was closed, any file opened since may have its number.
    standard = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if number >= len(standard) or standard[number] is not None:
        with contextlib.suppress(OSError):
            return os.dup(number)
    raise OSError(errno.EBADF, "is closed", os.fspath(path))


@contextmanager
def _named(path: PathLike, temporary: str | None = None) -> Iterator[None]:
    """Let errors of writing name the file `path`: Python names none, or the temporary file."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in FULL:
            raise _renamed(error, path) from error
        if temporary is not None and error.filename == temporary:
            raise _renamed(error, path) from None
        raise


def _renamed(error: OSError, path: PathLike) -> OSError:
    return OSError(error.errno, error.strerror, os.fspath(path))
