/** Les clés d’une application. */

import { isolated } from '../../../shared/i18n/plural';
import type { Messages } from '..';

export const keys: Messages['keys'] = {
  lead: 'Ce avec quoi votre interface et votre serveur se connectent. Le secret n’a sa place que dans le serveur.',
  where: 'Où se connecter',
  appId: 'Identifiant',
  host: 'Hôte',
  port: 'Port',
  tls: 'TLS',
  prefix: 'Préfixe de chemin',
  pairs: 'Paires de clés',
  key: 'Clé',
  secret: 'Secret',
  created: 'Créée',
  lastUsed: 'Dernier usage',
  unknown: 'inconnu',
  usedFrom: (address) => `depuis ${address}`,
  add: 'Ajouter une paire de clés',
  added: 'Une paire de clés a été ajoutée. Les deux fonctionnent à présent.',
  show: 'Montrer',
  hide: 'Masquer',
  showOf: (key) => `Montrer le secret de ${isolated(key)}`,
  hideOf: (key) => `Masquer le secret de ${isolated(key)}`,
  recorded: 'Montrer ou copier un secret est consigné.',
  remove: 'Retirer',
  removeOf: (key) => `Retirer la clé ${isolated(key)}`,
  removeTitle: 'Retirer cette paire de clés\u00a0?',
  removeText: 'Quiconque se connecte ou signe encore avec elle sera désormais refusé. Les connexions qu’elle a ouvertes sont fermées.',
  removed: 'La paire de clés a été retirée.',
  onlyOne: 'La seule paire de clés ne peut pas être retirée. Ajoutez-en d’abord une autre.',
  newest: 'la plus récente',
  rotate: 'Comment changer de clés sans interruption',
  rotateSteps: [
    'Ajoutez une paire de clés. L’ancienne continue de fonctionner.',
    'Donnez la nouvelle clé et son secret à votre serveur, puis la nouvelle clé à votre interface.',
    'Attendez que le «\u00a0dernier usage\u00a0» de l’ancienne paire ne bouge plus\u00a0: plus personne ne l’utilise alors.',
    'Retirez l’ancienne paire.',
  ],
};
