import type { Callback, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import { TensorBoard } from "@heddle/core/internal/callbacks/index.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { Checkpointing, type CheckpointMarks, marksOf } from "./checkpointing.js";
import type { RunUnderWay } from "./run-under-way.js";

/** A model that was trained. */
export interface Trained {
  readonly engine: Metrics["engine"];
  readonly weightsSha256: string;
}

/** Second stage: trains the model. The history and the model are written after each epoch, and checkpoints by their rule. */
export async function train(run: RunUnderWay): Promise<Trained> {
  const { job, prepared, folder, record, state } = run;
  const { model, events, signal } = job;
  const engine = await model.engine();
  record.beginStretch(engine.threads, state);
  await folder.writeRecord(record.now);
  const marks = await marksOf(record.now);
  const { writtenInput, takesAnySize } = job;
  if (writtenInput) {
    events.onWarning?.(
      `Model "${model.name}" was written for inputs of [${writtenInput.join(", ")}]; a Reshape before it takes the images of ${model.inputShape.join("×")}.`,
    );
  }
  if (takesAnySize) {
    events.onWarning?.(
      `Model "${model.name}" was written for images of any size; the trained one takes ${model.inputShape.join("×")}, as these images are.`,
    );
  }
  events.onModel(model.summary(), engine);
  await fitTraining(job, prepared, {
    validationData: job.validation ?? job.dataset.test.samples,
    signal,
    from: state,
    callbacks: (from) => [
      epochWriter(run),
      ...(job.tensorBoard ? [new TensorBoard(folder.tensorBoardPath, folder.place)] : []),
      checkpointingOf(run, marks, from),
      events.training,
    ],
  });
  // Early stopping may have gone back to the weights of an earlier epoch.
  await folder.writeModel(model);
  return { engine, weightsSha256: await model.weightsSha256() };
}

/** Writes what an epoch gave, before anything else hears of its end. */
function epochWriter({ job, folder, epochs }: RunUnderWay): Callback {
  return {
    onEpochEnd: async (logs) => {
      await folder.checkThere();
      epochs.push(logs);
      // Without a validation split, the test images are those that validate.
      if (job.validation === undefined) {
        await folder.appendTestLook({ at: new Date().toISOString(), reason: "validation" });
      }
      await folder.writeHistory({ epochs });
      await folder.writeModel(job.model);
    },
  };
}

function checkpointingOf(
  { job, folder, epochs, clock }: RunUnderWay,
  marks: CheckpointMarks,
  from: TrainingState | undefined,
): Checkpointing {
  return new Checkpointing({
    folder,
    rule: job.checkpoints ?? {},
    marks,
    epochs,
    clock,
    heldOut: job.validation !== undefined,
    from,
  });
}
