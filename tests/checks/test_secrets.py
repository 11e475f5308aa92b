"""What counts as a secret in a template, and what does not."""

from __future__ import annotations

import pytest

from ringfence.checks.model_rules.secrets import masked, what_is_it

KEY = "AKIA" + "Q3EXZ7LMN5PRTUVW"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("UPLOAD", KEY, "an AWS access key id"),
        ("DATABASE_URL", "postgres://shop:Lemon88@db.example.com/shop", "a password in an address"),
        ("DB_PASSWORD", "hunter22", "a password"),
        ("dbPassword", "hunter22", "a password"),
        ("API_KEY", "f2c1b7d8a9e34c55b0aa", "a secret"),
        ("JWT_SECRET", "Tiger-Lemon-42-blue", "a secret"),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nabc", "a private key"),
        ("DB_PASSWORD", "", ""),
        (
            "taskToken",
            "AQCgAAAAKgAAAAMAAAAAAAAAAbNK18cfdkXD9sWOUTeDHhcr5A8vSj0ZReSjHzLyNKvzZSU",
            "",
        ),
        ("next_token", "f2c1b7d8a9e34c55b0aa", ""),
        ("DB_PASSWORD", "changeme", ""),
        ("DB_PASSWORD", "{{resolve:ssm-secure:db}}", ""),
        ("DB_PASSWORD", "${Parameter}", ""),
        ("PASSWORD_MIN_LENGTH", "12", ""),
        ("PASSWORD_POLICY", "strict-and-long-1", ""),
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-Ab12", ""),
        ("SECRET_NAME", "shop-database-credentials-1", ""),
        ("DB_SECRET", "shop/database", ""),
        ("TOKEN_TABLE", "tokens-Table-1234567890", ""),
        ("API_KEY", "KeyValue", ""),
        ("API_TOKEN", "/shop/token", ""),
        ("AWS_KEY", "AKIAIOSFODNN7EXAMPLE", ""),
        ("PUBLIC_URL", "https://shop.example.com/path", ""),
        ("TABLE", "orders-Production-2026-main", ""),
    ],
)
def test_what_is_it(name: str, value: str, kind: str) -> None:
    assert what_is_it(name, value) == kind


def test_masked_shows_the_beginning_only() -> None:
    assert masked("Winter-Lemon-88!") == "Wi…, 16 characters"
