export function Page(): null { return null; }
