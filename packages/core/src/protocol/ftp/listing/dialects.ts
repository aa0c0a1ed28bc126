/** The table of all dialects that LIST is answered in. A new one is a file of its own, its name and its line here. */
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

/** The dialects of listings that are read. */
export type ListingDialect =
  | "cisco"
  | "cms"
  | "connect-enterprise"
  | "dos"
  | "eplf"
  | "jes"
  | "macos"
  | "mlsx"
  | "mvs"
  | "name-first"
  | "names"
  | "netware"
  | "nonstop"
  | "octal"
  | "os2"
  | "os400"
  | "os9"
  | "unix"
  | "vms"
  | "vshell"
  | "vxworks";

/** In the order in which ties are decided: stricter grammars first. The compiler asks for each name. */
const table: { readonly [Name in ListingDialect]: Dialect<Name> } = {
  mlsx: mlsxDialect,
  eplf: eplfDialect,
  vms: vmsDialect,
  nonstop: nonstopDialect,
  jes: jesDialect,
  mvs: mvsDialect,
  os400: os400Dialect,
  cms: cmsDialect,
  netware: netwareDialect,
  macos: macosDialect,
  "connect-enterprise": connectEnterpriseDialect,
  octal: octalDialect,
  os9: os9Dialect,
  cisco: ciscoDialect,
  vxworks: vxworksDialect,
  vshell: vshellDialect,
  os2: os2Dialect,
  dos: dosDialect,
  unix: unixDialect,
  "name-first": nameFirstDialect,
  names: namesDialect,
};

/** All dialects, in the order in which ties are decided. */
export const dialects: readonly Dialect<ListingDialect>[] = Object.values(table);

/** What stands between a directory and a name in the paths of servers that list so; undefined where that is not known. */
export function separatorOf(dialect: ListingDialect): "/" | undefined {
  return table[dialect].separator;
}
