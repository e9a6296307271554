"""Formats and types of ids in files."""

import pytest

from subword.id_files.id_formats import id_dtype


def test_a_wide_vocabulary_takes_four_bytes():
    assert id_dtype(65535).name == "uint16"
    assert id_dtype(65536).name == "uint32"
    assert id_dtype(5, "uint32").name == "uint32"
    with pytest.raises(ValueError, match="holds ids up to 65535, the vocabulary has 65536"):
        id_dtype(65536, "uint16")
