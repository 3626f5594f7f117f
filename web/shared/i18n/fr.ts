/** La page en français. */

import type { Messages } from './en';
import { isolated, plurals, waits } from './plural';

const list = new Intl.ListFormat('fr');
const plural = plurals('fr');
const number = new Intl.NumberFormat('fr');
const wait = waits('fr', '\u00a0');
const time = new Intl.DateTimeFormat('fr', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export const fr: Messages = {
  pageTitle: 'Rollcall\u00a0: qui est là',
  language: 'Langue',

  loading: 'Chargement…',
  loadFailedTitle: 'Rollcall est injoignable',
  loadFailed: 'Le serveur n’a pas répondu. Vérifiez votre connexion, puis réessayez.',
  retry: 'Réessayer',

  welcome: 'Voyez qui est là et ce que chacun fait',
  welcomeText: 'Choisissez un nom, dites ce que vous faites, et c’est tout. Chacun voit les changements aussitôt.',
  noAccount: 'Ni mot de passe ni adresse\u00a0: ce navigateur se souvient de vous.',
  formTitle: 'Participer',
  nameLabel: 'Votre nom',
  nameHint: 'Les autres le voient. 64 caractères au plus.',
  statusLabel: 'Votre statut',
  statusHint: 'Vous pourrez le changer à tout moment.',
  placeholder: 'Que faites-vous en ce moment\u00a0?',
  join: 'Participer',
  joining: 'Connexion…',
  switchName: (name) => `Continuer sous le nom ${isolated(name)}`,

  nameMissing: 'Saisissez un nom.',
  nameTooLong: 'Ce nom est trop long\u00a0: 64 caractères au plus.',
  nameIllegal: 'Ce nom contient des caractères interdits dans un nom.',
  nameTaken: 'Ce nom est déjà utilisé ici. Connectez-vous pour l’utiliser, ou choisissez-en un autre.',
  nameReserved: 'Ce nom ne peut pas être utilisé. Choisissez-en un autre.',
  statusMissing: 'Saisissez un statut.',
  statusTooLong: 'Ce statut est trop long\u00a0: 140 caractères au plus.',
  statusIllegal: 'Ce statut contient des caractères interdits.',
  tooBig: 'Ce texte prend trop de place. Raccourcissez-le, ou mettez moins d’émojis.',
  alreadySignedIn: 'Ce navigateur est déjà connecté sous un autre nom.',
  cookieRefused:
    'Votre navigateur a refusé le cookie qui garde la session ouverte. Autorisez les cookies ici, puis réessayez.',
  requestRefused:
    'Le serveur a refusé cette requête\u00a0: cette page est ouverte à une adresse qu’il ne reconnaît pas comme la sienne. ' +
    'Ouvrez son adresse habituelle\u00a0; son exploitant peut définir l’URL publique.',
  serverTrouble: 'Un problème est survenu sur le serveur. Votre texte est conservé\u00a0; réessayez.',
  unreachable: 'Serveur injoignable\u00a0: vérifiez votre connexion. Votre texte est conservé.',

  signUpLimited: (seconds) => `Trop de tentatives. Réessayez dans ${wait(seconds)}.`,

  remembers: (names) => `Ce navigateur se souvient de ${list.format(names.map(isolated))}.`,
  signInAs: (name) => `Continuer sous le nom ${isolated(name)}`,

  sessionEnded: 'Votre session a pris fin dans un autre onglet ou sur un autre appareil.',
  sessionOver: 'Non enregistré\u00a0: votre session a pris fin. Votre texte est conservé.',
  draftKept: 'Le statut non enregistré est conservé ci-dessous.',
  signedOut: 'Session fermée. À bientôt\u00a0!',
  signedOutEverywhere: 'Session fermée partout\u00a0: dans ce navigateur et sur tous vos autres appareils.',
  signOut: 'Se déconnecter',
  stillSignedIn: 'La session reste ouverte.',

  account: (name) => `Compte de ${isolated(name)}`,
  everywhere: 'Se déconnecter partout',
  everywhereTitle: 'Se déconnecter partout\u00a0?',
  everywhereText:
    'La session est fermée dans tous les navigateurs et sur tous les appareils, ici compris, et vous quittez la liste aussitôt. ' +
    'Les navigateurs qui se souviennent de vous pourront rouvrir une session.',
  forget: 'Oublier ce navigateur',
  forgetTitle: 'Oublier ce navigateur\u00a0?',
  forgetText:
    'Rollcall efface la clé qui permet à ce navigateur d’ouvrir une session à votre nom. ' +
    'Une fois la session fermée ici, ce navigateur vous est étranger\u00a0: votre nom reste pris, et seul un autre de vos navigateurs pourra l’utiliser.',
  forgotten: 'Ce navigateur ne se souvient plus de personne.',
  forgottenStay: 'Ce navigateur ne se souvient plus de vous. La session reste ouverte jusqu’à ce que vous la fermiez.',
  actionUnreachable: 'Serveur injoignable\u00a0: vérifiez votre connexion, puis réessayez.',
  actionLimited: (seconds) => `Trop de tentatives. Réessayez dans ${wait(seconds)}.`,
  actionFailed: 'Un problème est survenu sur le serveur. Réessayez.',

  you: 'vous',
  edit: 'Modifier',
  save: 'Enregistrer',
  cancel: 'Annuler',
  editHint: 'Entrée enregistre, Échap annule.',
  visible: 'Visible par toutes les personnes ici',
  unsaved: 'Pas encore enregistré',
  counter: (used, limit) =>
    plural(used, {
      one: `${number.format(used)} caractère sur ${number.format(limit)}`,
      other: `${number.format(used)} caractères sur ${number.format(limit)}`,
    }),
  saving: 'Enregistrement…',
  saved: 'Enregistré',
  saveFailed: 'Non enregistré\u00a0: vérifiez votre connexion. Votre texte est conservé.',
  saveRefused: 'Non enregistré\u00a0: le serveur n’a pas pu le garder. Votre texte est conservé.',
  savedLater: 'Vous êtes hors ligne. Votre texte est conservé et sera enregistré à votre retour.',
  notSaved: 'Non enregistré.',
  pending: 'pas encore enregistré',
  nextTry: (seconds) => `Nouvel essai dans ${wait(seconds)}.`,
  retryNow: 'Essayer maintenant',
  saveConflict: 'Non enregistré\u00a0: votre statut a changé ailleurs entre-temps. Votre texte est conservé.',
  limited: (seconds) => `Vous changez de statut trop vite. Réessayez dans ${wait(seconds)}.`,

  heading: 'Qui est là',
  online: (count) =>
    plural(count, { one: `${number.format(count)} personne en ligne`, other: `${number.format(count)} personnes en ligne` }),
  alone: 'Vous êtes la première personne ici.',
  aloneHint: 'Partagez le lien pour inviter quelqu’un.',
  noStatus: 'Pas encore de statut',
  badMember: 'Statut inconnu',
  listWaiting: 'La liste apparaîtra dès que la connexion sera rétablie.',
  justNow: 'à l’instant',
  announce: 'Annoncer les changements',
  announceHint: 'Un lecteur d’écran dit qui arrive, qui part et ce qui change.',
  rowMe: (name) => `${name} (vous)`,
  rowChanged: (ago) => `changé ${ago}`,

  connecting: 'Connexion…',
  reconnecting: (asOf) => `Reconnexion… statuts à ${asOf}`,
  offline: 'Vous êtes hors ligne.',
  offlineSince: (asOf) => `Vous êtes hors ligne. Statuts à ${asOf}`,
  backOnline: 'De nouveau en ligne',
  reconnect: 'Reconnecter',
  refused: (code) => `Le serveur a mis fin à la connexion en direct${code === null ? '' : ` (code ${code})`}.`,
  refusedDisabled: 'L’exploitant du serveur a coupé les connexions en direct (code 4003).',
  refusedFull: 'Le serveur n’a plus de place pour une connexion en direct (code 4004). Réessayez plus tard.',
  refusedUnauthorized:
    'Le serveur ne laisse pas cette page se connecter (code 4009). Son exploitant peut vérifier les origines autorisées.',
  listTrouble: 'Les mises à jour en direct ne fonctionnent pas',
  troubleRefused: 'Le serveur ne laisse pas cette page voir la liste.',
  troubleFull: 'La salle est pleine. Réessayez quand quelqu’un sera parti.',
  troubleLimited: 'Ce navigateur a fait trop de demandes.',
  troubleServer: 'Le serveur n’a pas pu ouvrir la liste.',
  troubleUnreachable: 'Le serveur est injoignable.',
  troubleDetail: (detail) => `Cause\u00a0: ${isolated(detail)}`,
  troubleStale: (asOf) => `Statuts à ${asOf}.`,

  joined: (name) => `${isolated(name)} est là`,
  joinedMany: (count) => plural(count, { other: `${number.format(count)} personnes de plus sont là` }),
  left: (name) => `${isolated(name)} n’est plus là`,
  leftMany: (count) => plural(count, { other: `${number.format(count)} personnes ne sont plus là` }),
  changed: (name, status) => `${isolated(name)}\u00a0: ${isolated(status)}`,
  changedMany: (count) => plural(count, { other: `${number.format(count)} personnes ont changé de statut` }),

  timeOfDay: (ms) => time.format(ms).replace(':', '\u202fh\u202f'),
};
