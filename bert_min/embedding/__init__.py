"""From texts to vectors: pooling, batches, and files of vectors."""
