"""The two ways in which vocabularies spell bytes.

The byte alphabet has a printable character for each of the 256 bytes. A byte that is a printable
character of Latin-1 is that character; the others (control characters, the space, 0x7F to 0xA0 and
the soft hyphen) are numbered from U+0100 in their order. It comes from the GPT-2 encoder (Radford
et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2).

Vocabularies with byte fallback have a token like `<0x61>` for each byte, besides the tokens of
characters.
"""

from __future__ import annotations

import re
from collections.abc import Container


def _alphabet() -> list[str]:
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in printable]
    return [
        chr(byte) if byte in printable else chr(0x100 + others.index(byte)) for byte in range(256)
    ]


# byte -> its character, and back. C code fills tables of its own from them.
CHARS: list[str] = _alphabet()
BYTES: dict[str, int] = {char: byte for byte, char in enumerate(CHARS)}


def chars_of(data: bytes) -> str:
    """Spell bytes in the alphabet.

    Example:
        >>> chars_of(" é".encode())
        'ĠÃ©'
    """
    return "".join([CHARS[byte] for byte in data])


def spelled_bytes(token: str) -> bytes | None:
    """Return the bytes that a token spells, None if a character is not of the alphabet.

    Example:
        >>> spelled_bytes("Ġthe"), spelled_bytes("a b")
        (b' the', None)
    """
    try:
        return bytes([BYTES[char] for char in token])
    except KeyError:
        return None


def bytes_of(token: str) -> bytes:
    r"""Return the bytes that a token spells; its own UTF-8 if a character is not of the alphabet.

    Example:
        >>> bytes_of("ĠÃ©"), bytes_of("a b")
        (b' \xc3\xa9', b'a b')
    """
    data = spelled_bytes(token)
    return token.encode() if data is None else data


# byte -> its token in vocabularies with byte fallback.
BYTE_TOKENS: list[str] = [f"<0x{byte:02X}>" for byte in range(256)]
# Rust reads a leading plus sign as part of a number, so `<0x+A>` is a byte too.
_BYTE_TOKEN = re.compile(r"<0x([0-9a-fA-F]{2}|\+[0-9a-fA-F])>")


def byte_of_token(token: str) -> int | None:
    """Return the byte that a token like `<0x61>` stands for, None for any other token."""
    match = _BYTE_TOKEN.fullmatch(token)
    return int(match[1], 16) if match else None


# Bytes that no text in UTF-8 has: the vocabularies of many models lack them.
UNUSED_BYTES = frozenset({0xC0, 0xC1, *range(0xF5, 0x100)})


def has_utf8_bytes(vocab: Container[str]) -> bool:
    """Whether every byte that UTF-8 uses has a token, so that no byte of a text is ever dropped."""
    return all(CHARS[byte] in vocab for byte in range(256) if byte not in UNUSED_BYTES)
