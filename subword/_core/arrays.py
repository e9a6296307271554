"""The types of numpy arrays."""

import numpy as np
import numpy.typing as npt

ArrayU32 = npt.NDArray[np.uint32]
ArrayI32 = npt.NDArray[np.int32]
ArrayI64 = npt.NDArray[np.int64]
