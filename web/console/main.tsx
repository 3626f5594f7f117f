/** The entry of the console: starts the clocks, the language, the history and the session, and draws the page. */

import { effect } from '@preact/signals';
import { render } from 'preact';
import { locale } from '../shared/i18n/locale';
import { followWakes } from '../shared/moments';
import { followNetwork } from '../shared/network';
import { followHistory } from './model/location';
import { Session } from './model/session';
import { App } from './view/app';

const root = document.getElementById('app');
const session = new Session();

followWakes();
followNetwork();
followHistory();
effect(() => void (document.documentElement.lang = locale.value));
if (root !== null) render(<App session={session} />, root);
void session.load();
