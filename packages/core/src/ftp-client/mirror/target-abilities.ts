/** What a target can keep of what it is given, as far as that is certain. */
import type { AbilitiesOptions, Storage } from "../../storage/index.ts";

/** What is certain of a target. */
export interface TargetAbilities {
  /** Whether times that are set stay as they were set. */
  readonly times: boolean;
  readonly modes: boolean;
  readonly links: boolean;
}

/** Finds out what a target can. @throws StorageError. */
export async function abilitiesOf(storage: Storage, options: AbilitiesOptions): Promise<TargetAbilities> {
  const told = await storage.abilities?.(options);
  const has = (ability: "setTimes" | "changeMode" | "link"): boolean =>
    storage[ability] !== undefined && told?.has(ability) !== false;
  return { times: has("setTimes"), modes: has("changeMode"), links: has("link") };
}
