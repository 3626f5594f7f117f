/** What each page is called: in the navigation, in the palette, on top of the page and of the window. */

export const titles = {
  apps: 'Apps',
  newApp: 'New app',
  account: 'Your account',
  overview: 'Overview',
  start: 'Getting started',
  keys: 'App keys',
  settings: 'App settings',
  debug: 'Debug console',
  channels: 'Channels',
  connections: 'Connections',
  presence: 'Presence & status',
  stats: 'Stats',
  webhooks: 'Webhooks',
  errors: 'Error logs',
  system: 'System',
};
