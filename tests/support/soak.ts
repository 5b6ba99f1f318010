/**
 * How much is tested. A push takes a sample of what repeats itself; the nightly soak
 * (`deno task test:soak`) takes all of it: every database with every schema, more kills, more hours.
 */
export const SOAK = Deno.env.get("OURA_TEST_SOAK") === "1";
