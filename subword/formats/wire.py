"""The wire format of protocol buffers: fields with a number, a kind and a value.

Only what .model files hold; `sentencepiece_model.py` knows what their fields mean. See
https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
NAMES = {VARINT: "varint", FIXED64: "64-bit", BYTES: "bytes", FIXED32: "32-bit"}
# A field: its number, its kind, its value, and the byte of the file where it begins. The value of
# BYTES is where they begin and end.
Field = tuple[int, int, int | tuple[int, int], int]


def read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the number at a byte, and the byte behind it.

    Raises:
        ValueError: It is cut short, or has more than 64 bits.
    """
    value = shift = 0
    first = at
    while at < end:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            if value >> 64:
                break
            return value, at
        shift += 7
        if shift > 63:
            break
    why = "is cut short" if at == end and shift <= 63 else "has more than 64 bits"
    raise ValueError(f"byte {first}: a number {why}")


def read_fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Go through the fields of the message that lies in data[start:end).

    Raises:
        ValueError: One is cut short or of an unknown kind; the message names the byte.
    """
    at = start
    while at < end:
        first = at
        key, at = read_varint(data, at, end)
        number, kind = key >> 3, key & 7
        if number == 0 or number >= 1 << 29:
            raise ValueError(f"byte {first}: no field has the number {number}")
        value: int | tuple[int, int]
        if kind == VARINT:
            value, at = read_varint(data, at, end)
        elif kind == BYTES:
            size, at = read_varint(data, at, end)
            if size > end - at:
                raise ValueError(
                    f"byte {first}: field {number} has {size} bytes, there are {end - at} left"
                )
            value = at, at + size
            at += size
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
            if size > end - at:
                raise ValueError(f"byte {first}: field {number} is cut short")
            value = int.from_bytes(data[at : at + size], "little")
            at += size
        else:
            raise ValueError(f"byte {first}: field {number} is of the unknown wire type {kind}")
        yield number, kind, value, first


def varint(value: int) -> bytes:
    """Return the bytes of a number; a negative one is that of 64 bits.

    >>> varint(300).hex()
    'ac02'
    """
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(number: int, value: int) -> bytes:
    """Return the bytes of a field with a whole number, a truth value or a choice."""
    return varint(number << 3 | VARINT) + varint(value)


def float_field(number: int, value: float) -> bytes:
    """Return the bytes of a field with a 32-bit float."""
    return varint(number << 3 | FIXED32) + struct.pack("<f", value)


def bytes_field(number: int, value: bytes) -> bytes:
    """Return the bytes of a field with a text, bytes or a message."""
    return varint(number << 3 | BYTES) + varint(len(value)) + value
