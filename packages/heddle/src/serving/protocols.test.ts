import { describe, expect, it } from "vitest";
import { fakeModel, startServer } from "./fake-model.testing.js";

/** The model of TensorFlow Serving's own example: x / 2 + 3. */
const halfPlusThree = fakeModel(([x]) => [x! / 2 + 3], { inputShape: [], outputShape: [] });
/** Of the protocols' examples, as far as a model with one input has them. */
const mymodel = fakeModel(([a, b]) => [a! / 10, b!, 0.5], { outputShape: [3] });
const fruit = fakeModel(() => [1, 5, 10, 4], {
  outputShape: [4],
  labels: ["pear", "pickle", "apple", "fig"],
});
const plain = fakeModel(() => [1.1, 3.3, 0.5, 2.4], { outputShape: [4] });
const pairs = fakeModel(([a, b]) => [2 * a!, 2 * b!], { inputShape: [1, 2], outputShape: [1, 2] });
const { url } = await startServer([
  ["pairs", "1", pairs],
  ["half_plus_three", "123", halfPlusThree],
  ["mymodel", "v10", mymodel],
  ["fruit", "1", fruit],
  ["plain", "1", plain],
]);

async function ask(path: string, body?: unknown) {
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
  );
  return { status: response.status, body: await response.json() };
}

const float = Math.fround;
const ok = (body: unknown) => ({ status: 200, body });
const head = (more = {}) => ({ name: "input0", shape: [2, 2], datatype: "UINT32", ...more });

describe("TensorFlow Serving's published example", () => {
  it("is answered field by field", async () => {
    const version = {
      ...{ version: "123", state: "AVAILABLE" },
      status: { error_code: "OK", error_message: "" },
    };
    const status = ok({ model_version_status: [version] });
    expect(await ask("/v1/models/half_plus_three")).toEqual(status);
    expect(await ask("/v1/models/half_plus_three/versions/123")).toEqual(status);
    const answer = ok({ predictions: [3.5, 4, 5.5] });
    const request = { instances: [1, 2, 5] };
    expect(await ask("/v1/models/half_plus_three:predict", request)).toEqual(answer);
    expect(await ask("/v1/models/half_plus_three/versions/123:predict", request)).toEqual(answer);
    const missing = await ask("/v1/models/half:predict", { instances: [1, 5] });
    expect(missing).toMatchObject({ status: 404, body: { error: expect.any(String) } });
  });

  it("takes rows and columns, with and without names, and describes the signature", async () => {
    const values = [[float(0.1), 2, 0.5]];
    for (const instances of [[[1, 2]], [{ input0: [1, 2] }]]) {
      expect(await ask("/v1/models/mymodel:predict", { instances })).toEqual(ok({ predictions: values }));
    }
    for (const inputs of [[[1, 2]], { input0: [[1, 2]] }]) {
      const request = { signature_name: "serving_default", inputs };
      expect(await ask("/v1/models/mymodel:predict", request)).toEqual(ok({ outputs: values }));
    }
    const { body } = await ask("/v1/models/mymodel/metadata");
    expect(body.model_spec).toEqual({ name: "mymodel", signature_name: "", version: "v10" });
    expect(body.metadata.signature_def.signature_def.serving_default.inputs.input0).toMatchObject({
      dtype: "DT_FLOAT",
      tensor_shape: {
        dim: [
          { size: "-1", name: "" },
          { size: "2", name: "" },
        ],
      },
    });
  });
});

describe("published examples of several inputs", () => {
  it("are refused with a reason, because a model has one", async () => {
    const input1 = { name: "input1", shape: [3], datatype: "BOOL", data: [true] };
    const inputs = [head({ data: [1, 2, 3, 4] }), input1];
    const v2 = await ask("/v2/models/mymodel/infer", { id: "42", inputs, outputs: [{ name: "output0" }] });
    expect(v2).toEqual({
      status: 400,
      body: {
        error:
          'inputs: expected an array of one tensor named "input0", received an array of 2. The model\'s metadata name it.',
      },
    });
    const rows = [
      {
        tag: "foo",
        signal: [1, 2, 3, 4, 5],
        sensor: [
          [1, 2],
          [3, 4],
        ],
      },
    ];
    const columns = {
      tag: ["foo", "bar"],
      signal: [
        [1, 2, 3, 4, 5],
        [3, 4, 1, 2, 5],
      ],
    };
    for (const request of [{ instances: rows }, { inputs: columns }, { instances: ["foo", "bar", "baz"] }]) {
      expect(await ask("/v1/models/mymodel:predict", request)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/^(instances|inputs): expected /) },
      });
    }
  });

  it("with tensors of two axes are answered in the same axes", async () => {
    const request = { instances: [[[1, 2]], [[3, 4]]] };
    expect(await ask("/v1/models/pairs:predict", request)).toEqual(ok({ predictions: [[[2, 4]], [[6, 8]]] }));
  });
});

