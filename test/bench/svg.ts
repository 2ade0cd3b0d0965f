import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A plot as the text of an SVG file: transparent, in this ink. */
export function svgOf(options: Plot.PlotOptions, ink: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const own = options.style as object | undefined;
  const style = { background: 'none', color: ink, fontFamily: 'system-ui, sans-serif', ...own } as never;
  const drawn = Plot.plot({ ...options, document: document as never, style });
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // The library's own style sheet asks for the page's background behind the plot.
  return `${drawn.outerHTML.replaceAll('white', 'none')}\n`;
}
