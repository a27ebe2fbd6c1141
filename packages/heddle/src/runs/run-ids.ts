export * from "@heddle/core/internal/records/run-ids.js";
