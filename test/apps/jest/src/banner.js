/** Tells a user who was signed out to sign in again. Returns the way to stop. */
export function showBanner(page, { auth }) {
  const banner = page.ownerDocument.createElement('output');
  page.append(banner);
  const draw = () => {
    banner.textContent = auth.state.status === 'suspended' ? 'Sign in again' : '';
  };
  draw();
  return auth.subscribe(draw);
}
