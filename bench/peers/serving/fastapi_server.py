"""FastAPI on uvicorn (uvloop, httptools) with ONNX Runtime: one process, one prediction for each request, no batches.

usage: python fastapi_server.py MODEL THREADS

POST /: the bytes of images of 28x28; the answer is float32. Prints its port.
"""

import socket
import sys

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, Request, Response

path, threads = sys.argv[1], int(sys.argv[2])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
source = session.get_inputs()[0]
kind_of_number = np.uint8 if "uint8" in source.type else np.float32

app = FastAPI()


# In the event loop: for a small model that is faster than a pool of threads.
@app.post("/")
async def predict(request: Request) -> Response:
    images = np.frombuffer(await request.body(), np.uint8).reshape(-1, 28, 28, 1)
    answer = session.run(None, {source.name: images.astype(kind_of_number)})[0]
    return Response(np.asarray(answer, np.float32).tobytes(), media_type="application/octet-stream")


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(256)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
