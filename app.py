"""Synthesizes the stack: what `cdk deploy` runs, and `uv run python app.py` without the CDK CLI."""

from infra.app import synthesize

synthesize()
