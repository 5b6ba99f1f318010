/** The simulator's public face. */
export { createSimulator, Simulator, type SimulatorOptions } from "./simulator.ts";
export { staticToken } from "./api/access.ts";
export { type RunningSimulator, type ServeOptions, serveSimulator } from "./server.ts";
export { faultRuleOf } from "./faults/parse.ts";
export { FAULT_KINDS, type FaultKind, type FaultRule } from "./faults/rules.ts";
export { type App, DEFAULT_APPS, type Portal } from "./oauth/apps.ts";
export type { Settings } from "./settings.ts";
export { isTypeName, TYPE_NAMES, type TypeName } from "./world/collections.ts";
export { demoWearer } from "./world/demo_wearer.ts";
export type { Story } from "./world/story_spec.ts";
export {
  type Changes,
  changes,
  truth,
  type TruthDocument,
  type TruthQuery,
} from "./world/truth.ts";
export { SCOPES, type Trip, type UserSpec, Wearer, type Withheld } from "./world/wearer.ts";
export { exportFiles, type ExportOptions, exportZip } from "./export/export.ts";
export { createWorld, World, type WorldOptions } from "./world/world.ts";
export { type Delivery, Webhooks } from "./webhooks/webhooks.ts";
export { type SignedCall, signedCall, type WebhookEvent } from "./webhooks/delivery.ts";
