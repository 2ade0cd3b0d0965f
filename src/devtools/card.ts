import { nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, shown, timeOfDay } from '../timeline/format.js';
import { html, svg, type Template } from '../timeline/template.js';
import type { ClientWatch } from './watch/client-watch.js';
import { kindOf, nameOf, statusOf } from './watch/lane.js';
import type { Happening, Life, Present } from './watch/life.js';

const LISTED = 50;

/** What a card's buttons do, and what came of it. */
export interface CardActions {
  refresh(watch: ClientWatch): void;
  copy(watch: ClientWatch): void;
  /** The answer to the last press of a button. */
  answerFor(watch: ClientWatch): string;
}

/** One client: how its token is, what comes next, and the same as text that the picture shows. */
export function card(watch: ClientWatch, id: number, actions: CardActions, now: number): Template {
  const { client, life } = watch;
  const { present } = life;
  const name = nameOf(client);
  return html`<article class="card" aria-labelledby="name-${id}">
    <header>
      <h3 id="name-${id}">${name}</h3>
      <span class="kind">${kindOf(client)}</span>
      <span class="badge ${toneOf(life)}">${statusOf(life)}</span>
      <span class="socket ${present?.connection ?? ''}">${present?.connection ?? ''}</span>
    </header>
    ${present === undefined ? nothing : body(life, present, now)}
    <div class="buttons">
      <button type="button" aria-label="Refresh the token of ${name}" ?disabled=${client.user.type === 'anonymous' && client.tokenProvider === undefined}
        @click=${() => actions.refresh(watch)}>Refresh</button>
      <button type="button" aria-label="Copy explain() of ${name}" @click=${() => actions.copy(watch)}>Copy explain()</button>
      <output>${actions.answerFor(watch)}</output>
    </div>
    <details><summary>What happened, as a table</summary>${history(life, name)}</details>
    <details><summary>explain()</summary>
      <pre class="explain" tabindex="0" aria-label="What auth.explain() says">${present?.explanation.text ?? ''}</pre></details>
  </article>`;
}

function toneOf({ present }: Life): 'good' | 'warn' | 'bad' | 'calm' {
  if (present === undefined) return 'calm';
  const { auth } = present;
  if (auth.status === 'suspended') return 'bad';
  if (auth.status === 'signed_out') return 'calm';
  if (auth.status === 'acquiring') return auth.retryAt === undefined ? 'warn' : 'bad';
  return auth.phase === 'fresh' || auth.phase === undefined
    ? 'good'
    : auth.phase === 'expired'
      ? 'bad'
      : 'warn';
}

/** A moment that is only a bound is told as one: what is held off until then may come much later. */
function when({ timing }: Present['explanation']['next'], left: string): string {
  if (timing === 'no later than') return ` within ${left}`;
  return timing === 'at' ? ` in ${left}` : ` in ${left} at the earliest`;
}

function body(life: Life, { auth, explanation }: Present, now: number): Template {
  const { next, counters, clock } = explanation;
  const until = next.at === undefined ? '' : next.at > now ? when(next, unbroken(next.at - now)) : ' now';
  const token = life.tokenInUse;
  const facts: [string, string | undefined][] = [
    ['generation', token === undefined ? undefined : String(token.generation)],
    ['age', token === undefined ? undefined : duration(Math.max(0, now - token.from))],
    ['expires', token?.expiresAt === undefined ? undefined : expiry(token.expiresAt, now)],
    [
      'accepted',
      token === undefined
        ? undefined
        : token.acceptedAt === undefined
          ? 'not yet'
          : timeOfDay(token.acceptedAt),
    ],
    ['provider calls', String(counters.providerCalls ?? 0)],
    ['failures', String(counters.failures ?? 0)],
    ['refusals', String(life.refusals)],
    ['replays', String(counters.replays ?? 0)],
    [
      'clock',
      clock.offsetMs === 0
        ? 'agrees'
        : `${duration(Math.abs(clock.offsetMs))} ${clock.offsetMs > 0 ? 'behind' : 'ahead'}`,
    ],
  ];
  return html`
    ${meter(life, now)}
    <p class="next"><b>Next:</b> ${next.what}<b>${until}</b><span class="why">, because ${next.why}.</span></p>
    ${
      auth.lastError === undefined
        ? nothing
        : html`<p class="problem"><b>${auth.lastError.code}</b> ${shown(auth.lastError.message, 300)}</p>`
    }
    <dl>${facts
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A number stays with its unit where a line ends. */
function unbroken(ms: number): string {
  return duration(ms).replace(/(\d) /g, '$1\u00a0');
}

function expiry(at: number, now: number): string {
  return at > now ? `in ${unbroken(at - now)}` : `${unbroken(now - at)} ago`;
}

/** The token's life as one bar, with its windows and the present. */
function meter(life: Life, now: number): Template | typeof nothing {
  const token = life.tokenInUse;
  if (token?.expiresAt === undefined) return nothing;
  const { from, expiresAt, advisoryAt = expiresAt, mandatoryAt = expiresAt } = token;
  const share = (at: number) =>
    (Math.min(Math.max((at - from) / Math.max(1, expiresAt - from), 0), 1) * 100).toFixed(2);
  const [advisory, mandatory, present] = [share(advisoryAt), share(mandatoryAt), share(now)];
  return html`<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" role="img"
    aria-label="${present.replace(/\..*/, '')} percent of the token's life are over">
    <rect class="life" x="0" y="2" width="100" height="6"></rect>
    <rect class="advisory" x=${advisory} y="2" width=${Number(mandatory) - Number(advisory)} height="6"></rect>
    <rect class="mandatory" x=${mandatory} y="2" width=${100 - Number(mandatory)} height="6"></rect>
    <rect class="spent" x="0" y="2" width=${present} height="6"></rect>
    ${svg`<line class="present" x1=${present} x2=${present} y1="0" y2="10"></line>`}
  </svg>`;
}

function history({ happenings }: Life, name: string): Template {
  const latest = [...happenings].sort((a, b) => b.at - a.at || b.id - a.id).slice(0, LISTED);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What happened to ${name}"><table>
    <caption class="visually-hidden">What happened to ${name}, the newest first</caption>
    <thead><tr><th scope="col">Time</th><th scope="col">What</th></tr></thead>
    <tbody>${repeat(
      latest,
      ({ id }) => id,
      (one: Happening) =>
        html`<tr class=${one.kind}><td>${timeOfDay(one.at, { withMs: true })}</td><td>${one.what}</td></tr>`,
    )}</tbody></table></div>`;
}
