/** The entry of the status page: starts the clock, the language and the session, and draws the page. */

import { render } from 'preact';
import { startTicking } from '../shared/clock';
import { followLocale } from '../shared/i18n';
import { followNetwork } from '../shared/network';
import { Session } from './model/session';
import { App } from './view/app';

const root = document.getElementById('app');
const session = new Session();

startTicking();
followNetwork();
followLocale();
if (root !== null) render(<App session={session} />, root);
void session.load();
