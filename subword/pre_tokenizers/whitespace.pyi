from subword._core.pipeline import PreTokenizer

PATTERN: str

class ScannedPreTokenizer(PreTokenizer): ...

class Whitespace(ScannedPreTokenizer):
    def __reduce__(self) -> tuple[type[Whitespace], tuple[()]]: ...

class WhitespaceSplit(ScannedPreTokenizer):
    def __reduce__(self) -> tuple[type[WhitespaceSplit], tuple[()]]: ...
