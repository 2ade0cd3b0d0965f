import * as Plot from '@observablehq/plot';
import type { Curve } from './fleet/scenarios/scene.js';
import { svgOf } from './svg.js';

/** The colours of a page. */
export interface Scheme {
  readonly ink: string;
  /** Told apart by those who see no red, too. */
  readonly colors: readonly string[];
}

export const SCHEMES: Readonly<Record<'light' | 'dark', Scheme>> = {
  light: { ink: '#1b2330', colors: ['#2257cf', '#b45309', '#0f766e', '#9d174d', '#6d28d9'] },
  dark: { ink: '#e5e9f0', colors: ['#82adff', '#fbbf24', '#5eead4', '#f9a8d4', '#c4b5fd'] },
};

export interface Line {
  /** Absent where another line of the same colour is named. */
  readonly name?: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly kind?: keyof typeof MARKS;
  readonly color?: string | undefined;
  readonly width?: number;
}

/** As wide as a telephone's page: text stays legible there, and wider pages show it larger. */
const WIDTH = 400;
const HEIGHT = 280;
/** Where a line of text begins, from the frame. */
const LEFT_EDGE = -44;

export interface Frame {
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly height?: number;
}

/** Lines over each other, named above the plot in their own colours. */
export function linesPicture(
  lines: readonly Line[],
  { x, y, height = HEIGHT }: Frame,
  { ink, colors }: Scheme,
): string {
  const colored = lines.map((line, index) => ({ ...line, color: line.color ?? colors[index] ?? ink }));
  const named = colored.filter(({ name }) => name !== undefined);
  return svgOf(
    {
      width: WIDTH,
      height: height + 16 * named.length,
      marginTop: 32 + 16 * named.length,
      marginLeft: 52,
      marginRight: 14,
      marginBottom: 40,
      style: { fontSize: '12px' } as never,
      x: { labelAnchor: 'center', ...x },
      y: { grid: true, ...y, label: null },
      marks: [
        Plot.text([y.label ?? ''], {
          frameAnchor: 'top-left',
          textAnchor: 'start',
          dx: LEFT_EDGE,
          dy: -24,
        }),
        ...colored.flatMap(({ points, kind, color: stroke, width = 1.8 }) => {
          const at = { x: 'x', y: 'y' } as const;
          if (kind === 'dots') return [Plot.dot(points, { ...at, fill: stroke, r: 3.5 })];
          const dash = kind === 'dashed' ? { strokeDasharray: '5 4' } : {};
          return [Plot.line(points, { ...at, stroke, strokeWidth: width, ...dash })];
        }),
        ...named.map(({ name, color: fill, kind = 'line' }, index) =>
          Plot.text([`${MARKS[kind]} ${name}`], {
            frameAnchor: 'top-left',
            textAnchor: 'start',
            dx: LEFT_EDGE,
            dy: -(28 + 16 * (named.length - index)),
            fill,
            fontWeight: 600,
          }),
        ),
      ],
    },
    ink,
  );
}

/** Before the names. */
const MARKS = { line: '—', dashed: '- -', dots: '●' } as const;

/** A curve as points; `scale` turns rates and seconds into what the axes say. Zeros are left out of log scales. */
export function pointsOf(
  { binMs, perSecond }: Curve,
  { toX = (seconds: number) => seconds, toY = (rate: number) => rate, least = Number.NEGATIVE_INFINITY },
): Line['points'] {
  return perSecond.map((rate, bin) => {
    const value = toY(rate);
    return { x: toX(((bin + 0.5) * binMs) / 1_000), y: value < least ? Number.NaN : value };
  });
}
