/** Le cadre de la console : barre, navigation, palette, raccourcis, connexion en direct. */

import { isolated, plurals, waits } from '../../../shared/i18n/plural';
import type { Messages } from '..';

const plural = plurals('fr');
const wait = waits('fr', '\u00a0');

export const shell: Messages['shell'] = {
  product: 'Console Rollcall',
  language: 'Langue',
  skip: 'Aller au contenu',
  menu: 'Menu',
  navigation: 'Pages',
  groups: { build: 'Développer', watch: 'Observer', server: 'Serveur' },
  app: 'Application',
  switchApp: 'Changer d’application. Actuelle\u00a0:',
  find: 'Trouver une page ou une action',
  findHint: 'Où aller\u00a0?',
  found: (count) => plural(count, { one: `${count} résultat`, other: `${count} résultats` }),
  nothingFound: 'Aucun résultat.',
  help: 'Raccourcis clavier',
  letters: 'Raccourcis à une touche',
  account: (name) => `Votre compte, ${isolated(name)}`,
  signOut: 'Se déconnecter',
  loadFailedTitle: 'La console est injoignable',
  loadFailed: 'Le serveur n’a pas répondu. Vérifiez qu’il fonctionne, puis réessayez.',
  pageFailed: 'Le chargement de cette page a échoué. Si le serveur a été mis à jour entre-temps, rechargez la console.',
  reload: 'Recharger',
  unknownTitle: 'Cette page n’existe pas',
  unknown: 'L’adresse est peut-être mal saisie, ou l’application a été supprimée.',
  appGoneTitle: 'Cette application n’existe plus',
  appGone: (id) => `Aucune application n’a l’identifiant ${isolated(id)}.`,
  appGoneWhy: 'Elle a été supprimée, ou l’adresse est mal saisie.',
  allApps: 'Voir toutes les applications',
  leaveTitle: 'Quitter sans enregistrer\u00a0?',
  leaveText: 'Ce que vous avez changé sur cette page n’est pas encore enregistré. Si vous la quittez, ce sera perdu.',
  leave: 'Quitter',
  stay: 'Rester',
  live: 'En direct',
  paused: 'En pause',
  away: 'Hors direct',
  pause: 'Pause',
  liveAway: 'La connexion en direct est interrompue. Les chiffres reprendront à son retour.',
  liveBack: 'De nouveau en direct.',
  liveRefused: 'Le serveur a refusé la connexion en direct.',
  reconnect: 'Reconnecter',
  nextTry: (seconds) => `Nouvel essai dans ${wait(seconds)}.`,
};
