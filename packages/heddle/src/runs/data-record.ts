import type { DatasetDescription, SplitDescription } from "@heddle/core/internal/data/describe.js";
import type { Duplicates } from "@heddle/core/internal/data/exact-duplicates.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";

/** `dataset.json`: what the data held when the run began, so that its report can be rebuilt without the data. */
export interface DataRecord extends Omit<DatasetDescription, "source"> {
  /** Training images held out for validation; 0 if each epoch was validated on the test images. */
  readonly validationImages: number;
}

const elementTypes = ["uint8", "float32"] as const;

/**
 * Reads `dataset.json`.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file and the first field that is wrong
 */
export function parseDataRecord(file: string, text: string): DataRecord {
  return JsonFields.read(file, text, dataRecordOf);
}

function dataRecordOf(data: JsonFields): DataRecord {
  const classNames = data.strings("classNames");
  const duplicates = data.object("duplicates");
  return {
    name: data.string("name"),
    title: data.string("title"),
    classNames,
    train: parseSplit(data.object("train"), classNames.length),
    test: parseSplit(data.object("test"), classNames.length),
    duplicates: {
      withinTrain: parseDuplicates(duplicates.object("withinTrain")),
      withinTest: parseDuplicates(duplicates.object("withinTest")),
      betweenSplits: parseDuplicates(duplicates.object("betweenSplits")),
    },
    validationImages: data.wholeNumber("validationImages"),
  };
}

function parseSplit(split: JsonFields, classes: number): SplitDescription {
  const [height, width, channels] = split.wholeNumbers("shape", 3);
  return {
    images: split.wholeNumber("images"),
    shape: [height!, width!, channels!],
    elementType: split.oneOf("elementType", elementTypes),
    minimum: split.numberOrNaN("minimum"),
    maximum: split.numberOrNaN("maximum"),
    mean: split.numberOrNaN("mean"),
    standardDeviation: split.numberOrNaN("standardDeviation"),
    perClass: split.numberList("perClass", classes),
  };
}

function parseDuplicates(fields: JsonFields): Duplicates {
  return {
    count: fields.wholeNumber("count"),
    conflicting: fields.wholeNumber("conflicting"),
    examples: fields
      .numberLists("examples", undefined, 2)
      .map(([first, duplicate]) => [first!, duplicate!] as const),
  };
}
