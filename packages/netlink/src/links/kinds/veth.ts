import type { LinkSettings, NewLink } from '../new-link.ts'
import { own } from './settings.ts'

/** A pair of links: what goes into one comes out of the other. */
export interface VethOptions extends LinkSettings {
  /** The other end; with `netns` it is born there. */
  readonly peer?: LinkSettings | undefined
}

/**
 * A pair of virtual ethernet links, both made at once and each in its own namespace: nothing is renamed or moved.
 *
 * @see veth(4)
 */
export function veth(options: VethOptions): NewLink {
  return { ...own('veth', options, ['peer']), kind: 'veth', peer: options.peer ?? {} }
}
