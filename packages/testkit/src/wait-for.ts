import { setTimeout } from 'node:timers/promises'
import { slower } from './slower.ts'

/** Looks every few `ms` until it is so; whoever waits longer than `ms`, or as much more as the machine is `slower`, sees an error. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  ms = 30_000,
): Promise<void> {
  const deadline = performance.now() + slower * ms
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so after ${ms} ms: ${condition}`)
    await setTimeout(5)
  }
}
