/** The codes that the coordinator answers with, and the HTTP status that belongs to each. */
export const STATUS_OF_CODE = {
  [-1]: 500,
  2: 401,
  3: 401,
  4: 400,
  5: 401,
  6: 400,
  9: 429,
  16: 404,
  17: 403,
  22: 413,
  23: 408,
  24: 431,
  40: 401,
  41: 401,
  42: 401,
  43: 401,
  44: 400,
  45: 400,
  46: 400,
  60: 403,
  69: 400,
  70: 403,
  71: 429,
  73: 400,
  99: 403,
} as const;

const CODE_OF_STATUS = new Map<number, number>([
  [400, 4],
  [401, 40],
  [403, 17],
  [404, 16],
  [408, 23],
  [413, 22],
  [429, 9],
  [431, 24],
]);

export function statusOfCode(code: number): number {
  return (STATUS_OF_CODE as Record<number, number>)[code] ?? 400;
}

/** The code that a status most often comes with; -1 (internal) where none is known. */
export function codeOfStatus(status: number): number {
  return CODE_OF_STATUS.get(status) ?? -1;
}

/** The error payload of the wire. */
export interface ApiErrorBody {
  StatusCode: number;
  code: number;
  message: string;
  duration: string;
  more_info: string;
  details: number[];
  exception_fields: Record<string, string>;
  unrecoverable: boolean;
}

interface FailureInit {
  status?: number | undefined;
  fields?: Record<string, string> | undefined;
  unrecoverable?: boolean | undefined;
}

/** A refusal on its way to the wire. */
export class Failure extends Error {
  readonly code: number;
  readonly status: number;
  readonly fields: Record<string, string>;
  readonly unrecoverable: boolean;

  constructor(code: number, reason: string, { status, fields = {}, unrecoverable }: FailureInit = {}) {
    super(reason);
    this.code = code;
    this.status = status ?? statusOfCode(code);
    this.fields = fields;
    this.unrecoverable = unrecoverable ?? code === 17;
  }

  body(operation: string, duration: string): ApiErrorBody {
    return {
      StatusCode: this.status,
      code: this.code,
      message: `${operation} failed with error: "${this.message}"`,
      duration,
      more_info: 'https://getstream.io/chat/docs/api_errors_response',
      // A non-empty list makes one official client lose the code.
      details: [],
      exception_fields: this.fields,
      unrecoverable: this.unrecoverable,
    };
  }
}

export function notFound(what: string): Failure {
  return new Failure(16, `${what} does not exist`);
}

export function invalidInput(field: string, reason: string): Failure {
  return new Failure(4, `${field} ${reason}`, { fields: { [field]: reason } });
}
