// How a changelog reads: what was written for it. All packages are released together, so that those which a package needs
// are one line; changesets' own writes one for each changeset of each.

/** A changeset's text as an entry of a list. */
export function getReleaseLine({ summary }) {
  return `- ${summary.trim().replaceAll(/\n(?=.)/g, '\n  ')}`
}

export function getDependencyReleaseLine(_changesets, dependencies) {
  const names = dependencies.map(({ name }) => `\`${name}\``).sort()
  return names.length > 0 ? `- At the same version: ${names.join(', ')}.` : ''
}
