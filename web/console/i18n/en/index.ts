/** The console in English. One line for each area. */

import { common } from './common';
import { entry } from './entry';
import { failures } from './failures';
import { shell } from './shell';
import { titles } from './titles';

export const en = {
  common,
  shell,
  titles,
  failures,
  entry,
};
