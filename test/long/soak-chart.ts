/** The chart of a soak: what the server held, second by second, in one picture without any library. */

/** What the server told in one second. */
export interface SoakSample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
  readonly descriptors: number;
  readonly sessions: number;
  readonly armed: number;
}

interface Curve {
  readonly title: string;
  readonly colour: string;
  readonly value: (sample: SoakSample) => number;
}

const mebibyte = 1024 * 1024;
const rows: readonly (readonly Curve[])[] = [
  [
    { title: "resident memory, MiB", colour: "#1f6feb", value: ({ rss }) => rss / mebibyte },
    { title: "heap and buffers, MiB", colour: "#8250df", value: ({ heap }) => heap / mebibyte },
  ],
  [
    { title: "descriptors", colour: "#bc4c00", value: ({ descriptors }) => descriptors },
    { title: "sessions", colour: "#1a7f37", value: ({ sessions }) => sessions },
    { title: "passive ports that wait", colour: "#cf222e", value: ({ armed }) => armed },
  ],
];
const [width, height, left, top, gap] = [860, 220, 60, 30, 50];

/** Draws it. @returns SVG. */
export function soakChart(samples: readonly SoakSample[], title: string): string {
  const end = Math.max(1, samples.at(-1)?.seconds ?? 1);
  const all = rows.length * (height + gap) + top;
  const parts = rows.map((curves, row) => drawRow(samples, curves, end, top + row * (height + gap)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + left + 20} ${all}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${left}" y="18" font-size="14">${title}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function drawRow(samples: readonly SoakSample[], curves: readonly Curve[], end: number, y: number): string {
  const most = roundUp(Math.max(1, ...samples.flatMap((sample) => curves.map(({ value }) => value(sample)))));
  const x = (seconds: number): string => (left + (seconds / end) * width).toFixed(1);
  const at = (value: number): string => (y + height - (value / most) * (height - 20)).toFixed(1);
  const lines = curves.map(({ colour, value }) => {
    const points = samples.map((sample) => `${x(sample.seconds)},${at(value(sample))}`).join(" ");
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points}"/>`;
  });
  const legend = curves.map(
    ({ title, colour }, index) => `<text x="${left + 10 + index * 200}" y="${y + 12}" fill="${colour}">${title}</text>`,
  );
  const marks = [0, 0.5, 1].flatMap((share) => [
    `<line x1="${left}" x2="${left + width}" y1="${at(most * share)}" y2="${at(most * share)}" stroke="#d0d7de"/>`,
    `<text x="${left - 6}" y="${at(most * share)}" text-anchor="end">${Math.round(most * share)}</text>`,
    `<text x="${x(end * share)}" y="${y + height + 16}" text-anchor="middle">${Math.round(end * share)} s</text>`,
  ]);
  return [...marks, ...lines, ...legend].join("\n");
}

function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}
