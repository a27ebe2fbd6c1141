"""The usual server in plain Python: a thread for each connection, one prediction for each request, no batches.

usage: python server.py keras|onnx MODEL THREADS

POST /: the bytes of images of 28x28; the answer is float32. Prints its port.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

kind, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])

if kind == "onnx":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name, dtype = session.get_inputs()[0].name, session.get_inputs()[0].type
    kind_of_number = np.uint8 if "uint8" in dtype else np.float32

    def predict(images):
        return session.run(None, {name: images.astype(kind_of_number)})[0]

else:
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    model = keras.models.load_model(path)
    # Faster than model.predict for a single image, and than a call without a compiled function.
    compiled = tf.function(lambda images: model(images, training=False))

    def predict(images):
        return compiled(tf.constant(images, tf.float32)).numpy()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise the head and the body of an answer are two packets, of which the second waits.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        images = np.frombuffer(body, np.uint8).reshape(-1, 28, 28, 1)
        answer = np.asarray(predict(images), np.float32).tobytes()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


predict(np.zeros((1, 28, 28, 1), np.uint8))
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
