"""The results of benchmarks.encode.run as a table and as a picture."""

from __future__ import annotations

import statistics
from typing import Any

HEAD = (
    "| cell | who | warm, median | warm, best | cold | ours / theirs | the same, cold "
    "| ids that differ |\n"
    "|---|---|---|---|---|---|---|---|"
)


def shown(result: dict[str, Any], seconds: float, in_microseconds: bool) -> str:
    """Return a time as MB/s, or as microseconds a call."""
    if in_microseconds:
        return f"{seconds * 1e6:,.2f} us" if seconds < 1e-4 else f"{seconds * 1e6:,.0f} us"
    return f"{result['bytes'] / seconds / 1e6:,.1f} MB/s"


def speed(result: dict[str, Any], seconds: float) -> float:
    """Return bytes a second; contenders may have had different amounts of text."""
    return float(result["bytes"] / seconds)


def rows(name: str, results: dict[str, Any], in_microseconds: bool) -> list[str]:
    """Return a cell's lines of the table; subword comes first in `results`."""
    mine = results["subword"]
    lines = []
    for contender, result in results.items():
        warm, best = statistics.median(result["warm"]), min(result["warm"])
        cold = statistics.median(result["cold"])
        ratio = cold_ratio = ""
        if contender != "subword":
            ratio = f"{speed(mine, statistics.median(mine['warm'])) / speed(result, warm):.2f}"
            cold_ratio = f"{speed(mine, statistics.median(mine['cold'])) / speed(result, cold):.2f}"
        lines.append(
            f"| {name} | {contender} | {shown(result, warm, in_microseconds)} "
            f"| {shown(result, best, in_microseconds)} | {shown(result, cold, in_microseconds)} "
            f"| {ratio} | {cold_ratio} | {result['differences']} |"
        )
    return lines


def plot(table: dict[str, Any], path: str) -> None:
    """Draw for each cell how fast each contender is beside subword, on a logarithmic scale."""
    import matplotlib.pyplot as plt

    bars = sum(len(results) for results in table.values())
    figure, axes = plt.subplots(figsize=(9, 0.16 * bars + 0.1 * len(table) + 1))
    ticks, at = [], 0.0
    for name, results in table.items():
        ticks.append((at + 0.3 * (len(results) - 1) / 2, name))
        mine = speed(results["subword"], statistics.median(results["subword"]["warm"]))
        for contender, result in results.items():
            relative = speed(result, statistics.median(result["warm"])) / mine
            colour = "tab:blue" if contender.startswith("subword") else "tab:grey"
            axes.barh(at, relative, 0.28, color=colour)
            axes.text(relative, at, f" {contender} {relative:.2f}", va="center", fontsize=6)
            at += 0.3
        at += 0.4
    axes.set_xscale("log")
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=7)
    axes.invert_yaxis()
    axes.set_ylim(at, -0.5)
    axes.set_xlabel("speed, warm, median; subword = 1")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
