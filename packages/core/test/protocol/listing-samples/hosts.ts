import type { Sample } from "./sample.ts";

export const hostSamples: readonly Sample[] = [
  {
    title: "VMS, with lines that are wrapped",
    dialect: "vms",
    lines: [
      ["Directory DISK$USER:[ANNA.PUB]"],
      [
        "README.TXT;3          12/15      2-JAN-1999 10:02:03.45  [STAFF,ANNA]  (RWED,RWED,RE,)",
        "file ~6144 1999-01-02T10:02:03.450 README.TXT;3",
      ],
      [
        "README.TXT;2          11/15      1-JAN-1999 10:02:03  [STAFF,ANNA] (RWED,RWED,RE,)",
        "file ~5632 1999-01-01T10:02:03 README.TXT;2",
      ],
      [
        "A_NAME_THAT_FILLS_THE_WHOLE_COLUMN.TXT;1",
        "file ~109056 1996-01-29T03:33 A_NAME_THAT_FILLS_THE_WHOLE_COLUMN.TXT;1",
      ],
      ["                       213  29-JAN-1996 03:33 [ANONYMOUS]   (RWED,RWED,,)"],
      [
        "LETTERS.DIR;1          1/3   8-SEP-2001 16:09 [STAFF,ANNA] (RWE,RWE,RE,RE)",
        "directory - 2001-09-08T16:09 LETTERS",
      ],
      [
        "NOTHING.;1            0/0    4-OCT-2002 08:00:00 [7,11] (RWED,RWED,,)",
        "file ~0 2002-10-04T08:00:00 NOTHING.;1",
      ],
      ["SECRET.DAT;1    %RMS-E-PRV, insufficient privilege or file protection violation", "file - - SECRET.DAT;1"],
      ["NOT_MINE.DIR;1  %RMS-E-PRV, insufficient privilege or file protection violation", "directory - - NOT_MINE"],
      [
        "Two^.dots.And^_blank;12  7   31-DEC-2019 23:59:59 [STAFF,ANNA] (RWED,,,)",
        "file ~3584 2019-12-31T23:59:59 Two^.dots.And^_blank;12",
      ],
      ["Total of 8 files, 245/260 blocks."],
    ],
  },
  {
    title: "VMS without owner or allocated blocks",
    dialect: "vms",
    lines: [
      ["NOTES.MEM;4     3   14-MAR-2003 10:31", "file ~1536 2003-03-14T10:31 NOTES.MEM;4"],
      ["LOGIN.COM;17    2   14-MAR-2003", "file ~1024 2003-03-14 LOGIN.COM;17"],
    ],
  },
  {
    title: "data sets",
    dialect: "mvs",
    lines: [
      ["Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname"],
      ["PUB001 3390   2024/03/04  1    3  FB      80  3120  PO  SOURCE.COBOL", "directory - - SOURCE.COBOL"],
      ["PUB001 3390   2024/03/04  1    3  FB      80  3120  PO-E  SOURCE.NEW", "directory - - SOURCE.NEW"],
      ["PUB002 3390   2024/01/31  2   30  VB     255 27998  PS  LOGS.JANUARY", "file - - LOGS.JANUARY"],
      ["PUB002 3390   **NONE**    1   15  U        0  6233  PS  'ANNA.UNUSED'", "file - - 'ANNA.UNUSED'"],
      ["PUB003 3390   2023/11/05  1 1500  FBA    133 27930  DA  DIRECT.ACCESS", "file - - DIRECT.ACCESS"],
      ["PUB003 3390   2023/11/05 1265535  FB     100 27900  PS  RUNS.TOGETHER", "file - - RUNS.TOGETHER"],
      ["PUB004 3390   VSAM KSDS.CLUSTER", "other - - KSDS.CLUSTER"],
      ["Migrated                                                OLD.DATA", "unknown - - OLD.DATA"],
      ["ARCIVE Not Direct Access Device                         ON.THE.SHELF", "unknown - - ON.THE.SHELF"],
      ["TAP042 Tape                                             BACKUP.G0001V00", "file - - BACKUP.G0001V00"],
      ["Pseudo Directory                                        BELOW", "directory - - BELOW"],
    ],
  },
  {
    title: "members with statistics, and one without",
    dialect: "mvs",
    lines: [
      [" Name     VV.MM   Created       Changed      Size  Init   Mod   Id"],
      ["PAYROLL   01.03 2022/09/12 2022/10/11 09:37    11    11     0 ANNA", "file - 2022-10-11T09:37 PAYROLL"],
      ["$INDEX    01.00 2002/09/12 2002/09/13 11:16    47    47     0 ANNA", "file - 2002-09-13T11:16 $INDEX"],
      ["BARE", "file - - BARE"],
    ],
  },
  {
    title: "load modules",
    dialect: "mvs",
    lines: [
      [" Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode"],
      ["LOADER    000058   000009          00 FO             RN RU            31    ANY", "file - - LOADER"],
      ["LOADALIA  000058   00000B LOADER   00 FO             RN RU            31    ANY", "file - - LOADALIA"],
    ],
  },
  {
    title: "jobs",
    dialect: "jes",
    lines: [
      ["JOBNAME  JOBID    OWNER    STATUS CLASS"],
      ["ANNAA    JOB00083 ANNA     OUTPUT A        ABEND=806 3 spool files", "file - - JOB00083"],
      ["ANNAJ    JOB00082 ANNA     OUTPUT A        (JCL error) 3 spool files", "file - - JOB00082"],
      ["ANNA     TSU00024 ANNA     ACTIVE TSU", "other - - TSU00024"],
      ["ANNAW    J0000081 ANNA     INPUT  A        -DUP-", "other - - J0000081"],
    ],
  },
  {
    title: "a job and its spool files",
    dialect: "jes",
    lines: [
      ["JOBNAME  JOBID    OWNER    STATUS CLASS"],
      ["ANNAA    JOB00054 ANNA     OUTPUT A        RC=0000", "file - - JOB00054"],
      ["--------"],
      ["         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT"],
      ["         001 JES2              A JESMSGLG      1200", "file 1200 - JOB00054.1"],
      ["         002 JES2              A JESJCL         526", "file 526 - JOB00054.2"],
      ["         101 COMPILE  COBOL    H SYSPRINT     99001", "file 99001 - JOB00054.101"],
      ["3 spool files"],
    ],
  },
  {
    title: "jobs of the older level",
    dialect: "jes",
    lines: [
      ["ANNAA     JOB05444  OUTPUT    3 spool Files", "file - - JOB05444"],
      ["ANNAD     JOB05946  ACTIVE", "other - - JOB05946"],
      ["ANNAE     JOB06021  INPUT", "other - - JOB06021"],
    ],
  },
  {
    title: "OS/400, month first",
    dialect: "os400",
    lines: [
      ["ANNA         5263360 06/11/97 12:27:39 *FILE      SAVED", "file 5263360 1997-06-11T12:27:39 SAVED"],
      ["ANNA                                   *MEM       SAVED.SAVED", "file - - SAVED.SAVED"],
      ["QSYS           77824 02/23/00 15:09:55 *DIR       QOpenSys/", "directory - 2000-02-23T15:09:55 QOpenSys"],
      ["               36864 02/29/04 00:00:01 *STMF      read me.txt", "file 36864 2004-02-29T00:00:01 read me.txt"],
      ["QDFTOWN        36864 12/31/05 23:59:59 *PGM       RUN.PGM", "other 36864 2005-12-31T23:59:59 RUN.PGM"],
      ["QDFTOWN        36864 12/31/05 23:59:59 *FLR       PAPERS", "directory - 2005-12-31T23:59:59 PAPERS"],
    ],
  },
  {
    title: "OS/400, day first, told by a day past the twelfth",
    dialect: "os400",
    lines: [
      ["ANNA            4096 05/03/08 10:00:00 *STMF      a", "file 4096 2008-03-05T10:00:00 a"],
      ["ANNA            4096 28/03/08 10:00:00 *STMF      b", "file 4096 2008-03-28T10:00:00 b"],
    ],
  },
  {
    title: "OS/400, year first and dots",
    dialect: "os400",
    lines: [
      ["ANNA            4096 08-03-28 10.00.00 *STMF      a", "file 4096 2008-03-28T10:00:00 a"],
      ["ANNA            4096 09-12-05 10.00.00 *LIB       B.LIB", "directory - 2009-12-05T10:00:00 B.LIB"],
    ],
  },
  {
    title: "NonStop",
    dialect: "nonstop",
    lines: [
      ["$DATA02.ANNA"],
      ["File             Code             EOF  Last Modification    Owner  RWEP"],
      [
        'ACCTS             101            2048  25-Jan-03 14:01:14 255,255 "oooo"',
        "file 2048 2003-01-25T14:01:14 ACCTS",
      ],
      [
        'BIGFILE           700        16384000  06-Mar-2011 09:00:59  20, 38 "nunu"',
        "file 16384000 2011-03-06T09:00:59 BIGFILE",
      ],
      ["CTLFILE             0              12  09Apr1999 00:00:00 255,1 AAGO", "file 12 1999-04-09T00:00:00 CTLFILE"],
    ],
  },
  {
    title: "VM/CMS",
    dialect: "cms",
    lines: [
      [
        "PROFILE  EXEC     V         65        107          2 1999-02-24 17:14:18 ANON",
        "file ~6955 1999-02-24T17:14:18 PROFILE.EXEC",
      ],
      [
        "TABLE    DATA     F         80         10          1  5/12/97   16:44:02 ANON",
        "file 800 1997-05-12T16:44:02 TABLE.DATA",
      ],
      [
        "TABLE    OLD      F         80         10          1 12/31/1996 16:44:02 ANON",
        "file 800 1996-12-31T16:44:02 TABLE.OLD",
      ],
      [
        "LETTERS  DIR      -          -          -          - 2001-03-07 09:30:00 -",
        "directory - 2001-03-07T09:30:00 LETTERS",
      ],
      [
        "NOTE     SCRIPT   A1 V     130         12          1 11/05/89  9:03:00",
        "file ~1560 1989-11-05T09:03:00 NOTE.SCRIPT",
      ],
    ],
  },
];
