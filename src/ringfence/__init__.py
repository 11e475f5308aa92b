"""Ringfence: one least-privilege contract per serverless function."""

__version__ = "0.1.0"
