// A push service of the tests: it takes messages as RFC 8030 has them, holds the sender to
// RFC 8292 by one library (jose) and decrypts what RFC 8291 encrypts by another (http_ece),
// neither of which the server uses.
import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import ece from 'http_ece';
import { importJWK, jwtVerify } from 'jose';

// PushService has one subscription of one browser.
export class PushService {
  messages = []; // what was taken: {topic, ttl, message}
  refused = []; // why others were not
  #keys = createECDH('prime256v1');
  #auth = randomBytes(16);
  #waiting = [];

  // start listens; key is the applicationServerKey of the site.
  async start(key) {
    this.#keys.generateKeys();
    this.key = key;
    this.server = createServer((request, response) => void this.#take(request, response));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() { this.server?.close(); }

  // subscription is what PushSubscription.toJSON() gives.
  get subscription() {
    const keys = { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
    return { endpoint: `${this.origin}/send/one`, expirationTime: null, keys };
  }

  // next is the first message that wanted holds for, of those taken and those to come.
  next(wanted) {
    const found = this.messages.find(wanted);
    return found ?? new Promise((resolve) => { this.#waiting.push({ wanted, resolve }); });
  }

  async #take(request, response) {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const taken = await this.#read(request, Buffer.concat(chunks));
      this.messages.push(taken);
      for (const { wanted, resolve } of this.#waiting) if (wanted(taken)) resolve(taken);
      response.writeHead(201, { location: `${this.origin}/message/${this.messages.length}` }).end();
    } catch (error) {
      this.refused.push(error);
      response.writeHead(error.code?.startsWith('ERR_J') ? 403 : 400).end();
    }
  }

  async #read({ method, url, headers }, body) {
    const sent = `${this.origin}${url}`;
    if (method !== 'POST' || sent !== this.subscription.endpoint || headers['content-encoding'] !== 'aes128gcm') throw new Error(`${method} ${sent} ${headers['content-encoding']}`);
    if (!/^\d+$/.test(headers.ttl) || !/^[\w-]{1,32}$/.test(headers.topic)) throw new Error(`TTL ${headers.ttl}, Topic ${headers.topic}`);
    await this.#verify(headers.authorization);
    const message = JSON.parse(ece.decrypt(body, { version: 'aes128gcm', privateKey: this.#keys, authSecret: this.#auth.toString('base64url') }));
    return { topic: headers.topic, ttl: Number(headers.ttl), message };
  }

  // verify is false for a token of another site, for another service, or one that is too long valid.
  async #verify(authorization) {
    const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? [];
    if (!token || key !== this.key) throw new Error(`Authorization: ${authorization}`);
    const point = Buffer.from(key, 'base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
    const { payload } = await jwtVerify(token, await importJWK(jwk, 'ES256'), { audience: this.origin, algorithms: ['ES256'], requiredClaims: ['exp', 'sub'] });
    if (payload.exp > Date.now() / 1000 + 24 * 60 * 60 || !/^(mailto|https):/.test(payload.sub)) throw new Error(`claims ${JSON.stringify(payload)}`);
  }
}
