"""How a check reaches a guest of the lab: its address stands for a real port on loopback."""

import httpx

from iac.errors import ClusterSilent
from iac.lab.access import LabAccess
from iac.lab.trust import trusting

SECONDS = 5.0


class LabReach:
    """Maps a guest's address and port to the socket that answers for it; unknown addresses stay as they are."""

    def __init__(self, access: LabAccess) -> None:
        self._access = access

    async def __call__(self, ip: str, port: int) -> tuple[str, int]:
        """Where ``ip``:``port`` really is now; ``ClusterSilent`` or, for a closed port, ``LookupError``."""
        headers = {"Authorization": f"Bearer {self._access.control_token}"}
        try:
            async with httpx.AsyncClient(verify=trusting(self._access), headers=headers, timeout=SECONDS) as client:
                found = (await client.get(f"{self._access.endpoint}/lab/reach")).raise_for_status().json()
        except httpx.HTTPError as silent:
            raise ClusterSilent("asking the lab where a guest is", str(silent)) from silent
        if ip in found and str(port) not in found[ip]:
            raise LookupError(f"nothing listens on {ip}:{port} in the lab")
        host, real = found.get(ip, {}).get(str(port), (ip, port))
        return str(host), int(real)
