/** What the console knows of its apps, and how it learns that one is gone. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppList } from './app-list';
import { onNoApp } from './client';

let status: number;
let asked: string[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (at: string) => {
    asked.push(at);
    if (at === '/console/api/apps') return new Response('{"apps":[]}');
    return new Response(status === 404 ? '{"error":"no_such_app"}' : '{"app":{}}', { status });
  });
});
afterEach(() => {
  onNoApp(() => {});
  vi.unstubAllGlobals();
});

test('an app is gone when the server says so, and back when it is', async () => {
  const apps = new AppList();
  onNoApp((id) => void apps.check(id));
  status = 404;
  await apps.check('1001');
  expect([...apps.gone.value]).toEqual(['1001']);
  // The answer that there is none asks for nothing more, and the list is what changed.
  expect(asked).toEqual(['/console/api/apps/1001', '/console/api/apps']);
  await apps.check('1001');
  expect(asked).toHaveLength(3);
  status = 200;
  await apps.check('1001');
  expect([...apps.gone.value]).toEqual([]);
});

test('a server that fails says nothing of the app', async () => {
  const apps = new AppList();
  status = 503;
  await apps.check('1001');
  expect(apps.gone.value.size).toBe(0);
});
