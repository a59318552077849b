import type { Backend } from './backends/fabric.ts'
import type { NetworkOptions } from './network/options.ts'

/** Options of `createLab`. */
export interface LabOptions {
  /** Who carries the frames of networks that don't say so themselves. @default the best that the machine has */
  readonly backend?: Backend | undefined
  /** Of everything random: with the same, the same packets of a line are lost. A whole number. @default 1 */
  readonly seed?: number | undefined
}

/** Options of `Lab.router`. */
export interface RouterOptions {
  /** The name of a network, outside: what leaves for it has the router's own address there, and none of its nodes gets a way in. */
  readonly nat?: string | undefined
}

/** Options of `Lab.link`. */
export interface LinkOptions extends NetworkOptions {
  /** @default the names of its nodes, `'a-b'` */
  readonly name?: string | undefined
}
