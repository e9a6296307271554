"""`train`, the loop of pretraining and fine-tuning, and its settings."""

from bert_min.training.loop import TrainResult, train
from bert_min.training.optimizer import learning_rate, make_optimizer
from bert_min.training.train_config import TrainConfig

__all__ = ["TrainConfig", "TrainResult", "learning_rate", "make_optimizer", "train"]
