/** Webhooks : adresses, journal des requêtes, essai, signatures. */

import { isolated, plurals, waits } from '../../../shared/i18n/plural';
import type { Messages } from '..';

const plural = plurals('fr');
const number = new Intl.NumberFormat('fr');
const wait = waits('fr', '\u00a0');

export const webhooks: Messages['webhooks'] = {
  lead: 'Ce que cette application dit à ses serveurs, et si cela arrive.',
  endpoints: 'Adresses',
  url: 'URL',
  events: 'Événements',
  classes: {
    channel_existence: 'Canaux occupés et libérés',
    presence: 'Membres arrivés et partis',
    client_events: 'Événements client',
    cache_miss: 'Caches vides',
    subscription_count: 'Nombres d’abonnés',
  },
  batching: 'Groupement\u00a0:',
  batched: 'jusqu’à 20 événements ensemble, après 250 ms au plus',
  notBatched: 'chaque événement seul, aussitôt',
  edit: 'Les modifier dans les réglages',
  emptyTitle: 'Aucune adresse',
  empty: 'Une adresse est une URL de votre serveur, qui apprend quand des canaux sont occupés ou libérés, quand des membres arrivent ou partent, et plus encore. Ajoutez-en une dans les réglages, ou avec cette commande\u00a0:',
  test: 'Envoyer un essai',
  testLead: 'Une requête avec un événement inventé, signée comme toutes les autres. Elle n’est pas répétée, et votre serveur doit ignorer son canal.',
  testUrl: 'À',
  testing: 'Envoi…',
  testOk: (status, ms) => `L’adresse a répondu ${status} en ${number.format(ms)} ms\u00a0: elle prend les webhooks.`,
  testNotOk: (status, ms) => `L’adresse a répondu ${status} en ${number.format(ms)} ms. Seul 2xx compte comme livré.`,
  testFailed: (why) => `L’adresse n’a pas été atteinte\u00a0: ${isolated(why)}`,
  log: 'Requêtes, les plus récentes d’abord',
  logEmpty: 'Aucune requête pour l’instant. La première part quand il se passe une chose qu’une adresse a demandée.',
  state: 'État',
  allStates: 'Tous les états',
  states: { delivered: 'Livrée', waiting: 'À répéter', wanted: 'Renvoyée sur demande', given_up: 'Abandonnée' },
  attempts: 'Tentatives',
  status: 'Réponse',
  latency: 'Latence',
  when: 'Dernière tentative',
  next: 'Prochaine tentative',
  nextIn: (seconds) => (seconds === 0 ? 'maintenant' : `dans ${wait(seconds)}`),
  noAnswer: 'aucune',
  body: 'Corps',
  signature: 'X-Pusher-Signature',
  problem: 'Pourquoi\u00a0:',
  resend: 'Envoyer à nouveau',
  noResend: {
    delivered: 'Elle est arrivée. Seul ce qui a été abandonné peut être renvoyé.',
    waiting: 'Elle est répétée d’elle-même jusqu’à son arrivée, pendant cinq minutes au plus. Si elle est ensuite abandonnée, elle peut être renvoyée d’ici.',
    wanted: 'Elle est déjà renvoyée.',
  },
  resendAll: 'Renvoyer tout ce qui a échoué',
  resent: (count) => plural(count, { one: `${number.format(count)} requête est renvoyée.`, other: `${number.format(count)} requêtes sont renvoyées.` }),
  resendText: 'Toutes les requêtes abandonnées sont renvoyées, avec leur ancien identifiant et une nouvelle heure. Elles peuvent arriver après des événements plus récents.',
  verify: 'Vérifier les signatures',
  verifyLead: 'La signature est le HMAC-SHA256 du corps, tel qu’il est arrivé, avec le secret de la clé que nomme X-Pusher-Key. Les bibliothèques serveur officielles le font pour vous.',
};
