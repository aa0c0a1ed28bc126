/** PRET's argument: the command that will move data, so that a server of many machines can choose one before PASV. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

const plannable = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"] as const;

/** A verb that moves data. */
export type PlannedVerb = (typeof plannable)[number];

/** The command that will come. */
export interface PlannedTransfer {
  readonly verb: PlannedVerb;
  /** Its own argument, as it came. */
  readonly argument: string | undefined;
}

/** `<verb> [<argument>]`. */
export const plannedTransferArgument: ArgumentCodec<PlannedTransfer> = {
  syntax: `${plannable.join(" | ")} [<argument>]`,
  parse(text) {
    const match = /^ *([^ ]+)(?: (.*))?$/s.exec(text ?? "");
    if (match === null) throw new ArgumentError("syntax", message("The command that will come is needed"));
    const name = (match[1] ?? "").toUpperCase();
    const verb = plannable.find((known) => known === name);
    if (verb === undefined)
      throw new ArgumentError("not-implemented-for-parameter", message("{name} is no transfer", { name }));
    return { verb, argument: match[2] };
  },
  format: ({ verb, argument }) => (argument === undefined ? verb : `${verb} ${argument}`),
};
