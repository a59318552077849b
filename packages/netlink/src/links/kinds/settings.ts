import { checkKeys, invalidOption } from '@ns/syscalls'
import { type LinkSettings, settingKeys } from '../new-link.ts'

/** Splits a kind's own options from those that every link has, and refuses all others. */
export function own<Options extends LinkSettings>(
  kind: string,
  options: Options,
  keys: readonly (keyof Options & string)[],
): LinkSettings {
  checkKeys(kind, options, [...settingKeys, ...keys], 'net')
  return Object.fromEntries(
    settingKeys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  )
}

/**
 * The number of a name.
 *
 * @param what the option's name, for the error
 */
export function numberOf<Name extends string>(
  what: string,
  names: Readonly<Record<Name, number>>,
  name: Name,
): number {
  if (Object.hasOwn(names, name)) return names[name]
  throw invalidOption(`${what}: one of ${Object.keys(names).join(', ')} is wanted`, 'net')
}

/** The kernel counts in clock_t, a hundredth of a second. */
export function clockTicks(what: string, ms: number): number {
  if (!(ms >= 0)) throw invalidOption(`${what}: milliseconds are wanted`, 'net')
  return Math.round(ms / 10)
}
