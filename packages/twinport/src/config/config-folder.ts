/** Where settings and bookmarks are kept (XDG Base Directory Specification). */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The folder, which need not be there: `$XDG_CONFIG_HOME/twinport`, by default `~/.config/twinport`. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env["XDG_CONFIG_HOME"];
  // The specification has relative paths ignored.
  if (named !== undefined && isAbsolute(named)) return join(named, "twinport");
  const windows = process.platform === "win32" ? env["APPDATA"] : undefined;
  return join(windows ?? join(homedir(), ".config"), "twinport");
}

/** The file with defaults of flags. */
export function configFile(): string {
  return join(configFolder(), "config.json");
}

/** The file with bookmarks. */
export function bookmarksFile(): string {
  return join(configFolder(), "bookmarks");
}
