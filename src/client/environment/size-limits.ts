/** What is read of one message from outside, after decompression. The rest is cancelled. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** With `ws` as its `maxPayload`; elsewhere the text is measured. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
export const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;
