/** A page that is being built. */

import type { JSX } from 'preact';
import { PageHead } from '../../parts/page-head';
import type { PageProps } from '../../pages';

export function Page({ app }: PageProps): JSX.Element {
  return <PageHead title="new-app" app={app} />;
}
