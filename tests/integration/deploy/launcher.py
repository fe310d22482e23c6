"""`up` with fake services, as a process of its own that tests may signal and kill."""

import asyncio
import sys
from pathlib import Path

from deploy.embedded.errors import CannotStart
from deploy.embedded.settings import SERVICES, UpSettings
from deploy.embedded.supervisor import ServiceSpec, up

FAKE = str(Path(__file__).with_name("fake_service.py"))


async def loaded(address: str, password: str) -> None:
    print(f"after ready: {address} {len(password)}", flush=True)


if __name__ == "__main__":
    specs = [ServiceSpec(name=name, command=(sys.executable, FAKE, name)) for name in SERVICES]
    try:
        sys.exit(asyncio.run(up(UpSettings(), services=specs, after_ready=loaded)))
    except CannotStart as reason:
        sys.exit(f"error: {reason}")
