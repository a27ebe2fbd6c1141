import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  Conv2D,
  Dense,
  Flatten,
  Input,
  Layer,
  type Model,
  Rescaling,
  Sequential,
  type Shape,
  withNewHead,
} from "@heddle/core";
import { describe, expect, it } from "vitest";
import { exportModel, formats, importModel } from "../index.js";
import { exportedModels } from "./models.testing.js";
import { readOnnx } from "./read/read-onnx.js";
import { type ModelProto, ModelProtoSchema, StringStringEntryProtoSchema } from "./schema/onnx_pb.js";
import { writeOnnx } from "./write/write-onnx.js";

const decoded = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);
const operatorsOf = (model: ModelProto) => model.graph!.node.map(({ opType }) => opType);
const bitsOf = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)].join();

/** Writes a model, changes its messages, reads it again. */
function changed(change: (proto: ModelProto) => void): () => unknown {
  const proto = decoded(writeOnnx(small()));
  change(proto);
  return () => readOnnx("net.onnx", toBinary(ModelProtoSchema, proto));
}

const small = () =>
  new Sequential([
    new Input([6, 5, 2]),
    new Rescaling(1 / 255),
    new Conv2D(3, 3, { activation: "relu", name: "first" }),
    new Flatten(),
    new Dense(4, { activation: "softmax", name: "head" }),
  ]);

describe("writeOnnx", () => {
  it.each(Object.entries(exportedModels))(
    "keeps every weight to the bit, there and back: %s",
    (name, make) => {
      const model = make();
      const back = readOnnx(name, writeOnnx(model));
      expect(back.inputShape).toEqual(model.inputShape);
      expect(back.outputShape).toEqual(model.outputShape);
      const kept = new Set(back.weights.map((weight) => bitsOf(weight.read())));
      const lost = model.weights.filter((weight) => !kept.has(bitsOf(weight.read())));
      expect(lost.map((weight) => weight.name)).toEqual([]);
    },
  );

  it("takes bytes with the channels last, transposes once, and gives a batch of any size", () => {
    const proto = decoded(writeOnnx(small()));
    expect(operatorsOf(proto)).toEqual([
      ...["Cast", "Mul", "Transpose", "Conv", "Relu", "Flatten", "Gemm", "Softmax"],
    ]);
    const { input, output } = proto.graph!;
    const sizes = [...input, ...output].map(({ type }) => {
      const tensor = type!.value.case === "tensorType" ? type!.value.value : undefined;
      return [tensor!.elemType, ...tensor!.shape!.dim.map(({ value }) => value.value)];
    });
    expect(sizes).toEqual([
      [2, "batch", 6n, 5n, 2n],
      [1, "batch", 4n],
    ]);
    expect(proto.irVersion).toBe(9n);
    expect(proto.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 20n]]);
  });

  it("takes floats where the model's pictures have another range, or on request", () => {
    const model = small();
    expect(operatorsOf(decoded(writeOnnx(model, { input: "float32" })))[0]).toBe("Mul");
    model.pictures = { range: [0, 1], grey: "rec601", invertLight: false };
    expect(operatorsOf(decoded(writeOnnx(model)))[0]).toBe("Mul");
  });

  it("writes class names and how pictures become inputs, which reading finds again", async () => {
    const model = small();
    model.classes = ["bag", "boot", "coat", "dress"];
    model.pictures = { range: [0, 255], grey: "rec601", invertLight: true };
    const bytes = writeOnnx(model, { metadata: { author: "me" } });
    expect(Object.keys(await exportModel(model, "onnx", { name: "boots" }))).toEqual(["boots.onnx"]);
    expect(decoded(bytes).metadataProps.map(({ key }) => key)).toEqual(["author", "heddle"]);
    const back = await importModel({ "boots.onnx": bytes });
    expect(back.classes).toEqual(model.classes);
    expect(back.pictures).toEqual(model.pictures);
    expect(back.layers.map(({ name }) => name)).toContain("first");
    expect(formats.map(({ name }) => name)).toContain("onnx");
  });

  it("names every layer that it cannot write", () => {
    class Mine extends Layer {
      readonly className = "Mine";
      override outputShape = (shape: Shape) => shape;
      override lower = () => [];
    }
    const model = new Sequential([new Input([4]), new Mine({ name: "a" }), new Mine({ name: "b" })]);
    expect(() => writeOnnx(model)).toThrow(
      'Model "sequential": expected layers that can be written as ONNX, received Mine "a", Mine "b". Replace them',
    );
  });
});

