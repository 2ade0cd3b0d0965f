import type { FaultButton, FaultField } from './catalogue.js';

export interface ControlAnswer {
  readonly isDone: boolean;
  /** In words, for the reader; never a token. */
  readonly message: string;
  /** Of the mint endpoint. */
  readonly token?: string | undefined;
}

/** `POST /_emulator...`; a refusal is an answer too. */
export async function control(path: string, body: Readonly<Record<string, unknown>>): Promise<ControlAnswer> {
  try {
    const response = await fetch(`/_emulator${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { token?: string; error?: { message?: string } };
    if (response.ok) return { isDone: true, message: 'Done', token: answer.token };
    return { isDone: false, message: answer.error?.message ?? `The emulator answered ${response.status}` };
  } catch {
    return { isDone: false, message: 'The emulator does not answer' };
  }
}

/** What the fields of a form say, as the control API wants it. */
export function bodyOf(
  { fields: hasFields = true, body = {} }: FaultButton,
  fields: readonly FaultField[],
  inputs: FormData,
): Record<string, unknown> {
  const read: [string, unknown][] = [];
  for (const field of hasFields ? fields : []) {
    const raw = String(inputs.get(field.name) ?? '').trim();
    if (field.type === 'check') read.push([field.name, inputs.has(field.name)]);
    else if (raw !== '') read.push([field.name, readValue(field, raw)]);
  }
  return { ...Object.fromEntries(read), ...body };
}

function readValue({ type, factor = 1 }: FaultField, raw: string): unknown {
  if (type === 'number') return Number(raw) * factor;
  if (type === 'list') return raw.split(/[\s,]+/).filter((item) => item !== '');
  return raw;
}
