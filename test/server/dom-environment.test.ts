// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { createCallToken, createTokenHandler, createUserToken, verifyToken } from '../../src/server/index.js';
import { SECRET } from './support.js';

it('a test with a DOM mints and verifies', async () => {
  expect(globalThis.document).toBeDefined();
  const token = await createUserToken({ apiSecret: SECRET, userId: 'zoë' });
  await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'zoë' });
  const callToken = await createCallToken({ apiSecret: SECRET, callCids: ['default:1'] });
  await expect(verifyToken(callToken, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: '!anon' });
});

it('a test with a DOM gets a token from the handler, and the refusals', async () => {
  const logger = { error: () => undefined };
  const handle = createTokenHandler({
    logger,
    apiSecret: SECRET,
    authenticate: async (request) => {
      await request.text();
      return { userId: 'martin' };
    },
  });
  const post = (body: string) => handle(new Request('https://app.example/token', { method: 'POST', body }));
  const response = await post('{"user_id":"martin"}');
  expect(response.status).toBe(200);
  const { token } = (await response.json()) as { token: string };
  await expect(verifyToken(token, { apiSecret: SECRET })).resolves.toMatchObject({ user_id: 'martin' });
  expect((await post('{"user_id":"anna"}')).status).toBe(403);
  expect((await post(`{"padding":"${'x'.repeat(9000)}"}`)).status).toBe(413);
});
