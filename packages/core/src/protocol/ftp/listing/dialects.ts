/** The table of all dialects that LIST is answered in. A new one is a file of its own and a line here. */
import { ciscoDialect } from "./cisco.ts";
import { cmsDialect } from "./cms.ts";
import { connectEnterpriseDialect } from "./connect-enterprise.ts";
import type { Dialect } from "./dialect.ts";
import { dosDialect } from "./dos.ts";
import { eplfDialect } from "./eplf.ts";
import { jesDialect } from "./jes.ts";
import { macosDialect } from "./macos.ts";
import { mlsxDialect } from "./mlsx.ts";
import { mvsDialect } from "./mvs.ts";
import { nameFirstDialect } from "./name-first.ts";
import { namesDialect } from "./names.ts";
import { netwareDialect } from "./netware.ts";
import { nonstopDialect } from "./nonstop.ts";
import { octalDialect } from "./octal.ts";
import { os2Dialect } from "./os2.ts";
import { os400Dialect } from "./os400.ts";
import { os9Dialect } from "./os9.ts";
import { unixDialect } from "./unix.ts";
import { vmsDialect } from "./vms.ts";
import { vshellDialect } from "./vshell.ts";
import { vxworksDialect } from "./vxworks.ts";

/** In the order in which ties are decided: stricter grammars first. */
export const dialects = [
  mlsxDialect,
  eplfDialect,
  vmsDialect,
  nonstopDialect,
  jesDialect,
  mvsDialect,
  os400Dialect,
  cmsDialect,
  netwareDialect,
  macosDialect,
  connectEnterpriseDialect,
  octalDialect,
  os9Dialect,
  ciscoDialect,
  vxworksDialect,
  vshellDialect,
  os2Dialect,
  dosDialect,
  unixDialect,
  nameFirstDialect,
  namesDialect,
] as const satisfies readonly Dialect[];

/** The dialects of listings that are read, each by the file of its name. */
export type ListingDialect = (typeof dialects)[number]["name"];

const separators: ReadonlyMap<ListingDialect, "/" | undefined> = new Map(
  dialects.map(({ name, separator }) => [name, separator]),
);

/** What stands between a directory and a name in the paths of servers that list so; undefined where that is not known. */
export function separatorOf(dialect: ListingDialect): "/" | undefined {
  return separators.get(dialect);
}
