"""Look inside a model: which token attends to which, and where the token vectors lie."""
