"""`train`, the loop of pretraining and fine-tuning, and its settings."""

from bert_min.training.loop import TrainConfig, TrainResult, learning_rate, make_optimizer, train

__all__ = ["TrainConfig", "TrainResult", "learning_rate", "make_optimizer", "train"]
