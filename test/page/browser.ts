import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser: `CHROMIUM_PATH`, or where the system keeps one. `without`: what the driver would switch off. */
export function launch(more: readonly string[] = [], without: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? PLACES.find(existsSync);
  if (executablePath === undefined) throw new Error('no Chromium here; set CHROMIUM_PATH to one');
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more], ignoreDefaultArgs: [...without] });
}

/** What a page must never give a reason for. */
export interface Complaints {
  readonly all: string[];
}

/** Collects console errors, exceptions, failed requests, violations of the policy, and requests to elsewhere. */
export async function watch(page: Page, origin: string): Promise<Complaints> {
  const all: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') all.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => all.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => all.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) all.push(`elsewhere: ${request.url()}`);
  });
  await page.exposeFunction('violated', (what: string) => all.push(`policy: ${what}`));
  await page.addInitScript(`
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      violated(violatedDirective + ' ' + blockedURI));
  `);
  return { all };
}

/** Text and attributes of the document and of every shadow root in it. */
export function everythingIn(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const parts = [];
    const read = (root) => {
      for (const element of root.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) parts.push(name + '=' + value);
        for (const node of element.childNodes) if (node.nodeType === 3) parts.push(node.data);
        if ('value' in element) parts.push(String(element.value));
        if (element.shadowRoot) read(element.shadowRoot);
      }
    };
    read(document);
    return parts.join('\\n');
  })()`) as Promise<string>;
}
