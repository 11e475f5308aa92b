"""What must not be shown: secrets of a store, and names that tell of sensitive data."""

from __future__ import annotations

import re

from ringfence import late
from ringfence.dataflow.values import Taint

_SENSITIVE = late.pattern(
    r"authori[sz]ation|passw|passwd|secret|token|api-?_?key|credit|card|cvv|ssn|cookie|private"
    r"|(reset|verif\w*|confirm\w*|activation|recovery|access|login|one_?time|approval|invit\w*|enrol\w*"
    r"|unlock|pairing|sign_?up|registration|auth\w*|mfa|2fa|sms|security|backup)_?codes?\b"
    r"|(^|[._])otp\b|pin_?code|(^|[._])(\w+_)?pin$",
    re.IGNORECASE,
)
_NOT_SENSITIVE = late.pattern(
    r"authorizer|requestcontext|eventsourcearn|tokentype|(next|request|task|page|continuation)_?token|tokens\b"
    r"|(secret|token|key)_?-?(id|arn|name|count|type)\b|private_?(ip|dns)|max_?tokens?",
    re.IGNORECASE,
)
#: Variables that say where something is, not what it is.
_REFERENCE = late.pattern(r"_?(ARN|NAME|ID|TABLE|URL)$", re.IGNORECASE)

#: Fields of records that nobody but the program itself should see, in words joined by "_".
_FIELD = late.pattern(
    r"(^|_)(password|passwd|passphrase|(password|passwd|pass|pwd|pin)_(hash|digest|salt)|hashed_password"
    r"|recovery_codes?|security_answer|iban|bank_account(_(number|no))?"
    r"|salt|private_key|secret_key|(signing|encryption)_key|(client|mfa|totp|otp|api|app|webhook|signing)_secret"
    r"|(api|refresh|reset|resume|invite|invitation|activation|verification"
    r"|confirmation)_token|(activation|verification|confirmation|reset|login|one_time)_code|card_number|credit_card(_number)?"
    r"|cvv|cvc|ssn|social_security_number|national_id|passport_number|tax_id)$"
)
#: Fields that tell of a person what is nobody else's business, and those by which one is reached.
_PERSONAL = late.pattern(
    r"(^|_)(iban|bank_account(_(number|no))?|ssn|social_security_number|national_id|passport(_(number|no))?"
    r"|tax_id|date_of_birth|birth_?da(te|y)|dob|diagnos[ie]s|medical_(record|history)|blood_type"
    r"|salary|driv(er|ing)s?_licen[sc]e(_number)?|home_address)$"
)
_CONTACT = late.pattern(
    r"(^|_)(e_?mail(_address)?|phone(_?(number|no))?|mobile(_?(number|no))?|msisdn)$"
)
_NO_FIELD = late.pattern(r"(^|_)(has|is|needs?|requires?|must|reset|forgot|change|temporary)_")
#: Variables that hold a secret; keys that browsers get to know anyway have other names.
_VARIABLE = late.pattern(
    r"(^|_)(password|passwd|secret|(secret|private|signing|encryption|secret_access)_key"
    r"|api_secret|master_key)$"
)
#: Variables that most likely hold one.
_PERHAPS = late.pattern(
    r"(^|_)((?<!public_)(?<!publishable_)(?<!csrf_)(?<!mapbox_)(?<!client_)(?<!site_)token"
    r"|(cosmos|storage|account|admin|shared|service|function|host|db|database|hmac|jwt|stripe|sendgrid"
    r"|openai|twilio|license)_?(api_?)?key)$"
)
_CAMEL = late.pattern(r"(?<=[a-z0-9])(?=[A-Z])")

#: Steps through functions by whose names what is secret is taken out.
_MASKED = late.pattern(
    r"(?i)^passed to \w*(mask|redact|scrub|sanitiz|anonymi|obfuscat|censor)\w*\("
)

#: What an answer holds besides the secret itself, and what a secret's structure holds besides it.
_PLAIN = frozenset(
    ("ARN", "Name", "VersionId", "VersionStages", "CreatedDate", "KeyId", "Type", "Version",
     "LastModifiedDate", "username", "user", "host", "port", "dbname", "database", "engine",
     "ResponseMetadata", "InvalidParameters", "NextToken", "url", "endpoint", "region")
)  # fmt: skip


def words_of(name: str) -> str:
    """``passwordHash``, ``password-hash`` → ``password_hash``."""
    return _CAMEL.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def is_sensitive(name: str) -> bool:
    """Whether a field or variable may hold something that does not belong into a log."""
    words = words_of(name)
    found = _SENSITIVE.search(name) is not None or _SENSITIVE.search(words) is not None
    return found and _NOT_SENSITIVE.search(name) is None and _NOT_SENSITIVE.search(words) is None


def is_sensitive_variable(name: str) -> bool:
    return is_sensitive(name) and _REFERENCE.search(name) is None


def is_secret_variable(name: str) -> bool:
    """Whether an environment variable holds a secret, for certain by its name."""
    return _VARIABLE.search(words_of(name)) is not None


def may_be_secret_variable(name: str) -> bool:
    """Whether an environment variable most likely holds a secret: an access token, or the key of an
    account. Some such keys are meant for browsers."""
    return _PERHAPS.search(words_of(name)) is not None


def is_secret_field(name: str) -> bool:
    """Whether a field of a record is for nobody's eyes: password hashes, private keys, card
    numbers, national ids."""
    words = words_of(name)
    return _FIELD.search(words) is not None and _NO_FIELD.search(words) is None


def personal(name: str) -> str:
    """How sure it is that a field is a person's own: "medium" for what is nobody's business, "low"
    for addresses by which one is reached, "" for none."""
    words = words_of(name)
    if _PERSONAL.search(words) is not None and _NO_FIELD.search(words) is None:
        return "medium"
    return "low" if _CONTACT.search(words) is not None else ""


def shows_secret(path: tuple[str, ...]) -> bool:
    """Whether this part of a secret store's answer is secret."""
    return not path or path[-1] not in _PLAIN


def is_masked(atom: Taint) -> bool:
    """Whether data went through a function whose name says that it takes out what is secret."""
    return any(_MASKED.search(step.text) is not None for step in atom.trail.steps())
