"""The ceiling: FastAPI as it is usually written, which reads the body and answers a constant."""

import sys

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/v1/inspect")
async def inspect(request: Request) -> dict[str, object]:
    """Read, and answer the same to everything."""
    await request.body()
    return {"verdict": "no_leak", "alarm": False}


uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False, log_level="warning")
