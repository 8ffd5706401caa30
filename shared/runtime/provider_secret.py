"""The one JSON secret: keys, tokens and addresses of the image providers."""

from collections.abc import Mapping

_MAX_AGE = 300
"""Seconds a value is kept: a rotated key is in use everywhere five minutes later."""


def provider_secret(name: str) -> Mapping[str, str]:
    """Its keys are the variables of the local run: GEMINI_API_KEY, REPLICATE_API_TOKEN …"""
    from aws_lambda_powertools.utilities import parameters

    secret: Mapping[str, str] = parameters.get_secret(name, transform="json", max_age=_MAX_AGE)
    return secret
