/** Sends one made-up event to an endpoint and says what it answered. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { request } from '../../model/by-hand';
import { path } from '../../model/client';
import type { WebhookTest } from '../../model/contract';
import { testWebhook } from '../../model/watch';
import { Button } from '../../parts/button';
import { SameByHand } from '../../parts/code';
import { ErrorText, Select } from '../../parts/field';
import { useConsole } from '../../view/context';
import { explain } from '../../view/failures';
import { useAction } from '../../view/use-action';
import { Sent } from './sent';

export function Test({ app, urls }: { app: string; urls: readonly string[] }): JSX.Element {
  const [chosen, setChosen] = useState(urls[0] ?? '');
  const [result, setResult] = useState<WebhookTest | null>(null);
  const { signedIn } = useConsole();
  // The endpoint may have been taken out of the settings meanwhile.
  const url = urls.includes(chosen) ? chosen : (urls[0] ?? '');
  const { failure, busy, run } = useAction(async () => {
    setResult(null);
    const reply = await testWebhook(app, url);
    if (reply.ok) setResult(reply.body);
    return reply.ok ? null : reply.failure;
  });
  const t = texts.value.webhooks;
  return (
    <div class="card stack" data-testid="webhook-test">
      <h3>{t.test}</h3>
      <p class="muted">{t.testLead}</p>
      <Select name="test-url" label={t.testUrl} value={url} options={urls.map((value) => ({ value, label: value }))} onValue={setChosen} />
      <div>
        <Button look="quiet" testid="send-test-webhook" busy={busy} onClick={() => void run()}>
          {busy ? t.testing : t.test}
        </Button>
      </div>
      {failure !== null && <ErrorText field="test">{explain(failure)}</ErrorText>}
      <p role="status" class={result === null ? 'visually-hidden' : 'result'} data-testid="test-result">
        {result !== null && sentence(result)}
      </p>
      {result !== null && <Sent body={result.body} signature={result.signature} />}
      <SameByHand lines={request(signedIn.public_url, 'POST', path('apps', app, 'webhooks', 'test'), { url })} />
    </div>
  );
}

function sentence({ status, took_ms: ms, error }: WebhookTest): string {
  const t = texts.value.webhooks;
  if (status === null) return t.testFailed(error ?? '');
  return status >= 200 && status < 300 ? t.testOk(status, ms) : t.testNotOk(status, ms);
}
