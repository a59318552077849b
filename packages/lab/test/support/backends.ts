import type { Backend } from '../../src/index.ts'
import { createLab } from '../../src/index.ts'

/** Those that this machine has for this user: each is tested; what isn't there is no skipped test. */
export async function availableBackends(): Promise<Backend[]> {
  await using lab = await createLab()
  const [a, b] = await lab.nodes('a', 'b')
  const found: Backend[] = []
  for (const backend of ['netem', 'tap', 'packet'] as const) {
    const options = { latency: 1, backend, name: backend }
    const made = await lab.link(a, b, options).catch(() => undefined)
    if (made) found.push(backend)
  }
  return found
}
