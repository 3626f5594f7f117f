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
    draining: 'Le serveur va s’arrêter. Réessayez à son retour.',
  },
};
