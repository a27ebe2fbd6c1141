import type { Random } from "../base/random.js";
import { type Shape, sizeOf } from "../base/shape.js";
import {
  Activation,
  type ActivationName,
  ActivityRegularization,
  Add,
  Average,
  AveragePooling2D,
  BatchNormalization,
  CenterCrop,
  Concatenate,
  Conv2D,
  Cropping2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  ELU,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GroupNormalization,
  input,
  type Layer,
  LayerNormalization,
  LayerScale,
  LeakyReLU,
  Maximum,
  MaxPooling2D,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Normalization,
  Permute,
  PReLU,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  ReLU,
  Rescaling,
  Reshape,
  Resizing,
  SeparableConv2D,
  Softmax,
  SpatialDropout2D,
  StochasticDepth,
  Subtract,
  type Tensor,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "../layers/index.js";
import { Model } from "../model/model.js";

/** Draws what a layer is made of. */
class Draw {
  constructor(private readonly random: Random) {}

  whole(least: number, most: number): number {
    return least + Math.floor(this.random.uniform() * (most - least + 1));
  }

  of<T>(...choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  yes(): boolean {
    return this.of(true, false);
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.random.uniform();
  }

  image(): [number, number, number] {
    return [this.whole(3, 6), this.whole(3, 6), this.whole(1, 4)];
  }

  /** One, two or three axes. */
  any(): Shape {
    return this.image().slice(this.whole(0, 2));
  }
}

/** A value of a shape to apply a layer to. */
type Make = (shape: Shape) => Tensor;
/** Applies a drawn layer to drawn values. */
type Apply = (draw: Draw, value: Make) => Tensor;

const onImage =
  (make: (draw: Draw, shape: readonly [number, number, number]) => Layer): Apply =>
  (draw, value) => {
    const shape = draw.image();
    return make(draw, shape).apply(value(shape));
  };

const onAny =
  (make: (draw: Draw, shape: Shape) => Layer): Apply =>
  (draw, value) => {
    const shape = draw.any();
    return make(draw, shape).apply(value(shape));
  };

/** Values of one shape, and one or none that repeats along its axes. */
const onSeveral =
  (make: () => Layer): Apply =>
  (draw, value) => {
    const [H, W, C] = draw.image();
    const values = Array.from({ length: draw.whole(2, 3) }, () => value([H, W, C]));
    if (draw.yes()) values.push(value(draw.of([1, 1, C], [C], [H, 1, C])));
    if (draw.yes()) values.reverse();
    return make().apply(values);
  };

const activation = (draw: Draw) =>
  draw.of<ActivationName>(
    "linear",
    "relu",
    "leakyRelu",
    "elu",
    "silu",
    "softmax",
    "tanh",
    "sigmoid",
    "hardSwish",
  );
const padding = (draw: Draw) => draw.of<"same" | "valid">("same", "valid");
const affine = (draw: Draw) => ({ scale: draw.yes(), center: draw.yes(), epsilon: draw.of(1e-3, 1e-2) });

/** A stride or a dilation, never both, as Keras has it. */
const steps = (draw: Draw) => {
  const size: [number, number] = [draw.whole(1, 2), draw.whole(1, 2)];
  return draw.yes() ? { strides: size } : { dilationRate: size };
};

const kernelSize = (draw: Draw): [number, number] => [draw.whole(1, 2), draw.whole(1, 2)];

/** How to draw each layer of the registry, by Keras's names: its sizes, its options, and what it reads. */
export const drawnLayers: Readonly<Record<string, Apply>> = {
  Activation: onAny((draw) => new Activation(activation(draw))),
  ActivityRegularization: onAny(() => new ActivityRegularization({ l2: 0.1 })),
  ELU: onAny((draw) => new ELU({ alpha: draw.between(0.2, 2) })),
  LeakyReLU: onAny((draw) => new LeakyReLU({ negativeSlope: draw.between(0, 1) })),
  PReLU: onAny(
    (draw, shape) => new PReLU({ sharedAxes: shape.map((_, axis) => axis + 1).filter(() => draw.yes()) }),
  ),
  ReLU: onAny(
    (draw) =>
      new ReLU({
        maxValue: draw.of(null, 0.3),
        negativeSlope: draw.of(0, 0.25),
        threshold: draw.of(0, 0.1),
      }),
  ),
  Softmax: onAny(() => new Softmax()),
  Add: onSeveral(() => new Add()),
  Average: onSeveral(() => new Average()),
  Maximum: onSeveral(() => new Maximum()),
  Minimum: onSeveral(() => new Minimum()),
  Multiply: onSeveral(() => new Multiply()),
  Subtract: (draw, value) => {
    const [H, W, C] = draw.image();
    return new Subtract().apply([value([H, W, C]), value(draw.of([H, W, C], [H, W, 1]))]);
  },
  Concatenate: (draw, value) => {
    const shape = draw.image();
    const axis = draw.of(-1, 1, 2);
    const along = axis < 0 ? 2 : axis - 1;
    const sizes = Array.from({ length: draw.whole(2, 3) }, () => draw.whole(1, 3));
    const values = sizes.map((size) => value(shape.map((own, at) => (at === along ? size : own))));
    return new Concatenate({ axis }).apply(values);
  },
  AveragePooling2D: onImage(
    (draw) => new AveragePooling2D(kernelSize(draw), { strides: draw.whole(1, 2), padding: padding(draw) }),
  ),
  MaxPooling2D: onImage(
    (draw) => new MaxPooling2D(kernelSize(draw), { strides: draw.whole(1, 2), padding: padding(draw) }),
  ),
  BatchNormalization: onAny((draw) => new BatchNormalization(affine(draw))),
  LayerNormalization: onImage(
    (draw) => new LayerNormalization({ ...affine(draw), axis: draw.of([-1], [-2, -1]) }),
  ),
  GroupNormalization: (draw, value) => {
    const groups = draw.of(1, 2, 3, -1);
    const places = draw.image().slice(draw.whole(0, 2), 2);
    const channels = Math.abs(groups) * draw.whole(1, 3);
    return new GroupNormalization({ ...affine(draw), groups }).apply(value([...places, channels]));
  },
  MultiHeadAttention: (draw, value) => {
    const tokens = () => value([draw.whole(2, 4), draw.whole(1, 4)]);
    const [query, key] = [tokens(), tokens()];
    const other = value([key.shape[0]!, draw.whole(1, 3)]);
    const [heads, keyDim] = [draw.whole(1, 3), draw.whole(1, 3)];
    return new MultiHeadAttention(heads, keyDim, { valueDim: draw.whole(1, 3), useBias: draw.yes() }).apply(
      draw.of([query, query], [query, key], [query, other, key]),
    );
  },
  Conv2D: (draw, value) => {
    const [H, W] = draw.image();
    const groups = draw.whole(1, 3);
    const options = {
      padding: padding(draw),
      activation: activation(draw),
      useBias: draw.yes(),
      ...steps(draw),
    };
    const layer = new Conv2D(groups * draw.whole(1, 2), kernelSize(draw), { ...options, groups });
    return layer.apply(value([H, W, groups * draw.whole(1, 2)]));
  },
  DepthwiseConv2D: onImage(
    (draw) =>
      new DepthwiseConv2D(kernelSize(draw), {
        ...{ padding: padding(draw), activation: activation(draw), useBias: draw.yes() },
        ...{ depthMultiplier: draw.whole(1, 3), strides: draw.whole(1, 2) },
      }),
  ),
  SeparableConv2D: onImage(
    (draw) =>
      new SeparableConv2D(draw.whole(1, 3), kernelSize(draw), {
        ...{ padding: padding(draw), activation: activation(draw), useBias: draw.yes() },
        ...{ depthMultiplier: draw.whole(1, 3), strides: draw.whole(1, 2) },
      }),
  ),
  Dense: (draw, value) => {
    const read = value(draw.any());
    const order = [2, 1, 3].slice(0, read.shape.length);
    const turned = read.shape.length > 1 && draw.yes() ? new Permute(order).apply(read) : read;
    return new Dense(draw.whole(1, 4), { activation: activation(draw), useBias: draw.yes() }).apply(turned);
  },
  Flatten: onAny(() => new Flatten()),
  Reshape: onImage((draw, [, , C]) => new Reshape(draw.of([-1], [-1, C]))),
  Permute: onImage((draw) => new Permute(draw.of([2, 1, 3], [3, 1, 2], [2, 3, 1]))),
  GlobalAveragePooling2D: onImage((draw) => new GlobalAveragePooling2D({ keepdims: draw.yes() })),
  GlobalMaxPooling2D: onImage((draw) => new GlobalMaxPooling2D({ keepdims: draw.yes() })),
  GlobalAveragePooling1D: (draw, value) =>
    new GlobalAveragePooling1D({ keepdims: draw.yes() }).apply(value([draw.whole(2, 5), draw.whole(1, 3)])),
  GlobalMaxPooling1D: (draw, value) =>
    new GlobalMaxPooling1D({ keepdims: draw.yes() }).apply(value([draw.whole(2, 5), draw.whole(1, 3)])),
  Normalization: onImage((draw, [, , C]) => {
    const values = (least: number) => Array.from({ length: C }, () => draw.between(least, 2));
    return new Normalization({ mean: values(-1), variance: values(0.3), invert: draw.yes() });
  }),
  UnitNormalization: onImage((draw) => new UnitNormalization({ axis: draw.of([-1], [-2, -1]) })),
  LayerScale: onAny((_, shape) => new LayerScale(0.5, shape.at(-1)!)),
  Rescaling: onAny((draw) => new Rescaling(draw.between(-2, 2), { offset: draw.of(0, 1.5) })),
  Resizing: onImage(
    (draw) =>
      new Resizing(draw.whole(2, 8), draw.whole(2, 8), {
        interpolation: draw.of("bilinear", "nearest"),
        cropToAspectRatio: draw.yes(),
      }),
  ),
  CenterCrop: onImage((draw) => new CenterCrop(draw.whole(2, 7), draw.whole(2, 7))),
  RandomCrop: onImage((draw) => new RandomCrop(draw.whole(2, 7), draw.whole(2, 7))),
  UpSampling2D: onImage((draw) => new UpSampling2D([draw.whole(1, 3), draw.whole(1, 3)])),
  ZeroPadding2D: onImage(
    (draw) =>
      new ZeroPadding2D([
        [draw.whole(0, 2), draw.whole(0, 2)],
        [draw.whole(0, 2), 1],
      ]),
  ),
  Cropping2D: onImage(
    (draw) =>
      new Cropping2D([
        [draw.whole(0, 1), 1],
        [draw.whole(0, 1), draw.whole(0, 1)],
      ]),
  ),
  Dropout: onAny(() => new Dropout(0.5)),
  GaussianDropout: onAny(() => new GaussianDropout(0.5)),
  GaussianNoise: onAny(() => new GaussianNoise(0.5)),
  SpatialDropout2D: onImage(() => new SpatialDropout2D(0.5)),
  StochasticDepth: onAny(() => new StochasticDepth(0.5)),
  RandomBrightness: onImage(() => new RandomBrightness(0.5)),
  RandomContrast: onImage(() => new RandomContrast(0.5)),
  RandomErasing: onImage(() => new RandomErasing({ factor: 1 })),
  RandomFlip: onImage(() => new RandomFlip()),
  RandomRotation: onImage(() => new RandomRotation(0.5)),
  RandomTranslation: onImage(() => new RandomTranslation(0.5, 0.5)),
  RandomZoom: onImage(() => new RandomZoom(0.5)),
};

/** The numbers that the model of {@link layersModel} reads. */
export const READS = 6;

/** A model that has `count` of each layer, each on values of its own; and those layers by their classes. */
export function layersModel(random: Random, count: number) {
  const draw = new Draw(random);
  const inputs = input([READS]);
  const value: Make = (shape) => new Reshape(shape).apply(new Dense(sizeOf(shape)).apply(inputs));
  const drawn = new Map<string, readonly Tensor[]>();
  for (const [className, apply] of Object.entries(drawnLayers)) {
    drawn.set(
      className,
      Array.from({ length: count }, () => apply(draw, value)),
    );
  }
  const parts = [...drawn.values()].flat().map((made) => new Flatten().apply(made));
  const model = new Model({ inputs, outputs: new Concatenate().apply(parts) });
  return { model, layersOf: (className: string) => drawn.get(className)!.map(({ source }) => source!.layer) };
}
