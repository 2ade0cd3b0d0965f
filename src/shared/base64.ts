/** Base64 without the `=` at its end. By hand, since `/=+$/` looks at each run of them again and again. */
export function withoutPadding(text: string): string {
  let { length } = text;
  while (text[length - 1] === '=') length -= 1;
  return text.slice(0, length);
}
