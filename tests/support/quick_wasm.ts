/** How spawned programs translate the embedded database, which is WebAssembly. */
import { SOAK } from "./soak.ts";

/**
 * Variables of the environment of a program that a test starts. V8 translates WebAssembly quickly,
 * then once more into faster code, which costs a program of a test 1.5 s and gains it nothing. The
 * soak runs programs as users do.
 */
export const QUICK_WASM: Readonly<Record<string, string>> = SOAK
  ? {}
  : { DENO_V8_FLAGS: "--liftoff-only" };
