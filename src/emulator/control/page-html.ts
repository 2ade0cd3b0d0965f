/** The page at `/`: everything on it is drawn by its script, in text nodes. */
export const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>stream-video-emulator</title>
<link rel="icon" type="image/svg+xml" href="/_emulator/icon.svg">
<script type="module" src="/page.js"></script>
</head>
<body></body>
</html>
`;

/** A token's life with its two windows. */
export const PAGE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2257cf"/><path fill="#d7e4fc" d="M5 12h12v8H5z"/><path fill="#f9dfa2" d="M17 12h6v8h-6z"/><path fill="#f0a78d" d="M23 12h4v8h-4z"/></svg>
`;

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
