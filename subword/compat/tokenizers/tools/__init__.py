"""Tools to look at tokenizers, as `tokenizers.tools` names them."""

from subword.compat.tokenizers.tools.visualizer import Annotation, EncodingVisualizer

__all__ = ["Annotation", "EncodingVisualizer"]
