"""The OpenAPI document: made when code is built, and no part of any bundle."""
