"""The version of this deployment's code."""

VERSION = "0.1.0"
