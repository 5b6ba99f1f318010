/** The formats of exported files; each is also the extension of their names. */
export const EXPORT_FORMATS = ["csv", "ndjson", "parquet"] as const;
/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = typeof EXPORT_FORMATS[number];
