/** A fresh UUID. Not a secret: loading the platform's `crypto` for it would make the first request wait. */
function randomId(): string {
  const hex = () => ((Math.random() * 16) & 15).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, hex);
}

/**
 * Fresh ids for tracing, in the form of UUIDs: a random beginning, drawn at the first one, and a number. Drawing all
 * of each costs more than the rest of a request's headers.
 */
export function requestIds(): () => string {
  let beginning = '';
  let count = 0;
  return () => {
    beginning ||= randomId().slice(0, -12);
    count += 1;
    return beginning + count.toString(16).padStart(12, '0');
  };
}
