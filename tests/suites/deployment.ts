import { testsOf } from "../support/test_files.ts";

await testsOf("deploy", "schedule", "lib", "tools", "bench");
