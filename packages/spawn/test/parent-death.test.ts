import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { checkLeaks, Scratch, waitFor } from '@ns/testkit'
import { expect, test } from 'vitest'

checkLeaks()
const ours = new URL('../src/index.ts', import.meta.url).href

/** The pid of a program that somebody has started who has ended since. */
function orphan(module: string, options: object, args = ['sleep', '1000']): number {
  const script = `
    const { spawn } = await import('${module}')
    const [file, ...args] = ${JSON.stringify(args)}
    const child = spawn(file, args, ${JSON.stringify({ ...options, stdio: 'ignore' })})
    child.once('spawn', () => { console.log(child.pid); process.kill(process.pid, 'SIGKILL') })`
  const node = [process.execPath, '--conditions=@ns/source', '--input-type=module', '-e', script]
  const end = `"$0" "$@" || :` // it is killed
  const text = execFileSync('sh', ['-c', end, ...node], { encoding: 'utf8' })
  return Number(text)
}

/** Neither gone nor a zombie that its new parent has not reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('a program without namespaces outlives who started it, as with Node', async () => {
  for (const module of ['node:child_process', ours]) {
    const pid = orphan(module, {})
    expect(isRunning(pid), module).toBe(true)
    process.kill(pid, 'SIGKILL')
    await waitFor(() => !isRunning(pid))
  }
})

test.each([
  ['without namespaces, that is asked to', { parentDeathSignal: 'SIGKILL' }],
  ['in namespaces', { namespaces: { user: { map: 'root' }, uts: true } }],
  ['with an init', { namespaces: { user: { map: 'root' }, pid: true } }],
])('B6: a program %s ends with who started it', async (_, options) => {
  const pid = orphan(ours, options)
  await waitFor(() => !isRunning(pid))
})

test('B6: what is detached stays', async () => {
  const pid = orphan(ours, { detached: true, namespaces: { user: { map: 'root' }, uts: true } })
  expect(isRunning(pid)).toBe(true)
  process.kill(pid, 'SIGKILL')
  await waitFor(() => !isRunning(pid))
})

test('B11: so do those that its init stays for, when their command ends', async () => {
  using scratch = new Scratch()
  const last = scratch.at('last')
  const command = `(while kill -0 $$; do sleep 0.1; done; sleep 0.3; echo > ${last}) & sleep 1`
  const namespaces = { user: { map: 'root' }, pid: { init: 'until-empty' } }
  const pid = orphan(ours, { detached: true, namespaces }, ['sh', '-c', command])
  await waitFor(() => !isRunning(pid))
  expect(existsSync(last)).toBe(true)
})
