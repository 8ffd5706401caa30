"""Moderation as data: a dated policy, look-alike characters, and the few lines that read them."""
