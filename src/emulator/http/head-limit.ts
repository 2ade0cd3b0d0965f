/** Of address and headers together; a call token may list 100 calls. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** What is answered beyond it. */
export const HEADERS_TOO_LARGE = JSON.stringify({
  StatusCode: 431,
  code: 24,
  message: 'the headers are too large',
  duration: '0.00ms',
  more_info: '',
  details: [],
});
