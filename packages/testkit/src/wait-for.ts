import { setTimeout } from 'node:timers/promises'

/** Looks every few `ms` until it is so; whoever waits longer than `ms`, or 20 times that in an emulated machine, sees an error. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  ms = 30_000,
): Promise<void> {
  const deadline = performance.now() + (process.env.NS_VM ? 20 * ms : ms)
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so after ${ms} ms: ${condition}`)
    await setTimeout(5)
  }
}
