import type { DataType } from "./data_type.ts";

/** Everything known of a kind of document that has a file in the export but no route. */
export type ExportType =
  & Pick<DataType, "name" | "description" | "key" | "day" | "instant" | "offset" | "document">
  & {
    /** Whether the file is opened only when the type is named. @default false */
    readonly sensitive?: boolean;
  };
