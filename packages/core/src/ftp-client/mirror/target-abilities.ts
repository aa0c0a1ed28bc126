/** What a target can keep of what it is given, as far as that is certain. */
import type { Storage, StorageAbility, StorageOptions } from "../../storage/index.ts";

/** A storage whose methods do not tell what it can: a server is asked. */
interface AskedStorage {
  abilities(options?: StorageOptions): Promise<ReadonlySet<StorageAbility>>;
}

/** What is certain of a target. */
export interface TargetAbilities {
  /** Whether times that are set stay as they were set. */
  readonly times: boolean;
  readonly modes: boolean;
  readonly links: boolean;
}

/** Finds out what a target can. @throws StorageError. */
export async function abilitiesOf(storage: Storage, options: StorageOptions): Promise<TargetAbilities> {
  const told = isAsked(storage) ? await storage.abilities(options) : undefined;
  const has = (ability: "setTimes" | "changeMode" | "link"): boolean =>
    storage[ability] !== undefined && told?.has(ability) !== false;
  return { times: has("setTimes"), modes: has("changeMode"), links: has("link") };
}

function isAsked(storage: object): storage is AskedStorage {
  return "abilities" in storage && typeof storage.abilities === "function";
}
