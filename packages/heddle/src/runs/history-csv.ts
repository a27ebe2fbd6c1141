export * from "@heddle/core/internal/records/history-csv.js";
