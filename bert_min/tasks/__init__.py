"""The four tasks: reading their files, decoding the model's scores, measuring the answers."""
