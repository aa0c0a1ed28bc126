/** Every verb's server half. The compiler demands a row for each row of the catalogue. */
import type { Verb, VerbArguments } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { abor } from "./abort.ts";
import { eprt, lprt, port } from "./active.ts";
import { avbl } from "./available.ts";
import { comb } from "./combine.ts";
import { dele } from "./delete.ts";
import { cdup, cwd, mkd, pwd, rmd } from "./directories.ts";
import { mdtm, size } from "./facts.ts";
import { feat } from "./features.ts";
import { hash, rang } from "./hash.ts";
import { host } from "./host.ts";
import { help } from "./help.ts";
import { clnt, csid } from "./identity.ts";
import { lang } from "./lang.ts";
import { list, nlst } from "./list.ts";
import { acct, pass, user } from "./login.ts";
import { mlsd, mlst } from "./mlsx.ts";
import { smnt } from "./mount.ts";
import { opts } from "./options.ts";
import { mode, stru, type } from "./parameters.ts";
import { cpsv, epsv, lpsv, pasv } from "./passive.ts";
import { pret } from "./planned-transfer.ts";
import { rnfr, rnto } from "./rename.ts";
import { allo, rest } from "./restart.ts";
import { retr } from "./retrieve.ts";
import { auth, ccc, pbsz, prot, sscn } from "./security.ts";
import { quit, rein } from "./session-end.ts";
import { site } from "./site.ts";
import { stat } from "./status.ts";
import { appe, stor, stou } from "./store.ts";
import { noop, syst } from "./system.ts";
import { mfct, mff, mfmt } from "./times.ts";
import { xcrc, xmd5, xsha1, xsha256, xsha512 } from "./x-hashes.ts";

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
  SMNT: smnt,
  PWD: pwd,
  XPWD: pwd,
  MKD: mkd,
  XMKD: mkd,
  RMD: rmd,
  XRMD: rmd,
  DELE: dele,
  RNFR: rnfr,
  RNTO: rnto,
  COMB: comb,
  TYPE: type,
  STRU: stru,
  MODE: mode,
  PORT: port,
  EPRT: eprt,
  LPRT: lprt,
  PRET: pret,
  PASV: pasv,
  EPSV: epsv,
  LPSV: lpsv,
  CPSV: cpsv,
  SSCN: sscn,
  RETR: retr,
  STOR: stor,
  APPE: appe,
  STOU: stou,
  REST: rest,
  RANG: rang,
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
  MFCT: mfct,
  MFF: mff,
  HASH: hash,
  XCRC: xcrc,
  XMD5: xmd5,
  XSHA1: xsha1,
  XSHA256: xsha256,
  XSHA512: xsha512,
  AVBL: avbl,
  HELP: help,
  FEAT: feat,
  OPTS: opts,
  LANG: lang,
  SYST: syst,
  CSID: csid,
  CLNT: clnt,
  NOOP: noop,
  SITE: site,
};
