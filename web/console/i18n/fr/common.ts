/** Les mots que toutes les pages emploient. */

import { isolated } from '../../../shared/i18n/plural';
import type { Messages } from '..';

export const common: Messages['common'] = {
  loading: 'Chargement…',
  retry: 'Réessayer',
  cancel: 'Annuler',
  close: 'Fermer',
  save: 'Enregistrer',
  saving: 'Enregistrement…',
  dismiss: 'Masquer',
  on: 'activé',
  off: 'désactivé',
  none: 'aucun',
  justNow: 'à l’instant',
  never: 'jamais',
  notLoaded: 'Le chargement a échoué.',
  notCurrent: 'Ce que vous voyez n’est peut-être plus à jour.',
  copy: 'Copier',
  copyWhat: (what) => `Copier\u00a0: ${what}`,
  copied: 'Copié',
  notCopied: 'Sélectionnez le texte et copiez-le à la main',
  chooseFile: 'Choisir un fichier…',
  noFile: 'Aucun n’est encore choisi',
  byHand: 'La même chose dans un terminal',
  command: 'Commande',
  typeToConfirm: (name) => `Saisissez ${isolated(name)} pour confirmer`,
  sinceAnHourAgo: (by) => `${by} en une heure`,
};
