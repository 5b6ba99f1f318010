import { testsOf } from "../support/test_files.ts";

await testsOf("sign_in", "client", "budget", "citus");
