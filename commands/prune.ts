import { Option } from "commander";
import { defineCommand } from "./_cli/define_command.ts";
import { countText, textTable } from "./_cli/output.ts";

interface Options {
  dryRun?: boolean;
}

/** `prune`: removes bookkeeping older than `retention`. */
export default defineCommand<Options>({
  database: "write",
  options: [new Option("--dry-run", "show how much would be deleted; delete nothing")],
  json: true,
  async run({ db, pipeline, options: { dryRun = false }, print }) {
    const { prune } = await import("../pipelines/prune/prune.ts");
    const counts = await prune(db, pipeline.retention, { dryRun });
    const rows = Object.entries(counts).map(([kind, count]) => [kind, countText(count)]);
    const head = ["records", dryRun ? "would be removed" : "removed"];
    print({ dryRun, ...counts }, () => textTable(head, rows, ["left", "right"]));
  },
});
