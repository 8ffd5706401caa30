"""The dated table of models: what they take, how large they draw, what they cost."""
