/** All tests that drive a browser: one file, because each file would start a browser of its own. */
import "./page.ts";
import "./edges.ts";
import "./cohort.ts";
