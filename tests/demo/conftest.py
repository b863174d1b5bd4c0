"""One demo site for all tests that only read it, and a browser without ideas of its own."""

from collections.abc import Iterator

import httpx
import pytest

from monitor.demo.site import DemoSite
from tests.builders import NOON


@pytest.fixture(scope="session")
def site() -> Iterator[DemoSite]:
    with DemoSite(now=NOON) as site:
        yield site


@pytest.fixture(scope="session")
def browser(site: DemoSite) -> Iterator[httpx.Client]:
    """Follows no redirects and asks for no compression."""
    with httpx.Client(base_url=site.base_url, trust_env=False, headers={"Accept-Encoding": "identity"}) as browser:
        yield browser
