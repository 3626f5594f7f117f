/** The front ends and back ends that the wizard and Getting started know, by their names, which are the same in every language. */

export const FRONTS = {
  vanilla: 'JavaScript',
  react: 'React',
  vue: 'Vue',
  svelte: 'Svelte',
  echo: 'Laravel Echo',
  ios: 'iOS',
  android: 'Android',
  flutter: 'Flutter',
} as const;

export const BACKS = {
  node: 'Node',
  php: 'PHP',
  python: 'Python',
  ruby: 'Ruby',
  go: 'Go',
  rust: 'Rust',
  curl: 'curl',
} as const;

export type Front = keyof typeof FRONTS;
export type Back = keyof typeof BACKS;

/** What a query string says, if it is one of them. */
export function frontOf(text: string | null): Front {
  return text !== null && Object.hasOwn(FRONTS, text) ? (text as Front) : 'vanilla';
}

export function backOf(text: string | null): Back {
  return text !== null && Object.hasOwn(BACKS, text) ? (text as Back) : 'node';
}
