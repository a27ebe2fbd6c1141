import { describe, expect, it } from "vitest";
import type { LabelErrorFindings } from "./findings.js";
import { whyNoSuspects } from "./label-errors.js";

const labels = Uint8Array.from({ length: 60 }, (_, image) => image % 3);
const agreeing = (accuracy: number) => ({ train: { accuracy, images: 60 } }) as LabelErrorFindings;

describe("whyNoSuspects", () => {
  it("doubts labels only where models that did not learn them are well above chance", () => {
    expect(whyNoSuspects(agreeing(0.9), labels)).toBeUndefined();
    expect(whyNoSuspects(agreeing(0.5), labels)).toBe(
      "models that did not see the images agree with 50.00% of the labels (95% interval 37.74% – 62.26%), and chance with 33.33%: they know too little of the classes to doubt a label",
    );
  });

  it("knows that most labels of one class are agreed with by chance", () => {
    expect(whyNoSuspects(agreeing(0.9), new Uint8Array(60).fill(1, 0, 54))).toContain("chance with 90.00%");
  });
});
