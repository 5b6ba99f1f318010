/** The pages with commands to type. */
import { CONTAINERS, MIGRATION } from "./elsewhere.ts";
import { QUICK_START } from "./quick_start.ts";
import { README } from "./readme.ts";
import { SCHEDULING } from "./scheduling.ts";
import { BINARY, COLUMNS, OPERATIONS, SIGN_IN } from "./signed_in.ts";
import type { Tour } from "./tour.ts";

/** What a new user types first; a push follows this only. */
export const FIRST_TOUR: readonly Tour[] = [README];

/** All of them, in an order in which one leaves behind what the next needs. */
export const TOURS: readonly Tour[] = [
  README,
  SCHEDULING,
  QUICK_START,
  OPERATIONS,
  COLUMNS,
  BINARY,
  SIGN_IN,
  MIGRATION,
  CONTAINERS,
];
