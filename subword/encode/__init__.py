"""Texts to ids: the loop over the stages, its shortcuts and its threads."""
