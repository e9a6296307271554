"""Texts to vectors: in batches of similar length, without padding, returned in their order.

    embedder = Embedder.from_pretrained("folder")
    vectors = embedder.encode(["a text", "another"], normalize=True)    # (2, E) float32

A text's vector does not depend on the texts it is embedded with beyond rounding: attention sees
one text at a time, and every other step one token at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.attention.maps import AttentionMap, attention_maps
from bert_min.embedding.after_pooling import AfterPooling
from bert_min.embedding.folder_settings import FolderSettings, read_folder_settings
from bert_min.embedding.options import Combine, EmbedOptions, LongTexts
from bert_min.embedding.passes import Chunk, Passes, Report
from bert_min.embedding.pooling import Pooling
from bert_min.embedding.precision import Precision, check_precision, quantize
from bert_min.embedding.write_folder import write_folder_settings
from bert_min.hub import find_folder
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.model.dtypes import check_dtype
from bert_min.model.int8 import quantize_int8
from bert_min.progress import Progress
from bert_min.text.tokenizers import (
    Tokenizer,
    has_tokenizer,
    load_tokenizer,
    lower_cased,
    save_tokenizer,
)
from bert_min.text.vocabulary_checks import check_embedding

# Tokens of a batch: on a CPU what fits its caches, on a GPU what keeps it busy.
BATCH_TOKENS: Final = {"cpu": 2_048, "cuda": 65_536}
INT8_BATCH_TOKENS: Final = 1_024  # more passes, less arithmetic: fits the cache
# What folders call the prompts of the two sides of a search; the first that is there is taken.
QUERY_PROMPTS: Final = ("query",)
DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")


class Embedder:
    """A model, its tokenizer, and how the model was meant to be used.

    Attributes:
        model: The encoder, in evaluation mode.
        tokenizer: Turns texts into ids.
        pooling: Pooling when a call names none.
        normalize: Whether the model was trained for vectors of length 1.
        max_length: Most tokens of a text when a call names no other limit.
        batch_tokens: Tokens of a batch when a call names no other number.
        prompts: Texts to put before a text, by name, as sentence-transformers stores them.
        default_prompt: The prompt of a call that names none; empty for no prompt.
        truncate_dim: How many numbers of a vector are kept when a call does not say; None for all.
        metric: How the vectors are compared: "cosine", "dot", "euclidean" or "manhattan".
        after: What is done to a pooled vector, such as a dense layer; None for nothing.
    """

    def __init__(
        self,
        model: BertModel,
        tokenizer: Tokenizer,
        *,
        pooling: Pooling = "mean",
        normalize: bool = False,
        max_length: int | None = None,
        prompts: Mapping[str, str] | None = None,
        default_prompt: str = "",
        truncate_dim: int | None = None,
        metric: str = "cosine",
        after: AfterPooling | None = None,
    ) -> None:
        """Put the parts together; max_length defaults to the model's number of positions."""
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.pooling = pooling
        self.normalize = normalize
        limit = model.config.longest_text
        self.max_length = limit if max_length is None else model.config.fit_length(max_length)
        self.prompts = dict(prompts or {})
        self.default_prompt = default_prompt
        self.truncate_dim = truncate_dim
        self.metric = metric
        device = model.embeddings.word.weight.device
        self.after = None if after is None else after.to(device).eval()
        self._source: Path | None = None  # of the tokenizer
        self._lowercase = self._quantized = False
        self.batch_tokens = BATCH_TOKENS[device.type]

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        device: str | torch.device | None = None,
        dtype: torch.dtype | None = None,
        quantize: Literal["int8"] | None = None,
        compile: bool = False,
    ) -> Self:
        """Load a model folder, also one laid out by sentence-transformers.

        Args:
            folder: Holds config.json, weights and tokenizer files; modules.json and the files it
                names, if there, say where the encoder is, how it is pooled, whether it is
                normalised, its longest text, its prompts, whether texts are lower-cased, how
                vectors are compared, and what else is done to them (Dense, LayerNorm). Or a name of
                the Hub, which is taken from the cache of huggingface_hub, or downloaded.
            device: Where to run; None takes a GPU if there is one.
            dtype: Type of weights and arithmetic; None means float32.
            quantize: "int8" multiplies in 8-bit integers, on a CPU only.
            compile: Let torch.compile fuse the steps between the matrix products; it takes a
                minute, so it pays off over many batches, and mostly on a GPU.

        Returns:
            The embedder.

        Raises:
            OSError: A file is missing.
            ValueError: The model or a setting of the folder is not implemented, the weights do
                not fit, or the processor cannot compute in this dtype.
        """
        chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        check_dtype(chosen, dtype, quantize)
        folder = find_folder(folder)
        settings = read_folder_settings(folder)
        config = BertConfig.from_pretrained(settings.encoder)  # first: a folder without is no model
        holders = [path for path in (settings.encoder, folder) if has_tokenizer(path)]
        if not holders:
            raise OSError(f"{folder}: a model folder must hold tokenizer.json or vocab.txt")
        tokenizer = load_tokenizer(holders[0])
        check_embedding(tokenizer, config.vocab_size, holders[0])
        if settings.lowercase:
            tokenizer = lower_cased(tokenizer)
        model = BertModel.from_pretrained(settings.encoder, dtype=dtype, device=chosen)
        if quantize is not None:
            quantize_int8(model)
        if compile:
            model.compile_layers()
        embedder = cls(
            model,
            tokenizer,
            pooling=settings.pooling,
            normalize=settings.normalize,
            max_length=settings.max_length,
            prompts=settings.prompts,
            default_prompt=settings.default_prompt,
            truncate_dim=settings.truncate_dim,
            metric=settings.metric,
            after=AfterPooling.load(settings.modules) if settings.modules else None,
        )
        embedder._source, embedder._lowercase = Path(holders[0]), settings.lowercase
        embedder._quantized = quantize is not None
        if quantize is not None:
            embedder.batch_tokens = INT8_BATCH_TOKENS
        return embedder

    def encode(
        self,
        texts: Sequence[str],
        pooling: Pooling | None = None,
        layers: int | Sequence[int] = -1,
        normalize: bool | None = None,
        max_length: int | None = None,
        batch_tokens: int | None = None,
        progress: bool = True,
        *,
        combine: Combine = "concat",
        long_texts: LongTexts = "truncate",
        overlap: int = 0,
        prompt: str | None = None,
        prompt_name: str | None = None,
        truncate_dim: int | None = None,
        precision: Precision = "float32",
        ranges: NDArray[Any] | None = None,
    ) -> NDArray[Any]:
        """Embed texts.

        Args:
            texts: N texts.
            pooling: "mean" over all tokens, "cls" (the [CLS] vector), "max", or "pooler" (the
                model's tanh layer over [CLS]); None does what the model was trained for.
            layers: Which layer's vectors: 0 the embeddings, 1 to L, or -1 the last; or several.
            normalize: Scale vectors to length 1; None does what the model was trained for.
            max_length: Most tokens of a text, special tokens included; None takes the model's. A
                number above the model's positions is lowered, with a warning.
            batch_tokens: Tokens of a batch; changes speed and memory, not the vectors.
            progress: Show a bar, or where there is no terminal a line now and then.
            combine: What to do with several layers: "concat" or "sum".
            long_texts: A text over max_length is cut ("truncate", with a warning that counts
                them), cut into "windows" whose vectors are averaged by their number of tokens, or
                an "error".
            overlap: Tokens that neighbouring windows share.
            prompt: Put before every text; "" for none, None for that of `prompt_name`.
            prompt_name: One of `prompts`; None for the folder's default, if it has one.
            truncate_dim: Keep the first numbers of every vector, which is what models trained for
                it (Matryoshka) are made for; None does what the folder says. Vectors that the model
                makes of length 1 are shortened as they are, as in sentence-transformers;
                normalize=True scales what is left.
            precision: "float32", or "int8", "uint8" or "binary"; see `bert_min.quantize`.
            ranges: For int8 and uint8, of `bert_min.calibrate`; None takes those of these texts.

        Returns:
            (N, W) float32 in the order of the texts, or what `quantize` makes of them; W is E, or E
            times the layers concatenated, or `truncate_dim`.

        Raises:
            TypeError: Texts is no list, or one of them is not a str; the message names its row.
            ValueError: An option out of range, an unknown prompt, a long text under
                long_texts="error", or pooling="pooler" for a model that was stored without one.
        """
        if isinstance(texts, str):
            raise TypeError("texts must be a list of str, got a single str")
        if isinstance(texts, bytes | dict | set) or not hasattr(texts, "__len__"):
            raise TypeError(f"texts must be a list of str, got {type(texts).__name__}")
        check_precision(precision)
        options = EmbedOptions(
            pooling=pooling or self.pooling,
            layers=(layers,) if isinstance(layers, int) else tuple(layers),
            combine=combine,
            normalize=self.normalize if normalize is None else normalize,
            max_length=self.fit_length(max_length),
            batch_tokens=self.batch_tokens if batch_tokens is None else batch_tokens,
            long_texts=long_texts,
            overlap=overlap,
            prompt=self.find_prompt(prompt, prompt_name),
            truncate_dim=self.truncate_dim if truncate_dim is None else truncate_dim,
            normalize_last=normalize is True,
            widths=self.widths,
        )
        options.check(self.model)
        vectors = np.empty((len(texts), options.width(self.model)), np.float32)
        done = truncated = 0
        with Progress(len(texts), "texts", shown=progress) as bar:
            for chunk in self.stream(texts, options, lambda more, _: bar.advance(more)):
                vectors[done : done + len(chunk.vectors)] = chunk.vectors
                done += len(chunk.vectors)
                truncated += chunk.truncated
        if truncated:
            warnings.warn(
                f"{truncated} of {len(texts)} texts were cut to {options.max_length} tokens",
                stacklevel=2,
            )
        return vectors if precision == "float32" else quantize(vectors, precision, ranges)

    def encode_query(self, texts: Sequence[str], **options: Any) -> NDArray[Any]:
        """Embed what is searched for: `encode` with the folder's prompt "query".

        Without a prompt of that name nothing is put before the texts, whatever the default of
        other calls.

        Args:
            texts: N texts.
            **options: Of `encode`; `prompt` and `prompt_name` go before the folder's.

        Returns:
            As `encode`.
        """
        return self.encode(texts, **_with_prompt(self.query_prompt, options))

    def encode_document(self, texts: Sequence[str], **options: Any) -> NDArray[Any]:
        """Embed what is searched in: `encode` with the prompt "document", "passage" or "corpus".

        Args:
            texts: N texts.
            **options: Of `encode`; `prompt` and `prompt_name` go before the folder's.

        Returns:
            As `encode`.
        """
        return self.encode(texts, **_with_prompt(self.document_prompt, options))

    @property
    def query_prompt(self) -> str:
        """What `encode_query` puts before a text."""
        return self._first_prompt(QUERY_PROMPTS)

    @property
    def document_prompt(self) -> str:
        """What `encode_document` puts before a text."""
        return self._first_prompt(DOCUMENT_PROMPTS)

    def _first_prompt(self, names: Sequence[str]) -> str:
        return next((self.prompts[name] for name in names if name in self.prompts), "")

    def save_pretrained(self, folder: str | Path) -> None:
        """Write a folder that `from_pretrained` and sentence-transformers open.

        Args:
            folder: Made if it is not there; files of the same names are replaced.

        Raises:
            ValueError: The model is in 8-bit integers, or its pooling or default prompt has no name
                in such a folder.
            OSError: A file cannot be written.
        """
        if self._quantized:
            raise ValueError("a model in 8-bit integers cannot be saved: load it without quantize")
        settings = FolderSettings(
            Path(folder),
            self.pooling,
            self.normalize,
            self.max_length,
            self._lowercase,
            self.prompts,
            self.default_prompt,
            self.truncate_dim,
            self.metric,
        )
        width = self.model.config.hidden_size
        write_folder_settings(Path(folder), settings, width, self.after)
        self.model.save_pretrained(folder)
        plain = self.tokenizer if self._source is None else load_tokenizer(self._source)
        save_tokenizer(plain, folder, self._source)

    @property
    def widths(self) -> tuple[int, int] | None:
        """Numbers of a pooled vector and of what `after` makes of it; None where any will do."""
        return None if self.after is None else self.after.widths

    @property
    def is_quantized(self) -> bool:
        """Whether the model multiplies in 8-bit integers."""
        return self._quantized

    def fit_length(self, max_length: int | None = None) -> int:
        """Return the most tokens of a text: those of the call, lowered to the model's positions."""
        return self.max_length if max_length is None else self.model.config.fit_length(max_length)

    def find_prompt(self, prompt: str | None = None, name: str | None = None) -> str:
        """Return the prompt of a call: given itself, by its name, or the folder's default.

        Raises:
            ValueError: There is no prompt of that name, or both were given.
        """
        if prompt is not None and name is not None:
            raise ValueError(f"give prompt or prompt_name, not both, got {prompt!r} and {name!r}")
        if prompt is not None:
            return prompt
        if name is None:
            return self.default_prompt
        if name not in self.prompts:
            known = ", ".join(sorted(self.prompts)) or "(the model has none)"
            raise ValueError(f"prompt_name must be one of {known}, got {name!r}")
        return self.prompts[name]

    def attention_maps(self, text: str, layer: int = -1) -> AttentionMap:
        """Compute who attends to whom in one layer; see `bert_min.attention_maps`."""
        return attention_maps(self.model, self.tokenizer, text, layer)

    def stream(
        self,
        texts: Iterable[str],
        options: EmbedOptions,
        report: Report | None = None,
    ) -> Iterator[Chunk]:
        """Embed any number of texts in bounded memory; see `Passes.stream`."""
        return Passes(self.model, self.tokenizer, self.after).stream(texts, options, report)


def _with_prompt(prompt: str, options: dict[str, Any]) -> dict[str, Any]:
    if options.get("prompt") is not None or options.get("prompt_name") is not None:
        return options
    return {**options, "prompt": prompt}
