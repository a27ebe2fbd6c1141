import {
  anyFloats,
  anyList,
  anyNumber,
  anyObject,
  anyObjectOrNull,
  anySeed,
  checkerOf,
  type KerasKeys,
  only,
} from "../base/ignored-keys.js";

const seed = { seed: anySeed };
const dataFormat = { data_format: only("channels_last", null) };
const adapted = { quantization_config: only(null), lora_rank: only(null) };
const convolution = { ...dataFormat, ...adapted };
const affine = { beta_constraint: only(null), gamma_constraint: only(null) };
/** `groups`, which other convolutions inherit from Conv in Keras 2. */
const inherited = { groups: only(1) };

/** What Keras 2 and 3 write about layers and Heddle ignores. */
export const layerKeys: KerasKeys = {
  every: {
    dtype: anyFloats,
    // Keras 2 repeats the model's input shape in its first layer.
    batch_input_shape: anyList,
    // Layers write it only where there is one; `layerOptions` reads it.
    activity_regularizer: { expected: "a regularizer or null", accepts: () => true },
  },
  of: {
    ActivityRegularization: {
      // Keras writes the penalty once more.
      activity_regularizer: anyObjectOrNull,
    },
    AveragePooling2D: dataFormat,
    BatchNormalization: {
      ...affine,
      synchronized: only(false),
      renorm: only(false),
      // Without renorm, what it would do does not matter.
      renorm_clipping: anyObjectOrNull,
      renorm_momentum: anyNumber,
    },
    CenterCrop: dataFormat,
    Conv2D: convolution,
    Cropping2D: dataFormat,
    Dense: adapted,
    DepthwiseConv2D: { ...convolution, ...inherited },
    // Written only where there is one.
    Dropout: { ...seed, noise_shape: { expected: "sizes or null", accepts: () => true } },
    Flatten: dataFormat,
    GaussianDropout: seed,
    GaussianNoise: seed,
    GlobalAveragePooling1D: dataFormat,
    GlobalAveragePooling2D: dataFormat,
    GlobalMaxPooling1D: dataFormat,
    GlobalMaxPooling2D: dataFormat,
    GroupNormalization: affine,
    LayerNormalization: { ...affine, rms_scaling: only(false) },
    // What Keras 2 calls its slope; `negative_slope` goes first.
    LeakyReLU: { alpha: anyNumber },
    MaxPooling2D: dataFormat,
    MultiHeadAttention: {
      ...seed,
      use_gate: only(false),
      sliding_window: only(null),
      flash_attention: only(null, false),
    },
    RandomBrightness: { ...dataFormat, ...seed },
    RandomContrast: { ...dataFormat, ...seed },
    RandomCrop: { ...dataFormat, ...seed },
    RandomErasing: { ...dataFormat, ...seed },
    RandomFlip: { ...dataFormat, ...seed },
    RandomRotation: { ...dataFormat, ...seed },
    RandomTranslation: { ...dataFormat, ...seed },
    RandomZoom: { ...dataFormat, ...seed },
    Resizing: {
      ...dataFormat,
      antialias: only(false),
      pad_to_aspect_ratio: only(false),
      // Without padding, what it would be filled with does not matter.
      fill_mode: only("constant", "reflect", "wrap", "nearest"),
      fill_value: anyNumber,
    },
    SeparableConv2D: {
      ...convolution,
      ...inherited,
      // Inherited in Keras 2, where the two kernels have rules of their own.
      kernel_initializer: anyObject,
      kernel_regularizer: only(null),
      kernel_constraint: only(null),
    },
    SpatialDropout2D: { ...dataFormat, ...seed, noise_shape: only(null), trainable: only(true, false) },
    UpSampling2D: { ...dataFormat, interpolation: only("nearest") },
    ZeroPadding2D: dataFormat,
  },
};

export const checkedLayer = checkerOf("model", layerKeys);
