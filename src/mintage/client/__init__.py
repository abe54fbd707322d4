"""A typed client of Mintage's API. It knows nothing of the rest of Mintage: only what `/api/v1/openapi.json` says.

Example:
    with Client("http://127.0.0.1:8000", token) as client:
        print(client.treasury().on)
"""

from mintage.client.api import Client
from mintage.client.transport import ApiProblem

__all__ = ["ApiProblem", "Client"]
