import { join } from 'node:path'
import type { Contribution } from '@ns/syscalls'
import { lane, output, rootInside } from '@ns/testkit'
import {
  type Connection,
  createEgress,
  type Egress,
  type EgressOptions,
  type Refusal,
} from '../src/index.ts'

/** A gate that writes down what it is told. */
export interface Observed extends AsyncDisposable {
  readonly gate: Egress
  readonly connections: Connection[]
  readonly refusals: Refusal[]
}

export async function observed(options: EgressOptions): Promise<Observed> {
  const connections: Connection[] = []
  const refusals: Refusal[] = []
  const gate = await createEgress({
    onConnect: (connection) => connections.push(connection),
    onRefuse: (refusal) => refusals.push(refusal),
    ...options,
  })
  return { gate, connections, refusals, [Symbol.asyncDispose]: () => gate.close() }
}

/** What this lane's caller needs beside a gate. */
export function withGate(gate: Egress): Contribution[] {
  return lane === 'root' ? [gate] : [rootInside(), gate]
}

/** What a script of `fixtures` prints as JSON, run behind a gate. */
export async function attempt<Result>(
  gate: Egress,
  script: string,
  args: readonly unknown[] = [],
): Promise<Result> {
  const file = join(import.meta.dirname, 'fixtures', script)
  const command = { file: process.execPath, args: [file, ...args.map(String)] }
  const { stdout, stderr } = await output(withGate(gate), command)
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout)
}