describe("the Open Inference Protocol", () => {
  it("says what the server is, and whether it is ready", async () => {
    expect(await ask("/v2")).toEqual(
      ok({
        ...{ name: "heddle", version: expect.any(String) },
        extensions: ["binary_tensor_data", "classification"],
      }),
    );
    expect(await ask("/v2/health/live")).toMatchObject(ok({ live: true }));
    expect(await ask("/v2/health/ready")).toMatchObject(ok({ live: true, ready: true }));
    expect(await ask("/v2/models/mymodel/ready")).toEqual(ok({ name: "mymodel", ready: true }));
    const metadata = {
      ...{ name: "mymodel", versions: ["v10"], platform: "heddle" },
      inputs: [{ name: "input0", datatype: "FP32", shape: [-1, 2] }],
      outputs: [{ name: "output0", datatype: "FP32", shape: [-1, 3] }],
    };
    for (const path of ["/v2/models/mymodel", "/v2/models/mymodel/versions/v10"]) {
      expect(await ask(path)).toEqual(ok(metadata));
    }
    expect((await ask("/v2/models/mymodel/versions/v9")).status).toBe(404);
  });

  it("answers an inference request, flat or nested, by name or by version, and returns its id", async () => {
    const output = { name: "output0", shape: [2, 3], datatype: "FP32" };
    const answer = ok({
      ...{ model_name: "mymodel", model_version: "v10", id: "42" },
      outputs: [{ ...output, data: [float(0.1), 2, 0.5, float(0.3), 4, 0.5] }],
    });
    for (const data of [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ]) {
      const request = { id: "42", inputs: [head({ data })], outputs: [{ name: "output0" }] };
      expect(await ask("/v2/models/mymodel/infer", request)).toEqual(answer);
      expect(await ask("/v2/models/mymodel/versions/v10/infer", request)).toEqual(answer);
    }
    const without = await ask("/v2/models/mymodel/infer", { inputs: [head({ data: [1, 2, 3, 4] })] });
    expect(without.body).not.toHaveProperty("id");
  });

  it("returns the highest outputs as value:index:label", async () => {
    const request = {
      ...{ id: "42", inputs: [head({ shape: [1, 2], data: [1, 2] })] },
      outputs: [{ name: "output0", parameters: { classification: 2 } }],
    };
    const output = { name: "output0", shape: [1, 2], datatype: "BYTES" };
    const labelled = await ask("/v2/models/fruit/infer", request);
    expect(labelled.body.outputs).toEqual([{ ...output, data: ["10:2:apple", "5:1:pickle"] }]);
    const unlabelled = await ask("/v2/models/plain/infer", request);
    expect(unlabelled.body.outputs).toEqual([{ ...output, data: ["3.3:1", "2.4:3"] }]);
  });

  /** A request whose data follow its JSON. */
  async function binary(model: string, json: object, data: Uint8Array) {
    const text = Buffer.from(JSON.stringify(json));
    const response = await fetch(`${url}/v2/models/${model}/infer`, {
      method: "POST",
      headers: {
        "content-type": "application/octet-stream",
        "inference-header-content-length": `${text.length}`,
      },
      body: Buffer.concat([text, data]),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get("inference-header-content-length") ?? bytes.length);
    return {
      status: response.status,
      json: JSON.parse(bytes.toString("utf8", 0, length)),
      rest: bytes.subarray(length),
    };
  }

  it("takes and sends binary data", async () => {
    const data = new Uint8Array(Uint32Array.of(1, 2, 3, 4).buffer);
    const inputs = [head({ parameters: { binary_data_size: 16 } })];
    const outputs = [{ name: "output0", parameters: { binary_data: true } }];
    for (const request of [
      { model_name: "mymodel", inputs, outputs },
      { inputs, parameters: { binary_data_output: true } },
    ]) {
      const { json, rest } = await binary("mymodel", request, data);
      const output = { name: "output0", shape: [2, 3], datatype: "FP32" };
      expect(json.outputs).toEqual([{ ...output, parameters: { binary_data_size: 24 } }]);
      expect([...new Float32Array(Uint8Array.from(rest).buffer)]).toEqual(
        [0.1, 2, 0.5, 0.3, 4, 0.5].map(float),
      );
    }
    const texts = await binary(
      "fruit",
      { inputs, outputs: [{ name: "output0", parameters: { classification: 1, binary_data: true } }] },
      data,
    );
    expect(texts.rest.toString("latin1")).toBe("\x0a\0\0\x0010:2:apple\x0a\0\0\x0010:2:apple");
  });

  it("takes every type of number that 32-bit floats hold", async () => {
    const arrays: Readonly<Record<string, ArrayBufferView>> = {
      ...{ BOOL: Uint8Array.of(1, 0), UINT8: Uint8Array.of(1, 255), UINT16: Uint16Array.of(1, 65535) },
      ...{ UINT32: Uint32Array.of(1, 2 ** 31), UINT64: BigUint64Array.of(1n, 2n ** 40n) },
      ...{ INT8: Int8Array.of(-1, 127), INT16: Int16Array.of(-1, 256), INT32: Int32Array.of(-1, 2 ** 24) },
      ...{ INT64: BigInt64Array.of(-1n, 5n), FP32: Float32Array.of(-1, 0.1), FP64: Float64Array.of(1, 0.5) },
      // 1, and the largest.
      FP16: Uint16Array.of(0x3c00, 0x7bff),
    };
    for (const [datatype, array] of Object.entries(arrays)) {
      const bytes = new Uint8Array(array.buffer);
      const inputs = [head({ datatype, shape: [1, 2], parameters: { binary_data_size: bytes.length } })];
      const { status, json } = await binary("mymodel", { inputs }, bytes);
      const numbers =
        datatype === "FP16" ? [1, 65504] : Array.from(array as unknown as ArrayLike<number>, Number);
      expect([status, json.outputs?.[0].data.slice(0, 2)], datatype).toEqual([
        200,
        [float(numbers[0]! / 10), float(numbers[1]!)],
      ]);
    }
  });
});
