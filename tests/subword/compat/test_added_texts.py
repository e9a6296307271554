"""The texts of added tokens, through the APIs of `tokenizers` and `transformers`."""

import json

import tokenizers
import transformers

from subword.compat import tokenizers as compat
from subword.compat import transformers as patched
from tests.helpers.llama_like import LLAMA, LLAMA_TEXTS
from tests.helpers.oracle import columns


def test_compat_shows_the_texts_of_added_tokens():
    his = tokenizers.Tokenizer.from_str(json.dumps(LLAMA))
    mine = compat.Tokenizer.from_str(json.dumps(LLAMA))
    for tok in (his, mine):
        Token = tokenizers.AddedToken if tok is his else compat.AddedToken
        tok.add_tokens([Token("ing", rstrip=True), Token("Y", lstrip=True, single_word=True)])
    for text in [*LLAMA_TEXTS, "bar ing  Y x", " ing ing Y"]:
        assert columns(mine.encode(text)) == columns(his.encode(text))
        pair = columns(mine.encode(text, "foo x"))
        assert pair == columns(his.encode(text, "foo x"))


def test_a_patched_tokenizer_shows_the_texts_of_added_tokens():
    tok = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizers.Tokenizer.from_str(json.dumps(LLAMA)), unk_token="<unk>"
    )
    tok.add_tokens([tokenizers.AddedToken("ing", rstrip=True)])
    texts = [*LLAMA_TEXTS, "bar ing  x", " ing ing"]
    before = [(tok.tokenize(text), tok(text).tokens()) for text in texts]
    patched.patch()
    try:
        assert [(tok.tokenize(text), tok(text).tokens()) for text in texts] == before
        assert patched.twin_of(tok) is not None
    finally:
        patched.unpatch()
