import { ACTIVATIONS, refuses } from "../base/refusals.testing.js";
import {
  Activation,
  ActivityRegularization,
  AveragePooling2D,
  CenterCrop,
  Concatenate,
  Cropping2D,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  LayerScale,
  MaxPooling2D,
  Normalization,
  Permute,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  Rescaling,
  Reshape,
  Resizing,
  SpatialDropout2D,
  StochasticDepth,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "./index.js";

refuses("wrong options of layers without weights", [
  [
    () => new MaxPooling2D(0),
    "MaxPooling2D: expected poolSize to be a whole number of at least 1, received 0. Correct poolSize.",
  ],
  [
    () => new MaxPooling2D(2, { strides: 0.5 }),
    "MaxPooling2D: expected strides to be a whole number of at least 1, received 0.5. Correct strides.",
  ],
  [
    () => new AveragePooling2D([2, 0]),
    "AveragePooling2D: expected poolSize to be a whole number of at least 1, received 0. Correct poolSize.",
  ],
  [
    () => new AveragePooling2D(2, { padding: "SAME" as never }),
    'AveragePooling2D: expected padding to be "valid" or "same", received "SAME". Did you mean "same"?',
  ],
  [
    () => new Activation("selu2" as never),
    `Activation: expected activation to be one of ${ACTIVATIONS}, received "selu2". Did you mean selu?`,
  ],
  [
    () => new ActivityRegularization({ l2: -1 }),
    "L1L2: expected l2 to be a number of at least 0, received -1. Correct l2.",
  ],
  [() => new Dropout(1), "Dropout: expected rate to be at least 0 and below 1, received 1. Correct rate."],
  [
    () => new Dropout(-0.1),
    "Dropout: expected rate to be at least 0 and below 1, received -0.1. Correct rate.",
  ],
  [
    () => new Dropout(Number.NaN),
    "Dropout: expected rate to be at least 0 and below 1, received NaN. Correct rate.",
  ],
  [
    () => new SpatialDropout2D(1.5),
    "SpatialDropout2D: expected rate to be at least 0 and below 1, received 1.5. Correct rate.",
  ],
  [
    () => new Concatenate({ axis: 0 }),
    "Concatenate: expected axis to be a whole number other than 0, the batch, received 0. Omit axis to join the channels.",
  ],
  [
    () => new Concatenate({ axis: 1.5 }),
    "Concatenate: expected axis to be a whole number other than 0, the batch, received 1.5. Omit axis to join the channels.",
  ],
  [
    () => new Reshape([2, 0]),
    "Reshape: expected each size of targetShape to be a whole number of at least 1, received 0. Correct each size of targetShape.",
  ],
  [
    () => new Reshape([-1, -1]),
    "Reshape: expected targetShape to be a list of sizes, at most one of them -1, received [-1,-1]. Correct targetShape.",
  ],
  [
    () => new Reshape(4 as never),
    "Reshape: expected targetShape to be a list of sizes, at most one of them -1, received 4. Correct targetShape.",
  ],
  [
    () => new UpSampling2D(0),
    "UpSampling2D: expected size to be a whole number of at least 1, received 0. Correct size.",
  ],
  [
    () => new UpSampling2D(2, { interpolation: "bicubic" as never }),
    'UpSampling2D: expected interpolation to be "nearest", received "bicubic". There is no other yet: omit interpolation.',
  ],
  [
    () => new ZeroPadding2D(-1),
    "ZeroPadding2D: expected padding to be a whole number of at least 0, received -1. Correct padding.",
  ],
  [
    () => new ZeroPadding2D([1, [2]] as never),
    "ZeroPadding2D: expected padding to be a number, [height, width] or [[top, bottom], [left, right]], received [2]. Correct padding.",
  ],
  [
    () => new Cropping2D([1, [2]] as never),
    "Cropping2D: expected cropping to be a number, [height, width] or [[top, bottom], [left, right]], received [2]. Correct cropping.",
  ],
  [
    () => new Cropping2D(2, { name: "c" }).outputShape([4, 9, 3]),
    'Cropping2D "c": expected images larger than 4×4, which is cut off, received [batch, 4, 9, 3]. Cut off less.',
  ],
  [
    () => new Permute([1, 3]),
    "Permute: expected dims to be 1, 2, … in any order, at most 3 of them, received [1,3]. Correct dims.",
  ],
  [
    () => new Permute([2, 1]).outputShape([4, 4, 3]),
    "Permute: expected an input with 2 axes after the batch, as dims has, received [batch, 4, 4, 3]. Correct dims.",
  ],
  [
    () => new GlobalAveragePooling1D().outputShape([4, 4, 3]),
    "GlobalAveragePooling1D: expected an input [batch, steps, features], received [batch, 4, 4, 3]. Reshape it first.",
  ],
  [
    () => new UnitNormalization({ axis: 1 }).outputShape([4, 4, 3]),
    "UnitNormalization: expected axis to name the last of the input's axes 1 to 3, or several up to the last, received [1]. Correct axis.",
  ],
  [
    () => new GaussianNoise(1.5),
    "GaussianNoise: expected stddev to be a number from 0 to 1, received 1.5. Correct stddev.",
  ],
  [
    () => new GaussianDropout(1),
    "GaussianDropout: expected rate to be at least 0 and below 1, received 1. Correct rate.",
  ],
  [
    () => new StochasticDepth(1),
    "StochasticDepth: expected dropPathRate to be a number of at least 0 and below 1, received 1. Correct dropPathRate.",
  ],
  [
    () => new LayerScale(1e-6, 8).outputShape([4, 4, 3]),
    "LayerScale: expected an input of 8 channels, received [batch, 4, 4, 3]. Correct projectionDim.",
  ],
  [
    () => new RandomBrightness([-2, 1]),
    "RandomBrightness: expected factor to be a number or [low, high] within -1 and 1, received [-2,1]. Correct factor.",
  ],
  [
    () => new CenterCrop(0, 3),
    "CenterCrop: expected height to be a whole number of at least 1, received 0. Correct height.",
  ],
  [
    () => new Resizing(3, Number.NaN),
    "Resizing: expected width to be a whole number of at least 1, received NaN. Correct width.",
  ],
  [
    () => new Resizing(3, 3, { interpolation: "lanczos3" as never }),
    'Resizing: expected interpolation to be one of nearest, bilinear, received "lanczos3". Choose one of them.',
  ],
  [
    () => new Rescaling(Number.NaN),
    "Rescaling: expected scale to be a finite number, received NaN. Correct scale.",
  ],
  [
    () => new Rescaling(1, { offset: Number.POSITIVE_INFINITY }),
    "Rescaling: expected offset to be a finite number, received Infinity. Correct offset.",
  ],
  [
    () => new Normalization({ mean: 1 }),
    "Normalization: expected mean and variance to be numbers, or lists of the same length, the variance not below 0, received mean 1 and variance nothing. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ mean: [1, 2], variance: [1] }),
    "Normalization: expected mean and variance to be numbers, or lists of the same length, the variance not below 0, received mean [1,2] and variance [1]. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ mean: 1, variance: -1 }),
    "Normalization: expected mean and variance to be numbers, or lists of the same length, the variance not below 0, received mean 1 and variance -1. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ axis: [1, 2], mean: [[1, 2], [3]] as never, variance: [[1, 2], [3]] as never }),
    "Normalization: expected mean and variance to be numbers, or lists of the same length, the variance not below 0, received mean [[1,2],[3]] and variance [[1,2],[3]]. Pass both, or neither and call adapt.",
  ],
  [
    () => new Normalization({ axis: "last" as never }),
    'Normalization: expected axis to be a whole number other than 0, the batch, a list of them, or null, received "last". Correct axis, or omit it.',
  ],
  [
    () => new RandomFlip("diagonal" as never),
    'RandomFlip: expected mode to be one of horizontal, vertical, horizontal_and_vertical, received "diagonal". Choose one of them.',
  ],
  [
    () => new RandomCrop(3, 0),
    "RandomCrop: expected width to be a whole number of at least 1, received 0. Correct width.",
  ],
  [
    () => new RandomTranslation(2, 0),
    "RandomTranslation: expected heightFactor to be a number or [low, high] within -1 and 1, received 2. Correct heightFactor.",
  ],
  [
    () => new RandomTranslation(0.1, undefined as never),
    "RandomTranslation: expected widthFactor to be [low, high], received nothing. Correct widthFactor.",
  ],
  [
    () => new RandomRotation([0.1, Number.NaN]),
    "RandomRotation: expected factor to be [low, high], received [0.1,null]. Correct factor.",
  ],
  [
    () => new RandomRotation(0.1, { fillMode: "mirror" as never }),
    'RandomRotation: expected fillMode to be one of constant, nearest, reflect, wrap, received "mirror". Choose one of them.',
  ],
  [
    () => new RandomZoom(-2),
    "RandomZoom: expected heightFactor to be a number or [low, high] within -1 and 1, received -2. Correct heightFactor.",
  ],
  [
    () => new RandomZoom(0.1, { fillValue: Number.NaN }),
    "RandomZoom: expected fillValue to be a finite number, received NaN. Correct fillValue.",
  ],
  [
    () => new RandomContrast(2),
    "RandomContrast: expected factor to be a number or [low, high] within 0 and 1, received 2. Correct factor.",
  ],
  [
    () => new RandomErasing({ factor: 2 }),
    "RandomErasing: expected factor to be a number or [low, high] within 0 and 1, received 2. Correct factor.",
  ],
  [
    () => new RandomErasing({ scale: [0, 3] }),
    "RandomErasing: expected scale to be a number or [low, high] within 0 and 1, received [0,3]. Correct scale.",
  ],
]);
