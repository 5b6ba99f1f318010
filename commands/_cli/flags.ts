/** The options that choose data types and wearers, as several commands have them. */
import { InvalidArgumentError, Option } from "commander";

/** `--types a,b`; given twice it means both lists. */
export function typesFlag(): Option {
  return new Option("--types <a,b>", "only these data types")
    .argParser((value, former: string | undefined) =>
      former === undefined ? value : `${former},${value}`
    );
}

/** `--user-id ID`; an empty one is a script's variable that nobody set. */
export function userIdFlag(description: string): Option {
  return new Option("--user-id <id>", description).argParser((value) => {
    if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
    return value;
  });
}
