import type { LinkSettings, NewLink } from '../new-link.ts'
import { own } from './settings.ts'

/** A link that drops all that is sent: a place for addresses. */
export function dummy(options: LinkSettings): NewLink {
  return { ...own('dummy', options, []), kind: 'dummy' }
}

/** A link to redirect incoming traffic to, so that it can be shaped as if it went out. */
export function ifb(options: LinkSettings): NewLink {
  return { ...own('ifb', options, []), kind: 'ifb' }
}

/** A WireGuard tunnel, without its keys and peers: those are set by `wg` (generic netlink). */
export function wireguard(options: LinkSettings): NewLink {
  return { ...own('wireguard', options, []), kind: 'wireguard' }
}
