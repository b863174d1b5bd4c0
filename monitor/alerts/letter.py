"""A message as an e-mail (RFC 5322), the same to the byte on every try. Pure."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from monitor import urls
from monitor.alerts.channel import Mail
from monitor.alerts.line import one_line
from monitor.alerts.message import Message
from monitor.alerts.render import html, subject, text

_MOST = 300
"""Characters of a subject."""
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\[\]\\\x00-\x1f\x7f]+@[^\s@<>(),;\"\\\x00-\x1f\x7f]+")
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,60}")
# Seven bits: what every server takes. The words of other alphabets are encoded.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail server is given."""

    sender: str
    """An address, its domain in ASCII."""
    recipients: tuple[str, ...]
    content: bytes
    international: bool
    """Some address is not ASCII: the server must know SMTPUTF8 (RFC 6531)."""


def letter(mail: Mail, message: Message, template: str | None) -> Letter:
    """The message as a letter.

    Raises: ValueError, where an address is none.
    """
    sender, recipients = _address(mail.sender), [_address(one) for one in mail.to]
    international = not all(one.addr_spec.isascii() for one in (sender, *recipients))
    made = EmailMessage(_POLICY.clone(utf8=international))
    made["From"] = sender
    made["To"] = recipients
    for name, value in _headers(message, sender.domain).items():
        made[name] = value
    made.set_content(_writable(text(message, template)))
    made.add_alternative(_writable(html(message)), subtype="html")
    made.set_boundary(f"={message.key}=")
    return Letter(
        sender=sender.addr_spec,
        recipients=tuple(dict.fromkeys(one.addr_spec for one in recipients)),
        content=bytes(made),
        international=international,
    )


def _headers(message: Message, domain: str) -> dict[str, str]:
    place = domain if not domain.startswith("[") else "localhost"
    headers = {
        "Subject": one_line(subject(message), _MOST),
        "Date": format_datetime(message.made_at),
        "Message-ID": f"<{message.key}@{place}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.watchlist_id is None:
        return headers
    given = message.watchlist_id
    label = given if _LABEL.fullmatch(given) else sha256(given.encode()).hexdigest()[:16]
    # Without its title: that may need encoding, and few readers show it.
    return {**headers, "List-Id": f"<{label}.watchlists.{place}>"}


def _writable(words: str) -> str:
    """Without halves of letters, for which UTF-8 has no bytes."""
    return words.encode(errors="replace").decode()


def _address(given: str) -> Address:
    """Of "a@b.example" or "Name <a@b.example>". Raises: ValueError."""
    name, found = parseaddr(given)
    # What is read of two lines may be an address.
    if not (given.isprintable() and _ADDRESS.fullmatch(found)):
        raise ValueError(f'"{given}" is no e-mail address')
    user, _, domain = found.rpartition("@")
    ascii_domain = domain if domain.isascii() else urls.host(f"http://{domain}/")
    if not ascii_domain:
        raise ValueError(f'"{given}" is no e-mail address: "{domain}" is no domain')
    return Address(display_name=one_line(name, _MOST), username=user, domain=ascii_domain)
