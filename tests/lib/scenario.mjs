// Three people who sign up, see each other, change, refresh, open tabs and leave: what Rollcall is for, from end to end.

import assert from 'node:assert/strict';
import { changeStatus, gone, names, ownStatus, recordStatuses, row, shownStatuses, shows } from './browser.mjs';

/** The scenario, with three browsers of people who have never been here. */
export async function threePeople(t, [ana, bo, cy]) {
  const anaPage = await ana.signUp('Ana', 'writing the report');
  const boPage = await bo.signUp('Bo', 'at lunch');

  await t.test('each sees the other with the right status within a second', async () => {
    await shows(anaPage, 'Bo', 'at lunch', 1_000);
    await shows(boPage, 'Ana', 'writing the report', 1_000);
  });

  await t.test('Ana changes hers and Bo sees it', async () => {
    await changeStatus(anaPage, 'in a meeting');
    await shows(boPage, 'Ana', 'in a meeting', 1_000);
    await shows(anaPage, 'Ana', 'in a meeting', 1_000);
    await changeStatus(anaPage, 'back at my desk');
    await shows(boPage, 'Ana', 'back at my desk', 1_000);
  });

  await t.test('a third profile sees the newest statuses in its first paint of the list', async () => {
    await recordStatuses(cy.context);
    const cyPage = await cy.signUp('Cy', 'new here');
    await shows(cyPage, 'Ana', 'back at my desk');
    assert.deepEqual(await shownStatuses(cyPage, 'Ana'), ['back at my desk']);
    assert.deepEqual(await shownStatuses(cyPage, 'Bo'), ['at lunch']);
    await shows(boPage, 'Cy', 'new here', 1_000);
  });

  await t.test('Ana refreshes five times: nothing reaches Bo, and her status is the newest', async () => {
    const before = bo.memberEvents(boPage).length;
    for (let refresh = 0; refresh < 5; refresh++) {
      await anaPage.reload();
      await shows(anaPage, 'Ana', 'back at my desk');
      assert.equal(await ownStatus(anaPage), 'back at my desk');
    }
    await changeStatus(boPage, 'fence');
    await shows(anaPage, 'Bo', 'fence');
    const events = bo.memberEvents(boPage).slice(before).filter((frame) => JSON.parse(frame.data).user_id === 'Ana');
    assert.deepEqual(events, []);
  });

  await t.test('a second tab changes the status: both tabs agree; closing it leaves Ana listed', async () => {
    const tab = await ana.open();
    await shows(tab, 'Ana', 'back at my desk');
    await changeStatus(tab, 'from the second tab');
    for (const page of [tab, anaPage, boPage]) await shows(page, 'Ana', 'from the second tab', 1_000);
    assert.equal(await ownStatus(anaPage), 'from the second tab');
    await tab.close();
    await changeStatus(boPage, 'second fence');
    await shows(anaPage, 'Bo', 'second fence');
    assert.ok((await names(boPage)).includes('Ana'));
  });

  await t.test('Ana signs out: gone from the list of Bo within a second', async () => {
    await anaPage.getByTestId('sign-out').click();
    await gone(boPage, 'Ana', 1_000);
    await anaPage.getByTestId('sign-up').waitFor();
    assert.equal(await row(boPage, 'Cy').count(), 1);
  });
}

/** The server is killed, starts and is asked again: whoever was signed in is, with the same status. */
export async function outlivesCrash(ana, server) {
  const page = await ana.signUp('Durable Ana', 'outlives a crash');
  await server.restart();
  await page.reload();
  await shows(page, 'Durable Ana', 'outlives a crash');
  assert.equal(await page.getByTestId('my-name').textContent(), 'Durable Ana');
}
