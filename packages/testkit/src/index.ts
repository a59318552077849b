/**
 * Compliance suite, privilege gates and leak counters for the packages of @ns.
 *
 * @packageDocumentation
 */

export { asCaller, ownMounts, ownNetwork, rootInside, sameNetwork } from './caller.ts'
export { describeNamespace, type NamespaceSpec } from './describe-namespace.ts'
export { expectErrno, failure } from './failures.ts'
export { canOverlay, lane, linux, needs, type Probe, program, userNamespaces } from './gates.ts'
export { checkLeaks, expectNoLeaks } from './leaks.ts'
export { type Links, links, ownLinks, printLinks } from './links.ts'
export { type Output, output, shell } from './output.ts'
export { type Random, random } from './random.ts'
export { countResources, type Resources } from './resources.ts'
export { type Running, running } from './running.ts'
export { Scratch } from './scratch.ts'
export { rounds, slower } from './slower.ts'
export { waitFor } from './wait-for.ts'
export { descendants, youngProcesses } from './young-processes.ts'
