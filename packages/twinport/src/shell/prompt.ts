/** The prompt: where one is. */
import { printable } from "../exit-codes.ts";
import type { Workplace } from "./context.ts";
import { isIPv6 } from "node:net";

/** Characters of a folder that are shown; of a longer one the end. */
const folderWidth = 40;

/** Where one is, as text. */
export function promptText({ site, settings, folder }: Workplace): string {
  const { url } = site;
  if (url === undefined || site.client === undefined) return "twinport> ";
  const host = isIPv6(url.host) ? `[${url.host}]` : url.host;
  const values: Readonly<Record<string, string>> = {
    u: site.user ?? "",
    h: host,
    c: shortened(site.directory ?? "?"),
    l: shortened(folder),
    "%": "%",
  };
  return settings.promptText.replace(/%([uhcl%])/g, (_all, letter: string) => printable(values[letter] ?? ""));
}

function shortened(folder: string): string {
  return folder.length <= folderWidth ? folder : `…${folder.slice(1 - folderWidth)}`;
}
