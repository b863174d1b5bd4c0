"""Decides which pages are kept as they were sent, and what of them. Pure."""

import re
from datetime import datetime
from hashlib import sha256

from monitor.fetch.request import Fetched
from monitor.model import Evidence, Matched, RawPage

_SECRET = re.compile(r"cookie|authent|authoriz|auth-|token|secret|session|passw|csrf|xsrf|jwt|api-?key")
"""In the name of a header that is for the one who asked, and nobody else's to see."""


def raw_page(fetched: Fetched, *, now: datetime) -> RawPage | None:
    """The page that was fetched just now; None where the server gave none: an error, a refusal, an empty body."""
    if not 200 <= fetched.status < 300 or not fetched.body.strip():
        return None
    return RawPage(
        url=fetched.url,
        final_url=fetched.final_url,
        status=fetched.status,
        headers=tuple((name, value) for name, value in fetched.headers.items() if not _SECRET.search(name)),
        body=fetched.body,
        sha256=sha256(fetched.body).hexdigest(),
        fetched_at=now,
    )


def is_kept(evidence: Evidence, matched: Matched) -> bool:
    """Whether the page of an article is kept of which the rules say this."""
    return evidence is Evidence.ALL or (evidence is Evidence.MATCHED and bool(matched.found))
