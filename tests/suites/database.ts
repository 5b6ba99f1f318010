import { testsOf } from "../support/test_files.ts";

await testsOf("db", "vault", "columns", "gaps", "rejects", "replay", "series");
