"""Prompts as data: templates, wordings and poses, and the few lines that read them."""
