/** Names of users and groups, from the host's own tables; numbers where they have no name. */
import { readFileSync } from "node:fs";

/** Looks names up. The tables are read once, at the first look. */
export class Owners {
  #users: ReadonlyMap<number, string> | undefined;
  #groups: ReadonlyMap<number, string> | undefined;

  user(uid: number): string {
    this.#users ??= readTable("/etc/passwd");
    return this.#users.get(uid) ?? String(uid);
  }

  group(gid: number): string {
    this.#groups ??= readTable("/etc/group");
    return this.#groups.get(gid) ?? String(gid);
  }
}

function readTable(path: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  try {
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const [name, , id] = line.split(":");
      if (name !== undefined && id !== undefined && /^\d+$/.test(id) && !names.has(Number(id)))
        names.set(Number(id), name);
    }
  } catch {
    // A host without the table (Windows, a bare container) has numbers only.
  }
  return names;
}
