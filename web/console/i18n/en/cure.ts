/** The button that cures an error by a setting. */

export const cure = {
  switchOn: (setting: string) => `Switch ${setting} on`,
  switchOff: (setting: string) => `Switch ${setting} off`,
  set: (setting: string, value: string) => `Set ${setting} to ${value}`,
  done: (setting: string, value: string) => `${setting} is now ${value}.`,
  applies: {
    new_and_open: 'That is in force at once, for connections that are open too.',
    new_connections: 'That is in force at once for new connections; open ones keep what they had.',
    next_start: 'That is in force when the server starts the next time.',
  },
};
