import { completion } from './completion/completion.ts'
import { doctor } from './doctor.ts'
import { enter } from './enter/enter.ts'
import { explainVerb } from './explain-verb.ts'
import { ls } from './ls/ls.ts'
import { man } from './man.ts'
import { runVerb } from './run-verb.ts'
import type { Verbs } from './verb.ts'

/** Whatever `ns` can do: help, completion and man page are made from it. */
export const verbs: Verbs = new Map([
  ['run', runVerb],
  ['explain', explainVerb],
  ['enter', enter],
  ['ls', ls],
  ['doctor', doctor],
  ['completion', completion(() => verbs)],
  ['man', man(() => verbs)],
])
