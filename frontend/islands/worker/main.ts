// What the site does without a page: it shows the messages that it pushes.
import { showPushes, type Scope } from './push.ts';

showPushes(globalThis as unknown as Scope, fetch.bind(globalThis));
