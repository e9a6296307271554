"""The types of numpy arrays, without numpy.typing, which takes long to import."""

from typing import Any

import numpy as np

ArrayU32 = np.ndarray[Any, np.dtype[np.uint32]]
ArrayI32 = np.ndarray[Any, np.dtype[np.int32]]
ArrayI64 = np.ndarray[Any, np.dtype[np.int64]]
