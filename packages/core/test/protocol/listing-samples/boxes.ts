import type { Sample } from "./sample.ts";

export const boxSamples: readonly Sample[] = [
  {
    title: "IIS",
    dialect: "dos",
    lines: [
      ["01-16-02  11:14AM       <DIR>          reports", "directory - 2002-01-16T11:14 reports"],
      ["06-05-2023  12:19AM             1973 read me.txt", "file 1973 2023-06-05T00:19 read me.txt"],
      ["06-05-2023  12:19PM             1973  leading", "file 1973 2023-06-05T12:19  leading"],
      ["10-19-98  03:12P                 7 short.half", "file 7 1998-10-19T15:12 short.half"],
      ["02-20-90  05:31PM            4,096 commas.bin", "file 4096 1990-02-20T17:31 commas.bin"],
      ["02-20-2021  05:31PM    <JUNCTION>     data [D:\\data]", "symlink - 2021-02-20T17:31 data => D:\\data"],
      ["02-20-2021  05:31PM    <SYMLINKD>     latest [v [2]]", "symlink - 2021-02-20T17:31 latest => v [2]"],
    ],
  },
  {
    title: "MS-DOS, day first, as the locale has it",
    dialect: "dos",
    lines: [
      [" Volume in drive C is SYSTEM"],
      [" Volume Serial Number is 1234-ABCD"],
      [" Directory of C:\\pub"],
      ["05.03.2019  17:05    <DIR>          Bilder", "directory - 2019-03-05T17:05 Bilder"],
      ["31.12.2019  23:59             1.024 Silvester.txt", "file 1024 2019-12-31T23:59 Silvester.txt"],
      ["               1 File(s)          1.024 bytes"],
      ["               1 Dir(s)  12.345.678 bytes free"],
    ],
  },
  {
    title: "MS-DOS, year first",
    dialect: "dos",
    lines: [
      ["2019-03-05  05:05 PM             1024 half apart.txt", "file 1024 2019-03-05T17:05 half apart.txt"],
      ["2019/03/05  17:05             1024 slashes.txt", "file 1024 2019-03-05T17:05 slashes.txt"],
    ],
  },
  {
    title: "NetWare",
    dialect: "netware",
    lines: [
      ["total 0"],
      ["d [R----F--] supervisor            512       Jan 16 18:53    login", "directory - 2026-01-16T18:53 login"],
      [
        "- [R----F--] anna               214059       Oct 20 15:27    plan.exe",
        "file 214059 2026-10-20T15:27 plan.exe",
      ],
      ["-[RWCEAFMS]  1 admin              1024 Jun  6  2003 report.doc", "file 1024 2003-06-06 report.doc"],
      ["d[RWCEAFMS] Administrators        512 Sep 30 10:43 two words", "directory - 2026-09-30T10:43 two words"],
      ["-[SRWCEMFA] anna                     0 Mar  3  1999 empty", "file 0 1999-03-03 empty"],
    ],
  },
  {
    title: "classic Mac OS",
    dialect: "macos",
    lines: [
      ["-------r--         326  1391972  1392298 Nov 22  1995 Archive.sit", "file 1391972 1995-11-22 Archive.sit"],
      ["-------r--           0      512      512 Mar  3 10:00  leading", "file 512 2026-03-03T10:00  leading"],
      ["drwxrwxr-x               folder        2 May 10  1996 network", "directory - 1996-05-10 network"],
      ["drwxrwxr-x               folder       12 May 10  1996 ƒ old stuff", "directory - 1996-05-10 ƒ old stuff"],
    ],
  },
  {
    title: "OS/2",
    dialect: "os2",
    lines: [
      ["     0           DIR   05-12-97   16:44  PSFONTS", "directory - 1997-05-12T16:44 PSFONTS"],
      [" 36611      A          04-23-103  10:57  read me.txt", "file 36611 2003-04-23T10:57 read me.txt"],
      [" 1123      RHSA        07-14-99   12:37  HIDDEN.SYS", "file 1123 1999-07-14T12:37 HIDDEN.SYS"],
      ["     0      H    DIR   02-11-103  16:15  Nowhere", "directory - 2003-02-11T16:15 Nowhere"],
      [" 1123                  07-14-99   12:37  PLAIN", "file 1123 1999-07-14T12:37 PLAIN"],
    ],
  },
  {
    title: "EPLF",
    dialect: "eplf",
    lines: [
      ["+i8388621.48594,m825718503,r,s280,up644\treadme", "file 280 1996-03-01T22:15:03Z readme"],
      ["+i8388621.44468,m839956783,/,\tpub", "directory - 1996-08-13T17:19:43Z pub"],
      ["+r,s0,\t  two blanks, a comma", "file 0 -   two blanks, a comma"],
      ["+\tnothing told", "other - - nothing told"],
      ["+m99999999999999,r,\tno such time", "file - - no such time"],
    ],
  },
  {
    title: "VxWorks",
    dialect: "vxworks",
    lines: [
      ["  size          date       time       name"],
      ["--------       ------     ------    --------"],
      ["     2048    May-23-2002  10:03:04   .                 <DIR>"],
      ["     2048    May-23-2002  10:03:04   BOOT              <DIR>", "directory - 2002-05-23T10:03:04 BOOT"],
      ["   415210    May-23-2002  10:05:58   image.sys", "file 415210 2002-05-23T10:05:58 image.sys"],
      ["      512    JAN-01-1980  00:00:00   TWO WORDS         ", "file 512 1980-01-01T00:00:00 TWO WORDS"],
    ],
  },
  {
    title: "Cisco IOS",
    dialect: "cisco",
    lines: [
      ["Directory of flash:/"],
      [
        "    3  -rw-        4096   Mar 1 1993 00:17:42 +00:00  config.text",
        "file 4096 1993-03-01T00:17:42Z config.text",
      ],
      ["    4  -rw-        5120   Mar 1 1993 00:17:42 +01:30  zoned.text", "file 5120 1993-02-28T22:47:42Z zoned.text"],
      ["   11  drwx       16384   Nov 1 2019 18:05:50  lost+found", "directory - 2019-11-01T18:05:50 lost+found"],
      ["   12  -rwx        3964           <no date>  private-config", "file 3964 - private-config"],
      ["32514048 bytes total (12040192 bytes free)"],
    ],
  },
  {
    title: "Cisco's older flash, ASA and NX-OS",
    dialect: "cisco",
    lines: [
      ["-#- --length-- -----date/time------ name"],
      ["1    4567890    Jan 01 2000 00:00:00 image.bin", "file 4567890 2000-01-01T00:00:00 image.bin"],
      ["    6  -rwx  14137344     12:31:06 Mar 01 2003  asa.bin", "file 14137344 2003-03-01T12:31:06 asa.bin"],
      ["       4096    Nov 08 12:21:01 2019  scripts/", "directory - 2019-11-08T12:21:01 scripts"],
      ["     310276    Nov 08 12:21:01 2019  startup.cfg", "file 310276 2019-11-08T12:21:01 startup.cfg"],
      ["Usage for bootflash://sup-local"],
      [" 1234567 bytes used"],
    ],
  },
  {
    title: "MLSx where LIST was asked for",
    dialect: "mlsx",
    lines: [
      ["type=cdir;modify=20200101000000; /pub"],
      [
        "Type=file;Size=25730;Modify=19940728095854;Perm=r; cap60.tar.gz",
        "file 25730 1994-07-28T09:58:54Z cap60.tar.gz",
      ],
      ["type=file;size=7;modify=20200101000000.125;  leading", "file 7 2020-01-01T00:00:00.125Z  leading"],
      ["modify=20200101000000;type=OS.unix=slink:/up;  l", "symlink - 2020-01-01T00:00:00Z  l => /up"],
      ["type=OS.unix=chr-13/29;modify=20200101000000; device", "other - 2020-01-01T00:00:00Z device"],
      ["TYPE=DIR;SIZD=4096;MODIFY=191000101000000; capitals", "directory 4096 2000-01-01T00:00:00Z capitals"],
      [
        "type=file;size=12;modify=20200101000000 draft without its semicolon",
        "file 12 2020-01-01T00:00:00Z draft without its semicolon",
      ],
      ["modify=20200101000000; kindless", "unknown - 2020-01-01T00:00:00Z kindless"],
    ],
  },
];
