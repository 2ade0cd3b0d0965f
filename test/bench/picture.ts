import * as Plot from '@observablehq/plot';
import { linesPicture, type Scheme } from './lines-picture.js';
import { type Row, shown } from './rows.js';
import { svgOf } from './svg.js';

const ROW_HEIGHT = 34;
const SCALE: readonly [least: number, most: number] = [0.1, 40];

/** Each figure over its goal, on a scale by factors: left of the line is better than asked for. */
export function tablePicture(rows: readonly Row[], { ink, colors }: Scheme): string {
  const [ours, official] = colors;
  const placed = rows.map((row, y) => ({ ...row, y }));
  const dots = placed.flatMap((row) => [
    { ...row, value: row.ours, fill: ours },
    ...(row.official === undefined ? [] : [{ ...row, value: row.official, fill: official }]),
  ]);
  const clamped = (value: number) => Math.min(Math.max(value, SCALE[0]), SCALE[1]);
  return svgOf(
    {
      width: 480,
      height: 90 + rows.length * ROW_HEIGHT,
      marginTop: 50,
      marginLeft: 10,
      marginRight: 76,
      marginBottom: 40,
      style: { fontSize: '12px' } as never,
      x: {
        type: 'log',
        domain: SCALE,
        label: 'times the goal',
        labelAnchor: 'center',
        tickFormat: '~g',
        ticks: 4,
      },
      y: { domain: [-0.6, rows.length - 0.4], reverse: true, axis: null },
      marks: [
        Plot.ruleY(placed, { y: 'y', stroke: ink, strokeOpacity: 0.15 }),
        Plot.ruleX(placed, {
          x: 1,
          y1: ({ y }) => y - 0.2,
          y2: ({ y }) => y + 0.2,
          stroke: ink,
          strokeWidth: 2,
        }),
        Plot.text(placed, { x: () => SCALE[0], y: 'y', text: 'what', textAnchor: 'start', dy: -13 }),
        Plot.dot(dots, { x: ({ value, must }) => clamped(value / must), y: 'y', fill: 'fill', r: 4.5 }),
        ...placed.flatMap((row) => [
          Plot.text([row], {
            x: () => SCALE[1],
            y: 'y',
            text: () => shown(row.ours, row.unit),
            textAnchor: 'start',
            dx: 10,
            fill: ours as string,
            fontWeight: 600,
          }),
          Plot.text(row.official === undefined ? [] : [row], {
            x: () => SCALE[1],
            y: 'y',
            text: () => shown(row.official, row.unit),
            textAnchor: 'start',
            dx: 10,
            dy: -15,
            fill: official as string,
          }),
        ]),
        ...[
          { name: '● this package', fill: ours, dx: 0 },
          { name: '● the official client', fill: official, dx: 110 },
          { name: '| the goal', fill: ink, dx: 250 },
        ].map(({ name, fill, dx }) =>
          Plot.text([name], {
            frameAnchor: 'top-left',
            textAnchor: 'start',
            dx,
            dy: -34,
            fill: fill as string,
            fontWeight: 600,
          }),
        ),
      ],
    },
    ink,
  );
}

export interface Growth {
  readonly what: string;
  readonly size: number;
  readonly value: number;
}

/** What one of many costs: a flat line is linear growth, one that rises to the right is a defect. */
export function growthPicture(points: readonly Growth[], scheme: Scheme): string {
  const names = [...new Set(points.map(({ what }) => what))];
  return linesPicture(
    names.map((name) => ({
      name,
      points: points.filter(({ what }) => what === name).map(({ size: x, value: y }) => ({ x, y })),
    })),
    {
      x: { type: 'log', label: 'how many at once', tickFormat: '~s', ticks: [1, 10, 100, 1_000, 10_000] },
      y: { type: 'log', label: 'CPU of each one, in microseconds', tickFormat: '~s', ticks: 4 },
    },
    scheme,
  );
}
