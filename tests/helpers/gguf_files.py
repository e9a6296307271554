"""The .gguf files of tests, written byte by byte."""

import struct

STRING, ARRAY = 8, 9
TYPES = {bool: (7, "<?"), int: (5, "<i"), float: (6, "<f")}


def string(text):
    """A string as the format writes it."""
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(data)) + data


def value(given):
    """The type and the bytes of a value."""
    if isinstance(given, list):
        kind, _ = value(given[0] if given else 0)
        items = b"".join(value(item)[1] for item in given)
        return ARRAY, struct.pack("<IQ", kind, len(given)) + items
    if isinstance(given, str | bytes):
        return STRING, string(given)
    kind, form = TYPES[type(given)]
    return kind, struct.pack(form, given)


def gguf_file(metadata, tensors=b""):
    """The bytes of a file."""
    data = b"GGUF" + struct.pack("<IQQ", 3, 1, len(metadata))
    for key, given in metadata.items():
        kind, body = value(given)
        data += string(key) + struct.pack("<I", kind) + body
    return data + tensors


def gguf_keys(**given):
    """The keys of a tokenizer."""
    return {f"tokenizer.ggml.{key}": one for key, one in given.items()}
