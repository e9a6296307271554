"""The processes of a run, as `torchrun` and `accelerate launch` start them, and their devices."""

import os
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor, nn


class Processes:
    """The processes of a run: which one this is, how many there are, and its device.

    `torchrun` and `accelerate launch` set the environment (RANK, WORLD_SIZE, LOCAL_RANK);
    without them there is one process.

    Args:
        device: "cpu", "cuda", or None for a GPU if there is one. With several processes on "cuda"
            each takes the GPU of its local rank.

    Raises:
        ValueError: If the device is not there.
    """

    def __init__(self, device: str | torch.device | None = None) -> None:
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        wanted = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        if wanted.type == "cuda":
            if not torch.cuda.is_available():
                raise ValueError(f"device {str(wanted)!r} was asked for, but torch sees no GPU")
            if self.size > 1:
                wanted = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
                torch.cuda.set_device(wanted)
        self.device = wanted
        if self.size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if wanted.type == "cuda" else "gloo")

    @property
    def is_first(self) -> bool:
        """Whether this process writes the files and the messages."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Sum a tensor over the processes, in place."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def agree(self, values: dict[str, float]) -> dict[str, float]:
        """Give every process the values of the first, so that all decide the same."""
        shared = [values]
        if self.size > 1:
            dist.broadcast_object_list(shared)
        return shared[0]

    def wait(self) -> None:
        """Wait until every process has reached this line."""
        if self.size > 1:
            dist.barrier()

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sum the gradients over the processes, in one message.

        A parameter without a gradient in every process keeps none; a process whose share of the
        batch was empty counts as zeros.
        """
        if self.size == 1:
            return
        wanted = [p for p in parameters if p.requires_grad]
        present = [p.grad is not None for p in wanted]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in wanted]
        flags = torch.tensor(present, dtype=gradients[0].dtype, device=gradients[0].device)
        flat = torch.cat([flags, *(g.reshape(-1) for g in gradients)])
        dist.all_reduce(flat)
        counts = flat[: len(wanted)].tolist()
        sizes = [p.numel() for p in wanted]
        for p, count, part in zip(
            wanted, counts, torch.split(flat[len(wanted) :], sizes), strict=True
        ):
            p.grad = part.view_as(p) if count else None
