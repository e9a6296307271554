from subword._core.pipeline import PreTokenizer

class BertPreTokenizer(PreTokenizer):
    def __reduce__(self) -> tuple[type[BertPreTokenizer], tuple[()]]: ...
