/** `webhooks`: the subscriptions of the app at Oura. */
import { defineGroup } from "../_cli/define_command.ts";
import deleteSubscriptions from "./delete.ts";
import ensure from "./ensure.ts";
import list from "./list.ts";
import test from "./test.ts";

export default defineGroup({
  list: ["list the app's subscriptions at Oura", list],
  ensure: ["make, change, renew and delete subscriptions, so that oura.yaml is met", ensure],
  test: ["ask the public address as Oura does, and check that it refuses forgeries", test],
  delete: ["delete subscriptions", deleteSubscriptions],
});
