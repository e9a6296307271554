"""SentencePiece's character maps in plain Python: written from a dict, and looked up unit by unit.

A map is the size of a trie in bytes (uint32), the trie, and the texts that it points at, each ended
by a zero byte. The trie is Yata's darts-clone: an array of 32-bit units. The children of a unit lie
at `position ^ offset ^ byte`; the child for the byte 0 holds the value of a key that ends.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

BLOCK = 256  # units: each node of a map that is written here has a block for its children
HAS_LEAF, EXTENDED, VALUE = 1 << 8, 1 << 9, 1 << 31


def make_charsmap(mapping: Mapping[str, str]) -> bytes:
    """Write the character map that replaces each key by its value.

    Args:
        mapping: Not empty; no key or value holds U+0000.

    Returns:
        The map, as `normalizers.Precompiled` reads it.
    """
    texts, starts = b"", {}
    nodes: list[dict[int, int]] = [{}]  # byte -> index of the child
    values: dict[int, int] = {}
    for key, text in mapping.items():
        if text not in starts:
            starts[text] = len(texts)
            texts += text.encode() + b"\0"
        node = 0
        for byte in key.encode():
            if byte not in nodes[node]:
                nodes[node][byte] = len(nodes)
                nodes.append({})
            node = nodes[node][byte]
        values[node] = starts[text]
    # Node i has the block 1 + i; the root's own unit is the first of all.
    units = [0] * (BLOCK * (len(nodes) + 1))
    places = {0: (0, 0)}  # node -> where its unit is, and its label
    for node, children in enumerate(nodes):
        place, label = places[node]
        block = BLOCK * (node + 1)
        offset = place ^ block
        units[place] = label | (HAS_LEAF if node in values else 0)
        units[place] |= offset << 10 if offset < 1 << 21 else EXTENDED | offset << 2
        if node in values:
            units[block] = VALUE | values[node]
        for byte, child in children.items():
            places[child] = (block ^ byte, byte)
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + texts


class Charsmap:
    """A character map.

    Args:
        data: Its bytes.
    """

    def __init__(self, data: bytes) -> None:
        size = struct.unpack_from("<I", data)[0]
        self.units = struct.unpack_from(f"<{size // 4}I", data, 4)
        self.texts = data[4 + size :]

    def shortest(self, text: str) -> str | None:
        """Return the value of the shortest key that begins a text, None if none does."""
        position = self._children(0)
        for byte in text.encode():
            position ^= byte
            unit = self.units[position]
            if byte == 0 or unit & (VALUE | 0xFF) != byte:
                return None
            position = self._children(position)
            if unit & HAS_LEAF:
                start = self.units[position] & ~VALUE
                return self.texts[start:].split(b"\0", 1)[0].decode()
        return None

    def _children(self, position: int) -> int:
        unit: int = self.units[position]
        return position ^ (unit >> 10 << (8 if unit & EXTENDED else 0))
