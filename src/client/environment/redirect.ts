/** Whether this answer is a redirect that was not followed; a browser hides where it leads. */
export function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304);
}
