/** How Oura refuses something about a subscription, and how a callback address fails. */
import { PartialError } from "../../errors.ts";
import type { Refusal } from "../errors.ts";
import type { EventKind } from "./callback.ts";
import { command } from "../../program_command.ts";

/** `create daily_sleep`: how messages name a kind of event. */
function kindText({ eventType, dataType }: EventKind): string {
  return `${eventType} ${dataType}`;
}

/** Oura asked the callback address to repeat its challenge, and did not get it. */
export class HandshakeRefusedError extends PartialError {
  constructor(address: string, detail: string | null) {
    super(
      "WEBHOOK_HANDSHAKE",
      `Oura could not verify ${address}${detail === null ? "" : `: ${detail.replace(/\.$/, "")}`}`,
      {
        hint:
          `Oura must reach ${command("serve")} at this address. Run ${command("webhooks test")} ` +
          "to see what it answers.",
      },
    );
  }
}

/** The app has a subscription for the kind of event already; it can have one for each. */
export class SubscriptionTakenError extends PartialError {
  constructor(kind: EventKind) {
    super("WEBHOOK_TAKEN", `the app has a subscription for ${kindText(kind)} already`, {
      hint: `Run ${command("webhooks ensure")}, which changes it.`,
    });
  }
}

/** Oura knows no subscription of this id; it answers 403 then (oura-api/facts.md §6). */
export class SubscriptionNotFoundError extends PartialError {
  constructor(id: string) {
    super("WEBHOOK_NOT_FOUND", `Oura has no subscription ${id} of this app`, {
      hint: `Run ${command("webhooks list")} to see those there are.`,
    });
  }
}

/** Oura refuses the request for another reason, which it names. */
export class SubscriptionRefusedError extends PartialError {
  constructor({ status, path, traceId }: Refusal, detail: string | null) {
    const trace = traceId === null ? "" : ` (trace ${traceId})`;
    const words = detail === null ? "the request was refused" : detail.replace(/\.$/, "");
    super("WEBHOOK_REFUSED", `Oura answered ${status} for ${path}${trace}: ${words}`, {
      hint: "Compare `webhooks` in oura.yaml with the app's page at Oura.",
    });
  }
}
