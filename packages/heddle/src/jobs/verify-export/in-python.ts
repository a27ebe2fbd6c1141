import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Answers, Question } from "./check.js";
import { faultOf, runProgram } from "./run-program.js";

const KERAS = `
import json, os, sys
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
path, inputs, shape = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if path.endswith(".keras"):
    model = keras.saving.load_model(path)
else:
    # Weights alone, which say whose they are.
    if path.endswith(".json"):
        about = json.load(open(path))["metadata"]["heddle"]
    else:
        import h5py
        about = json.loads(h5py.File(path).attrs["heddle"])
    model = keras.models.model_from_json(json.dumps(about["model"]))
    model.load_weights(path)
x = np.fromfile(inputs, "<f4").reshape([-1, *shape])
y = np.asarray(model.predict(x, batch_size=16, verbose=0), "float64")
by = f"Keras {keras.__version__} on {keras.backend.backend()}"
print("\\n" + json.dumps({"by": by, "outputs": y.ravel().tolist()}))
`;

const ONNX = `
import json, sys
import numpy as np, onnxruntime as ort
path, inputs, shape = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
[source] = session.get_inputs()
x = np.fromfile(inputs, "<f4").reshape([-1, *shape])
[y] = session.run(None, {source.name: x.astype("uint8") if source.type == "tensor(uint8)" else x})
by = f"ONNX Runtime {ort.__version__} for Python"
print("\\n" + json.dumps({"by": by, "outputs": y.astype("float64").ravel().tolist()}))
`;

/** Computes a file's answers in Python: by Keras, or by ONNX Runtime. */
export async function inPython(question: Question, python: string): Promise<Answers> {
  const { path, inputs, inputShape, format } = question;
  const program = format === "onnx" ? ONNX : KERAS;
  const ended = await runProgram(python, ["-c", program, path, inputs, JSON.stringify(inputShape)]);
  const last = ended.stdout.trim().split("\n").at(-1) ?? "";
  if (ended.code === 0 && last.startsWith("{")) return JSON.parse(last) as Answers;
  throw new HeddleError({
    who: path,
    expected: `an answer of ${format === "onnx" ? "ONNX Runtime" : "Keras"} in ${python}`,
    received: faultOf(ended),
    next: "Install it there, name another Python, or omit `python`.",
  });
}
