/** Gives a symbol's value, `argument` being what stands in its parentheses; undefined for an unknown one. */
export type LookUp = (name: string, argument: number | undefined) => number | undefined;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_557_600_000,
};
/** What may stand beside a symbol as a nudge; whatever is longer must have a name. */
const LONGEST_NUDGE_MS = 1_000;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)(ms|s|m|h|d|y)?\b|([A-Za-z]\w*)|([-+*/()]))/y;

interface Options {
  readonly lookUp: LookUp;
  /** Whether any duration may be written out: lifetimes and skews are facts of the world, not constants. */
  readonly isFact?: boolean | undefined;
}

/** A small sum of symbols and durations, in milliseconds: `exp-A+1s`, `M/2`, `backOff(1)`. */
export function evaluate(text: string, { lookUp, isFact = false }: Options): number {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`"${text}" is no expression`);
    tokens.push(match[0].trim());
  }
  let position = 0;
  const peek = () => tokens[position];
  const take = () => {
    position += 1;
    return tokens[position - 1];
  };

  function number(written: string): number {
    const [, digits, unit] = /^([\d.]+)(\D*)$/.exec(written) ?? [];
    if (!unit) return Number(digits);
    const value = Number(digits) * (UNIT_MS[unit] as number);
    if (!isFact && value > LONGEST_NUDGE_MS) throw new Error(`"${written}" in "${text}" needs a name`);
    return value;
  }

  function factor(): number {
    const token = take();
    if (token === '-') return -factor();
    if (token === '(') {
      const value = sum();
      if (take() !== ')') throw new Error(`"${text}" lacks a parenthesis`);
      return value;
    }
    if (token === undefined) throw new Error(`"${text}" ends too early`);
    if (/^\d/.test(token)) return number(token);
    let argument: number | undefined;
    if (peek() === '(') {
      take();
      argument = sum();
      take();
    }
    const value = lookUp(token, argument);
    if (value === undefined) throw new Error(`"${token}" in "${text}" is no symbol`);
    return value;
  }

  function product(): number {
    let value = factor();
    while (peek() === '*' || peek() === '/') value = take() === '*' ? value * factor() : value / factor();
    return value;
  }

  function sum(): number {
    let value = product();
    while (peek() === '+' || peek() === '-') value = take() === '+' ? value + product() : value - product();
    return value;
  }

  const value = sum();
  if (position !== tokens.length) throw new Error(`"${text}" goes on after its end`);
  return value;
}
