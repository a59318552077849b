import { type Contribution, Namespace } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  lane,
  needs,
  ownMounts,
  ownNetwork,
  program,
  type Running,
  running,
  sameNetwork,
  shell,
  userNamespaces,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

beforeEach(needs(userNamespaces, program('ip')))
checkLeaks()

/** A mount namespace whose /run is a test's own: names of the machine are neither seen nor changed. */
function ownRun(): Contribution {
  const own = ownMounts()
  return {
    ...own,
    steps(plan) {
      own.steps(plan)
      plan.in('mounts').call('mount', ['tmpfs', '/run', 'tmpfs', 0, 'mode=755'])
    },
  }
}

let world: Running
let names: { mount: number }
beforeEach(async () => {
  // A network of its own: ip goes back to where it came from, which takes rights over it.
  world = await running(asCaller([ownRun(), ownNetwork()]))
  names = { mount: world.pid }
})
afterEach(async () => await world[Symbol.asyncDispose]())

/** What a shell prints in that mount namespace, with the rights of its owner. */
async function sh(script: string): Promise<string> {
  const mount: Contribution = { type: 'mount', flags: 0, join: world.pid, steps: () => {} }
  const contributions = asCaller([mount, sameNetwork(world.pid)], world.pid)
  const { stdout, stderr, exitCode } = await shell(contributions, script, { capabilities: 'keep' })
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  return stdout
}

const listed = async () => (await sh('ip netns list')).split('\n').filter(Boolean).sort()
const mountsOfDirectory = "grep -c ' /run/netns ' /proc/self/mountinfo"

describe('names', () => {
  test('that we give are those of ip netns', async () => {
    using made = await NetNs.createNamed('box', names)
    expect((await listed()).map((line) => line.split(' ')[0])).toEqual(['box'])
    expect(await sh('ip netns exec box ip -o addr')).toMatch(/lo +inet 127\.0\.0\.1\/8/)
    expect(await sh('stat -c %a /run/netns')).toBe('755\n')
    expect(await NetNs.list(names)).toEqual(['box'])
    using again = await NetNs.openNamed('box', names)
    expect(again.equals(made)).toBe(true)
    expect(await NetNs.identify(made.namespace, names)).toEqual(['box'])
    await NetNs.delete('box', names)
    expect(await listed()).toEqual([])
    expect(await NetNs.list(names)).toEqual([])
  })

  test('that ip netns gives are ours, and the directory is mounted once, whoever was first', async () => {
    await sh('ip netns add theirs')
    using ours = await NetNs.createNamed('ours', names)
    await sh('ip netns add more')
    expect(await NetNs.list(names)).toEqual(['more', 'ours', 'theirs'])
    using theirs = await NetNs.openNamed('theirs', names)
    expect(theirs.equals(ours)).toBe(false)
    expect(await sh(mountsOfDirectory)).toBe('1\n')
    await sh('ip netns del ours')
    await NetNs.delete('theirs', names)
    expect(await NetNs.list(names)).toEqual(['more'])
    await NetNs.delete('more', names)
  })

  test('in a directory that we made can be added to by ip netns, and are shared with copies of the mounts', async () => {
    using _made = await NetNs.createNamed('box', names)
    await sh('ip netns add theirs')
    expect(await sh(mountsOfDirectory)).toBe('1\n')
    expect(await sh("grep ' /run/netns ' /proc/self/mountinfo")).toContain(' shared:')
    // Another mount namespace, made before: the name is gone there too, nothing keeps the network namespace.
    const script = `unshare -m --propagation unchanged sh -c 'ip netns del theirs; echo gone'; ls /run/netns`
    expect(await sh(script)).toBe('gone\nbox\n')
  })

  test('of a running process: attach, identify, and the other way round', async () => {
    using made = await NetNs.create({ user: lane === 'root' ? undefined : world.pid })
    await made.attach('one', names)
    await made.attach('two', names)
    expect(await NetNs.identify(made.namespace, names)).toEqual(['one', 'two'])
    using one = await NetNs.openNamed('one', names)
    expect(one.equals(made)).toBe(true)
    await expect(made.attach('one', names)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await NetNs.identify(process.pid, names)).toEqual([])
  })

  test('many at once, by us and by ip netns, all come to be', async () => {
    const ours = Array.from({ length: 8 }, (_, i) => NetNs.createNamed(`ours${i}`, names))
    const theirs = sh('for i in 0 1 2 3; do ip netns add theirs$i & done; wait')
    for (const made of await Promise.all(ours)) made.close()
    await theirs
    expect((await NetNs.list(names)).length).toBe(12)
    expect(await sh(mountsOfDirectory)).toBe('1\n')
  })

  test('one that is taken is refused, and stays', async () => {
    using first = await NetNs.createNamed('box', names)
    const second = NetNs.createNamed('box', names)
    await expect(second).rejects.toMatchObject({ code: 'EEXIST', path: '/run/netns/box' })
    using still = await NetNs.openNamed('box', names)
    expect(still.equals(first)).toBe(true)
  })

  test('a file that is no namespace is no name; it can be deleted', async () => {
    await sh('mkdir /run/netns; echo hello > /run/netns/stale')
    expect(await NetNs.list(names)).toEqual([])
    await expect(NetNs.openNamed('stale', names)).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
      message: "net: 'stale' in /run/netns is no network namespace",
    })
    await NetNs.delete('stale', names)
    await expect(NetNs.delete('stale', names)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(NetNs.openNamed('other', names)).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
    })
  })

  test('a directory that is not there has none', async () => {
    expect(await NetNs.list({ ...names, directory: '/run/none' })).toEqual([])
  })

  test.each(['', '.', '..', 'a/b', '/etc', 'a\0b', 'x'.repeat(256), 7])(
    'hostile ones are refused before anything exists: %o',
    async (name) => {
      const refusal = { code: 'ERR_NS_INVALID_OPTION' }
      await expect(NetNs.createNamed(name as string, names)).rejects.toMatchObject(refusal)
      await expect(NetNs.openNamed(name as string, names)).rejects.toMatchObject(refusal)
      await expect(NetNs.delete(name as string, names)).rejects.toMatchObject(refusal)
      expect(await sh('ls -A /run')).toBe('')
    },
  )

  test('the longest one works', async () => {
    const name = 'x'.repeat(255)
    ;(await NetNs.createNamed(name, names)).close()
    expect(await NetNs.list(names)).toEqual([name])
  })

  test('a mount namespace that is none is refused', async () => {
    using net = Namespace.open('net', 0)
    await expect(NetNs.createNamed('box', { mount: net })).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
    })
  })
})
