import { testsOf } from "../support/test_files.ts";

await testsOf("pipelines", "sync");
