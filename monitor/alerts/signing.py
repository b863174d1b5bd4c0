"""How webhooks are signed, as Standard Webhooks has it (https://www.standardwebhooks.com). Light: so that the
configuration can ask whether a secret is one.
"""

import base64
import binascii
import hmac
from hashlib import sha256

_ENCODED = "whsec_"


def signing_key(secret: str) -> bytes:
    """The key that a secret means: of "whsec_…" what it encodes, of any other text its bytes.

    Raises: ValueError, where "whsec_" is not followed by base64.
    """
    if not secret.startswith(_ENCODED):
        return secret.encode()
    given = secret.removeprefix(_ENCODED)
    try:
        # Some give it out without the signs that fill it up.
        return base64.b64decode(given + "=" * (-len(given) % 4), validate=True)
    except binascii.Error:
        # Not chained: the cause would say nothing more.
        raise ValueError(f'its secret begins with "{_ENCODED}", but what follows is not base64') from None


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature: by it a receiver knows that the message is ours, and new."""
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
