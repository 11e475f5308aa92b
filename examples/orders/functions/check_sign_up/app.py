"""User pool Customers, before sign-up: refuses throw-away mail addresses."""

REFUSED = frozenset({"mailinator.com", "example.invalid"})


def handler(event, context):
    address = event["request"]["userAttributes"].get("email", "")
    if address.rpartition("@")[2].lower() in REFUSED:
        raise ValueError("Please use a lasting mail address.")
    return event
