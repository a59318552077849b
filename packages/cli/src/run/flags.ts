import type { Topics } from '../flags.ts'
import { mounts } from './mount-flags.ts'
import { details, namespaces } from './namespace-flags.ts'
import { command, restrictions } from './process-flags.ts'

/** All flags of `ns run`, and of `ns explain` beside its own. */
export const topics: Topics = {
  Namespaces: namespaces,
  'What is in them': details,
  'Mounts, made in the order of their flags (imply mount)': mounts,
  'The process': { ...command, ...restrictions },
}
