// Writes a configuration file. Only the shapes that Rollcall's file knows: scalars, lists, inline tables, [[apps]].

/** The TOML text of `config`; a key `apps` becomes an array of tables. */
export function toml(config) {
  const { apps = [], ...top } = config;
  const lines = entries(top);
  for (const app of apps) lines.push('', '[[apps]]', ...entries(app));
  return `${lines.join('\n')}\n`;
}

function entries(table) {
  return Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${scalar(value)}`);
}

function scalar(value) {
  if (Array.isArray(value)) return `[${value.map(scalar).join(', ')}]`;
  if (typeof value === 'object') return `{ ${entries(value).join(', ')} }`;
  // TOML's basic strings take JSON's escapes.
  return JSON.stringify(value);
}
