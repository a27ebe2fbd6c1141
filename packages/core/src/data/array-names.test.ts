import { describe, expect, it } from "vitest";
import { arrayRoles } from "./array-names.js";

describe("arrayRoles", () => {
  it.each([
    ["Keras", ["x_train", "y_train", "x_test", "y_test"]],
    ["MedMNIST", ["train_images", "train_labels", "test_images", "test_labels"]],
    ["Kuzushiji-49", ["k49-train-imgs", "k49-train-labels", "k49-test-imgs", "k49-test-labels"]],
    ["scikit-learn's examples", ["X_train", "y_train", "X_test", "y_test"]],
    ["camel case", ["trainImages", "trainLabels", "testImages", "testLabels"]],
    ["MNIST's words", ["mnist.train.data", "mnist.train.targets", "mnist.t10k.data", "mnist.t10k.targets"]],
  ])("tells the four arrays of %s by their names", (_, names) => {
    const [images, labels, testImages, testLabels] = names as [string, string, string, string];
    expect(arrayRoles(names.toReversed())).toEqual({
      train: { images, labels },
      test: { images: testImages, labels: testLabels },
      others: [],
    });
  });

  it("tells validation arrays, class names and what it does not know", () => {
    const names = ["class_names", "y", "x_val", "y_val", "x", "ids", "x_train_mean"];
    expect(arrayRoles(names)).toEqual({
      train: { images: "x", labels: "y" },
      validation: { images: "x_val", labels: "y_val" },
      classNames: "class_names",
      others: ["ids", "x_train_mean"],
    });
  });

  it("takes arrays with a split in their names before those without", () => {
    const { train, others } = arrayRoles(["images", "labels", "train_images", "train_labels"]);
    expect(train).toEqual({ images: "train_images", labels: "train_labels" });
    expect(others).toEqual(["images", "labels"]);
  });

  it("finds nothing in half a pair", () => {
    expect(arrayRoles(["x_train", "y_test"])).toEqual({ others: ["x_train", "y_test"] });
    expect(arrayRoles([])).toEqual({ others: [] });
  });
});
