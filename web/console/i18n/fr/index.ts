/** La console en français. Une ligne par domaine. */

import type { Messages } from '..';
import { apps } from './apps';
import { common } from './common';
import { debug } from './debug';
import { entry } from './entry';
import { errorKinds } from './error-kinds';
import { failures } from './failures';
import { keys } from './keys';
import { logs } from './logs';
import { overview } from './overview';
import { settings } from './settings';
import { shell } from './shell';
import { start } from './start';
import { stats } from './stats';
import { titles } from './titles';
import { watch } from './watch';
import { webhooks } from './webhooks';

export const fr: Messages = {
  common,
  shell,
  titles,
  failures,
  entry,
  apps,
  overview,
  start,
  keys,
  settings,
  debug,
  errorKinds,
  watch,
  stats,
  webhooks,
  logs,
};
