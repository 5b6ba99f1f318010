/** Writes the generated parts of README.md and docs/*.md: `deno task docs:write`. */
import { generatedPages } from "./pages.ts";

for (const { file, text } of await generatedPages()) await Deno.writeTextFile(file, text);
