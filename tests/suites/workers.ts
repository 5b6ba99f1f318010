import { testsOf } from "../support/test_files.ts";

await testsOf("worker", "webhooks");
