/** The whole comparison of the catalog with an export. */
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { compareDocuments } from "./compare_documents.ts";
import { compareRoutes, compareWebhooks } from "./compare_routes.ts";
import type { Finding } from "./finding.ts";
import type { OpenApi } from "./openapi.ts";

/** Everything on which the catalog and the export are not of one mind, in the catalog's order. */
export function compareContract(spec: OpenApi, catalog: readonly DataType[]): Finding[] {
  return [
    ...compareRoutes(spec, catalog),
    ...catalog.flatMap((dataType) => compareDocuments(spec, dataType)),
    ...compareWebhooks(spec, catalog),
  ];
}
