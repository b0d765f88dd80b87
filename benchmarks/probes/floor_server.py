"""An ASGI application that answers MLflow's tracking calls at once with canned replies: what a client costs by itself.

usage: uvicorn floor_server:app --port PORT
"""

import json
from typing import Any

_INFO = {
    "run_id": "a" * 32,
    "run_uuid": "a" * 32,
    "run_name": "floor",
    "experiment_id": "1",
    "user_id": "u",
    "status": "RUNNING",
    "start_time": 1,
    "artifact_uri": "mlflow-artifacts:/1/a/artifacts",
    "lifecycle_stage": "active",
}
_RUN = {"run": {"info": _INFO, "data": {}, "inputs": {}}}
_ANSWERS: dict[str, Any] = {
    "runs/create": _RUN,
    "runs/get": _RUN,
    "runs/update": {"run_info": _INFO},
    "experiments/create": {"experiment_id": "1"},
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the request to its end and answer."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    path = scope["path"]
    if path in {"/health", "/version"}:
        body = b"3.17.2"
    else:
        body = json.dumps(next((answer for end, answer in _ANSWERS.items() if path.endswith(end)), {})).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
