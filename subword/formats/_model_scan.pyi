from typing import Any

from subword._core.limits import MAX_TOKEN_CHARS as MAX_TOKEN_CHARS

def scan_tokenizer_json(source: bytes) -> Any: ...
