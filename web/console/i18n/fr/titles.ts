/** Le nom de chaque page : dans la navigation, dans la palette, en haut de la page et de la fenêtre. */

import type { Messages } from '..';

export const titles: Messages['titles'] = {
  apps: 'Applications',
  newApp: 'Nouvelle application',
  account: 'Votre compte',
  overview: 'Vue d’ensemble',
  start: 'Premiers pas',
  keys: 'Clés',
  settings: 'Réglages',
  debug: 'Débogage',
  channels: 'Canaux',
  connections: 'Connexions',
  presence: 'Présence et statuts',
  stats: 'Statistiques',
  webhooks: 'Webhooks',
  errors: 'Journal des erreurs',
  system: 'Système',
};
