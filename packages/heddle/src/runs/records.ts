export * from "@heddle/core/internal/records/run-record.js";
