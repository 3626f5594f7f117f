/** Journal des erreurs et page du système. */

import { plurals } from '../../../shared/i18n/plural';
import type { Messages } from '..';

const plural = plurals('fr');
const number = new Intl.NumberFormat('fr');

export const logs: Messages['logs'] = {
  errorsLead: 'Ce qui n’a pas marché, groupé, avec ce que cela signifie et que faire.',
  errorsEmptyTitle: 'Aucune erreur',
  errorsEmpty: 'Quand quelque chose est refusé à un client ou à un serveur, cela se trouve ici avec la raison, et avec un bouton quand un réglage y remédierait.',
  times: (count) => plural(count, { one: `${number.format(count)} fois`, other: `${number.format(count)} fois` }),
  first: 'Première\u00a0:',
  last: 'Dernière\u00a0:',
  sample: 'Un exemple',
  noCode: 'sans code',
  search: 'Rechercher',
  noneFound: 'Aucune erreur ne correspond',
  inDebug: 'Les suivre dans la console de débogage',
  noAppElsewhere: 'Les erreurs qui ne sont d’aucune application, comme une connexion avec une clé inconnue, sont sur la page',
  ofNoApp: (count) => plural(count, { one: `${number.format(count)} erreur d’aucune application`, other: `${number.format(count)} erreurs d’aucune application` }),
  ofNoAppText: 'Ici, personne ne sait à qui elles sont\u00a0: une clé inconnue, une application qui n’existe pas, un chemin qui n’en est pas un. Elles ne comptent pour aucune application.',

  systemLead: 'Ce serveur\u00a0: avec quoi il tourne, ce qu’il garde, ce qu’il dit.',
  version: 'Version',
  started: 'Démarré',
  data: 'Répertoire des données',
  size: 'Base de données',
  backup: 'Télécharger une sauvegarde',
  backupText: 'Une copie cohérente de la base de données, faite pendant que le serveur continue. Elle contient les secrets de toutes les applications\u00a0: gardez-la aussi bien que le serveur.',
  backupDone: 'La sauvegarde est en cours d’enregistrement.',
  options: 'Options',
  option: 'Option',
  value: 'Valeur',
  source: 'Origine',
  sources: { flag: 'argument', variable: 'variable', file: 'fichier', default: 'défaut' },
  redacted: 'Les secrets ne sont pas montrés.',
  onlySet: 'Seulement celles qui ont été réglées',
  log: 'Journal',
  logLead: 'Les dernières lignes, la plus récente en bas.',
  logEmpty: 'Rien n’a encore été consigné.',
  drain: 'Vider et arrêter…',
  drainVerb: 'Vider et arrêter',
  drainTitle: 'Vider ce serveur\u00a0?',
  drainText: 'Il ne prend plus de connexions, envoie tout le monde ailleurs, attend ce qui est en cours, et s’arrête. Rien ne le redémarre d’ici.',
  drained: 'Le serveur se vide.',
  draining: 'Ce serveur se vide\u00a0: il ne prend plus de connexions et va s’arrêter.',
  licences: 'Licences',
  licencesCount: (count) => `${number.format(count)} éléments d’autres auteurs`,
  part: 'Élément',
  licence: 'Licence',
};
