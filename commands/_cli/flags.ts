/** The options that choose data types and wearers, as several commands have them. */
import { InvalidArgumentError, Option } from "commander";

/** `--types a,b`; given twice it means both lists. */
export function typesFlag(): Option {
  return new Option("--types <a,b>", "only these data types")
    .argParser((value, previous: string | undefined) =>
      previous === undefined ? value : `${previous},${value}`
    );
}

/** `--user-id ID`, which takes a label too; an empty one is an unset variable of a script. */
export function userIdFlag(description: string): Option {
  return new Option("--user-id <id>", description).argParser((value) => {
    if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
    return value;
  });
}

/** The options of every command that reads the configuration. */
export interface CommonOptions {
  /** Path of `oura.yaml`. */
  config?: string;
  /** Path of `.env`. */
  envFile?: string;
}
