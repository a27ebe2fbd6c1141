import type { JsonObject } from "@heddle/core/internal/base/json.js";

/** What the constructor of a layer needs, under Keras's names, and what most people want of a new one. */
interface Starter {
  readonly needs?: JsonObject;
  readonly suggests?: JsonObject;
}

const relu = { suggests: { activation: "relu" } };
const dropout = { needs: { rate: 0.25 } };

/** The layers that a chain can have, by what they are for. Those that merge several inputs need a graph. */
export const layerList = {
  features: {
    Conv2D: { needs: { filters: 32, kernel_size: 3 }, ...relu },
    DepthwiseConv2D: { needs: { kernel_size: 3 }, ...relu },
    SeparableConv2D: { needs: { filters: 32, kernel_size: 3 }, ...relu },
    Dense: { needs: { units: 64 }, ...relu },
  },
  pooling: {
    MaxPooling2D: {},
    AveragePooling2D: {},
    GlobalAveragePooling2D: {},
    GlobalMaxPooling2D: {},
  },
  shape: {
    Flatten: {},
    Reshape: { needs: { target_shape: [-1] } },
    Permute: { needs: { dims: [2, 1, 3] } },
    ZeroPadding2D: {},
    Cropping2D: { needs: { cropping: 1 } },
    UpSampling2D: {},
  },
  regularization: {
    Dropout: dropout,
    SpatialDropout2D: dropout,
    GaussianDropout: dropout,
    GaussianNoise: { needs: { stddev: 0.1 } },
  },
  range: {
    Rescaling: { needs: { scale: 1 / 255 } },
    BatchNormalization: {},
    LayerNormalization: {},
    GroupNormalization: { needs: { groups: 8 } },
    UnitNormalization: {},
  },
  activation: {
    Activation: { needs: { activation: "relu" } },
    ReLU: {},
    LeakyReLU: {},
    PReLU: {},
    ELU: {},
    Softmax: {},
  },
  augmentation: {
    RandomFlip: { suggests: { mode: "horizontal" } },
    RandomTranslation: { needs: { height_factor: 0.1, width_factor: 0.1 } },
    RandomRotation: { needs: { factor: 0.05 } },
    RandomZoom: { needs: { height_factor: 0.1 } },
    RandomContrast: { needs: { factor: 0.2 } },
    RandomBrightness: { needs: { factor: 0.2 } },
    RandomErasing: {},
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Starter>>>>;

/** The groups of layers. */
export type LayerGroup = keyof typeof layerList;

const starters: Readonly<Record<string, Starter>> = Object.assign({}, ...Object.values(layerList));

/** What the constructor of a layer needs; nothing for one that is not in the list. */
export function neededBy(className: string): JsonObject {
  return starters[className]?.needs ?? {};
}

/** The options of a new layer that are not the defaults. */
export function startOf(className: string): JsonObject {
  return { ...neededBy(className), ...starters[className]?.suggests };
}
