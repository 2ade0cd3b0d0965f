import { Ajv, type ValidateFunction } from 'ajv';
import { ANSWERS, DEFINITIONS, EVENTS, type Form } from './schemas.js';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addFormat('rfc3339', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addSchema({ $id: 'text', $defs: DEFINITIONS('text') });
ajv.addSchema({ $id: 'nanoseconds', $defs: DEFINITIONS('nanoseconds') });

const compiled = new Map<string, ValidateFunction>();

function validatorOf(key: string, schema: () => object): ValidateFunction {
  let validator = compiled.get(key);
  if (validator === undefined) {
    validator = ajv.compile(schema());
    compiled.set(key, validator);
  }
  return validator;
}

function check(validator: ValidateFunction, value: unknown, what: string): void {
  if (validator(value)) return;
  throw new Error(`${what} has not the shape of the protocol: ${ajv.errorsText(validator.errors)}`);
}

/** Throws unless an answer has the shape that the protocol gives this operation; every test's answers pass here. */
export function checkAnswer(
  operation: string | undefined,
  path: string,
  status: number,
  body: unknown,
): void {
  if (operation === undefined || status === 0) return;
  const form = path.startsWith('/api/v2') ? 'nanoseconds' : 'text';
  if (status >= 400) {
    check(
      validatorOf(`error:${form}`, () => ({ $ref: `${form}#/$defs/apiError` })),
      body,
      `${operation} ${status}`,
    );
    return;
  }
  const answer = Object.hasOwn(ANSWERS, operation) ? ANSWERS[operation] : undefined;
  if (answer === undefined) throw new Error(`no shape is written down for ${operation}`);
  check(
    validatorOf(`${operation}:${form}`, () => answer(form)),
    body,
    operation,
  );
}

const EVENTS_OF = { text: EVENTS('text'), nanoseconds: EVENTS('nanoseconds') };

/** Throws unless a frame has the shape that the protocol gives its type, on a socket of this form. */
export function checkEvent(frame: { type?: unknown }, form: Form = 'text'): void {
  const type = typeof frame.type === 'string' ? frame.type : 'chat.error';
  const event = Object.hasOwn(EVENTS_OF[form], type) ? EVENTS_OF[form][type] : undefined;
  if (event === undefined) throw new Error(`no shape is written down for the event ${type}`);
  check(validatorOf(`event:${type}:${form}`, event), frame, type);
}
