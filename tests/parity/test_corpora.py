"""A sample of the documents of every corpus through every published tokenizer.

`python -m benchmarks.parity.corpora` compares all documents.
"""

import pytest

from tests.helpers.compare import differences, load
from tests.helpers.data import CORPORA, NAMES, documents
from tests.helpers.published import needs_data

# Documents of a corpus, and bytes of each, that a test looks at.
COUNT, SIZE = 20, 3000


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_documents_equal_the_oracle(name, capsys):
    mine = load(name)
    compared = 0
    for corpus in CORPORA:
        texts = documents(corpus, 4_000_000)
        texts = [text[:SIZE] for text in texts[:: len(texts) // COUNT]]
        assert differences(name, mine, texts) == []
        compared += len(texts)
    assert compared >= COUNT * len(CORPORA)
    with capsys.disabled():
        print(f" {name}: {compared} documents", end="")
