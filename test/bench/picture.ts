import * as Plot from '@observablehq/plot';
import type { Row } from './rows.js';
import { svgOf } from './svg.js';

/** Legible on white and on the dark page of a code host: mid tones, and no background. */
const COLORS = { text: '#808791', ours: '#3b82f6', official: '#d97706', grid: '#80879155' };

/** Each figure over its goal, on a scale by factors: left of the line is better than asked for. */
export function tablePicture(rows: readonly Row[]): string {
  const dots = rows.flatMap(({ what, ours, official, must }) => [
    { what, value: Math.max(ours / must, 0.05), by: 'this package' },
    ...(official === undefined ? [] : [{ what, value: official / must, by: 'official client' }]),
  ]);
  return svgOf(
    {
      width: 840,
      height: 60 + rows.length * 24,
      marginLeft: 390,
      marginRight: 20,
      x: { type: 'log', label: 'times its goal (1 = met)', grid: true, tickFormat: '~g' },
      y: { domain: rows.map(({ what }) => what), label: null },
      color: {
        legend: false,
        domain: ['this package', 'official client'],
        range: [COLORS.ours, COLORS.official],
      },
      marks: [
        Plot.ruleX([1], { stroke: COLORS.text }),
        Plot.dot(dots, { x: 'value', y: 'what', fill: 'by', r: 5 }),
        Plot.text(['blue: this package, orange: official client'], { frameAnchor: 'top-right', dy: -14 }),
      ],
    },
    COLORS.text,
  );
}

export interface Growth {
  readonly what: string;
  readonly size: number;
  readonly value: number;
}

/** What one of many costs: a flat line is linear growth, one that rises to the right is a defect. */
export function growthPicture(points: readonly Growth[]): string {
  return svgOf(
    {
      width: 840,
      height: 480,
      marginLeft: 60,
      marginRight: 140,
      x: { type: 'log', label: 'how many at once', tickFormat: '~s', ticks: [1, 10, 100, 1_000, 10_000] },
      y: { type: 'log', label: 'CPU of each, microseconds', grid: true, tickFormat: '~s', ticks: 4 },
      fy: { label: null },
      marks: [
        Plot.frame({ stroke: COLORS.grid }),
        Plot.line(points, { x: 'size', y: 'value', fy: 'what', stroke: COLORS.ours, strokeWidth: 2 }),
        Plot.dot(points, { x: 'size', y: 'value', fy: 'what', fill: COLORS.ours }),
      ],
    },
    COLORS.text,
  );
}
