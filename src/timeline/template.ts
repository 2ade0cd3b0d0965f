// Templates for lit that are built node by node. Lit's own go through `innerHTML`, which needs a policy wherever
// Trusted Types are enforced; an element that any app may mount can't ask every app for one.
import { type CompiledTemplateResult, noChange } from 'lit';
import { Directive, directive, type ElementPart, PartType } from 'lit/directive.js';

/** What {@link html} and {@link svg} make. */
export type Template = CompiledTemplateResult;

type Tag = (strings: TemplateStringsArray, ...values: unknown[]) => Template;

interface BoundAttribute {
  readonly name: string;
  /** What stands between its values. */
  readonly texts: readonly string[];
}

/** Where values go: the next one becomes a child, or the next ones are the attributes of an element. */
type Place = 'child' | readonly BoundAttribute[];

interface Blueprint {
  readonly compiled: Template['_$litType$'];
  readonly places: readonly Place[];
}

const SVG = 'http://www.w3.org/2000/svg';
const XHTML = 'http://www.w3.org/1999/xhtml';
const VOID = /^(?:input|br|hr|img)$/;
// Of the private use area: no template says it.
const VALUE = '\uE000';
const TOKEN = /<\/[\w-]+>|<([\w-]+)((?:"[^"]*"|[^">])*?)(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([^\s=]+)(?:=(?:"([^"]*)"|(\S+)))?/g;

/** Sets the attributes, properties and listeners of one element. */
class Bindings extends Directive {
  #set: unknown[] = [];

  override render(..._: unknown[]): unknown {
    return noChange;
  }

  override update(part: ElementPart, [attributes, values]: [readonly BoundAttribute[], unknown[]]): unknown {
    let next = 0;
    attributes.forEach(({ name, texts }, index) => {
      const own = values.slice(next, next + texts.length - 1);
      next += own.length;
      const [value] = own;
      const whole =
        texts.length === 2 && texts.join('') === ''
          ? value
          : texts.reduce((text, piece, at) => `${text}${String(own[at - 1])}${piece}`);
      if (this.#set[index] === whole && index in this.#set) return;
      apply(part, name, whole, this.#set[index]);
      this.#set[index] = whole;
    });
    return noChange;
  }
}

const bindings = directive(Bindings);

function apply({ element, options }: ElementPart, name: string, value: unknown, before: unknown): void {
  const rest = name.slice(1);
  if (name.startsWith('.')) {
    (element as unknown as Record<string, unknown>)[rest] = value;
  } else if (name.startsWith('?')) {
    element.toggleAttribute(rest, Boolean(value));
  } else if (name.startsWith('@')) {
    // One listener for the element's life: who re-renders hands over another function each time.
    listen(element, rest, options?.host);
    handlersOf(element).set(rest, value as Handler);
  } else if (value === undefined || value === null || typeof value === 'symbol') {
    if (before !== undefined) element.removeAttribute(name);
  } else {
    element.setAttribute(name, String(value));
  }
}

type Handler = (event: Event) => void;
const handlers = new WeakMap<Element, Map<string, Handler>>();

function handlersOf(element: Element): Map<string, Handler> {
  const known = handlers.get(element);
  if (known !== undefined) return known;
  const made = new Map<string, Handler>();
  handlers.set(element, made);
  return made;
}

function listen(element: Element, type: string, host: unknown): void {
  const own = handlersOf(element);
  if (!own.has(type)) element.addEventListener(type, (event) => own.get(type)?.call(host ?? element, event));
}

const blueprints = new WeakMap<TemplateStringsArray, Blueprint>();

const tag =
  (namespace: string): Tag =>
  (strings, ...values) => {
    let blueprint = blueprints.get(strings);
    if (blueprint === undefined) {
      blueprint = draw(strings.join(VALUE), namespace);
      blueprints.set(strings, blueprint);
    }
    let next = 0;
    return {
      _$litType$: blueprint.compiled,
      values: blueprint.places.map((place) => {
        if (place === 'child') {
          next += 1;
          return values[next - 1];
        }
        const count = place.reduce((sum, { texts }) => sum + texts.length - 1, 0);
        next += count;
        return bindings(place, values.slice(next - count, next));
      }),
    };
  };

/** As lit's `html`, for markup that is written with double quotes and without entities. */
export const html = tag(XHTML);
/** As lit's `svg`. */
export const svg = tag(SVG);

/** Builds the nodes of a template, and notes in document order where its values go. */
function draw(source: string, outer: string): Blueprint {
  const el = document.createElement('template');
  const { content } = el;
  const page = content.ownerDocument;
  const parts: Template['_$litType$']['parts'] = [];
  const places: Place[] = [];
  const path: { readonly node: Node; readonly namespace: string }[] = [{ node: content, namespace: outer }];
  let index = -1;
  const add = (node: Node) => path.at(-1)?.node.appendChild(node);
  const comment = () => {
    add(page.createComment(''));
    index += 1;
  };
  for (const [, name, attributes = '', isEmpty, text] of source.matchAll(TOKEN)) {
    if (text !== undefined) {
      text.split(VALUE).forEach((piece, at) => {
        if (at > 0) {
          comment();
          parts.push({ type: PartType.CHILD, index });
          places.push('child');
        }
        if (piece !== '') add(page.createTextNode(piece));
      });
    } else if (name === undefined) {
      path.pop();
    } else {
      const namespace = name === 'svg' ? SVG : (path.at(-1)?.namespace ?? outer);
      const node = page.createElementNS(namespace, name);
      add(node);
      index += 1;
      const bound = readAttributes(node, attributes);
      if (bound.length > 0) {
        parts.push({ type: PartType.ELEMENT, index });
        places.push(bound);
      }
      if (isEmpty === '' && !VOID.test(name)) path.push({ node, namespace });
    }
  }
  // What a last value renders must end somewhere.
  comment();
  return { compiled: { h: [] as unknown as TemplateStringsArray, el, parts }, places };
}

/** Sets what is constant; returns what is bound. */
function readAttributes(node: Element, source: string): BoundAttribute[] {
  const bound: BoundAttribute[] = [];
  for (const [, name = '', quoted, bare] of source.matchAll(ATTRIBUTE)) {
    const value = quoted ?? bare ?? '';
    const texts = value.split(VALUE);
    if (texts.length > 1) bound.push({ name, texts });
    else node.setAttribute(name, value);
  }
  return bound;
}
