import type { Contribution, NamespaceRef, NamespaceType } from '@ns/syscalls'
import { beforeEach, describe } from 'vitest'
import { describeCreation } from './creation.ts'
import { needs, userNamespaces } from './gates.ts'
import { describeJoining } from './joining.ts'
import { checkLeaks } from './leaks.ts'
import { describeRefusals } from './refusals.ts'

/** What the suite knows of a namespace package. */
export interface NamespaceSpec {
  readonly type: NamespaceType
  /** A new one, with nothing special. */
  create(): Contribution
  /** One that exists. */
  join(ref: NamespaceRef): Contribution
  /** Shell scripts: one that changes something inside, and one that prints it. */
  readonly sample?: { readonly change: string; readonly print: string }
}

/** The compliance suite: what holds for every namespace package, as root and as an ordinary user. */
export function describeNamespace(spec: NamespaceSpec): void {
  describe(`${spec.type} keeps the contract of a namespace package`, () => {
    beforeEach(needs(userNamespaces))
    checkLeaks()
    describeCreation(spec)
    describeJoining(spec)
    describeRefusals(spec)
  })
}
