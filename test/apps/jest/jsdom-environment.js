import JsdomEnvironment from 'jest-fixed-jsdom';

/** A page that can sign tokens: jsdom has no `crypto.subtle`. */
export default class extends JsdomEnvironment {
  constructor(...settings) {
    super(...settings);
    Object.defineProperty(this.global, 'crypto', { value: globalThis.crypto });
  }
}
