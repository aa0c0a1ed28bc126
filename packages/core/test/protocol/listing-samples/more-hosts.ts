import type { Sample } from "./sample.ts";

/** Forms of hosts beside their usual ones. */
export const moreHostSamples: readonly Sample[] = [
  {
    title: "VMS: headers, refusals, sizes that do not fit, entries of three lines",
    dialect: "vms",
    lines: [
      ["ANONYMOUS:[PUB]"],
      ["SECRET.LOG;23", "file - - SECRET.LOG;23"],
      ["                   <%SYSTEM-F-NOPRIV, insufficient privilege or object protection violation>"],
      [
        "DISK.ISO;2        ******  6-MAY-2008 09:29 [ANONY,ANONYMOUS] (RE,RWED,RE,RE)",
        "file - 2008-05-06T09:29 DISK.ISO;2",
      ],
      ["FREETOOL.DIR;1        27/36", "directory - 1999-02-16T10:02:47 FREETOOL"],
      ["         16-FEB-1999 10:02:47  [AP_WEBSV,SERVER$WEB]"],
      ["                               (RWE,RWE,RE,RE)"],
      ["[ANNA.FILES]ALARM.DAT;1 1/3 5-MAR-1993 18:09", "file ~512 1993-03-05T18:09 ALARM.DAT;1"],
      ["Total of 43 blocks in 8 files."],
    ],
  },
  {
    title: "VMS: other orders and units",
    dialect: "vms",
    lines: [
      ["NOTES.MEM;1   [SUMMARY]    1/3     2-AUG-2006 13:05  (RWE,RWE,RE,)", "file ~512 2006-08-02T13:05 NOTES.MEM;1"],
      [
        "OCTETS.DAT;1   17-JUN-1994 17:25:37     6308/13     (RWED,RWED,R,)",
        "file 6308 1994-06-17T17:25:37 OCTETS.DAT;1",
      ],
      ["UNITS.DAT;1 2KB 23-SEP-2005 14:57:07.27", "file ~2048 2005-09-23T14:57:07.270 UNITS.DAT;1"],
      ["LARGE.DAT;1 1.50MB 23-SEP-05 14:57", "file ~1572864 2005-09-23T14:57 LARGE.DAT;1"],
      ["Grand total of 1 directory, 4 files, 20 blocks."],
    ],
  },
  {
    title: "z/VM: directories in the forms of three levels",
    dialect: "cms",
    lines: [
      ["Filename FileType  Fm Format Lrecl  Records Blocks Date      Time"],
      [
        "DRAFTS            DIR        -          -          - 1999-09-20 10:30:12 -",
        "directory - 1999-09-20T10:30:12 DRAFTS",
      ],
      ["DRAFTS   DIR   -   -   -  1999-09-20 10:30:12 -", "directory - 1999-09-20T10:30:12 DRAFTS"],
      [
        "READERS            A1 DIR    -      -      -       9/20/99   10:30:12",
        "directory - 1999-09-20T10:30:12 READERS",
      ],
      [
        "DIR      EXEC     V         72          9          1 1999-09-20 17:15:19 -",
        "file ~648 1999-09-20T17:15:19 DIR.EXEC",
      ],
    ],
  },
  {
    title: "Connect:Enterprise",
    dialect: "connect-enterprise",
    lines: [
      ["-C--E-----FTP A ANNA01      18100       41 Aug 12 13:56 INVOICES", "file 41 2026-08-12T13:56 INVOICES"],
      ["-C--E-----FTP B ANNA01      18100       5000000000 Apr 1 2014  LEADING", "file 5000000000 2014-04-01 LEADING"],
    ],
  },
  {
    title: "Unix in numbers",
    dialect: "octal",
    lines: [
      ["0100644   500  101   12345    123456789       notes.txt", "file 12345 1973-11-29T21:33:09Z notes.txt"],
      ["040755   500  101   4096    1234567890       sub", "directory 4096 2009-02-13T23:31:30Z sub"],
    ],
  },
  {
    title: "old VShell",
    dialect: "vshell",
    lines: [
      ["204800  Apr 04, 2000 21:06 notes 1.txt", "file 204800 2000-04-04T21:06 notes 1.txt"],
      ["0  Dec 12, 2002 02:13  reports/", "directory - 2002-12-12T02:13  reports"],
    ],
  },
  {
    title: "OS-9",
    dialect: "os9",
    lines: [
      [" Owner    Last modified  Attributes Sector Bytecount Name"],
      ["-------   -------------  ---------- ------ --------- ----"],
      ["20.20 07/03/29 1026 d-ewrewr 2640 85000 SRC", "directory - 2007-03-29T10:26 SRC"],
      ["20.21 07/03/29 1026 --ewrewr 26F0 920 a b", "file 920 2007-03-29T10:26 a b"],
    ],
  },
  {
    title: "OS/2 with DIR before the attributes, and a name with a leading blank",
    dialect: "os2",
    lines: [
      [" 1123 DIR  A    10-05-100  23:38  TWO", "directory - 2000-10-05T23:38 TWO"],
      ["    0  RHS   DIR      04-11-95   16:26  ATTACH", "directory - 1995-04-11T16:26 ATTACH"],
      [" 1123      A          07-14-99   12:37   leading", "file 1123 1999-07-14T12:37  leading"],
    ],
  },
  {
    title: "IOS XR, with the day of the week",
    dialect: "cisco",
    lines: [
      ["Directory of disk0:"],
      ["2           drwx  4096        Thu Mar  1 12:00:00 2018  aaa", "directory - 2018-03-01T12:00:00 aaa"],
      ["1000000 kbytes total (900000 kbytes free)"],
    ],
  },
  {
    title: "classic Mac OS: narrow columns, and an alias of a folder",
    dialect: "macos",
    lines: [
      ["drwxr-xr-x    123       folder        0 Jan  4 14:49 Alias", "directory - 2026-01-04T14:49 Alias"],
      ["-rw-r--r--    54000       27500    81500 Jul 22  2010 09.jpg", "file 27500 2010-07-22 09.jpg"],
    ],
  },
  {
    title: "MLSx with a tab before the name",
    dialect: "mlsx",
    lines: [
      ["size=13;type=file;modify=20090721082511;\tradio 2009-07-22", "file 13 2009-07-21T08:25:11Z radio 2009-07-22"],
      ["type=file; \t tab of the name", "file - - \t tab of the name"],
    ],
  },
];
