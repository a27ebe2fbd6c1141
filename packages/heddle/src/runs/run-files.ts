export * from "@heddle/core/internal/records/run-files.js";
