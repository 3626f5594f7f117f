/** Le bouton qui remédie à une erreur par un réglage. */

import type { Messages } from '..';

export const cure: Messages['cure'] = {
  switchOn: (setting) => `Activer ${setting}`,
  switchOff: (setting) => `Désactiver ${setting}`,
  set: (setting, value) => `Régler ${setting} sur ${value}`,
  done: (setting, value) => `${setting} vaut maintenant\u00a0: ${value}.`,
  applies: {
    new_and_open: 'C’est en vigueur tout de suite, aussi pour les connexions ouvertes.',
    new_connections: 'C’est en vigueur tout de suite pour les nouvelles connexions\u00a0; les ouvertes gardent ce qu’elles avaient.',
    next_start: 'Ce sera en vigueur au prochain démarrage du serveur.',
  },
};
