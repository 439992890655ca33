"""A portrait lies on the host its owner named; pages that show it may load it from there alone.

Only her own pages do: whoever looks at a picture tells its host that they looked, so no other
writer's browser and no administrator's is made to, and neither is the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# As a browser reads it, and so that nothing but a host can get into the content security policy.
ADDRESS = re.compile(r"(https://[a-z0-9.-]+(?::[0-9]{1,5})?)/[!-~]*", re.IGNORECASE)


@dataclass(frozen=True)
class Portrait:
    """Where a picture is, and the origin that a page must be allowed to load it from."""

    address: str
    origin: str


def portrait_at(address: str) -> Portrait | None:
    """Return the portrait at an address, None for any that no page shows."""
    match = ADDRESS.fullmatch(address)
    return Portrait(address, match[1].lower()) if match else None
