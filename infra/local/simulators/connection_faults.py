"""What any HTTP server can do on a bad day, whatever provider it is."""

from starlette.requests import Request
from starlette.responses import Response

from infra.local.simulators.faults import Fault
from infra.local.simulators.serving import cut_connection


async def cut_or_garble(request: Request, fault: Fault) -> Response | None:
    """`disconnect` drops the connection, `not_json` answers as a proxy without its server does;
    None of any other fault."""
    match fault.name:
        case "disconnect":
            return await cut_connection(request)
        case "not_json":
            status = int(fault.number("status"))
            return Response("<html><body>Bad Gateway</body></html>", status, None, "text/html")
    return None
