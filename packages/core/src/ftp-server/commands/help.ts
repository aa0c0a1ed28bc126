/** HELP (RFC 959 §4.1.3), made from the verb catalogue. */
import { inUse, message, replyCode, verbNames, verbs } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { known } from "../dispatch.ts";

/** Verbs on a line of HELP. */
const verbsPerLine = 8;

/** HELP: all verbs, or one with its argument and source. */
export const help: CommandRow<string | undefined> = {
  phase: "any",
  handle(session, topic) {
    if (topic === undefined) {
      session.reply(replyCode.helpMessage, [
        message("These verbs are understood:"),
        ...columns(verbNames, verbsPerLine),
        message("HELP <verb> tells more"),
      ]);
      return;
    }
    const name = topic.trim().toUpperCase();
    const verb = known(name);
    if (verb === undefined) {
      throw new CommandError(
        "parameter-not-implemented",
        message("{name} is not understood; HELP lists what is", { name }),
      );
    }
    const { argument, summary, source } = verbs[verb];
    const syntax = argument.syntax === "" ? verb : `${verb} ${argument.syntax}`;
    session.reply(
      replyCode.helpMessage,
      message("{syntax}: {summary} ({source})", {
        syntax,
        summary: message(summary),
        source: source === inUse ? message(inUse) : source,
      }),
    );
  },
};

/** Names in columns, as HELP and SITE HELP show them. */
export function columns(names: readonly string[], perLine: number): string[] {
  const lines: string[] = [];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  for (let i = 0; i < names.length; i += perLine) {
    lines.push(
      ` ${names
        .slice(i, i + perLine)
        .map((name) => name.padEnd(width))
        .join("")
        .trimEnd()}`,
    );
  }
  return lines;
}
