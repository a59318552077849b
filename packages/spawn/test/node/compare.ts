import { type ChildProcess, spawn as nodeSpawn, type SpawnOptions } from 'node:child_process'
import { expect, test } from 'vitest'
import { type SpawnOptions as OurOptions, spawn } from '../../src/index.ts'

export type Spawn = typeof nodeSpawn

/** In namespaces of its own, and otherwise as one calls Node's. */
const isolated = ((file: string, second?: unknown, third?: SpawnOptions) => {
  const args = Array.isArray(second) ? (second as string[]) : []
  const options = Array.isArray(second) ? third : (second as SpawnOptions | undefined)
  const namespaces: OurOptions['namespaces'] = { user: { map: 'root' }, uts: true, pid: true }
  return spawn(file, args, { ...options, namespaces } as OurOptions)
}) as Spawn

/** What is observed of Node's `spawn` is observed of ours, also in namespaces: Node says what is expected. */
export function sameAsNode(title: string, observe: (spawn: Spawn) => unknown): void {
  test(title, async () => {
    const expected = await observe(nodeSpawn)
    expect(await observe(spawn)).toEqual(expected)
    expect(await observe(isolated), 'in namespaces').toEqual(expected)
  })
}

/** The same, of what namespaces change. */
export function sameAsNodeWithoutNamespaces(
  title: string,
  observe: (spawn: Spawn) => unknown,
): void {
  test(title, async () => {
    expect(await observe(spawn)).toEqual(await observe(nodeSpawn))
  })
}

/** All events in their order, with what they carry, until `close`. */
export async function eventsOf(child: ChildProcess): Promise<unknown[][]> {
  const seen: unknown[][] = []
  for (const event of ['spawn', 'exit', 'close'])
    child.on(event, (...rest: unknown[]) => seen.push([event, ...rest]))
  child.on('error', (error: NodeJS.ErrnoException) => seen.push(['error', error.code]))
  await closing(child)
  return seen
}

/** Until `close`, whatever comes before. */
export async function closing(child: ChildProcess): Promise<void> {
  await new Promise((resolve) => child.once('close', resolve))
}

/** What a program prints, and how it ends. */
export async function outputOf(child: ChildProcess): Promise<unknown[]> {
  let output = ''
  child.stdout?.on('data', (data) => {
    output += data
  })
  const events = await eventsOf(child)
  return [output, events.at(-1)]
}

/** The code of what a call throws, or of its error event: Node throws some failures of a start, we never do. */
export async function codeOf(call: () => ChildProcess): Promise<unknown> {
  let child: ChildProcess
  try {
    child = call()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
  return (await eventsOf(child)).find(([event]) => event === 'error')?.[1]
}
