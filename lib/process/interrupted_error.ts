import { PartialError } from "../errors.ts";

/** The person, or the system, asked the run to stop. What was loaded stays. */
export class InterruptedError extends PartialError {
  constructor(signal: string) {
    super("INTERRUPTED", `Stopped by ${signal}; the next run continues from here`);
  }
}
