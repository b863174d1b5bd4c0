"""What is handed over of one article."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import RawPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One article as evidence."""

    name: str
    """The article's id."""
    metadata: Mapping[str, object]
    """All that is known of it, fit for JSON: docs/commands.md says what."""
    text: str
    """For a person to read."""
    pages: tuple[RawPage, ...]
    """As they were sent, the first one first; may be none."""

    def metadata_json(self) -> bytes:
        """The metadata as a document."""
        return (json.dumps(self.metadata, ensure_ascii=False, indent=2) + "\n").encode()
