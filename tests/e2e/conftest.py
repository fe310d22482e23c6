"""One embedded whole for all end-to-end tests, with the demo and a gateway that its messages go to."""

from collections.abc import Iterator

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.procedure import Case, led
from tests.e2e.whole import Whole


@pytest.fixture(scope="package")
def gateway() -> Iterator[Gateway]:
    with Gateway().listening() as gateway:
        yield gateway


@pytest.fixture(scope="package")
def whole(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    whole = Whole(tmp_path_factory.mktemp("whole"), gateway.settings)
    try:
        whole.start()
        yield whole
    finally:
        whole.end()


@pytest.fixture(scope="package")
def case(whole: Whole, gateway: Gateway) -> Case:
    """A case that was led from its report to its end, while the gateway refused each message twice at first."""
    return led(whole, gateway)
