/**
 * Draws what a command printed as an SVG picture:
 * `deno task demo --days 90 | deno run tools/docs/picture.ts "deno task demo" > docs/images/demo.svg`
 */
import { terminalPicture } from "./terminal_picture.ts";

const text = await new Response(Deno.stdin.readable).text();
const picture = terminalPicture(Deno.args[0] ?? "", text);
await Deno.stdout.write(new TextEncoder().encode(`${picture}\n`));
