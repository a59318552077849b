import { fileURLToPath } from 'node:url'
import { CLONE_NEW, type Contribution, type NamespaceType } from '@ns/syscalls'
import { checkLeaks, needs, output, ownMounts, program, rootInside } from '@ns/testkit'
import { expect, test } from 'vitest'
import type { Listing } from '../src/index.ts'

checkLeaks()

// In namespaces of their own, with a `/proc` of their own: all that is there is theirs.
const fresh = (type: NamespaceType): Contribution => ({
  type,
  flags: CLONE_NEW[type],
  steps: () => {},
})

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** What a Node in new namespaces prints that runs this between shell commands. */
async function node(script: string): Promise<string> {
  const code = `
    import { execSync } from 'node:child_process'
    import { list } from '${index}'
    const run = (command) => execSync(command, { stdio: 'inherit' })
    ${script}`
  const types = (['net', 'pid', 'ipc'] as const).map((type) => fresh(type))
  const args = ['--conditions=@ns/source', '--input-type=module', '-e', code]
  const file = process.execPath
  const { stdout, stderr } = await output([rootInside(), ownMounts(), ...types], { file, args })
  expect(stderr).toBe('')
  return stdout
}

test('where nothing is hidden, the listing is not partial and has every process', async () => {
  const printed = await node(`
    run('mount -t proc proc /proc')
    console.log(JSON.stringify({ own: process.pid, ...list() }))`)
  const { partial, processes, namespaces } = JSON.parse(printed) as Listing & { own: number }
  expect(partial).toBe(false)
  expect(processes.map(({ parent }) => parent)).toEqual([0])
  const own = namespaces.filter((one) => one.processes.length > 0)
  expect(own.map(({ processes: pids }) => pids)).toEqual(Array(8).fill([processes[0]?.pid]))
})

test('D10: the netnsid is unassigned before, the number after assigning, for one that is only bound', async (context) => {
  needs(program('ip'))(context)
  const printed = await node(`
    run('mount -t proc proc /proc && mount -t tmpfs tmpfs /run && ip netns add other')
    const other = () => list().namespaces.find(({ mounts }) => mounts.includes('/run/netns/other'))
    console.log(other().netnsid)
    run('ip netns set other 7')
    console.log(other().netnsid, other().processes.length)`)
  expect(printed).toBe('unassigned\n7 0\n')
})
