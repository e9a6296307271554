"""bert_min: the speed of embedding and of training, and the scores that it reaches."""
