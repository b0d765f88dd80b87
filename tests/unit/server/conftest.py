from collections.abc import Iterator

import pytest

from tests.unit.server.running import Site, serving


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests of a module: each makes its own runs."""
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running
