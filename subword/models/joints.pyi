import numpy as np
import numpy.typing as npt

from subword.models.bpe import BPE
from subword.vocab.byte_alphabet import CHARS as CHARS
from subword.vocab.byte_alphabet import has_utf8_bytes as has_utf8_bytes

def find_joints(model: BPE, behind: str, barred: str) -> npt.NDArray[np.bool_] | None: ...
