import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { dialogue } from './dialogue.ts'
import type { Pair } from './net-pair.ts'

/** Debian's, for which the package python3-pyroute2 is. */
const PYTHON = '/usr/bin/python3'
const script = fileURLToPath(new URL('../native/pyroute.py', import.meta.url))

/** The same work by pyroute2, in one process that stays; nothing where it is not installed. */
export function pyroute(wiring: Pair): { readonly pairs: readonly Pair[]; end(): void } {
  if (spawnSync(PYTHON, ['-c', 'import pyroute2']).status !== 0) {
    console.error('python3-pyroute2 is not installed: it is left out')
    return { pairs: [], end() {} }
  }
  const child: ChildProcess = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const { ask } = dialogue(child)
  const theirs: Pair['theirs'] = async () => {
    await ask('do')
    return () => ask('undo')
  }
  const by = 'pyroute2, in one Python that stays'
  return { pairs: [{ ...wiring, by, wish: 1, theirs }], end: () => void child.kill() }
}
