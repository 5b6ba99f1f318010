/** The simulator's public face. */
export { createSimulator, Simulator, type SimulatorOptions, staticToken } from "./simulator.ts";
export { type RunningSimulator, type ServeOptions, serveSimulator } from "./server.ts";
export type { Settings } from "./settings.ts";
export { isTypeName, TYPE_NAMES, type TypeName } from "./world/collections.ts";
export {
  type Changes,
  changes,
  truth,
  type TruthDocument,
  type TruthQuery,
} from "./world/truth.ts";
export { SCOPES, type Trip, type UserSpec, Wearer } from "./world/wearer.ts";
export { createWorld, World, type WorldOptions } from "./world/world.ts";
