// The ops that are measured alone: the study's, and others whose speed must not collapse.
import { Conv2D, Dense, Input, Sequential } from "../../packages/core/dist/index.js";
import { studyModel } from "../../packages/core/dist/recipes/study-recipe.js";

const CONV2 = "study conv2: 3×3, 16→32 at 26×26, ReLU, pooling, dropout";
const UNPOOLED = "the same without pooling and dropout";

/**
 * The reference for the others, in each direction. The backward pass through pooling skips three zeros in four, which
 * the dense count includes, so it is no measure for kernels without zeros to skip.
 */
export const REFERENCE = { forward: CONV2, backward: UNPOOLED };

/** Name, op node, and the input's shape; `inputGradient` is false where training needs none. */
export function shapes() {
  const study = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 })
    .lower()
    .steps.map(({ node }) => node);
  const relu = { activation: "relu" };
  const same = { padding: "same", ...relu };
  return [
    {
      name: "study conv1: 3×3, 1→16 at 28×28, ReLU; no input gradient",
      node: study.find(({ op }) => op === "conv2d"),
      input: [28, 28, 1],
      inputGradient: false,
    },
    { name: CONV2, node: study.find(({ op }) => op === "conv2dMaxPool"), input: [26, 26, 16] },
    one(UNPOOLED, [26, 26, 16], new Conv2D(32, 3, relu)),
    { name: "study dense: 4608→10", node: study.find(({ op }) => op === "dense"), input: [4608] },
    one("3×3, 64→64 at 14×14, same, ReLU", [14, 14, 64], new Conv2D(64, 3, same)),
    one("5×5, 16→32 at 14×14, ReLU", [14, 14, 16], new Conv2D(32, 5, relu)),
    one(
      "3×3, stride 2, 32→64 at 28×28, same, ReLU",
      [28, 28, 32],
      new Conv2D(64, 3, { strides: 2, ...same }),
    ),
    one("1×1, 64→128 at 14×14, ReLU", [14, 14, 64], new Conv2D(128, 1, relu)),
    one("dense 1024→1024, ReLU", [1024], new Dense(1024, relu)),
  ];
}

/** A layer alone, as the compiler lowers it. */
function one(name, input, layer) {
  const { steps } = new Sequential([new Input(input), layer], { seed: 42 }).lower();
  if (steps.length !== 1) throw new Error(`bench: ${name} lowers to ${steps.length} ops, one was expected`);
  return { name, node: steps[0].node, input };
}
