/** Every verb's server half. The compiler demands a row for each row of the catalogue. */
import type { Verb, VerbArguments } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { abor } from "./abort.ts";
import { eprt, port } from "./active.ts";
import { dele } from "./delete.ts";
import { cdup, cwd, mkd, pwd, rmd } from "./directories.ts";
import { mdtm, size } from "./facts.ts";
import { feat } from "./features.ts";
import { host } from "./host.ts";
import { help } from "./help.ts";
import { list, nlst } from "./list.ts";
import { acct, pass, user } from "./login.ts";
import { mlsd, mlst } from "./mlsx.ts";
import { opts } from "./options.ts";
import { mode, stru, type } from "./parameters.ts";
import { cpsv, epsv, pasv } from "./passive.ts";
import { rnfr, rnto } from "./rename.ts";
import { allo, rest } from "./restart.ts";
import { retr } from "./retrieve.ts";
import { auth, ccc, pbsz, prot, sscn } from "./security.ts";
import { quit, rein } from "./session-end.ts";
import { site } from "./site.ts";
import { stat } from "./status.ts";
import { appe, stor, stou } from "./store.ts";
import { noop, syst } from "./system.ts";
import { mfmt } from "./times.ts";

/** The server's half of the verb catalogue. */
export const commands: { readonly [V in Verb]: CommandRow<VerbArguments[V]> } = {
  USER: user,
  PASS: pass,
  ACCT: acct,
  REIN: rein,
  HOST: host,
  AUTH: auth,
  PBSZ: pbsz,
  PROT: prot,
  CCC: ccc,
  QUIT: quit,
  CWD: cwd,
  XCWD: cwd,
  CDUP: cdup,
  XCUP: cdup,
  PWD: pwd,
  XPWD: pwd,
  MKD: mkd,
  XMKD: mkd,
  RMD: rmd,
  XRMD: rmd,
  DELE: dele,
  RNFR: rnfr,
  RNTO: rnto,
  TYPE: type,
  STRU: stru,
  MODE: mode,
  PORT: port,
  EPRT: eprt,
  PASV: pasv,
  EPSV: epsv,
  CPSV: cpsv,
  SSCN: sscn,
  RETR: retr,
  STOR: stor,
  APPE: appe,
  STOU: stou,
  REST: rest,
  ALLO: allo,
  ABOR: abor,
  LIST: list,
  NLST: nlst,
  MLSD: mlsd,
  MLST: mlst,
  STAT: stat,
  SIZE: size,
  MDTM: mdtm,
  MFMT: mfmt,
  HELP: help,
  FEAT: feat,
  OPTS: opts,
  SYST: syst,
  NOOP: noop,
  SITE: site,
};
