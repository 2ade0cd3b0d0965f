/**
 * Calls the app's code so that it disturbs nobody: `failed` hears of what it throws, and of what it rejects with.
 * The types of listeners and loggers say void, but an async function fits them, too.
 */
export function callSafely(call: () => unknown, failed: (error: unknown) => void = () => {}): void {
  try {
    // Not its own method: the app may have given the promise another. What it resolves with is not looked at again.
    Promise.prototype.then.call(Promise.resolve(call()), () => {}, failed);
  } catch (error) {
    failed(error);
  }
}
