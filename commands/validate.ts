import { type CommandContext, defineCommand } from "./_cli/define_command.ts";

/** `validate`: check configuration and environment; connects to nothing. */
export default defineCommand({
  database: "none",
  configuration: true,
  json: true,
  async run({ settings, pipeline, print }: CommandContext<object>) {
    await settings();
    const { types, file, checksum, schema } = await pipeline();
    const columns = types.reduce((sum, type) => sum + type.columns.length, 0);
    const series = types.reduce((sum, type) => sum + type.series.length, 0);
    const dataTypes = types.length;
    print(
      { valid: true, file, checksum, schema, dataTypes, columns, series },
      `${file} is valid: ${dataTypes} data types, ${columns} columns, ${series} series`,
    );
  },
});
