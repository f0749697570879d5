// From a tap to a message about a real incident: the browser subscribes before the detector
// has found the outage of the demonstration, the server sends to a push service of the test,
// and what that decrypts is delivered to the worker as DevTools deliver a message. Only the
// push service of the browser's maker is replaced. It runs before the other tests of the
// demonstration, while that is still loading.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from '../browser.js';
import { PushService } from '../pushservice.js';
import { outage } from './loaded.js';

let browser;
let service;
before(async () => {
  const { key } = await (await fetch(`${base}/api/v1/push`)).json();
  service = await new PushService().start(key);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  service?.stop();
});

const phone = { width: 360, scripts: true, serviceWorkers: 'allow', permissions: ['notifications'] };

test('an outage is found, and the browser that asked hears of it', async () => {
  await withPage(browser, phone, async (page) => {
    const worker = await subscribe(page);
    const { IN: id } = await outage();
    const { message, ttl } = await service.next((one) => one.message.tag === id);
    assert.deepEqual(service.refused, []);
    assert.equal(ttl, 4 * 60 * 60);
    assert.match(message.title, /WhatsApp/);
    assert.equal(message.url, `/incidents/${id}`);

    await worker.deliver(message);
    const shown = await worker.shown(message.title);
    assert.deepEqual(shown, [{ title: message.title, body: message.body, lang: 'en', tag: id, actions: ['stop'] }]);

    assert.deepEqual(await worker.tap(''), [`${base}/incidents/${id}`]);
    assert.equal((await page.goto(`${base}/incidents/${id}`)).status(), 200);
    assert.match(await page.locator('h1').innerText(), /WhatsApp/);

    const { id: subscription } = message;
    await worker.deliver(message);
    await worker.shown(message.title);
    assert.deepEqual(await worker.tap('stop'), [`DELETE ${base}/api/v1/push/${subscription} 204`]);
    assert.equal(service.messages.filter((one) => one.message.tag === id).length, 1, 'one message about its opening');
  });
});

// subscribe taps the switch of a page; the address that the browser gives is the service's.
async function subscribe(page) {
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { registrationId, scopeURL } of registrations) if (scopeURL === `${base}/`) resolve(registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  await page.addInitScript((subscription) => { PushManager.prototype.subscribe = async () => subscription; }, service.subscription);
  const started = page.context().waitForEvent('serviceworker');
  await page.goto(`${base}/in/whatsapp/follow`);
  const [made] = await Promise.all([
    page.waitForResponse((r) => r.url() === `${base}/api/v1/push` && r.request().method() === 'POST'), page.locator('a[data-push="whatsapp IN"]').click(),
  ]);
  assert.equal(made.status(), 201);
  const registrationId = await registered;
  return workerOf(await started, (message) => devtools.send('ServiceWorker.deliverPushMessage', { origin: base, registrationId, data: JSON.stringify(message) }));
}

// workerOf delivers messages to a worker and taps on what it shows. Chromium opens a window
// only for a person's tap, so that the call is recorded instead.
function workerOf(worker, deliver) {
  const shown = (title) => worker.evaluate(async (wanted) => {
    for (const until = Date.now() + 10_000; Date.now() < until; await new Promise((resolve) => { setTimeout(resolve, 50); })) {
      const list = await registration.getNotifications();
      if (list.some((one) => one.title === wanted)) return list.map(({ title, body, lang, tag, actions }) => ({ title, body, lang, tag, actions: actions.map((one) => one.action) }));
    }
    throw new Error('no notification within ten seconds');
  }, title);
  const tap = (action) => worker.evaluate(async (act) => {
    const done = [];
    clients.openWindow = async (url) => { done.push(url); };
    const waiting = [];
    const event = new NotificationEvent('notificationclick', { notification: (await registration.getNotifications())[0], action: act });
    event.waitUntil = (until) => { waiting.push(until); };
    dispatchEvent(event);
    for (const answer of await Promise.all(waiting)) if (answer instanceof Response) done.push(`DELETE ${answer.url} ${answer.status}`);
    if ((await registration.getNotifications()).length > 0) done.push('the notification stays');
    return done;
  }, action);
  return { deliver, shown, tap };
}
