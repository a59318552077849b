import { u8, u32 } from '../../codec/attribute.ts'
import { ifGiven } from '../../codec/optional.ts'
import type { LinkSettings, NewLink } from '../new-link.ts'
import { numberOf, own } from './settings.ts'

// Links that others belong to, by `master`. include/uapi/linux/if_link.h, if_bonding.h

const IFLA_VRF = { TABLE: 1 } as const

/** A routing domain. */
export interface VrfOptions extends LinkSettings {
  /** The routing table of its members. */
  readonly table: number
}

/** A routing domain: what belongs to it is routed by a table of its own. */
export function vrf(options: VrfOptions): NewLink {
  const data = [u32(IFLA_VRF, 'TABLE', options.table)]
  return { ...own('vrf', options, ['table']), kind: 'vrf', data }
}

const IFLA_BOND = { MODE: 1, MIIMON: 3, XMIT_HASH_POLICY: 14, AD_LACP_RATE: 21 } as const
const bondModes = {
  'balance-rr': 0,
  'active-backup': 1,
  'balance-xor': 2,
  broadcast: 3,
  '802.3ad': 4,
  'balance-tlb': 5,
  'balance-alb': 6,
} as const
const hashPolicies = { layer2: 0, 'layer3+4': 1, 'layer2+3': 2 } as const
const lacpRates = { slow: 0, fast: 1 } as const

/** Several links as one. */
export interface BondOptions extends LinkSettings {
  /** @default 'balance-rr' */
  readonly mode?: keyof typeof bondModes | undefined
  /** How often the carrier of its members is looked at, in `ms`; 0: never. @default 0 */
  readonly miimon?: number | undefined
  readonly hashPolicy?: keyof typeof hashPolicies | undefined
  readonly lacpRate?: keyof typeof lacpRates | undefined
}

/** Several links as one. A link has to be down when it is given this master. */
export function bond(options: BondOptions): NewLink {
  const { mode, miimon, hashPolicy, lacpRate } = options
  const data = [
    ...ifGiven(mode, (it) => u8(IFLA_BOND, 'MODE', numberOf('bond.mode', bondModes, it))),
    ...ifGiven(miimon, (ms) => u32(IFLA_BOND, 'MIIMON', ms)),
    ...ifGiven(hashPolicy, (it) =>
      u8(IFLA_BOND, 'XMIT_HASH_POLICY', numberOf('bond.hashPolicy', hashPolicies, it)),
    ),
    ...ifGiven(lacpRate, (it) =>
      u8(IFLA_BOND, 'AD_LACP_RATE', numberOf('bond.lacpRate', lacpRates, it)),
    ),
  ]
  const keys = ['mode', 'miimon', 'hashPolicy', 'lacpRate'] as const
  return { ...own('bond', options, keys), kind: 'bond', data }
}
