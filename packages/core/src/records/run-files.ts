/** The paths of everything that a run's folder may hold, as docs/runs.md lists it. */
export const RUN_FILES = new RegExp(
  `^(?:${[
    "(?:run|dataset|metrics|evaluation|cross-validation)\\.json",
    "(?:test-looks|labels)\\.jsonl",
    "history\\.csv",
    "report\\.html",
    "first-weights\\.safetensors",
    // Of a project, which has its data in it.
    "data\\.npz",
    "model/(?:(?:config\\.json|weights\\.safetensors))?",
    "checkpoints/(?:epoch-\\d+(?:-step-\\d+)?\\.safetensors(?:\\.damaged)?)?",
    "folds/(?:fold-\\d+\\.safetensors)?",
    "figures/(?:[a-z0-9-]+\\.(?:svg|png|json))?",
    "tensorboard/(?:[^/]+/)*(?:events\\.out\\.tfevents\\.[^/]+)?",
    "explain/(?:[^/]+/)?(?:report\\.html|figures/(?:[a-z0-9-]+\\.(?:svg|png))?)?",
    // Of `evaluate` with a report.
    "evaluation-[^/]+\\.html",
    "evaluation-[^/]+-figures/(?:[a-z0-9-]+\\.(?:svg|png))?",
    "lock-[0-9a-f]{12}",
  ].join("|")})$`,
);

/** Pictures among the figures of a run, which belong to it next to their SVG alone. */
export const RUN_PICTURES = /(?:^|[/-])figures\/[^/]+\.png$/;
