"""What the numbers of a log are called where people read them."""

from collections.abc import Mapping
from typing import Final

TERMS: Final = {"mlm": "masked tokens", "nsp": "next sentence"}
SCORES: Final = {
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
    "mean_squared_error": "mean squared error",
    "exact_match": "exact match",
    "f1": "F1",
    "macro_f1": "macro F1",
    "best_f1": "best F1 of any threshold",
    "best_f1_threshold": "threshold of the best F1",
    "ndcg_at_10": "nDCG at 10",
    "mrr_at_10": "MRR at 10",
    "recall_at_10": "recall at 10",
    "has_answer_exact_match": "exact match of questions with an answer",
    "has_answer_f1": "F1 of questions with an answer",
    "no_answer_exact_match": "exact match of questions without an answer",
    "no_answer_f1": "F1 of questions without an answer",
}


def shown(metrics: Mapping[str, float]) -> str:
    """Write metrics in one line.

    Example:
        >>> shown({"macro_f1": 0.5, "loss": 0.25})
        'macro F1 0.5000  loss 0.2500'
    """
    return "  ".join(f"{shown_name(name)} {value:.4f}" for name, value in metrics.items())


def shown_name(name: str) -> str:
    """Say in words what a number of ``log.jsonl`` or ``metrics.json`` is.

    Args:
        name: The key, such as ``loss_label``.

    Example:
        >>> shown_name("loss_label"), shown_name("accuracy_mlm"), shown_name("f1_PER")
        ('loss', 'accuracy of masked tokens', 'F1 of PER')
    """
    if name in SCORES:
        return SCORES[name]
    kind, _, of = name.partition("_")
    if kind in ("loss", "accuracy", "majority"):
        kind = "most frequent answer" if kind == "majority" else kind
        # the terms of a task with one term need no name: they are its labels, tags or answers
        return f"{kind} of {TERMS[of]}" if of in TERMS else kind
    return f"F1 of {of}" if kind == "f1" else name
