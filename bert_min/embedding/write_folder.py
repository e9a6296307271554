"""Write an embedder as a folder that sentence-transformers opens, with the same vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bert_min.embedding.after_pooling import AfterPooling, ModulePlace
from bert_min.embedding.folder_settings import POOLING_FLAGS, FolderSettings
from subword.file_access import write_text

MODULE: Final = "sentence_transformers.models."


def write_folder_settings(
    folder: Path, settings: FolderSettings, width: int, after: AfterPooling | None
) -> None:
    """Write modules.json and all that it names but the encoder, which lies in the folder itself.

    Args:
        folder: Of the model.
        settings: What the files are to say; its encoder and modules are not looked at.
        width: Of a pooled vector.
        after: What is done to a pooled vector.

    Raises:
        ValueError: The pooling or the default prompt has no name in such a folder.
        OSError: A file cannot be written.
    """
    pooling, prompt = settings.pooling, settings.default_prompt
    flags = {flag: name == pooling for flag, name in POOLING_FLAGS.items()}
    if not any(flags.values()):
        raise ValueError(f"pooling {pooling!r} has no name in a folder of sentence-transformers")
    names = [name for name, text in settings.prompts.items() if text == prompt]
    if prompt and not names:
        raise ValueError(f"the default prompt must be one of the prompts, got {prompt!r}")
    places = [ModulePlace("Transformer", Path()), ModulePlace("Pooling", Path("1_Pooling"))]
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    _write(folder / "1_Pooling/config.json", {"word_embedding_dimension": width, **flags})
    if after is not None:
        places += after.save(folder, len(places))
    if settings.normalize:
        places.append(ModulePlace("Normalize", Path(f"{len(places)}_Normalize")))
        (folder / places[-1].path).mkdir(exist_ok=True)
        _write(folder / places[-1].path / "config.json", {})
    _write(
        folder / "modules.json",
        [
            {
                "idx": number,
                "name": str(number),
                "path": "" if place.path == Path() else place.path.as_posix(),
                "type": MODULE + place.kind,
            }
            for number, place in enumerate(places)
        ],
    )
    _write(
        folder / "sentence_bert_config.json",
        {"max_seq_length": settings.max_length, "do_lower_case": settings.lowercase},
    )
    values: dict[str, Any] = {
        "prompts": dict(settings.prompts),
        "default_prompt_name": names[0] if prompt else None,
        "similarity_fn_name": settings.metric,
    }
    if settings.truncate_dim is not None:
        values["truncate_dim"] = settings.truncate_dim
    _write(folder / "config_sentence_transformers.json", values)


def _write(path: Path, values: Any) -> None:
    write_text(path, json.dumps(values, indent=2, ensure_ascii=False) + "\n")
