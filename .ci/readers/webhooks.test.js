// The JavaScript library of Standard Webhooks verifies requests that the server signed
// (pkg/notify writes the file), and refuses changed ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mock, test } from 'node:test';
import { Webhook } from 'standardwebhooks';

const { secrets, requests } = JSON.parse(readFileSync(new URL('../../pkg/notify/testdata/signed.json', import.meta.url), 'utf8'));

for (const { format, headers, body } of requests) {
  test(`a request in the format ${format}`, () => {
    mock.timers.enable({ apis: ['Date'], now: Number(headers['webhook-timestamp']) * 1000 });
    try {
      for (const secret of secrets) {
        const webhook = new Webhook(secret);
        const verify = (text, signed) => {
          try {
            return webhook.verify(text, signed);
          } catch (error) { // after it has verified, it reads JSON, which alerts are not
            if (!(error instanceof SyntaxError) || format !== 'cap') throw error;
          }
        };
        verify(body, headers);
        assert.throws(() => webhook.verify(`${body} `, headers), /No matching signature/);
        assert.throws(() => webhook.verify(body, { ...headers, 'webhook-id': 'another.1' }), /No matching signature/);
      }
      assert.throws(() => new Webhook(`whsec_${btoa('x'.repeat(32))}`).verify(body, headers), /No matching signature/);
    } finally {
      mock.timers.reset();
    }
  });
}

test('every format has a request', () => assert.equal(requests.length, 8));
