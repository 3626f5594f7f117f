/** Premiers pas. */

import { plurals } from '../../../shared/i18n/plural';
import type { Messages } from '..';

const plural = plurals('fr');

export const start: Messages['start'] = {
  lead: 'Des programmes pour cette application, qui fonctionnent tels quels, et ce que le serveur en voit.',
  front: 'Interface\u00a0: recevoir',
  back: 'Serveur\u00a0: publier',
  frontTabs: 'Interfaces',
  backTabs: 'Serveurs',
  private: 'Privé et présence',
  notes: {
    vanilla: 'Enregistrez-le sous index.html et ouvrez-le, depuis n’importe quel serveur ou port. Envoyez ensuite un événement d’essai, ou lancez l’un des serveurs ci-dessous.',
    private: 'Deux fichiers dans un dossier. La page rejoint un canal privé et un canal de présence, pour lesquels le serveur voisin signe\u00a0; son bouton envoie un événement client à tous ceux qui ont la page ouverte.',
    react: 'Un composant de tout projet React.',
    vue: 'Un composant de tout projet Vue.',
    svelte: 'Un composant de tout projet Svelte 5.',
    echo: 'Pour le navigateur, et les variables pour Laravel lui-même.',
    ios: 'Le localhost d’un simulateur est cette machine\u00a0; un téléphone a besoin de l’adresse du serveur dans son réseau.',
    android: 'Le http simple doit être permis dans la configuration de sécurité réseau de l’application.',
    flutter: 'Avec le client de la communauté, car l’officiel ne connaît pas d’autre serveur.',
    node: 'La bibliothèque officielle.',
    php: 'La bibliothèque officielle.',
    python: 'La bibliothèque officielle.',
    ruby: 'La bibliothèque officielle.',
    go: 'La bibliothèque officielle.',
    rust: 'La bibliothèque de Rollcall lui-même, crates/sdk dans son dépôt.',
    curl: 'Aucune bibliothèque\u00a0: la requête est signée avec openssl.',
  },
  clientEventsOff: 'Les événements client sont désactivés pour cette application\u00a0: le bouton de cette page reçoit une erreur, que montre la console de débogage.',
  secretMasked: 'Le secret est masqué\u00a0; la copie le contient.',
  showSecret: 'Montrer le secret',
  hideSecret: 'Masquer le secret',
  prefixNote: (prefix) => `Ce serveur a le préfixe de chemin ${prefix}. Les bibliothèques qui ne savent pas mettre un chemin devant ont besoin d’une adresse sans préfixe.`,

  checklist: 'Ce que le serveur a vu',
  done: (count, of) => `${count} sur ${of}`,
  firsts: {
    connection: { title: 'Une connexion', how: 'Ouvrez la page de l’interface.' },
    subscription: { title: 'Un abonnement', how: 'La page s’abonne à my-channel une fois connectée.' },
    event: { title: 'Un événement', how: 'Envoyez un événement d’essai ici, ou lancez un serveur.' },
    presence: { title: 'Quelqu’un de présent', how: '«\u00a0Privé et présence\u00a0» rejoint un canal de présence.' },
  },
  notYet: 'pas encore',
  seen: (what) => `Vu\u00a0: ${what}`,
  allDone: 'Tout fonctionne. La vue d’ensemble donne les chiffres, la console de débogage chaque événement.',

  test: 'Envoyer un événement d’essai',
  send: 'Envoyer',
  sending: 'Envoi…',
  sent: (count) => plural(count, { one: 'L’événement a été publié.', other: `${count} événements ont été publiés.` }),

  receiver: 'Récepteur',
  receiverText: 'Un client de cette application dans cette page. Il compte comme une connexion, comme tout autre.',
  listen: 'Écouter',
  stopListening: 'Arrêter',
  states: { idle: 'Non connecté', connecting: 'Connexion…', listening: (channel) => `À l’écoute de ${channel}` },
  failed: (code) => (code === null ? 'Le serveur a refusé la connexion ou le canal.' : `Le serveur a refusé la connexion, avec le code ${code}.`),
  nothingYet: 'Rien n’est encore arrivé. Ce qui est envoyé sur ce canal apparaît ici.',
  publicOnly: 'Un canal privé a besoin d’un serveur qui autorise\u00a0; le récepteur n’en a pas.',
};
