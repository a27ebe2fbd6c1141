import { Registry } from "../base/registry.js";
import { Activation } from "./activation.js";
import { ActivityRegularization } from "./activity-regularization.js";
import { Add } from "./add.js";
import { Average } from "./average.js";
import { AveragePooling2D } from "./average-pooling2d.js";
import { BatchNormalization } from "./batch-normalization.js";
import { CenterCrop } from "./center-crop.js";
import { Concatenate } from "./concatenate.js";
import { Conv2D } from "./conv2d.js";
import { Cropping2D } from "./cropping2d.js";
import { Dense } from "./dense.js";
import { DepthwiseConv2D } from "./depthwise-conv2d.js";
import { Dropout } from "./dropout.js";
import { ELU } from "./elu.js";
import { Flatten } from "./flatten.js";
import { GaussianDropout } from "./gaussian-dropout.js";
import { GaussianNoise } from "./gaussian-noise.js";
import { GlobalAveragePooling1D } from "./global-average-pooling1d.js";
import { GlobalAveragePooling2D } from "./global-average-pooling2d.js";
import { GlobalMaxPooling1D } from "./global-max-pooling1d.js";
import { GlobalMaxPooling2D } from "./global-max-pooling2d.js";
import { GroupNormalization } from "./group-normalization.js";
import { layerKeys } from "./ignored-keys.js";
import type { Layer } from "./layer.js";
import { LayerNormalization } from "./layer-normalization.js";
import { LayerScale } from "./layer-scale.js";
import { LeakyReLU } from "./leaky-re-lu.js";
import { MaxPooling2D } from "./max-pooling2d.js";
import { Maximum } from "./maximum.js";
import { Minimum } from "./minimum.js";
import { MultiHeadAttention } from "./multi-head-attention.js";
import { Multiply } from "./multiply.js";
import { Normalization } from "./normalization.js";
import { PReLU } from "./p-re-lu.js";
import { Permute } from "./permute.js";
import { RandomBrightness } from "./random-brightness.js";
import { RandomContrast } from "./random-contrast.js";
import { RandomCrop } from "./random-crop.js";
import { RandomErasing } from "./random-erasing.js";
import { RandomFlip } from "./random-flip.js";
import { RandomRotation } from "./random-rotation.js";
import { RandomTranslation } from "./random-translation.js";
import { RandomZoom } from "./random-zoom.js";
import { ReLU } from "./re-lu.js";
import { Rescaling } from "./rescaling.js";
import { Reshape } from "./reshape.js";
import { Resizing } from "./resizing.js";
import { SeparableConv2D } from "./separable-conv2d.js";
import { Softmax } from "./softmax.js";
import { SpatialDropout2D } from "./spatial-dropout2d.js";
import { StochasticDepth } from "./stochastic-depth.js";
import { Subtract } from "./subtract.js";
import { UnitNormalization } from "./unit-normalization.js";
import { UpSampling2D } from "./up-sampling2d.js";
import { ZeroPadding2D } from "./zero-padding2d.js";

/** The layers by Keras's names, for models that are read from JSON. */
export const layers = new Registry<Layer>(
  "layer",
  {
    Activation,
    ActivityRegularization,
    ELU,
    LeakyReLU,
    PReLU,
    ReLU,
    Softmax,
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    AveragePooling2D,
    BatchNormalization,
    LayerNormalization,
    GroupNormalization,
    MultiHeadAttention,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    SeparableConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    CenterCrop,
    Normalization,
    RandomContrast,
    RandomCrop,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    Resizing,
    RandomErasing,
    RandomFlip,
    Rescaling,
    Reshape,
    SpatialDropout2D,
    UpSampling2D,
    Cropping2D,
    GaussianDropout,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    LayerScale,
    Permute,
    RandomBrightness,
    StochasticDepth,
    UnitNormalization,
    ZeroPadding2D,
  },
  layerKeys,
);
