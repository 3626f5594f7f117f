/** The entry of the status page: starts the clocks, the language and the session, and draws the page. */

import { render } from 'preact';
import { followLocale } from '../shared/i18n';
import { followWakes } from '../shared/moments';
import { followNetwork } from '../shared/network';
import { Session } from './model/session';
import { App } from './view/app';

const root = document.getElementById('app');
const session = new Session();

followWakes();
followNetwork();
followLocale();
if (root !== null) render(<App session={session} />, root);
void session.load();
