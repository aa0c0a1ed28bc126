import type { Sample } from "./sample.ts";

/** Listings of `dir` and of IIS that are more than their plain form. */
export const windowsSamples: readonly Sample[] = [
  {
    title: "links with arrows and brackets, and a name with a leading blank",
    dialect: "dos",
    lines: [
      ["01-16-02  11:14AM       <DIR>          reports", "directory - 2002-01-16T11:14 reports"],
      ["01-16-02  11:14AM       <DIR>           leading", "directory - 2002-01-16T11:14  leading"],
      ["01-16-02  11:14AM       <JUNCTION>     a [b] -> C:\\data", "symlink - 2002-01-16T11:14 a [b] => C:\\data"],
      ["01-16-02  11:14AM       <JUNCTION>     a [b]", "symlink - 2002-01-16T11:14 a => b"],
      ["01-16-02  11:14AM       <JUNCTION>     a [x -> y]", "symlink - 2002-01-16T11:14 a => x -> y"],
      ["01-16-02  11:14AM       <SYMLINK>      f.txt => D:\\f.txt", "symlink - 2002-01-16T11:14 f.txt => D:\\f.txt"],
    ],
  },
  {
    title: "dir /Q in German",
    dialect: "dos",
    lines: [
      [" Datenträger in Laufwerk C: ist SYSTEM"],
      [" Volumeseriennummer: 1234-ABCD"],
      [" Verzeichnis von C:\\pub"],
      ["05.03.2019  17:05    <DIR>          VORDEFINIERT\\Administratoren ."],
      ["05.03.2019  17:05    <DIR>          VORDEFINIERT\\Administratoren .."],
      ["05.03.2019  17:05    <DIR>          RECHNER\\anna           Bilder", "directory - 2019-03-05T17:05 Bilder"],
      ["31.12.2019  23:59             1.024 RECHNER\\anna            leer.txt", "file 1024 2019-12-31T23:59  leer.txt"],
      ["               1 Datei(en),          1.024 Bytes"],
      ["               3 Verzeichnis(se), 12.345.678 Bytes frei"],
    ],
  },
  {
    title: "dir /X",
    dialect: "dos",
    lines: [
      [" Volume in drive C has no label."],
      [" Volume Serial Number is 1234-ABCD"],
      [" Directory of C:\\pub"],
      ["01/02/2020  03:04 PM    <DIR>                       ."],
      ["01/02/2020  03:04 PM    <DIR>                       .."],
      ["01/02/2020  03:04 PM             1,234              a.txt", "file 1234 2020-01-02T15:04 a.txt"],
      [
        "01/02/2020  12:04 AM             1,234 LONGFI~1.TXT long file name.txt",
        "file 1234 2020-01-02T00:04 long file name.txt",
      ],
      ["               2 File(s)          2,468 bytes"],
      ["               2 Dir(s)  12,345,678 bytes free"],
    ],
  },
  {
    title: "dir in French, whose thousands have blanks",
    dialect: "dos",
    lines: [
      [" Le volume dans le lecteur C n'a pas de nom."],
      [" Le numéro de série du volume est 1234-ABCD"],
      [" Répertoire de C:\\pub"],
      ["05/03/2019  17:05    <DIR>          ."],
      ["05/03/2019  17:05    <DIR>          .."],
      ["25/03/2019  17:05         1 024 024 b c.txt", "file 1024024 2019-03-25T17:05 b c.txt"],
      ["               1 fichier(s)        1 024 024 octets"],
      ["               2 Rép(s)  12 345 678 octets libres"],
    ],
  },
  {
    title: "dir in Korean, with the half of the day before the time",
    dialect: "dos",
    lines: [
      [" C 드라이브의 볼륨에는 이름이 없습니다."],
      [" 볼륨 일련 번호: 1234-ABCD"],
      [" C:\\pub 디렉터리"],
      ["2019-03-05  오전 05:05    <DIR>          사진", "directory - 2019-03-05T05:05 사진"],
      ["2019-03-05  오후 05:05             1,024 x y.txt", "file 1024 2019-03-05T17:05 x y.txt"],
      ["               1개 파일               1,024 바이트"],
      ["               1개 디렉터리  12,345,678 바이트 남음"],
    ],
  },
  {
    title: "dates with blanks, and halves of the day in other spellings",
    dialect: "dos",
    lines: [
      ["2019. 03. 05.  17:05             1024 magyar.txt", "file 1024 2019-03-05T17:05 magyar.txt"],
      ["2019-03-05  05:05 p. m.             1024 hora.txt", "file 1024 2019-03-05T17:05 hora.txt"],
      ["2019-03-05  05:05 p.m.             1024 hora 2.txt", "file 1024 2019-03-05T17:05 hora 2.txt"],
    ],
  },
  {
    title: "dir /S: only the first directory was asked for",
    dialect: "dos",
    lines: [
      [" Directory of C:\\pub"],
      ["01/02/2020  03:04 PM    <DIR>          ."],
      ["01/02/2020  03:04 PM    <DIR>          .."],
      ["01/02/2020  03:04 PM    <DIR>          sub", "directory - 2020-01-02T15:04 sub"],
      ["               0 File(s)              0 bytes"],
      [" Directory of C:\\pub\\sub"],
      ["01/02/2020  03:04 PM                 5 inner.txt"],
      ["               1 File(s)              5 bytes"],
      ["     Total Files Listed:"],
      ["               1 File(s)              5 bytes"],
    ],
  },
  {
    title: "SuperTCP and Nortel",
    dialect: "name-first",
    lines: [
      [".               <DIR>           11-16-94        17:16"],
      ["INSTALL         <DIR>           11-16-94        17:17", "directory - 1994-11-16T17:17 INSTALL"],
      ["DESIGN1.DOC          11264      05-11-95        14:20", "file 11264 1995-05-11T14:20 DESIGN1.DOC"],
      ["config.dat       1014196  06/03/04  Thur.   10:20:03", "file 1014196 2004-06-03T10:20:03 config.dat"],
    ],
  },
  {
    title: "Chameleon",
    dialect: "name-first",
    lines: [
      ["INSTALL         <DIR>      Nov 16 1994 17:17", "directory - 1994-11-16T17:17 INSTALL"],
      ["README.TXT       1045      May 10 1995 11:01   RHA", "file 1045 1995-05-10T11:01 README.TXT"],
    ],
  },
  {
    title: "names alone, with the directory and the one above",
    dialect: "names",
    lines: [
      [" ."],
      [" .."],
      [" notes of May.txt", "unknown - - notes of May.txt"],
      ["  leading", "unknown - -  leading"],
    ],
  },
];
