/** FEAT (RFC 2389 §3). */
import { message, replyCode, verbNames, verbs } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { commands } from "./index.ts";

/** FEAT: the catalogue's features, but for verbs that are not offered here, or that the account's storage cannot do. May come before the login. */
export const feat: CommandRow<undefined> = {
  phase: "any",
  handle(session) {
    const storage = session.login.state === "in" ? session.login.account.storage : undefined;
    const lines = ["TVFS", "UTF8"];
    for (const verb of verbNames) {
      const { ability, offered } = commands[verb];
      const feature = commands[verb].feature?.(session) ?? verbs[verb].feature;
      if (feature === undefined || offered?.(session) === false) continue;
      if (storage !== undefined && ability !== undefined && storage[ability] === undefined) continue;
      lines.push(feature);
    }
    lines.sort();
    session.reply(replyCode.systemStatus, [
      message("Extensions supported:"),
      ...lines.map((line) => ` ${line}`),
      "End",
    ]);
  },
};
