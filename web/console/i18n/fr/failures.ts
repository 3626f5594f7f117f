/** Ce qu’il faut dire d’une requête qui a échoué, selon le code du serveur. */

import { waits } from '../../../shared/i18n/plural';
import type { Messages } from '..';

const wait = waits('fr', '\u00a0');

export const failures: Messages['failures'] = {
  limited: (seconds) => `Trop de tentatives. Réessayez dans ${wait(seconds)}.`,
  unreachable: 'Le serveur est injoignable. Vérifiez qu’il fonctionne, ainsi que votre connexion.',
  unknown: (status) => `Le serveur a répondu ${status}. Son journal en dit plus.`,
  codes: {
    wrong_code: 'Ce code est faux, déjà utilisé, ou a plus d’une heure. La commande rollcall console code en crée un nouveau.',
    wrong_password: 'Le nom ou le mot de passe est faux.',
    not_signed_in: 'Vous n’êtes plus connecté.',
    cookie_refused: 'Votre navigateur a refusé le cookie qui vous garde connecté. Autorisez les cookies ici, puis réessayez.',
    status_app: 'La page de statut utilise cette application, qui ne peut donc pas être supprimée.',
    fixed: 'Cette application est déclarée dans le fichier du serveur. Modifiez-la à cet endroit.',
    last_key: 'C’est la seule clé de l’application. Ajoutez-en d’abord une autre.',
    changed_since: 'Ce que cela rétablirait a changé depuis. Regardez d’abord la modification plus récente.',
    not_found: 'Cela n’existe plus. Peut-être supprimé entre-temps.',
    no_such_app: 'Cette application n’existe plus. Peut-être supprimée entre-temps.',
    body_too_large: 'C’est plus que ce que le serveur accepte.',
    no_database: 'Ce fichier n’est pas une base de données SQLite. Prenez-en un qui a été enregistré comme sauvegarde.',
    not_rollcall: 'Ce fichier est une base de données, mais pas une de Rollcall. Prenez-en un qui a été enregistré comme sauvegarde.',
    newer_version: 'Ce fichier vient d’un Rollcall plus récent. Restaurez-le avec cette version, ou prenez une sauvegarde plus ancienne.',
    damaged: 'Ce fichier est endommagé, peut-être par une copie interrompue. Copiez-le à nouveau, ou prenez une autre sauvegarde.',
    restore_under_way: 'Un autre fichier est en cours de restauration. Réessayez quand il est terminé.',
    no_room: 'Le disque du serveur n’a pas de place pour ce fichier. Libérez-en, puis réessayez.',
    nothing_staged: 'Aucune sauvegarde n’attend plus d’être restaurée.',
    draining: 'Le serveur va s’arrêter. Réessayez à son retour.',
  },
  unfit: {
    channel: 'Aucun canal ne peut porter ce nom.',
    event: 'Le nom de l’événement est vide, trop long ou réservé au serveur.',
    socket_id: 'Un socket est fait de deux nombres séparés par un point, comme 123.456.',
    data: 'Les données dépassent ce que l’application autorise. Ses réglages disent combien d’octets\u00a0: limits.payload_bytes.',
    as_user: 'Aucun utilisateur ne peut porter cet identifiant.',
  },
};
