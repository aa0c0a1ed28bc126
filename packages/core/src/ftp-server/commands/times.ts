/** MFMT, MFCT and MFF (draft-somers-ftp-mfxx §3, §4, §5). */
import {
  formatSettableFacts,
  formatTimeValue,
  message,
  replyCode,
  type FactsAndPath,
  type SettableFacts,
  type TimeAndPath,
} from "../../protocol/index.ts";
import type { StorageAbility, VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { tellAttributes, type SetAttributes } from "../tell-change.ts";

/** MFMT: sets when a file was modified, and answers with the time as it now is. */
export const mfmt: CommandRow<TimeAndPath> = {
  permission: "changeAttributes",
  ability: "setTimes",
  async handle(session, { time, path: text }) {
    await setModified(session, "MFMT", text, time);
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
    tellAttributes(session, "MFCT", path, { created: time });
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
    const wanted = facts.mode === undefined ? facts : { ...facts, mode: facts.mode & 0o777 };
    await setFacts(session, path, wanted);
    session.reply(replyCode.fileStatus, `${formatSettableFacts(wanted)} ${path}`);
  },
};

/** Sets facts one by one. What was set before one of them failed stays set, and is told as well. */
async function setFacts(
  session: Session,
  path: VirtualPath,
  { mode, created, modified }: SettableFacts,
): Promise<void> {
  const { storage } = session.account;
  let set: SetAttributes = {};
  try {
    if (mode !== undefined) {
      await storage.changeMode?.(path, mode);
      set = { mode };
    }
    if (created !== undefined) {
      await storage.setCreated?.(path, created);
      set = { ...set, created };
    }
    // Last: what came before may have touched it.
    if (modified !== undefined) {
      await storage.setTimes?.(path, { modified });
      set = { ...set, modified };
    }
  } finally {
    if (Object.keys(set).length > 0) tellAttributes(session, "MFF", path, set);
  }
}

/**
 * Sets the times of what a name means; MFMT, MDTM and SITE UTIME share it.
 *
 * @param verb - The command, for the event.
 * @throws CommandError without the ability.
 */
export async function setModified(
  session: Session,
  verb: string,
  text: string,
  modified: number,
  accessed?: number,
): Promise<void> {
  const { storage } = session.account;
  if (storage.setTimes === undefined) {
    throw new CommandError("not-supported-by-storage", message("This storage does not set times"));
  }
  const path = session.path(text);
  const times = accessed === undefined ? { modified } : { modified, accessed };
  await storage.setTimes(path, times);
  tellAttributes(session, verb, path, times);
}
