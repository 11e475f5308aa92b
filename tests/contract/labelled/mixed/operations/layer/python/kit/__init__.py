from .aws import client, session_for

__all__ = ["client", "session_for"]
