/** MFMT, MFCT and MFF (draft-somers-ftp-mfxx §3, §4, §5). */
import {
  formatSettableFacts,
  formatTimeValue,
  message,
  replyCode,
  type FactsAndPath,
  type TimeAndPath,
} from "../../protocol/index.ts";
import type { StorageAbility } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";

/** MFMT: sets when a file was modified, and answers with the time as it now is. */
export const mfmt: CommandRow<TimeAndPath> = {
  permission: "changeAttributes",
  ability: "setTimes",
  async handle(session, { time, path: text }) {
    await setModified(session, text, time);
    session.reply(replyCode.fileStatus, `Modify=${formatTimeValue(time)}; ${session.path(text)}`);
  },
};

/** MFCT: sets when a file was created. */
export const mfct: CommandRow<TimeAndPath> = {
  permission: "changeAttributes",
  ability: "setCreated",
  async handle(session, { time, path: text }) {
    const path = session.path(text);
    await session.account.storage.setCreated?.(path, time);
    session.reply(replyCode.fileStatus, `Create=${formatTimeValue(time)}; ${path}`);
  },
};

/** The facts that MFF sets, and what the storage must be able to do for each. */
const settable = [
  ["Modify", "modified", "setTimes"],
  ["Create", "created", "setCreated"],
  ["UNIX.mode", "mode", "changeMode"],
] as const satisfies readonly (readonly [string, string, StorageAbility])[];

/** MFF: all facts or, where one cannot be set here, none. Set-id and sticky bits are dropped, as by SITE CHMOD. */
export const mff: CommandRow<FactsAndPath> = {
  permission: "changeAttributes",
  feature: ({ login }) => {
    const storage = login.state === "in" ? login.account.storage : undefined;
    const facts = settable.filter(([, , ability]) => storage === undefined || storage[ability] !== undefined);
    return facts.length === 0 ? undefined : `MFF ${facts.map(([fact]) => `${fact};`).join("")}`;
  },
  async handle(session, { facts, path: text }) {
    const { storage } = session.account;
    const path = session.path(text);
    for (const [fact, key, ability] of settable) {
      if (facts[key] !== undefined && storage[ability] === undefined) {
        throw new CommandError("parameter-not-implemented", message("{fact} cannot be set in this storage", { fact }));
      }
    }
    const mode = facts.mode === undefined ? undefined : facts.mode & 0o777;
    if (mode !== undefined) await storage.changeMode?.(path, mode);
    if (facts.created !== undefined) await storage.setCreated?.(path, facts.created);
    // Last: what came before may have touched it.
    if (facts.modified !== undefined) await storage.setTimes?.(path, { modified: facts.modified });
    const set = formatSettableFacts(mode === undefined ? facts : { ...facts, mode });
    session.reply(replyCode.fileStatus, `${set} ${path}`);
  },
};

/** Sets the times of what a name means; MFMT, MDTM and SITE UTIME share it. @throws CommandError without the ability. */
export async function setModified(session: Session, text: string, modified: number, accessed?: number): Promise<void> {
  const { storage } = session.account;
  if (storage.setTimes === undefined) {
    throw new CommandError("not-supported-by-storage", message("This storage does not set times"));
  }
  await storage.setTimes(session.path(text), accessed === undefined ? { modified } : { modified, accessed });
}
