// Messages on the device. Push services of browsers cannot be reached from tests, so that the
// address of the browser is made up, and the message is delivered as DevTools deliver one; the
// page, the API, the worker and the notification are real. What a server sends during an outage
// is in demo/alerts.test.js.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const workers = { width: 360, scripts: true, serviceWorkers: 'allow' };
const allowed = { ...workers, permissions: ['notifications'] };

// madeUp gives the browser an address at a push service. Its keys are those of RFC 8291, 5.
function madeUp(endpoint) {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!/^B[\w-]{86}$/.test(applicationServerKey) || !userVisibleOnly) throw new Error('options of no push service');
    return { endpoint, expirationTime: null, keys };
  };
}

test('one tap begins messages, and one more ends them', async () => {
  await withPage(browser, allowed, async (page) => {
    await page.addInitScript(madeUp, 'https://fcm.googleapis.com/fcm/send/one');
    await page.goto(`${base}/bn/in/whatsapp/follow`);
    const link = page.locator('a[data-push="whatsapp IN"]');
    await link.waitFor();
    const off = await link.innerText();
    const [made] = await Promise.all([
      page.waitForResponse((r) => r.url() === `${base}/api/v1/push` && r.request().method() === 'POST'), link.click(),
    ]);
    assert.equal(made.status(), 201);
    assert.deepEqual(Object.keys(made.request().postDataJSON()), ['subscription', 'service', 'country', 'until_back', 'lang']);
    assert.equal(made.request().postDataJSON().lang, 'bn');
    await page.locator('a[data-push][aria-pressed=true]').waitFor();
    await page.reload(); // it is remembered
    await page.locator('a[data-push][aria-pressed=true]').waitFor();
    const [ended] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'DELETE'), link.press(' ')]);
    assert.equal(ended.status(), 204);
    await page.locator('a[data-push][aria-pressed=false]').waitFor();
    assert.equal(await link.innerText(), off);
  });
});

test('a message is shown, the next of its incident replaces it', async () => {
  await withPage(browser, allowed, async (page) => {
    const devtools = await page.context().newCDPSession(page);
    const registered = new Promise((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        for (const { registrationId, scopeURL } of registrations) if (scopeURL === `${base}/`) resolve(registrationId);
      });
    });
    await devtools.send('ServiceWorker.enable');
    await page.goto(`${base}/in/whatsapp/follow`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
    const registrationId = await registered;
    const message = { title: 'WhatsApp: far more problem reports than usual', body: 'Since 15:18, in India.', lang: 'en', url: '/incidents/one', tag: 'one', stop: 'Stop these messages', id: 'ps_1' };
    const shown = () => page.evaluate(async () => {
      const list = await (await navigator.serviceWorker.ready).getNotifications();
      return list.map(({ title, body, tag, data, actions }) => ({ title, body, tag, data, actions: actions?.map((one) => one.action) }));
    });
    const until = async (title) => {
      await page.waitForFunction(async (want) => {
        const list = await (await navigator.serviceWorker.ready).getNotifications();
        return list.some((one) => one.title === want);
      }, title);
      return shown();
    };
    for (const title of [message.title, 'WhatsApp: reports are back to normal']) {
      await devtools.send('ServiceWorker.deliverPushMessage', { origin: base, registrationId, data: JSON.stringify({ ...message, title }) });
      assert.deepEqual(await until(title), [{ title, body: message.body, tag: 'one', data: { url: '/incidents/one', id: 'ps_1' }, actions: ['stop'] }]);
    }
  });
});

test('the worker tells the server when the address of the browser changes', async () => {
  await withPage(browser, allowed, async (page) => {
    await page.addInitScript(madeUp, 'https://fcm.googleapis.com/fcm/send/two');
    const started = page.context().waitForEvent('serviceworker');
    await page.goto(`${base}/in/whatsapp/follow`);
    await page.locator('a[data-push="whatsapp IN"]').click();
    await page.locator('a[data-push][aria-pressed=true]').waitFor();
    const worker = await started;
    const renew = (endpoint) => worker.evaluate(async (changed) => {
      const subscription = { endpoint: changed, expirationTime: null, keys: { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' } };
      registration.sync.register = async (tag) => { throw new Error(`sync ${tag}`); };
      let done;
      const event = Object.assign(new ExtendableEvent('pushsubscriptionchange'), { newSubscription: subscription });
      event.waitUntil = (until) => { done = until; };
      dispatchEvent(event);
      const said = await done.then(() => 'renewed', (cause) => cause.message);
      return [said, (await (await caches.open('push')).keys()).length];
    }, endpoint);
    assert.deepEqual(await renew('https://fcm.googleapis.com/fcm/send/three'), ['renewed', 1]);
    assert.deepEqual(await renew('https://elsewhere.example/'), ['sync push', 1], 'the server refuses it');
    await page.locator('a[data-push]').click();
    await page.locator('a[data-push][aria-pressed=false]').waitFor();
    assert.deepEqual(await renew('https://fcm.googleapis.com/fcm/send/four'), ['renewed', 0], 'nothing is held any more');
  });
});

test('a browser that allows none is told so, and asks for nothing', async () => {
  await withPage(browser, workers, async (page) => {
    const sent = [];
    page.on('request', (request) => { if (request.url().includes('/api/v1/push')) sent.push(request.url()); });
    await page.addInitScript(() => { Notification.requestPermission = async () => 'denied'; });
    await page.goto(`${base}/in/whatsapp/follow`);
    const link = page.locator('a[data-push]');
    await link.click();
    await page.locator('a[data-push]', { hasText: 'does not allow' }).waitFor();
    assert.deepEqual(sent, []);
  });
});

test('without push messages there is no switch, and the link of thanks leads to other ways', async () => {
  await withPage(browser, workers, async (page) => {
    await page.addInitScript(() => { delete globalThis.PushManager; });
    await page.goto(`${base}/in/whatsapp/follow`);
    assert.equal(await page.locator('a[data-push]').isVisible(), false);
    await page.goto(`${base}/in/whatsapp/thanks?id=1&undo=2`);
    await page.locator('a[data-push]').click();
    await page.waitForURL(`${base}/in/whatsapp/follow`);
  });
});