describe("readOnnx", () => {
  it.each([
    ["as it is", (model: Model) => model],
    ["with a new head", (model: Model) => withNewHead(model, 2)],
  ])("gives a model that learns, %s", async (_, prepared) => {
    const model = prepared(readOnnx("net.onnx", writeOnnx(small())));
    model.compile({ optimizer: "adam", threads: 1 });
    const images = Uint8Array.from({ length: 16 * 60 }, (_, index) =>
      index % 60 < 30 === index % 120 < 60 ? 250 : 5,
    );
    const labels = Uint8Array.from({ length: 16 }, (_, index) => index % 2);
    const { epochs } = await model.fit(
      { images, labels, count: 16, shape: [6, 5, 2] },
      { epochs: 12, batchSize: 4 },
    );
    model.dispose();
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });

  it("leaves kernels with Keras's default initializer, for models made from the configuration", () => {
    const model = readOnnx("net.onnx", writeOnnx(small()));
    for (const name of ["first", "head"]) {
      expect(model.getLayer(name).getConfig()["kernel_initializer"]).toMatchObject({
        class_name: "GlorotUniform",
      });
    }
  });

  it("names every node that it cannot read, in one message", () => {
    const attempt = changed(({ graph }) => {
      const [conv, gemm] = ["Conv", "Gemm"].map((type) => graph!.node.find(({ opType }) => opType === type)!);
      conv!.opType = "ConvTranspose";
      gemm!.opType = "Einsum";
      graph!.node.find(({ opType }) => opType === "Softmax")!.opType = "LogSoftmax";
    });
    expect(attempt).toThrow(
      'net.onnx: expected operators that Heddle has, received ConvTranspose ×1 ("first"); Einsum ×1 ("head"); ' +
        'LogSoftmax ×1 ("head/activation"). Export the model without them; docs/interchange.md lists what is read.',
    );
  });

  it("says of activations in whole numbers that they were not so before", () => {
    const attempt = changed(({ graph }) => {
      graph!.node.find(({ opType }) => opType === "Relu")!.opType = "QuantizeLinear";
    });
    expect(attempt).toThrow(
      /received QuantizeLinear .*\. Pass the model as it was before its activations were quantized; weights may be\.$/,
    );
  });

  it("refuses weights that no node reads, or ignores them on request", () => {
    const proto = decoded(writeOnnx(small()));
    proto.graph!.initializer.push({ ...proto.graph!.initializer[0]!, name: "lost" });
    const bytes = toBinary(ModelProtoSchema, proto);
    expect(() => readOnnx("net.onnx", bytes)).toThrow(
      'expected weights that the model uses, received 1 that no node on the way to the output reads: "lost"',
    );
    expect(readOnnx("net.onnx", bytes, { unusedWeights: "ignore" }).outputShape).toEqual([4]);
  });

  it("takes initializers that are among the inputs", () => {
    const attempt = changed(({ graph }) => {
      const [image] = graph!.input;
      graph!.input.push(...graph!.initializer.map(({ name }) => ({ ...image!, name })));
    });
    expect(attempt).not.toThrow();
  });

  it("refuses opsets that it does not know", () => {
    for (const [version, received] of [
      [6n, "opset 6"],
      [27n, "opset 27"],
    ] as const) {
      const attempt = changed((proto) => {
        proto.opsetImport[0]!.version = version;
      });
      expect(attempt).toThrow(`expected operators of opset 7 to 26, received ${received}`);
    }
  });

  it("asks for the size of an input that the file leaves open", () => {
    const proto = decoded(writeOnnx(small()));
    const { type } = proto.graph!.input[0]!;
    if (type!.value.case === "tensorType")
      type!.value.value.shape!.dim[1]!.value = { case: "dimParam", value: "h" };
    const bytes = toBinary(ModelProtoSchema, proto);
    expect(() => readOnnx("net.onnx", bytes)).toThrow(
      "net.onnx: expected an input of known size, received [?, ?, 5, 2]. Set its size with `inputShape`",
    );
    expect(readOnnx("net.onnx", bytes, { inputShape: [6, 5, 2] }).inputShape).toEqual([6, 5, 2]);
  });

  it("takes through importModel what the file leaves open; other formats refuse what they do not take", async () => {
    const proto = decoded(writeOnnx(small()));
    const { type } = proto.graph!.input[0]!;
    if (type!.value.case === "tensorType")
      type!.value.value.shape!.dim[1]!.value = { case: "dimParam", value: "h" };
    proto.graph!.initializer.push({ ...proto.graph!.initializer[0]!, name: "nobody's" });
    const files = { "net.onnx": toBinary(ModelProtoSchema, proto) };
    const choices = { inputShape: [6, 5, 2], output: proto.graph!.output[0]!.name } as const;
    await expect(importModel(files, choices)).rejects.toThrow(/"nobody's"\. .*`unusedWeights: "ignore"`/);
    const model = await importModel(files, { ...choices, unusedWeights: "ignore" });
    expect(model.inputShape).toEqual([6, 5, 2]);
    const archive = await exportModel(model, "keras", { name: "net" });
    expect((await importModel(archive, { inputShape: [6, 5, 2] })).inputShape).toEqual([6, 5, 2]);
    await expect(importModel(archive, { output: "y" })).rejects.toThrow(
      "importModel: expected only `inputShape` with a Keras archive (.keras), received `output`. Omit `output`.",
    );
  });

  it("reads weights only from files in the model's folder that were passed", () => {
    const external = (location: string) =>
      changed(({ graph }) => {
        const [tensor] = graph!.initializer;
        tensor!.rawData = new Uint8Array();
        tensor!.dataLocation = 1;
        tensor!.externalData = [create(StringStringEntryProtoSchema, { key: "location", value: location })];
      });
    expect(external("net.data")).toThrow('received weights in "net.data". Pass those files too');
    for (const location of ["../net.data", "/etc/passwd", "c:\\net.data", "a/../../b"]) {
      expect(external(location)).toThrow(
        `received ${JSON.stringify(location)}. Place the file next to the model`,
      );
    }
  });

  it.each([
    ["no bytes", new Uint8Array(), "expected an ONNX model with a graph of nodes, received no graph"],
    [
      "other bytes",
      Uint8Array.from({ length: 40 }, () => 0x3a),
      "expected an ONNX model, received bytes that are none",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readOnnx("net.onnx", bytes)).toThrow(message);
  });

  it("refuses constants out of proportion to the file", () => {
    const attempt = changed(({ graph }) => {
      const tensor = graph!.initializer.find(({ name }) => name === "first/bias")!;
      const shape = {
        ...tensor,
        name: "sizes",
        dataType: 7,
        dims: [1n],
        rawData: new Uint8Array(8).fill(127, 3, 4),
      };
      graph!.initializer = graph!.initializer.filter((one) => one !== tensor);
      graph!.initializer.push(shape);
      const node = { ...graph!.node[0]!, opType: "ConstantOfShape", attribute: [], name: "huge" };
      graph!.node.unshift({ ...node, input: ["sizes"], output: ["first/bias"] });
    });
    expect(attempt).toThrow("expected constants in proportion to the file");
  });
});
