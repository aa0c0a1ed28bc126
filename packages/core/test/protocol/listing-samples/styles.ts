import type { Sample } from "./sample.ts";

/** Listings of `ls -l` whose dates are in another style than its own, or that have lines beside the entries. */
export const styleSamples: readonly Sample[] = [
  {
    title: "--time-style=iso",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 2020-03-04  old.txt", "file 5 2020-03-04 old.txt"],
      ["-rw-r--r-- 1 me us 5 2020-03-04   leading.txt", "file 5 2020-03-04  leading.txt"],
      ["-rw-r--r-- 1 me us 5 12-01 05:06 new.txt", "file 5 2025-12-01T05:06 new.txt"],
      ["-rw-r--r-- 1 me us 5 12-01 05:06  leading", "file 5 2025-12-01T05:06  leading"],
    ],
  },
  {
    title: "--time-style=+%F, where blanks belong to names",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 2020-03-04 plain", "file 5 2020-03-04 plain"],
      ["-rw-r--r-- 1 me us 5 2020-03-04  leading", "file 5 2020-03-04  leading"],
    ],
  },
  {
    title: "time-styles of one's own",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 2020-02-03T04:05:06+0100 stamp", "file 5 2020-02-03T03:05:06Z stamp"],
      ["-rw-r--r-- 1 me us 5 2020-02-03T04:05 short stamp", "file 5 2020-02-03T04:05 short stamp"],
      ["-rw-r--r-- 1 me us 5 1580702706 seconds of it", "file 5 2020-02-03T04:05:06Z seconds of it"],
      ["-rw-r--r-- 1 me us 5 20200203 04:05 compact", "file 5 2020-02-03T04:05 compact"],
      ["-rw-r--r-- 1 me us 5 Mon Feb 03 04:05:06 PM UTC 2020 of date", "file 5 2020-02-03T16:05:06Z of date"],
      ["-rw-r--r-- 1 me us 5 Feb 03 16:05:06 EST 2020 named zone", "file 5 2020-02-03T16:05:06 named zone"],
      ["-rw-r--r-- 1 me us 5 2020-02-03 04:05:06 pm half", "file 5 2020-02-03T16:05:06 half"],
    ],
  },
  {
    title: "a time behind the year in all lines",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 Oct 08 2002 09:47 a.txt", "file 5 2002-10-08T09:47 a.txt"],
      ["-rw-r--r-- 1 me us 5 Oct 09 2002 10:47 b  c.txt", "file 5 2002-10-09T10:47 b  c.txt"],
    ],
  },
  {
    title: "a time behind the year in some: it is a name",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 Oct 08 2002 09:47 a.txt", "file 5 2002-10-08 09:47 a.txt"],
      ["-rw-r--r-- 1 me us 5 Oct 09 2002 other", "file 5 2002-10-09 other"],
    ],
  },
  {
    title: "clocks of twelve hours in all lines",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 Oct  8 09:47 PM a.txt", "file 5 2026-10-08T21:47 a.txt"],
      ["-rw-r--r-- 1 me us 5 Oct  9 12:07 AM b.txt", "file 5 2026-10-09T00:07 b.txt"],
      ["-rw-r--r-- 1 me us 5 Oct  9 12:07 PM c.txt", "file 5 2026-10-09T12:07 c.txt"],
    ],
  },
  {
    title: "names that begin like the half of a day, or like a zone",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 Oct  8 09:47 AM notes", "file 5 2026-10-08T09:47 AM notes"],
      ["-rw-r--r-- 1 me us 5 Oct  8 09:47 PM notes", "file 5 2026-10-08T09:47 PM notes"],
      ["-rw-r--r-- 1 me us 5 Oct  9 12:07 +0100 notes", "file 5 2026-10-09T12:07 +0100 notes"],
    ],
  },
  {
    title: "VShell and others with commas",
    dialect: "unix",
    lines: [
      ["-rwxr-xr-x    1 user group        9 Oct 08, 2002 09:47 report.txt", "file 9 2002-10-08T09:47 report.txt"],
      ["dr-xr-xr-x   2 root     other      1840 26. Juli, 20:10 sommer", "directory 1840 2026-07-26T20:10 sommer"],
      ["drwxr-xr-x 6 user sys 1024 30. Jan., 12:40 winter", "directory 1024 2026-01-30T12:40 winter"],
    ],
  },
  {
    title: "AIX, which fills up behind the year",
    dialect: "unix",
    lines: [
      ["-rw-r--r--   1 20311    205         3412345 Feb 18 2005  plan.fmr", "file 3412345 2005-02-18 plan.fmr"],
      ["drwxr-sr-x  14 17100    209            4096 Oct  6 2000   leading", "directory 4096 2000-10-06  leading"],
      ["-rw-r--r--   1 20311    205         3412345 Feb 18 10:00 recent", "file 3412345 2026-02-18T10:00 recent"],
    ],
  },
  {
    title: "numbers alone, where the lines tell the order",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 24-04-2003 17:12 april", "file 5 2003-04-24T17:12 april"],
      ["-rw-r--r-- 1 me us 5 05-06-2003 17:12 june", "file 5 2003-06-05T17:12 june"],
      ["-rw-r--r-- 1 me us 5 01-jun-99 short", "file 5 1999-06-01 short"],
      ["-rw-r--r-- 1 me us 5 Jun-02-1999 10:20 name first", "file 5 1999-06-02T10:20 name first"],
      ["-rw-r--r-- 1 me us 5 3 29 03:26 numbered month", "file 5 2026-03-29T03:26 numbered month"],
      ["-rw-r--r-- 1 me us 5 09-26 2000 year behind", "file 5 2000-09-26 year behind"],
      ["-rw-r--r-- 1 me us 5 24/04/03 17:12 short year", "file 5 2003-04-24T17:12 short year"],
    ],
  },
  {
    title: "numbers whose order nothing tells: no time is guessed",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 05-06-2003 17:12 either", "file 5 - either"],
      ["-rw-r--r-- 1 me us 5 05.06.2003 17:12 dots are clear", "file 5 2003-06-05T17:12 dots are clear"],
    ],
  },
  {
    title: "marks of Shift-JIS and UTF-8, the year first or last",
    dialect: "unix",
    lines: [
      ["-rw-r--r--   1 root sys  8001  4ŒŽ 18“ú 2003”N plan", "file 8001 2003-04-18 plan"],
      ["-rw-r--r--   1 root sys     0 2003   3íï 20 any mark", "file 0 2003-03-20 any mark"],
      ["-rw-r--r--   1 root sys  2100 8í 17 08:52 no year", "file 2100 2026-08-17T08:52 no year"],
      ["drwxr-xr-x   5 root sys   512 2005년  1월  6일 해", "directory 512 2005-01-06 해"],
      ["drwxr-xr-x   5 root sys   512 2003年8月17日 続けて", "directory 512 2003-08-17 続けて"],
    ],
  },
  {
    title: "a month that is another in Croatian than in Polish",
    dialect: "unix",
    lines: [
      ["ukupno 8"],
      ["-rw-r--r-- 1 me us 5 1 lip 2019 a", "file 5 2019-06-01 a"],
      ["-rw-r--r-- 1 me us 5 2 svi 2019 b", "file 5 2019-05-02 b"],
      ["-rw-r--r-- 1 me us 5 2 lis 2019 c", "file 5 2019-10-02 c"],
    ],
  },
  {
    title: "the same month, where nothing tells the language",
    dialect: "unix",
    lines: [["-rw-r--r-- 1 me us 5 1 lip 2019 a", "file 5 - a"]],
  },
  {
    title: "small systems: six or eight permissions, short minutes, padded ones",
    dialect: "unix",
    lines: [
      ["total -9123456789012340"],
      ["drwxr-x   2       10     4096 Oct 10 14:32 six", "directory 4096 2026-10-10T14:32 six"],
      ["drw-r--rw   1     root     root         0 Apr 21 19:31 eight", "directory 0 2026-04-21T19:31 eight"],
      ["---------   1 owner    group         1845484 Dec 22 10:20 NONE.RPY", "file 1845484 2025-12-22T10:20 NONE.RPY"],
      ["drwxrwxr-x   1 500     244         660 Jan  1 00:0 bin", "directory 660 2026-01-01T00:00 bin"],
      [
        "lrwxrwxrwx   1 500     244           7 Jan  1 00:0 tmp -> ram/tmp",
        "symlink 7 2026-01-01T00:00 tmp => ram/tmp",
      ],
      ["-rw-rw-rw-  1 owner group       5120 MAR  9  7: 5 NETX.BIN", "file 5120 2026-03-09T07:05 NETX.BIN"],
    ],
  },
  {
    title: "sizes that run into the group, that are grouped, or that are none",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 ftpadmin ftpadmin125435904 Apr  9  2008 glued", "file - 2008-04-09 glued"],
      ["-rw-r--r-- 1 me us 1,234,567 Feb  3  2020 commas", "file 1234567 2020-02-03 commas"],
      ["-rw-r--r-- 1 me us 1.234.567 Feb  3  2020 dots", "file 1234567 2020-02-03 dots"],
      ["-rw-r--r-- 1 me us -1294967296 Feb  3  2020 negative", "file - 2020-02-03 negative"],
      ["drwxr-xr-x 3 me us 512 no-date", "directory 512 - no-date"],
      ["  71 4.0K -rw-r--r-- 1 me us 4096 Feb  3  2020 blocks", "file 4096 2020-02-03 blocks"],
    ],
  },
  {
    title: "names that look like other lines",
    dialect: "unix",
    lines: [
      ["-rw-r--r-- 1 me us 5 Jan  1  2020 total 5", "file 5 2020-01-01 total 5"],
      ["-rw-r--r-- 1 me us 5 Jan  1  2020  .", "file 5 2020-01-01  ."],
      ["-rw-r--r-- 1 me us 5 Jan  1  2020   x", "file 5 2020-01-01   x"],
      ["-rw-r--r-- 1 me us 5 Jan  1  2020 sub:", "file 5 2020-01-01 sub:"],
      ["-rw-r--r-- 1 me us 5 Jan  1  2020 [x] (y) {z}", "file 5 2020-01-01 [x] (y) {z}"],
      ["-rw-r--r-- 1 me us 5 Jan  1  2020 2019-01-01 10:10 a -> b", "file 5 2020-01-01 2019-01-01 10:10 a -> b"],
      ["-rw-r--r-- 1 me us 5 Jan  1 10:00 2014 Invoices", "file 5 2026-01-01T10:00 2014 Invoices"],
      [
        "-rw-r--r-- 1 me us 5 Jan  1 10:00 01-16-02  11:14AM <DIR> x",
        "file 5 2026-01-01T10:00 01-16-02  11:14AM <DIR> x",
      ],
    ],
  },
  {
    title: "ls -R: only the first section is of this directory",
    dialect: "unix",
    lines: [
      [".:"],
      ["total 8"],
      ["drwxr-xr-x 2 me us 4096 Nov 20 04:51 sub", "directory 4096 2026-11-20T04:51 sub"],
      ["-rw-r--r-- 1 me us 5 Nov 20 04:51 a:", "file 5 2026-11-20T04:51 a:"],
      ["./sub:"],
      ["total 4"],
      ["-rw-r--r-- 1 me us 5 Nov 20 04:51 inner"],
      ["drwxr-xr-x 2 me us 5 Nov 20 04:51 deep"],
      ["./sub/deep:"],
      ["total 0"],
    ],
  },
  {
    title: "a server that puts two blanks before all names, as the directory itself shows",
    dialect: "unix",
    lines: [
      ["drwxr-xr-x 2 me us 4096 Nov 20 04:51  ."],
      ["drwxr-xr-x 2 me us 4096 Nov 20 04:51  .."],
      ["-rw-r--r-- 1 me us 5 Nov 20 04:51  plain", "file 5 2026-11-20T04:51 plain"],
      ["-rw-r--r-- 1 me us 5 Nov 20 04:51   leading", "file 5 2026-11-20T04:51  leading"],
    ],
  },
];
